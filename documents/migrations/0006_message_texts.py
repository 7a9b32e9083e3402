"""What is said in messages to households: dated texts."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0005_sms"),
    ]

    operations = [
        migrations.CreateModel(
            name="MessageText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valable du")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.",
                        null=True,
                        verbose_name="au",
                    ),
                ),
                ("source", models.CharField(max_length=250, verbose_name="source")),
                ("checked_on", models.DateField(verbose_name="vérifié le")),
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
                        verbose_name="message",
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
                        default="fr",
                        max_length=2,
                        verbose_name="langue",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=120, verbose_name="objet")),
                ("body", models.TextField(max_length=3000, verbose_name="texte")),
            ],
            options={
                "verbose_name": "texte d’un message",
                "verbose_name_plural": "textes des messages",
                "ordering": ("code", "channel", "language", "valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="documents_messagetext_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("code", "channel", "language", "valid_from"), name="documents_messagetext_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("channel__in", ["sms", "email", "letter"]),
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
                        name="documents_messagetext_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("channel", "sms"), ("subject", "")),
                            models.Q(
                                models.Q(("channel", "sms"), _negated=True), models.Q(("subject", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="documents_messagetext_subject",
                    ),
                ],
            },
        ),
    ]
