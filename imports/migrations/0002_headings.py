"""The headings of files that name people, whose content is erased once they are applied."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("imports", "0001_tables"),
    ]

    operations = [
        migrations.AddField(
            model_name="import",
            name="headings",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(blank=True),
                blank=True,
                default=list,
                editable=False,
                verbose_name="titres des colonnes",
            ),
        ),
    ]
