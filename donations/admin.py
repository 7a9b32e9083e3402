"""The technical team's window on lots, their deeds and their pick-ups."""

from lifecycle.admin import show

show("donations")
