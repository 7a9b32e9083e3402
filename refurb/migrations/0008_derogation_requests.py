"""An adviser asks for a derogation in writing; the answer is written once."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_saved_view"),
        ("prescriptions", "0003_agreement_text_kept"),
        ("refurb", "0007_deed_text_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="DerogationRequest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("territory", "Autre territoire"), ("emergency", "Urgence sociale")],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="raison")),
                ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                ("granted", models.BooleanField(null=True, verbose_name="accordée")),
                ("answer", models.TextField(null=True, verbose_name="réponse")),
                ("answered_at", models.DateTimeField(null=True, verbose_name="répondu le")),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="réponse donnée par",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="demandée par",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="derogation_requests",
                        to="prescriptions.need",
                        verbose_name="besoin",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande de dérogation",
                "verbose_name_plural": "demandes de dérogation",
                "ordering": ("asked_at", "pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["territory", "emergency"])),
                        name="refurb_derogationrequest_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answered_at", None), ("answered_by", None), ("granted", None)),
                            models.Q(
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                                ("granted__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="refurb_derogationrequest_answered",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at", None)),
                        fields=("need",),
                        name="refurb_derogationrequest_one_pending",
                    ),
                ],
            },
        ),
        AppendOnly("derogationrequest", ["reason", "granted", "answer", "answered_at", "answered_by"]),
    ]
