"""The technical team's window on reports."""

from lifecycle.admin import show

show("reports")
