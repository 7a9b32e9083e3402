"""The technical team's window on devices and what proves their life."""

from lifecycle.admin import show

show("refurb", {"deposittoken": ("token_digest",), "depositedfile": ("facts", "text")})
