"""Words alone: the spaces before signs keep them on their line. No column changes."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0003_connection_terms"),
    ]

    operations = [
        migrations.AlterField(
            model_name="offer",
            name="price",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="TTC\xa0; vide s’il est à confirmer.",
                max_digits=6,
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="prix",
            ),
        ),
    ]
