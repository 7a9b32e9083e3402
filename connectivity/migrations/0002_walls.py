"""The database is the wall of connection files: no move without its journal row, no change to what was seen or sent."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall
from prescriptions.nir_migration import without_nir

STAMPS = [
    "abandon_reason",
    "abandoned_at",
    "accepted_at",
    "activated_by",
    "active_at",
    "after_loss",
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
    "price_after",
    "problem",
    "problem_at",
    "operator_note",
    "proposed_at",
    "proposed_by",
    "refusal",
    "refused_at",
    "reminders",
    "renewal_told_at",
    "renewed_at",
    "renewed_by",
    "right_loss",
    "right_lost_at",
    "right_lost_by",
    "scheduled_at",
    "sent_at",
    "sent_by",
    "started_on",
    "touched_at",
    "waiting_since",
]
PERSONAL = ["last_name", "first_name", "phone", "email", "address", "postcode", "city", "contact", "forgotten_at"]
"""What an operator was told of a household goes with it."""
EVIDENCE: dict[str, list[str]] = {
    "addresscheck": [],
    "campaigncall": ["note"],
    "campaignscript": [],
    "connectionpaper": [],
    "problemanswer": ["note", "words"],
    "proofseen": [],
    "reachtold": [],
    "transmission": PERSONAL,
}
"""What is only added to, with what may be forgotten."""
WITHOUT_NIR = {
    "problemanswer": "words",
    "coppercampaign": "title",
    "campaignscript": "words",
    "campaigncall": "note",
}
"""The columns in which people write about people."""


class Migration(migrations.Migration):
    """Triggers and constraints only: no column changes."""

    dependencies = [("connectivity", "0001_tables"), ("prescriptions", "0002_walls")]

    operations = [
        Wall(model_name="connectionfile", journal_name="connectionentry", stamps=STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        *(without_nir(f"connectivity_{table}", column) for table, column in WITHOUT_NIR.items()),
    ]
