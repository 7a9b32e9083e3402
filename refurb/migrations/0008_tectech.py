"""What tec.tech says of devices."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_tables"),
        ("refurb", "0007_inventory"),
    ]

    operations = [
        migrations.CreateModel(
            name="TecTechRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(blank=True, max_length=40, verbose_name="id")),
                ("lot", models.CharField(blank=True, max_length=40, verbose_name="idLot")),
                ("stock", models.CharField(blank=True, max_length=40, verbose_name="idStock")),
                ("group", models.CharField(blank=True, max_length=40, verbose_name="idGroupe")),
                ("facts", models.JSONField(default=dict, verbose_name="ce qu’elle dit")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tectech",
                        to="refurb.device",
                        verbose_name="appareil",
                    ),
                ),
                (
                    "source",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="imports.import",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne de tec.tech",
                "verbose_name_plural": "lignes de tec.tech",
                "ordering": ("-pk",),
                "constraints": [models.UniqueConstraint(fields=("source", "device"), name="refurb_tectechrow_once")],
            },
        ),
    ]
