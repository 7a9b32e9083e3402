"""The technical team's window on what people keep of lists."""

from lifecycle.admin import show

show("lists")
