"""Evidence obeys the months that are closed: a figure that was frozen is not changed by a proof dated inside it."""

from django.db import migrations

from lifecycle.operations import ClosedToRecords

EVIDENCE = (
    "drive",
    "storageabsence",
    "erasure",
    "destruction",
    "driveremoval",
    "testrun",
    "grading",
    "repair",
    "settlement",
)


class Migration(migrations.Migration):
    dependencies = [("refurb", "0004_incident_follow_ups"), ("lifecycle", "0003_verifications")]
    operations = [*(ClosedToRecords(name) for name in EVIDENCE), ClosedToRecords("incident", "known_at")]
