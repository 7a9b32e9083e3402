"""« À confirmer », the one word of the house. No column changes."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0004_spaces_kept"),
    ]

    operations = [
        migrations.AlterField(
            model_name="copperclosure",
            name="reliability",
            field=models.CharField(
                choices=[("sure", "Sûr"), ("check", "À confirmer")], max_length=8, verbose_name="fiabilité"
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="reliability",
            field=models.CharField(
                choices=[("sure", "Sûr"), ("check", "À confirmer")], max_length=8, verbose_name="fiabilité"
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="setup_fee",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="Vide s’ils sont à confirmer.",
                max_digits=6,
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="frais de mise en service",
            ),
        ),
    ]
