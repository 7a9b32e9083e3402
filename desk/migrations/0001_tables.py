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
                name="TodoThreshold",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("value", models.PositiveSmallIntegerField(verbose_name="valeur")),
                    (
                        "code",
                        models.CharField(
                            choices=[
                                ("quiet_days", "Prescripteur sans activité depuis"),
                                ("waited_days", "Besoin qui attend depuis plus de"),
                                ("decided_days", "Dérogation sans réponse, en retard après"),
                                ("told_days", "Réponse à une dérogation, affichée pendant"),
                                ("examined_days", "Demande sans réponse, en retard après"),
                                ("falls_days", "Réservation à remettre vite, avant sa fin"),
                                ("returned_days", "Appareil rapporté, en retard après"),
                                ("unanswered_days", "Problème de connexion, en retard après"),
                                ("unchosen_days", "Offre à choisir vite, avant la clôture du dossier"),
                            ],
                            max_length=20,
                            verbose_name="seuil",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "seuil d’«\xa0À faire\xa0»",
                    "verbose_name_plural": "seuils d’«\xa0À faire\xa0»",
                    "ordering": ("code", "-valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="desk_todothreshold_dates"),
                        models.UniqueConstraint(fields=("code", "valid_from"), name="desk_todothreshold_once"),
                        models.CheckConstraint(condition=models.Q(("code__in", ["quiet_days", "waited_days", "decided_days", "told_days", "examined_days", "falls_days", "returned_days", "unanswered_days", "unchosen_days"]), ("value__gte", 1)), name="desk_todothreshold_known"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ServiceThreshold",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("value", models.PositiveSmallIntegerField(verbose_name="valeur")),
                    ("code", models.CharField(choices=[("silent_minutes", "Travail de fond sans nouvelles, en minutes"), ("late_minutes", "Tâche en retard, en minutes"), ("free_megabytes", "Place libre attendue sur le disque, en mégaoctets")], max_length=20, verbose_name="seuil")),
                ],
                options={
                    "verbose_name": "seuil du service",
                    "verbose_name_plural": "seuils du service",
                    "ordering": ("code", "-valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="desk_servicethreshold_dates"),
                        models.UniqueConstraint(fields=("code", "valid_from"), name="desk_servicethreshold_once"),
                        models.CheckConstraint(condition=models.Q(("code__in", ["silent_minutes", "late_minutes", "free_megabytes"]), ("value__gte", 1)), name="desk_servicethreshold_known"),
                    ],
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
