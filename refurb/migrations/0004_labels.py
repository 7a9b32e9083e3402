"""Labels printed for devices or in advance, and the sheets of a workshop."""

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("refurb", "0003_proofs"),
    ]

    operations = [
        migrations.CreateModel(
            name="LabelRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sheet_name", models.CharField(max_length=80, verbose_name="planche")),
                ("sheet", models.JSONField(verbose_name="mesures de la planche")),
                ("skipped", models.PositiveSmallIntegerField(default=0, verbose_name="étiquettes déjà utilisées")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("lost", "Décollée ou perdue"),
                            ("unreadable", "Abîmée ou illisible"),
                            ("changed", "Ce qu’elle dit a changé (grade, mémoire…)"),
                            ("jammed", "Mal sortie de l’imprimante"),
                        ],
                        max_length=12,
                        verbose_name="réimprimées car",
                    ),
                ),
                ("printed_at", models.DateTimeField(verbose_name="imprimées le")),
                (
                    "printed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="label_runs",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
            ],
            options={
                "verbose_name": "impression d’étiquettes",
                "verbose_name_plural": "impressions d’étiquettes",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="Label",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("rank", models.PositiveSmallIntegerField(verbose_name="rang")),
                ("tag", models.CharField(max_length=40, verbose_name="étiquette")),
                (
                    "tag_key",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.Upper(
                            models.Func(
                                models.F("tag"),
                                models.Value("[\\s\\u00a0\\u202f‐‑‒–—―−-]"),
                                models.Value(""),
                                models.Value("g"),
                                function="regexp_replace",
                            )
                        ),
                        output_field=models.CharField(max_length=40),
                        verbose_name="étiquette, sans casse, espaces ni tirets",
                    ),
                ),
                ("said", models.CharField(blank=True, max_length=200, verbose_name="description")),
                ("grade", models.CharField(blank=True, max_length=12, verbose_name="grade")),
                ("again", models.BooleanField(default=False, verbose_name="réimprimée")),
                (
                    "device",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="labels",
                        to="refurb.device",
                        verbose_name="appareil",
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="labels",
                        to="refurb.labelrun",
                        verbose_name="impression",
                    ),
                ),
            ],
            options={
                "verbose_name": "étiquette imprimée",
                "verbose_name_plural": "étiquettes imprimées",
                "ordering": ("run", "rank"),
            },
        ),
        migrations.CreateModel(
            name="LabelSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="Tel qu’il est sur le paquet.", max_length=60, verbose_name="nom")),
                (
                    "page_width",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="largeur de la page (mm)"),
                ),
                (
                    "page_height",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="hauteur de la page (mm)"),
                ),
                (
                    "columns",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="étiquettes en largeur"
                    ),
                ),
                (
                    "rows",
                    models.PositiveSmallIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="étiquettes en hauteur"
                    ),
                ),
                (
                    "width",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="largeur d’une étiquette (mm)"),
                ),
                (
                    "height",
                    models.DecimalField(decimal_places=2, max_digits=5, verbose_name="hauteur d’une étiquette (mm)"),
                ),
                (
                    "left",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="du bord gauche à la première (mm)",
                    ),
                ),
                (
                    "top",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="du haut à la première (mm)",
                    ),
                ),
                (
                    "across",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="d’un bord gauche au suivant (mm)",
                    ),
                ),
                (
                    "down",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[django.core.validators.MinValueValidator(0)],
                        verbose_name="d’un haut au suivant (mm)",
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="décrite le")),
                (
                    "set_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "workshop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="label_sheets",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
            ],
            options={
                "verbose_name": "planche d’étiquettes d’un atelier",
                "verbose_name_plural": "planches d’étiquettes",
                "ordering": ("name",),
            },
        ),
        migrations.AddIndex(
            model_name="labelrun",
            index=models.Index(fields=["workshop", "-printed_at"], name="refurb_label_run_latest"),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(fields=("run", "rank"), name="refurb_label_rank_once"),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.UniqueConstraint(
                condition=models.Q(("device", None)), fields=("workshop", "tag_key"), name="refurb_label_blank_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(("tag", ""), _negated=True), name="refurb_label_has_tag"
            ),
        ),
        migrations.AddConstraint(
            model_name="label",
            constraint=models.CheckConstraint(
                condition=models.Q(("device__isnull", False), ("again", False), _connector="OR"),
                name="refurb_label_blank_is_new",
            ),
        ),
        migrations.AddConstraint(
            model_name="labelsheet",
            constraint=models.CheckConstraint(
                condition=models.Q(("columns__gte", 1), ("rows__gte", 1)), name="refurb_label_sheet_has_labels"
            ),
        ),
        AppendOnly("Label"),
        AppendOnly("LabelRun"),
        AppendOnly("LabelSheet"),
    ]
