"""Which machine of its donor’s inventory a device is."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0003_inventory"),
        ("refurb", "0006_deposit_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="device",
            name="inventory",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="device",
                to="donations.inventoryunit",
                verbose_name="machine de l’inventaire",
            ),
        ),
    ]
