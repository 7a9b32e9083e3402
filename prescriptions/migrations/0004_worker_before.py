"""Who followed a prescription before: whoever loses it is told."""

import django.db.models.deletion
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
]


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_saved_view"),
        ("prescriptions", "0003_agreement_text_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="worker_before",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="suivie avant par",
            ),
        ),
        Wall(
            model_name="prescription",
            journal_name="prescriptionentry",
            stamps=[*FORMER, "worker_before"],
            former=FORMER,
        ),
    ]
