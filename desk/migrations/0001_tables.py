"""The tables of what spans the apps."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0003_cache"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Seeding",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("as_of", models.DateField(help_text="Rien n’arrive ce jour-là ni après.", verbose_name="jusqu’au")),
                    ("seed", models.BigIntegerField(verbose_name="graine")),
                    ("devices", models.PositiveIntegerField(verbose_name="appareils demandés")),
                    ("started_at", models.DateTimeField(verbose_name="commencée le")),
                    ("finished_at", models.DateTimeField(null=True, verbose_name="finie le")),
                ],
                options={
                    "verbose_name": "démonstration",
                    "constraints": [models.CheckConstraint(condition=models.Q(("finished_at", None), ("finished_at__gte", models.F("started_at")), _connector="OR"), name="desk_seeding_dates")],
                },
            ),
            migrations.CreateModel(
                name="Committee",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(choices=[("steering", "Comité de pilotage"), ("technical", "Comité technique")], max_length=10, verbose_name="comité")),
                    ("meets_on", models.DateField(verbose_name="date")),
                    ("place", models.CharField(blank=True, max_length=120, verbose_name="heure et lieu")),
                    ("planned_at", models.DateTimeField(verbose_name="écrit le")),
                    ("planned_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="écrit par")),
                    ("cancelled_at", models.DateTimeField(null=True, verbose_name="annulé le")),
                ],
                options={
                    "verbose_name": "comité",
                    "ordering": ("-meets_on", "-pk"),
                    "constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["steering", "technical"])), name="desk_committee_kind"), models.UniqueConstraint(condition=models.Q(("cancelled_at", None)), fields=("kind", "meets_on"), name="desk_committee_once")],
                },
            ),
            migrations.CreateModel(
                name="ReferenceChange",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("model", models.CharField(max_length=80, verbose_name="sorte")),
                    ("key", models.BigIntegerField(verbose_name="n°")),
                    ("code", models.CharField(blank=True, max_length=60, verbose_name="paramètre")),
                    ("action", models.CharField(choices=[("added", "Ajout"), ("replaced", "Nouvelle version"), ("ended", "Fin"), ("corrected", "Correction"), ("checked", "Vérification"), ("withdrawn", "Retrait")], max_length=10, verbose_name="acte")),
                    ("said", models.TextField(blank=True, verbose_name="ce qui change")),
                    ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("at", models.DateTimeField(verbose_name="le")),
                ],
                options={
                    "verbose_name": "modification des référentiels",
                    "verbose_name_plural": "modifications des référentiels",
                    "ordering": ("-pk",),
                    "indexes": [models.Index(fields=["model", "key"], name="desk_referencechange_of")],
                    "constraints": [models.CheckConstraint(condition=models.Q(("action__in", ["added", "replaced", "ended", "corrected", "checked", "withdrawn"])), name="desk_referencechange_action")],
                },
            ),
            migrations.CreateModel(
                name="Visit",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("membership", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="rattachement")),
                    ("seen_at", models.DateTimeField(verbose_name="vu le")),
                    ("previous_at", models.DateTimeField(null=True, verbose_name="visite d’avant, jusqu’au")),
                ],
                options={
                    "verbose_name": "visite",
                    "constraints": [models.CheckConstraint(condition=models.Q(("previous_at", None), ("previous_at__lte", models.F("seen_at")), _connector="OR"), name="desk_visit_order")],
                },
            ),
        ),
    ]
