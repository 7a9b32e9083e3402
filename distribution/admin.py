"""The technical team's window on hand-overs, derogations and settlements."""

from lifecycle.admin import show

show("distribution", {"derogation": ("reason",), "derogationrequest": ("reason", "answer")})
