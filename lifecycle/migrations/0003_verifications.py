"""What the verifications of each night found."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("lifecycle", "0002_wall"),
    ]

    operations = [
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("subject", models.CharField(max_length=20, verbose_name="ce qui est relu")),
                ("started_at", models.DateTimeField(verbose_name="commencée le")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="finie le")),
                ("rows_count", models.PositiveBigIntegerField(default=0, verbose_name="lignes relues")),
                ("faults_count", models.PositiveIntegerField(default=0, verbose_name="fautes")),
                ("faults", models.JSONField(default=list, verbose_name="premières fautes")),
                ("machines", models.JSONField(default=list, verbose_name="machines en faute")),
            ],
            options={
                "verbose_name": "vérification",
                "ordering": ("-started_at",),
                "indexes": [models.Index(fields=["subject", "-started_at"], name="lifecycle_verification_last")],
            },
        ),
    ]
