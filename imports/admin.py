"""The technical team's window on imports; the cells of a line may say anything."""

from lifecycle.admin import show

show("imports", {"leftline": ("cells",)})
