"""When a stocktake, its scans and its lines were written, by the clock of the database: what was handled meanwhile
is not missing.
"""

from django.db import migrations, models

FINDINGS = ["found", "misplaced", "unexpected", "handled", "missing", "unknown"]


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0005_place_when_scanned"),
        ("refurb", "0014_when_its_place_was_written"),
    ]

    operations = [
        migrations.AddField(
            model_name="stocktake",
            name="written_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="inscrit le"),
        ),
        *(
            migrations.AddField(
                model_name=name,
                name="written_at",
                field=models.DateTimeField(blank=True, null=True, verbose_name="inscrit le"),
            )
            for name in ("stocktakescan", "stocktakeline")
        ),
        migrations.AlterField(
            model_name="stocktakeline",
            name="finding",
            field=models.CharField(
                choices=[
                    ("found", "Trouvé"),
                    ("misplaced", "Mal rangé"),
                    ("unexpected", "Là, et attendu ailleurs"),
                    ("handled", "Pris en main pendant l’inventaire"),
                    ("missing", "Pas trouvé"),
                    ("unknown", "Étiquette inconnue"),
                ],
                max_length=10,
                verbose_name="constat",
            ),
        ),
        migrations.RemoveConstraint(model_name="stocktakeline", name="distribution_stocktake_finding"),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("finding__in", FINDINGS)), name="distribution_stocktake_finding"
            ),
        ),
    ]
