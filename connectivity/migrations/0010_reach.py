"""What can be had at an address: tables by commune, what was checked for a household, what it was told."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0009_messages"),
        ("imports", "0001_tables"),
        ("network", "0006_prescribers"),
    ]

    operations = [
        migrations.CreateModel(
            name="AddressCheck",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("fibre", "Fibre"),
                            ("cable", "Câble"),
                            ("fixed_4g", "4G fixe"),
                            ("fixed_5g", "5G fixe"),
                            ("satellite", "Satellite"),
                            ("copper", "Cuivre (ADSL)"),
                        ],
                        max_length=10,
                        verbose_name="technologie",
                    ),
                ),
                ("reached", models.BooleanField(verbose_name="arrive à l’adresse")),
                ("checked_on", models.DateField(verbose_name="vérifié le")),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("arcep", "La carte de l’Arcep, à cette adresse"),
                            ("operator", "L’opérateur, au téléphone ou sur son site"),
                            ("on_site", "Vu sur place"),
                            ("household", "La personne le dit"),
                        ],
                        max_length=10,
                        verbose_name="d’après",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="noté le")),
                (
                    "checked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="noté par",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="address_checks",
                        to="connectivity.connectionfile",
                        verbose_name="dossier",
                    ),
                ),
            ],
            options={
                "verbose_name": "vérification à l’adresse",
                "verbose_name_plural": "vérifications à l’adresse",
                "ordering": ("-checked_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ReachTold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sentence", models.CharField(max_length=600, verbose_name="ce qui était su")),
                ("told_at", models.DateTimeField(verbose_name="dit le")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reach_told",
                        to="connectivity.connectionfile",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="connectivity.offer",
                        verbose_name="offre",
                    ),
                ),
            ],
            options={
                "verbose_name": "desserte dite au foyer",
                "verbose_name_plural": "dessertes dites au foyer",
                "ordering": ("-told_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ImportedCoverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("operator_name", models.CharField(max_length=80, verbose_name="opérateur")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("very_good", "Très bonne couverture"),
                            ("good", "Bonne couverture"),
                            ("limited", "Couverture limitée"),
                            ("none", "Absence de couverture"),
                        ],
                        max_length=10,
                        verbose_name="couverture",
                    ),
                ),
                ("observed_on", models.DateField(verbose_name="état au")),
                ("said_by", models.CharField(max_length=250, verbose_name="source")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.commune",
                        verbose_name="commune",
                    ),
                ),
                (
                    "import_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="imports.import",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "couverture importée",
                "verbose_name_plural": "couvertures importées",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("import_of", "commune", "operator_name"), name="connectivity_importedcoverage_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ImportedShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("fibre", "Fibre"),
                            ("cable", "Câble"),
                            ("fixed_4g", "4G fixe"),
                            ("fixed_5g", "5G fixe"),
                            ("satellite", "Satellite"),
                            ("copper", "Cuivre (ADSL)"),
                        ],
                        max_length=10,
                        verbose_name="technologie",
                    ),
                ),
                (
                    "share",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="part des logements",
                    ),
                ),
                ("observed_on", models.DateField(verbose_name="état au")),
                ("said_by", models.CharField(max_length=250, verbose_name="source")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.commune",
                        verbose_name="commune",
                    ),
                ),
                (
                    "import_of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="imports.import",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "technologie importée",
                "verbose_name_plural": "technologies importées",
                "ordering": ("pk",),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("import_of", "commune", "access"), name="connectivity_importedshare_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MobileCoverage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valable du")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.",
                        null=True,
                        verbose_name="au",
                    ),
                ),
                ("source", models.CharField(max_length=250, verbose_name="source")),
                ("checked_on", models.DateField(verbose_name="vérifié le")),
                ("operator_name", models.CharField(max_length=80, verbose_name="opérateur")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("very_good", "Très bonne couverture"),
                            ("good", "Bonne couverture"),
                            ("limited", "Couverture limitée"),
                            ("none", "Absence de couverture"),
                        ],
                        max_length=10,
                        verbose_name="couverture",
                    ),
                ),
                ("observed_on", models.DateField(verbose_name="état au")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="mobile_coverages",
                        to="network.commune",
                        verbose_name="commune",
                    ),
                ),
            ],
            options={
                "verbose_name": "couverture mobile d’une commune",
                "verbose_name_plural": "couverture mobile par commune",
                "ordering": ("commune", "operator_name"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="connectivity_mobilecoverage_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("commune", "operator_name", "valid_from"), name="connectivity_mobilecoverage_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("level__in", ["very_good", "good", "limited", "none"])),
                        name="connectivity_mobilecoverage_level",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TechnologyShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valable du")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.",
                        null=True,
                        verbose_name="au",
                    ),
                ),
                ("source", models.CharField(max_length=250, verbose_name="source")),
                ("checked_on", models.DateField(verbose_name="vérifié le")),
                (
                    "access",
                    models.CharField(
                        choices=[
                            ("fibre", "Fibre"),
                            ("cable", "Câble"),
                            ("fixed_4g", "4G fixe"),
                            ("fixed_5g", "5G fixe"),
                            ("satellite", "Satellite"),
                            ("copper", "Cuivre (ADSL)"),
                        ],
                        max_length=10,
                        verbose_name="technologie",
                    ),
                ),
                (
                    "share",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=5,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="part des logements",
                    ),
                ),
                ("observed_on", models.DateField(verbose_name="état au")),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="technology_shares",
                        to="network.commune",
                        verbose_name="commune",
                    ),
                ),
            ],
            options={
                "verbose_name": "technologie dans une commune",
                "verbose_name_plural": "technologies par commune",
                "ordering": ("commune", "access"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="connectivity_technologyshare_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("commune", "access", "valid_from"), name="connectivity_technologyshare_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("access__in", ["fibre", "cable", "fixed_4g", "fixed_5g", "satellite", "copper"])
                        ),
                        name="connectivity_technologyshare_access",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("share__gte", 0), ("share__lte", 100)),
                        name="connectivity_technologyshare_share",
                    ),
                ],
            },
        ),
        AppendOnly("AddressCheck"),
        AppendOnly("ReachTold"),
    ]
