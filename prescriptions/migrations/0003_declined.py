"""When a household answered that it does not need what was asked any more."""

from django.db import migrations, models

from lifecycle.operations import Wall

FORMER = [
    "accepted_at",
    "commune",
    "complete_by",
    "confirmed_at",
    "contacted_at",
    "created_at",
    "distributor",
    "end_reason",
    "ended_at",
    "epci",
    "prescriber",
    "submitted_at",
    "valid_until",
    "worker",
    "worker_before",
]


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0002_walls"),
    ]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="declined_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="le foyer a répondu non le"),
        ),
        migrations.AddConstraint(
            model_name="prescription",
            constraint=models.CheckConstraint(
                condition=models.Q(("declined_at", None), ("accepted_at__isnull", False), _connector="OR"),
                name="prescriptions_prescription_declined",
            ),
        ),
        Wall("Prescription", "PrescriptionEntry", [*FORMER, "declined_at"], former=FORMER),
    ]
