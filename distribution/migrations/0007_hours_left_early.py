"""Whoever came before his hour leaves it to somebody else."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("distribution", "0005_place_when_scanned")]

    operations = [
        migrations.RemoveConstraint(model_name="appointment", name="distribution_appointment_seat_once"),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", "booked"),
                    models.Q(("ended_at__gte", models.F("starts_at")), ("state", "honoured")),
                    _connector="OR",
                ),
                fields=("point", "starts_at", "seat"),
                name="distribution_appointment_seat_once",
            ),
        ),
    ]
