"""What was done of an incident, which is only added to."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_saved_view"),
        ("refurb", "0003_spaces_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="IncidentFollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("told", "Notifié à la CNIL"),
                            ("no_risk", "Non notifié\xa0: pas de risque pour les personnes"),
                            ("found", "Appareil retrouvé, données intactes ou effacées"),
                        ],
                        max_length=8,
                        verbose_name="suite donnée",
                    ),
                ),
                ("done_on", models.DateField(verbose_name="le")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="numéro donné par la CNIL")),
                ("words", models.TextField(blank=True, max_length=2000, verbose_name="ce qui a été fait")),
                ("recorded_at", models.DateTimeField(verbose_name="notée le")),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="follow_ups",
                        to="refurb.incident",
                        verbose_name="incident",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="notée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "suite d’un incident",
                "verbose_name_plural": "suites d’incidents",
                "ordering": ("recorded_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["told", "no_risk", "found"])), name="refurb_followup_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "no_risk"), _negated=True),
                            models.Q(("words", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="refurb_followup_no_risk_said",
                    ),
                ],
            },
        ),
        AppendOnly("incidentfollowup", []),
    ]
