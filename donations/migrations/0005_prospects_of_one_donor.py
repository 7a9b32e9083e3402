"""Two EPCI may have spotted the same donor: neither learns from a refusal that the other follows it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0004_prospects"),
        ("network", "0004_skills"),
    ]

    operations = [
        migrations.AlterField(
            model_name="prospect",
            name="organisation",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="prospects",
                to="network.organisation",
                verbose_name="organisation donatrice",
            ),
        ),
    ]
