"""Stocktakes: their journal, what was scanned, what was found."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
from lifecycle.operations import AppendOnly, Wall


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0002_walls"),
        ("network", "0003_cache"),
        ("refurb", "0004_labels"),
    ]

    operations = [
        migrations.CreateModel(
            name="Stocktake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    lifecycle.fields.StateField(
                        choices=[("open", "En cours"), ("closed", "Clos"), ("abandoned", "Abandonné")],
                        default="open",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="place")),
                (
                    "type",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("laptop", "Ordinateur portable"),
                            ("desktop", "Ordinateur fixe"),
                            ("tablet", "Tablette"),
                            ("smartphone", "Smartphone"),
                            ("screen", "Écran"),
                        ],
                        max_length=12,
                        verbose_name="type",
                    ),
                ),
                ("opened_at", models.DateTimeField(editable=False, null=True, verbose_name="commencé le")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="fini le")),
                (
                    "ended_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="fini par",
                    ),
                ),
                (
                    "opened_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="commencé par",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="refurb.distributionpoint",
                        verbose_name="point",
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
            ],
            options={
                "verbose_name": "inventaire",
                "ordering": ("-pk",),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="StocktakeEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField(verbose_name="rang")),
                ("verb", models.CharField(max_length=40, verbose_name="verbe")),
                ("source", models.CharField(blank=True, max_length=50, verbose_name="de")),
                ("target", models.CharField(max_length=50, verbose_name="à")),
                ("at", models.DateTimeField(verbose_name="le")),
                ("recorded_at", models.DateTimeField(verbose_name="inscrit le")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="échu le")),
                ("cause_machine", models.CharField(blank=True, max_length=40, verbose_name="machine de la cause")),
                ("cause_entry", models.BigIntegerField(blank=True, null=True, verbose_name="ligne de la cause")),
                ("role", models.CharField(max_length=20, verbose_name="rôle")),
                ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                (
                    "comment_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire"),
                ),
                ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="distribution.stocktake"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des inventaires",
                "verbose_name_plural": "journal des inventaires",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="StocktakeLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "finding",
                    models.CharField(
                        choices=[
                            ("found", "Trouvé"),
                            ("misplaced", "Mal rangé"),
                            ("unexpected", "Là, et attendu ailleurs"),
                            ("missing", "Pas trouvé"),
                            ("unknown", "Étiquette inconnue"),
                        ],
                        max_length=10,
                        verbose_name="constat",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=80, verbose_name="lu")),
                ("state", models.CharField(blank=True, max_length=20, verbose_name="état ce jour-là")),
                ("expected_at", models.CharField(blank=True, max_length=60, verbose_name="rangé à")),
                ("seen_at", models.CharField(blank=True, max_length=60, verbose_name="vu à")),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="refurb.device",
                        verbose_name="appareil",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="distribution.stocktake",
                        verbose_name="inventaire",
                    ),
                ),
            ],
            options={
                "verbose_name": "constat d’un inventaire",
                "verbose_name_plural": "constats des inventaires",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="StocktakeScan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=80, verbose_name="lu")),
                ("place", models.CharField(blank=True, max_length=60, verbose_name="vu à")),
                ("scanned_at", models.DateTimeField(verbose_name="scanné le")),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="refurb.device",
                        verbose_name="appareil",
                    ),
                ),
                (
                    "scanned_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scans",
                        to="distribution.stocktake",
                        verbose_name="inventaire",
                    ),
                ),
                (
                    "takes_back",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back_by",
                        to="distribution.stocktakescan",
                        verbose_name="annule",
                    ),
                ),
            ],
            options={
                "verbose_name": "scan d’un inventaire",
                "verbose_name_plural": "scans des inventaires",
                "ordering": ("-pk",),
            },
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed", "abandoned"])),
                name="distribution_stocktake_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("point", None), ("workshop__isnull", False)),
                    models.Q(("point__isnull", False), ("workshop", None)),
                    _connector="OR",
                ),
                name="distribution_stocktake_one_place",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("type", ""), ("type__in", ["laptop", "desktop", "tablet", "smartphone", "screen"]), _connector="OR"
                ),
                name="distribution_stocktake_type_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "open")),
                    models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="distribution_stocktake_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktake",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("workshop", "point", "place", "type"),
                name="distribution_stocktake_one_open",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="stocktakeentry",
            index=models.Index(fields=["at", "object"], name="distribution_stocktakeentry_at"),
        ),
        migrations.AddConstraint(
            model_name="stocktakeentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="distribution_stocktakeentry_once"),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.CheckConstraint(
                condition=models.Q(("finding__in", ["found", "misplaced", "unexpected", "missing", "unknown"])),
                name="distribution_stocktake_finding",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("device", None), ("finding", "unknown"), models.Q(("text", ""), _negated=True)),
                    models.Q(models.Q(("finding", "unknown"), _negated=True), ("device__isnull", False)),
                    _connector="OR",
                ),
                name="distribution_stocktake_line_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="stocktakeline",
            constraint=models.UniqueConstraint(
                fields=("stocktake", "device"), name="distribution_stocktake_device_once"
            ),
        ),
        migrations.AddIndex(
            model_name="stocktakescan",
            index=models.Index(fields=["stocktake", "device"], name="distribution_stocktake_scan"),
        ),
        Wall("Stocktake", "StocktakeEntry", ["opened_at", "opened_by", "ended_at", "ended_by"]),
        AppendOnly("StocktakeScan"),
        AppendOnly("StocktakeLine"),
    ]
