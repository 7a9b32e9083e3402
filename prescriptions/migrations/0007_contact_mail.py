"""The mail that told a household, so that one that could not leave is told otherwise."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_walls"),
        ("prescriptions", "0006_promised_contacts"),
    ]

    operations = [
        migrations.AddField(
            model_name="promisedcontact",
            name="mail",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.mail",
                verbose_name="courriel envoyé",
            ),
        ),
    ]
