"""The tables of imports: files and how they are read, lines left out, columns kept."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0002_walls"),
        ("network", "0003_shared_cache"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Import",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(max_length=40, verbose_name="nature")),
                    ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="imports", to="network.organisation", verbose_name="organisation")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile", verbose_name="fichier")),
                    ("stage", models.CharField(choices=[("checked", "À confirmer"), ("applying", "En cours"), ("done", "Terminé"), ("failed", "Arrêté"), ("dropped", "Abandonné"), ("undone", "Défait")], default="checked", max_length=10, verbose_name="avancement")),
                    ("sheet", models.CharField(blank=True, max_length=120, verbose_name="feuille")),
                    ("columns", models.JSONField(default=dict, verbose_name="colonnes")),
                    ("fills", models.JSONField(default=dict, verbose_name="valeurs pour toutes les lignes")),
                    ("headings", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(blank=True), blank=True, default=list, editable=False, verbose_name="titres des colonnes")),
                    ("with_known", models.BooleanField(default=False, verbose_name="avec ce qui est déjà connu")),
                    ("print", models.CharField(blank=True, max_length=64, verbose_name="empreinte")),
                    ("into", models.BigIntegerField(blank=True, null=True, verbose_name="ajouté à")),
                    ("result", models.BigIntegerField(blank=True, null=True, verbose_name="devenu")),
                    ("total", models.PositiveIntegerField(default=0, verbose_name="lignes")),
                    ("done", models.PositiveIntegerField(default=0, verbose_name="lignes traitées")),
                    ("created", models.PositiveIntegerField(default=0, verbose_name="lignes reprises")),
                    ("error", models.CharField(blank=True, max_length=300, verbose_name="arrêté car")),
                    ("started_at", models.DateTimeField(verbose_name="déposé le")),
                    ("started_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="déposé par")),
                    ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="lancé le")),
                    ("applied_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="lancé par")),
                    ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="fini le")),
                ],
                options={
                    "verbose_name": "import",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["organisation", "kind"], name="imports_import_of"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("stage__in", ("applying", "done"))), fields=("kind", "organisation", "print"), name="imports_import_once"),
                        models.UniqueConstraint(condition=models.Q(("stage", "applying")), fields=("kind", "organisation"), name="imports_import_one_at_a_time"),
                        models.CheckConstraint(condition=models.Q(("stage__in", ["checked", "applying", "done", "failed", "dropped", "undone"])), name="imports_import_stage"),
                        models.CheckConstraint(condition=models.Q(("done__lte", models.F("total"))), name="imports_import_done"),
                        models.CheckConstraint(condition=models.Q(models.Q(("stage", "done"), _negated=True), models.Q(("done", models.F("total")), ("ended_at__isnull", False), models.Q(("print", ""), _negated=True)), _connector="OR"), name="imports_import_whole"),
                        models.CheckConstraint(condition=models.Q(models.Q(("stage", "failed"), models.Q(("error", ""), _negated=True)), models.Q(models.Q(("stage", "failed"), _negated=True), ("error", "")), _connector="OR"), name="imports_import_failed"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="KeptColumns",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(max_length=40, verbose_name="nature")),
                    ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="network.organisation", verbose_name="organisation")),
                    ("headings", models.JSONField(verbose_name="titres")),
                ],
                options={
                    "verbose_name": "colonnes retenues",
                    "verbose_name_plural": "colonnes retenues",
                    "constraints": [
                        models.UniqueConstraint(fields=("kind", "organisation"), name="imports_keptcolumns_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LeftLine",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("source", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="left", to="imports.import", verbose_name="import")),
                    ("number", models.PositiveIntegerField(verbose_name="ligne")),
                    ("cells", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(blank=True), verbose_name="cases")),
                    ("outcome", models.CharField(choices=[("created", "À reprendre"), ("refused", "Refusée"), ("known", "Déjà connue")], max_length=10, verbose_name="ce qu’elle devient")),
                    ("reasons", django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), verbose_name="raisons")),
                ],
                options={
                    "verbose_name": "ligne laissée de côté",
                    "verbose_name_plural": "lignes laissées de côté",
                    "ordering": ("source", "number"),
                    "constraints": [
                        models.UniqueConstraint(fields=("source", "number"), name="imports_leftline_once"),
                        models.CheckConstraint(condition=models.Q(("outcome__in", ("refused", "known"))), name="imports_leftline_outcome"),
                    ],
                },
            ),
        )
    ]
