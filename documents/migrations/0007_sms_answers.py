"""What households answer to SMS."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0006_message_texts"),
        ("network", "0005_data_protection_officer"),
    ]

    operations = [
        migrations.CreateModel(
            name="SmsAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_id", models.CharField(max_length=80, unique=True, verbose_name="identifiant du service")),
                ("received_at", models.DateTimeField(verbose_name="reçu le")),
                (
                    "meaning",
                    models.CharField(
                        choices=[("yes", "Oui"), ("no", "Non"), ("stop", "Stop"), ("other", "Autre chose")],
                        max_length=8,
                        verbose_name="sens",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("confirmed", "Le foyer vient"),
                            ("cancelled", "Le foyer ne vient pas\xa0: rendez-vous annulé"),
                            ("stopped", "Plus de SMS à ce foyer"),
                            ("to_read", "À lire par le conseiller"),
                            ("nothing", "Sans effet\xa0: numéro inconnu, ou aucun rendez-vous à venir"),
                        ],
                        default="nothing",
                        max_length=10,
                        verbose_name="suite",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unclear", "ni oui, ni non"),
                            ("several", "plusieurs rendez-vous à ce numéro"),
                            ("refused", "trop tard pour changer sans appeler"),
                        ],
                        max_length=8,
                        verbose_name="à lire parce que",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="texte")),
                ("read_at", models.DateTimeField(blank=True, null=True, verbose_name="lu le")),
                (
                    "read_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="lu par",
                    ),
                ),
                (
                    "sms",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="documents.sms",
                        verbose_name="en réponse à",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse à un SMS",
                "verbose_name_plural": "réponses aux SMS",
                "ordering": ("-received_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("meaning__in", ["yes", "no", "stop", "other"]),
                            ("outcome__in", ["confirmed", "cancelled", "stopped", "to_read", "nothing"]),
                        ),
                        name="documents_smsanswer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("text", ""),
                            models.Q(("outcome", "to_read"), ("read_at", None), ("sms__isnull", False)),
                            _connector="OR",
                        ),
                        name="documents_smsanswer_words",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("outcome", "to_read"), models.Q(("why", ""), _negated=True)),
                            models.Q(models.Q(("outcome", "to_read"), _negated=True), ("why", "")),
                            _connector="OR",
                        ),
                        name="documents_smsanswer_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("read_at", None), ("read_by", None)), ("read_at__isnull", False), _connector="OR"
                        ),
                        name="documents_smsanswer_read",
                    ),
                ],
            },
        ),
    ]
