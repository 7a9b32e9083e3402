"""The lines of a file of closures of copper, until the import is whole."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0005_lines"),
        ("imports", "0001_tables"),
        ("network", "0003_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="ImportedClosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lot", models.PositiveSmallIntegerField(verbose_name="lot")),
                ("commercial_on", models.DateField(verbose_name="fermeture commerciale")),
                ("technical_on", models.DateField(verbose_name="fermeture technique")),
                ("said_by", models.CharField(max_length=250, verbose_name="source")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.commune",
                        verbose_name="commune",
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
                "verbose_name": "fermeture importée",
                "verbose_name_plural": "fermetures importées",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(fields=("import_of", "commune"), name="connectivity_importedclosure_once")
                ],
            },
        ),
    ]
