"""What files that look alike are looked for by: when someone was born, an e-mail."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0004_papers"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="household",
            index=models.Index(fields=["birth_date"], name="prescriptions_household_born"),
        ),
        migrations.AddIndex(
            model_name="household",
            index=models.Index(
                condition=models.Q(("email", ""), _negated=True), fields=["email"], name="prescriptions_household_email"
            ),
        ),
    ]
