"""What tec.tech alone says of a device, by column: it goes back to it as it came."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("refurb", "0015_which_drive_was_lost")]

    operations = [
        migrations.AddField(
            model_name="tectechrow",
            name="rest",
            field=models.JSONField(default=dict, verbose_name="ce que Maillon ne tient pas"),
        ),
    ]
