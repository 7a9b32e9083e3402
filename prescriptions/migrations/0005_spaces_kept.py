"""Words alone: the spaces before signs keep them on their line. No column changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("prescriptions", "0004_worker_before"),
    ]

    operations = [
        migrations.AlterField(
            model_name="decision",
            name="verdict",
            field=models.CharField(
                choices=[
                    ("favourable", "Les règles sont favorables"),
                    ("to_appraise", "À apprécier\xa0: les règles ne tranchent pas"),
                    ("against", "Les règles sont défavorables"),
                ],
                max_length=12,
                verbose_name="ce que disent les règles",
            ),
        ),
        migrations.AlterField(
            model_name="household",
            name="domiciled",
            field=models.BooleanField(
                default=False, help_text="Sans domicile stable\xa0: domicilié là.", verbose_name="domiciliation"
            ),
        ),
        migrations.AlterField(
            model_name="reminder",
            name="kind",
            field=models.CharField(
                choices=[
                    ("complete", "Dossier à compléter"),
                    ("still_current", "Toujours d’actualité\xa0?"),
                    ("anonymisation", "Effacement annoncé"),
                ],
                max_length=14,
                verbose_name="rappel",
            ),
        ),
    ]
