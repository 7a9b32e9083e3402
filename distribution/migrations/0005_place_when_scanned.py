"""Where a device was recorded when it was scanned: a place that is written later is the later fact."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("distribution", "0004_appointments")]

    operations = [
        migrations.AddField(
            model_name="stocktakescan",
            name="recorded_place",
            field=models.CharField(blank=True, max_length=60, null=True, verbose_name="rangé alors à"),
        ),
    ]
