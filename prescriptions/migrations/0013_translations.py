"""What is told to households, said in other languages."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prescriptions", "0012_rights"),
    ]

    operations = [
        migrations.CreateModel(
            name="SheetTranslation",
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
                    "language",
                    models.CharField(
                        choices=[
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
                ("french", models.CharField(max_length=400, verbose_name="texte français")),
                ("text", models.CharField(max_length=600, verbose_name="traduction")),
            ],
            options={
                "verbose_name": "traduction des fiches",
                "verbose_name_plural": "traductions des fiches",
                "ordering": ("language", "french", "valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="prescriptions_sheettranslation_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("language", "french", "valid_from"), name="prescriptions_sheettranslation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("language__in", ["en", "es", "ar", "uk", "tr", "ro"])),
                        name="prescriptions_sheettranslation_language",
                    ),
                ],
            },
        ),
    ]
