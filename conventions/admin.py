"""The technical team's window on conventions."""

from lifecycle.admin import show

show("conventions")
