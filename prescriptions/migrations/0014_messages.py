"""What households are written is a row of its own; what was promised may leave by SMS."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0006_message_texts"),
        ("network", "0005_data_protection_officer"),
        ("prescriptions", "0013_translations"),
    ]

    operations = [
        migrations.AddField(
            model_name="promisedcontact",
            name="sms",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.sms",
                verbose_name="SMS envoyé",
            ),
        ),
        migrations.AlterField(
            model_name="promisedcontact",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("told", "Le foyer est prévenu"),
                    ("sent", "Message envoyé"),
                    ("overtaken", "Dépassé par la suite"),
                ],
                max_length=9,
                verbose_name="suite",
            ),
        ),
        migrations.CreateModel(
            name="HouseholdMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("demande", "Du nouveau pour sa demande"),
                            ("ligne", "Du nouveau pour sa ligne"),
                            ("passage", "Passage de l’opérateur"),
                            ("toujours-d-actualite", "Toujours d’actualité\xa0?"),
                            ("rendez-vous", "Rendez-vous fixé"),
                            ("rendez-vous-rappel", "Rendez-vous rappelé"),
                            ("rendez-vous-annule", "Rendez-vous annulé"),
                        ],
                        max_length=24,
                        verbose_name="à propos de",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[("sms", "SMS"), ("email", "Courriel"), ("letter", "Lettre")],
                        max_length=8,
                        verbose_name="par",
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("fr", "Français"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("ar", "العربية"),
                            ("uk", "Українська"),
                            ("tr", "Türkçe"),
                            ("ro", "Română"),
                        ],
                        max_length=2,
                        verbose_name="langue",
                    ),
                ),
                ("written_at", models.DateTimeField(verbose_name="écrit le")),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="prescriptions.household",
                        verbose_name="foyer",
                    ),
                ),
                (
                    "letter",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.document",
                        verbose_name="lettre",
                    ),
                ),
                (
                    "mail",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.mail",
                        verbose_name="courriel",
                    ),
                ),
                (
                    "sms",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.sms",
                        verbose_name="SMS",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="documents.messagetext",
                        verbose_name="d’après le texte",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="écrit par",
                    ),
                ),
            ],
            options={
                "verbose_name": "message à un foyer",
                "verbose_name_plural": "messages aux foyers",
                "ordering": ("-written_at", "-pk"),
                "indexes": [models.Index(fields=["-written_at", "-id"], name="prescriptions_message_newest")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", "email"), ("letter", None), ("mail__isnull", False), ("sms", None)),
                            models.Q(("channel", "sms"), ("letter", None), ("mail", None), ("sms__isnull", False)),
                            models.Q(("channel", "letter"), ("letter__isnull", False), ("mail", None), ("sms", None)),
                            _connector="OR",
                        ),
                        name="prescriptions_message_carried",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "code__in",
                                [
                                    "demande",
                                    "ligne",
                                    "passage",
                                    "toujours-d-actualite",
                                    "rendez-vous",
                                    "rendez-vous-rappel",
                                    "rendez-vous-annule",
                                ],
                            ),
                            ("language__in", ["fr", "en", "es", "ar", "uk", "tr", "ro"]),
                        ),
                        name="prescriptions_message_known",
                    ),
                ],
            },
        ),
        AppendOnly("HouseholdMessage"),
    ]
