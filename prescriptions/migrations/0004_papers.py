"""Each thing that a household may be told of its request has a paper of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_walls"),
        ("prescriptions", "0003_declined"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="prescriptionpaper",
            name="prescriptions_paper_kind",
        ),
        migrations.AlterField(
            model_name="prescriptionpaper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("filed", "Fiche du foyer\xa0: demande déposée"),
                    ("missing", "Fiche du foyer\xa0: demande à compléter"),
                    ("accepted", "Fiche du foyer\xa0: demande acceptée"),
                    ("declined", "Fiche du foyer\xa0: plus besoin"),
                    ("refused", "Fiche du foyer\xa0: demande refusée"),
                    ("stopped", "Fiche du foyer\xa0: demande abandonnée"),
                    ("expired", "Fiche du foyer\xa0: demande expirée"),
                    ("closing", "Note de clôture"),
                    ("sheet", "Fiche pour le foyer"),
                ],
                max_length=8,
                verbose_name="nature",
            ),
        ),
        migrations.AddConstraint(
            model_name="prescriptionpaper",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "filed",
                            "missing",
                            "accepted",
                            "declined",
                            "refused",
                            "stopped",
                            "expired",
                            "closing",
                            "sheet",
                        ],
                    )
                ),
                name="prescriptions_paper_kind",
            ),
        ),
    ]
