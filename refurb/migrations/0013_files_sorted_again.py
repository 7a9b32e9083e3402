"""A file that was sorted to the wrong device is withdrawn from it, and sorted again; both stay told."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0004_skills"),
        ("refurb", "0012_parts_written_off"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="hardwarereport", name="refurb_hardwarereport_once"),
        migrations.AddField(
            model_name="hardwarereport",
            name="withdrawn_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="retirée le"),
        ),
        migrations.AddField(
            model_name="hardwarereport",
            name="withdrawn_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="retirée par",
            ),
        ),
        migrations.AddConstraint(
            model_name="hardwarereport",
            constraint=models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("deposit", "device"),
                name="refurb_hardwarereport_standing",
            ),
        ),
        migrations.AddConstraint(
            model_name="hardwarereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("withdrawn_at", None), ("withdrawn_by", None)),
                    models.Q(("withdrawn_at__isnull", False), ("withdrawn_by__isnull", False)),
                    _connector="OR",
                ),
                name="refurb_hardwarereport_withdrawn",
            ),
        ),
        AppendOnly("HardwareReport", ["withdrawn_at", "withdrawn_by"]),
    ]
