"""The wall watches what the second half of a device's life stamps; hand-overs and settlements are only added to."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

DEVICE_STAMPS = [
    "allotted_at",
    "attached_to",
    "available_at",
    "bsd_number",
    "cede_reason",
    "collected_at",
    "convention",
    "convention_epci",
    "delivery",
    "destruction_awaited",
    "donor_kind",
    "ended_at",
    "grade",
    "grading",
    "handed_over_at",
    "missing_at",
    "missing_reason",
    "need",
    "origin_epci",
    "part_wanted",
    "point",
    "price",
    "price_ceiling",
    "quota",
    "ready_at",
    "received_at",
    "recipient",
    "recycler",
    "replaces",
    "reserved_at",
    "reserved_until",
    "return_reason",
    "returned_at",
    "sale_ceiling",
    "sale_price",
    "shipped_at",
    "stay",
    "tag",
    "type",
    "unannounced",
    "unusable_at",
    "unusable_reason",
    "warranty_until",
    "withdrawal_reason",
    "workshop",
]

SIGNED_LATER = ["proof", "signature", "signed_by", "handed_over_at", "closed_at", "closed_because"]
"""A note is prepared, then signed, then closed; what it says never changes."""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0005_distribution")]

    operations = [
        Wall(model_name="device", journal_name="deviceentry", stamps=DEVICE_STAMPS),
        AppendOnly("derogation", ["reason"]),
        AppendOnly("handover", SIGNED_LATER),
        AppendOnly("settlement"),
    ]
