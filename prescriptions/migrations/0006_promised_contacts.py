"""What households are promised to be told, by whom and by when."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0005_likeness"),
    ]

    operations = [
        migrations.CreateModel(
            name="PromisedContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("missing", "Il manque quelque chose à sa demande"),
                            ("accepted", "Sa demande est acceptée"),
                            ("refused", "Sa demande est refusée"),
                        ],
                        max_length=8,
                        verbose_name="ce qui est à dire",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "Appel téléphonique"),
                            ("sms", "SMS"),
                            ("email", "Courriel"),
                            ("letter", "Courrier postal"),
                            ("worker", "Par son travailleur social"),
                        ],
                        max_length=8,
                        verbose_name="comment",
                    ),
                ),
                ("promised_at", models.DateTimeField(verbose_name="promis le")),
                ("due_on", models.DateField(verbose_name="à faire avant le")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="essais sans réponse")),
                ("tried_at", models.DateTimeField(blank=True, null=True, verbose_name="dernier essai le")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="réglé le")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("told", "Le foyer est prévenu"),
                            ("sent", "Courriel envoyé"),
                            ("overtaken", "Dépassé par la suite"),
                        ],
                        max_length=9,
                        verbose_name="suite",
                    ),
                ),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="promised_contacts",
                        to="prescriptions.prescription",
                        verbose_name="prescription",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "foyer à prévenir",
                "verbose_name_plural": "foyers à prévenir",
                "ordering": ("due_on", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("settled_at", None)),
                        fields=("prescription",),
                        name="prescriptions_contact_one_to_keep",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                            models.Q(("outcome", "told"), ("settled_at__isnull", False), ("settled_by__isnull", False)),
                            models.Q(
                                ("outcome__in", ["sent", "overtaken"]),
                                ("settled_at__isnull", False),
                                ("settled_by", None),
                            ),
                            _connector="OR",
                        ),
                        name="prescriptions_contact_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("about__in", ["missing", "accepted", "refused"])),
                        name="prescriptions_contact_about",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["phone", "sms", "email", "letter", "worker"])),
                        name="prescriptions_contact_channel",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("settled_at", None), ("settled_at__gte", models.F("promised_at")), _connector="OR"
                        ),
                        name="prescriptions_contact_dates",
                    ),
                ],
            },
        ),
    ]
