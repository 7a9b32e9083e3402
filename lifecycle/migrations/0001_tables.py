"""The tables of the engine: comments, closed periods, seals, verifications."""

from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        Tables(
            migrations.CreateModel(
                name="Comment",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("digest", models.CharField(max_length=64, unique=True, verbose_name="empreinte")),
                    ("salt", models.CharField(blank=True, max_length=32, verbose_name="sel")),
                    ("text", models.TextField(blank=True, verbose_name="commentaire")),
                ],
                options={
                    "verbose_name": "commentaire",
                },
            ),
            migrations.CreateModel(
                name="ClosedPeriod",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("starts_at", models.DateTimeField(verbose_name="début")),
                    ("ends_at", models.DateTimeField(verbose_name="fin")),
                    ("closed_at", models.DateTimeField(verbose_name="close le")),
                ],
                options={
                    "verbose_name": "période close",
                    "verbose_name_plural": "périodes closes",
                    "constraints": [models.UniqueConstraint(fields=("starts_at", "ends_at"), name="lifecycle_closedperiod_once"), models.CheckConstraint(condition=models.Q(("starts_at__lt", models.F("ends_at"))), name="lifecycle_closedperiod_order")],
                },
            ),
            migrations.CreateModel(
                name="Seal",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("machine", models.CharField(max_length=40, verbose_name="machine")),
                    ("sealed_at", models.DateTimeField(verbose_name="scellé le")),
                    ("objects_count", models.PositiveIntegerField(verbose_name="objets")),
                    ("digest", models.CharField(max_length=64, verbose_name="empreinte")),
                    ("previous", models.CharField(blank=True, max_length=64, verbose_name="empreinte précédente")),
                ],
                options={
                    "verbose_name": "scellé",
                    "verbose_name_plural": "scellés",
                    "ordering": ("-sealed_at",),
                    "constraints": [models.UniqueConstraint(fields=("machine", "sealed_at"), name="lifecycle_seal_once")],
                },
            ),
            migrations.CreateModel(
                name="SentPage",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("digest", models.CharField(max_length=64, unique=True, verbose_name="empreinte")),
                    ("answer", models.TextField(blank=True, verbose_name="mène à")),
                    ("said", models.TextField(blank=True, verbose_name="phrase")),
                    ("at", models.DateTimeField(verbose_name="le")),
                ],
                options={
                    "verbose_name": "page envoyée",
                    "verbose_name_plural": "pages envoyées",
                },
            ),
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
        ),
    ]
