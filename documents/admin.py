"""The technical team's window on documents and mail: what was sent and when, not what it says."""

from lifecycle.admin import show

show(
    "documents",
    {"mail": ("to", "to_names", "subject", "body"), "document": ("title", "values"), "storedfile": ("name", "file")},
)
