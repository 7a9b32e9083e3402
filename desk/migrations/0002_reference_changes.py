"""Who changed the reference data, and when: rows that are only added to."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0001_initial"),
        ("network", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="ReferenceChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("model", models.CharField(max_length=80, verbose_name="sorte")),
                ("key", models.BigIntegerField(verbose_name="n°")),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("added", "Ajout"),
                            ("replaced", "Nouvelle version"),
                            ("ended", "Fin"),
                            ("corrected", "Correction"),
                            ("checked", "Vérification"),
                            ("withdrawn", "Retrait"),
                        ],
                        max_length=10,
                        verbose_name="acte",
                    ),
                ),
                ("said", models.TextField(blank=True, verbose_name="ce qui change")),
                ("at", models.DateTimeField(verbose_name="le")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "modification des référentiels",
                "verbose_name_plural": "modifications des référentiels",
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["model", "key"], name="desk_referencechange_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("action__in", ["added", "replaced", "ended", "corrected", "checked", "withdrawn"])
                        ),
                        name="desk_referencechange_action",
                    )
                ],
            },
        ),
        AppendOnly("referencechange"),
    ]
