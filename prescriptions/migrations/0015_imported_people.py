"""The people of lists, line by line until each has a file of her own."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0002_headings"),
        ("prescriptions", "0014_messages"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedPerson",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="ligne du fichier")),
                ("said", models.JSONField(default=dict, verbose_name="ce que dit la ligne")),
                (
                    "household",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="import_line",
                        to="prescriptions.household",
                        verbose_name="foyer",
                    ),
                ),
                (
                    "import_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="imports.import",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "personne d’une liste",
                "verbose_name_plural": "personnes des listes",
                "ordering": ("import_of", "number"),
                "constraints": [
                    models.UniqueConstraint(fields=("import_of", "number"), name="prescriptions_importedperson_once"),
                    models.CheckConstraint(
                        condition=models.Q(("household", None), ("said", {}), _connector="OR"),
                        name="prescriptions_importedperson_said_once",
                    ),
                ],
            },
        ),
    ]
