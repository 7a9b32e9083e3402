"""The technical team's window on prescriptions: no name, no story, nothing that was seen of a household."""

from lifecycle.admin import show

PERSON = ("last_name", "first_name", "birth_date", "phone", "email", "address", "postcode")
KEYS = ("name_key", "phone_key", "address_key")

show(
    "prescriptions",
    {
        "household": (*PERSON, *KEYS),
        "socialstory": ("text",),
        "fact": ("proof", "band", "note"),
        "completionrequest": ("words", "codes", "labels"),
        "completionanswer": ("words", "code", "said"),
        "decision": ("lines", "motive", "next_step"),
        "agreement": ("exact_text",),
        "rightsrequest": ("words", "truth", "reply"),
        "confirmationlink": ("token_digest", "email"),
    },
)
