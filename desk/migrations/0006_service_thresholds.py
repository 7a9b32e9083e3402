"""From when on the pilot is told that the service itself goes wrong."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0005_committees"),
    ]

    operations = [
        migrations.CreateModel(
            name="ServiceThreshold",
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
                ("value", models.PositiveSmallIntegerField(verbose_name="valeur")),
                (
                    "code",
                    models.CharField(
                        choices=[
                            ("silent_minutes", "Travail de fond sans nouvelles, en minutes"),
                            ("late_minutes", "Tâche en retard, en minutes"),
                            ("free_megabytes", "Place libre attendue sur le disque, en mégaoctets"),
                        ],
                        max_length=20,
                        verbose_name="seuil",
                    ),
                ),
            ],
            options={
                "verbose_name": "seuil du service",
                "verbose_name_plural": "seuils du service",
                "ordering": ("code", "-valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="desk_servicethreshold_dates",
                    ),
                    models.UniqueConstraint(fields=("code", "valid_from"), name="desk_servicethreshold_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code__in", ["silent_minutes", "late_minutes", "free_megabytes"]), ("value__gte", 1)
                        ),
                        name="desk_servicethreshold_known",
                    ),
                ],
            },
        ),
    ]
