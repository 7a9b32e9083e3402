"""The text of each round, kept; the notes of a reviewer who has not answered yet."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("conventions", "0002_wall"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="notes",
            field=models.JSONField(blank=True, default=dict, editable=False, verbose_name="notes en attendant l’avis"),
        ),
        migrations.CreateModel(
            name="TextVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(verbose_name="relecture n°")),
                ("articles", models.JSONField(verbose_name="articles")),
                ("terms", models.JSONField(verbose_name="termes")),
                (
                    "convention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="conventions.convention",
                        verbose_name="convention",
                    ),
                ),
            ],
            options={
                "verbose_name": "version relue",
                "verbose_name_plural": "versions relues",
                "ordering": ("convention_id", "round"),
                "constraints": [
                    models.UniqueConstraint(fields=("convention", "round"), name="conventions_version_once")
                ],
            },
        ),
        AppendOnly(model_name="textversion"),
    ]
