"""The technical team's window on what spans the apps."""

from lifecycle.admin import show

show("desk")
