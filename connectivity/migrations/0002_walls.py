"""The database is the wall of connection files: no move without its journal row, no change to what was seen or sent."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

STAMPS = [
    "abandon_reason",
    "abandoned_at",
    "accepted_at",
    "activated_by",
    "active_at",
    "agreement",
    "appointment_on",
    "appointment_slot",
    "channel",
    "chosen_at",
    "chosen_by",
    "copper_told_at",
    "end_reason",
    "ended_at",
    "entitlement_ends_on",
    "epci",
    "evidence_kind",
    "evidence_on",
    "evidence_reference",
    "kind",
    "monthly_price",
    "offer",
    "operator",
    "operator_reference",
    "problem",
    "problem_at",
    "problem_note",
    "proposed_at",
    "proposed_by",
    "refusal",
    "refused_at",
    "reminders",
    "renewal_told_at",
    "renewed_at",
    "renewed_by",
    "scheduled_at",
    "sent_at",
    "sent_by",
    "started_on",
    "touched_at",
    "waiting_since",
]
PERSONAL = ["last_name", "first_name", "phone", "email", "address", "postcode", "city", "contact", "forgotten_at"]
"""What an operator was told of a household goes with it."""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("connectivity", "0001_tables")]

    operations = [
        Wall(model_name="connectionfile", journal_name="connectionentry", stamps=STAMPS),
        AppendOnly("proofseen", []),
        AppendOnly("transmission", PERSONAL),
        AppendOnly("connectionpaper", []),
    ]
