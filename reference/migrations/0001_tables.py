"""The one table of dated numbers. Two values of a code never hold on the same day: an exclusion says so."""

import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import reference.models
import reference.registry
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [("lifecycle", "0002_walls")]

    operations = [
        BtreeGistExtension(),
        Tables(
            migrations.CreateModel(
                name="Parameter",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\u00a0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("code", models.CharField(choices=reference.registry.declared_codes, max_length=60, verbose_name="paramètre")),
                    ("value", models.DecimalField(decimal_places=2, max_digits=10, verbose_name="valeur")),
                    ("unit", models.CharField(editable=False, max_length=20, verbose_name="unité")),
                ],
                options={
                    "verbose_name": "paramètre daté",
                    "verbose_name_plural": "paramètres datés",
                    "ordering": ("code", "-valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="reference_parameter_dates"),
                        models.UniqueConstraint(fields=("code", "valid_from"), name="reference_parameter_once"),
                        django.contrib.postgres.constraints.ExclusionConstraint(
                            expressions=[
                                ("code", "="),
                                (reference.models.DateRange("valid_from", "valid_to", django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True)), "&&"),
                            ],
                            name="reference_parameter_apart",
                        ),
                        models.CheckConstraint(condition=models.Q(("unit", ""), _negated=True), name="reference_parameter_unit"),
                    ],
                },
            ),
        ),
    ]
