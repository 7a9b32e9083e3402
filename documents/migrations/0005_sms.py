"""The outbox of SMS."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_sheets"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sms",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=16, verbose_name="numéro")),
                ("text", models.TextField(blank=True, verbose_name="texte")),
                ("about_machine", models.CharField(max_length=40, verbose_name="à propos de")),
                ("about_pk", models.BigIntegerField(verbose_name="clé de l’objet")),
                ("created_at", models.DateTimeField(verbose_name="écrit le")),
                ("leaves_at", models.DateTimeField(verbose_name="part à partir du")),
                (
                    "delivery",
                    models.CharField(
                        choices=[
                            ("queued", "En attente d’envoi"),
                            ("sending", "Envoi en cours"),
                            ("sent", "Envoyé"),
                            ("kept", "Gardé ici, rien ne part"),
                            ("failed", "Non envoyé"),
                        ],
                        default="queued",
                        max_length=10,
                        verbose_name="acheminement",
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True, verbose_name="envoyé le")),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="essais")),
                ("error", models.CharField(blank=True, max_length=80, verbose_name="code d’erreur")),
                ("forgotten_at", models.DateTimeField(null=True, verbose_name="effacé le")),
            ],
            options={
                "verbose_name": "SMS",
                "verbose_name_plural": "SMS",
                "ordering": ("-created_at", "-pk"),
                "indexes": [models.Index(fields=["about_machine", "about_pk"], name="documents_sms_about")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("forgotten_at", None), ("number__regex", "^\\+33[67][0-9]{8}$")),
                            models.Q(("forgotten_at__isnull", False), ("number", ""), ("text", "")),
                            _connector="OR",
                        ),
                        name="documents_sms_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivery", "sent"), ("sent_at__isnull", False)),
                            models.Q(models.Q(("delivery", "sent"), _negated=True), ("sent_at", None)),
                            _connector="OR",
                        ),
                        name="documents_sms_sent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("delivery", "failed"), _negated=True),
                            models.Q(("error", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="documents_sms_failed",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("leaves_at__gte", models.F("created_at"))), name="documents_sms_hours"
                    ),
                ],
            },
        ),
    ]
