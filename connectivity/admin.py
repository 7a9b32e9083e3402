"""The technical team's window on connections: no name, no link."""

from lifecycle.admin import show

show(
    "connectivity",
    {
        "transmission": ("last_name", "first_name", "phone", "email", "address", "postcode", "city", "contact"),
        "operatorlink": ("token_digest", "email"),
        "campaigncall": ("note",),
        "problemanswer": ("note", "words"),
        "connectionfile": ("operator_note", "operator_reference"),
    },
)
