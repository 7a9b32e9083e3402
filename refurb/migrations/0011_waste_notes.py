"""The register of outgoing waste: the codes of the nomenclature, a note per workshop and number."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

import refurb.models.waste
from lifecycle.operations import AppendOnly

OPENED = """
INSERT INTO refurb_wastenote (
    workshop_id, bsd_number, recycler_id, taken_on, carrier_name, carrier_number, carrier_address, carrier_receipt,
    scheme_name, scheme_number, treatment, hierarchy, recorded_at
)
SELECT DISTINCT ON (workshop_id, bsd_number)
    workshop_id, bsd_number, recycler_id, (ended_at AT TIME ZONE 'Europe/Paris')::date, '', '', '', '', '', '', '', '',
    ended_at
FROM refurb_device WHERE state = 'recycled' ORDER BY workshop_id, bsd_number, ended_at, id;
"""
"""A note of each number under which devices left before there was a register."""


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0004_skills"),
        ("refurb", "0010_parts_defects_photos"),
    ]

    operations = [
        migrations.CreateModel(
            name="WasteCode",
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
                    "code",
                    models.CharField(
                        max_length=9,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^[0-9]{2} [0-9]{2} [0-9]{2}\\*?$",
                                "Trois fois deux chiffres, et une étoile si c’est dangereux\xa0: 16 02 13*.",
                            )
                        ],
                        verbose_name="code",
                    ),
                ),
                ("label", models.CharField(max_length=200, verbose_name="libellé")),
            ],
            options={
                "verbose_name": "code de déchet",
                "verbose_name_plural": "codes de déchets",
                "ordering": ("code", "-valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="refurb_wastecode_dates",
                    ),
                    models.UniqueConstraint(fields=("code", "valid_from"), name="refurb_wastecode_once"),
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[0-9]{2} [0-9]{2} [0-9]{2}\\*?$")),
                        name="refurb_wastecode_shape",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="WasteNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("bsd_number", models.CharField(max_length=40, verbose_name="numéro de bordereau (BSD)")),
                ("taken_on", models.DateField(verbose_name="expédié le")),
                (
                    "weight_kg",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=9,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(
                                Decimal("0.01"), "Un poids est plus grand que zéro."
                            )
                        ],
                        verbose_name="poids, en kg",
                    ),
                ),
                (
                    "pops",
                    models.BooleanField(
                        blank=True, null=True, verbose_name="contient des polluants organiques persistants (POP)"
                    ),
                ),
                ("carrier_name", models.CharField(blank=True, max_length=160, verbose_name="transporteur")),
                (
                    "carrier_number",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[refurb.models.waste.validate_company],
                        verbose_name="SIREN ou SIRET du transporteur",
                    ),
                ),
                (
                    "carrier_address",
                    models.CharField(blank=True, max_length=250, verbose_name="adresse du transporteur"),
                ),
                (
                    "carrier_receipt",
                    models.CharField(blank=True, max_length=40, verbose_name="n° de récépissé du transporteur"),
                ),
                ("scheme_name", models.CharField(blank=True, max_length=160, verbose_name="éco-organisme")),
                (
                    "scheme_number",
                    models.CharField(
                        blank=True,
                        max_length=14,
                        validators=[refurb.models.waste.validate_company],
                        verbose_name="SIREN ou SIRET de l’éco-organisme",
                    ),
                ),
                (
                    "treatment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("R1", "R1 – Utilisation comme combustible"),
                            ("R2", "R2 – Récupération ou régénération des solvants"),
                            ("R3", "R3 – Recyclage des substances organiques (plastiques, papier, bois)"),
                            ("R4", "R4 – Recyclage des métaux"),
                            ("R5", "R5 – Recyclage d’autres matières inorganiques (verre)"),
                            ("R6", "R6 – Régénération des acides ou des bases"),
                            ("R7", "R7 – Récupération des produits servant à capter les polluants"),
                            ("R8", "R8 – Récupération des produits provenant des catalyseurs"),
                            ("R9", "R9 – Régénération des huiles"),
                            ("R10", "R10 – Épandage sur le sol"),
                            ("R11", "R11 – Utilisation de déchets résiduels obtenus par R1 à R10"),
                            ("R12", "R12 – Échange de déchets avant R1 à R11 (tri, démontage, broyage)"),
                            ("R13", "R13 – Stockage avant R1 à R12"),
                            ("D1", "D1 – Dépôt sur ou dans le sol"),
                            ("D2", "D2 – Traitement en milieu terrestre"),
                            ("D3", "D3 – Injection en profondeur"),
                            ("D4", "D4 – Lagunage"),
                            ("D5", "D5 – Mise en décharge aménagée"),
                            ("D6", "D6 – Rejet dans le milieu aquatique sauf l’immersion"),
                            ("D7", "D7 – Immersion"),
                            ("D8", "D8 – Traitement biologique avant élimination"),
                            ("D9", "D9 – Traitement physico-chimique avant élimination"),
                            ("D10", "D10 – Incinération à terre"),
                            ("D11", "D11 – Incinération en mer"),
                            ("D12", "D12 – Stockage permanent"),
                            ("D13", "D13 – Regroupement avant D1 à D12"),
                            ("D14", "D14 – Reconditionnement avant D1 à D13"),
                            ("D15", "D15 – Stockage avant D1 à D14"),
                        ],
                        max_length=3,
                        verbose_name="traitement par le destinataire",
                    ),
                ),
                (
                    "hierarchy",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reuse", "Préparation en vue de la réutilisation"),
                            ("recycling", "Recyclage"),
                            ("recovery", "Autre valorisation, notamment énergétique"),
                            ("disposal", "Élimination"),
                        ],
                        max_length=10,
                        verbose_name="traitement final",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                (
                    "destination",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="destinataire",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="enregistré par",
                    ),
                ),
                (
                    "recycler",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="recycleur",
                    ),
                ),
                (
                    "supersedes",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="superseded_by",
                        to="refurb.wastenote",
                        verbose_name="remplace",
                    ),
                ),
                (
                    "waste_code",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="refurb.wastecode",
                        verbose_name="code du déchet",
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
            ],
            options={
                "verbose_name": "bordereau de déchets",
                "verbose_name_plural": "bordereaux de déchets",
                "ordering": ("-taken_on", "-pk"),
                "indexes": [models.Index(fields=["workshop", "bsd_number"], name="refurb_wastenote_number")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("supersedes", None)),
                        fields=("workshop", "bsd_number"),
                        name="refurb_wastenote_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("bsd_number", ""), _negated=True), name="refurb_wastenote_numbered"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("weight_kg", None), ("weight_kg__gt", 0), _connector="OR"),
                        name="refurb_wastenote_weight",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("treatment", ""),
                            (
                                "treatment__in",
                                [
                                    "R1",
                                    "R2",
                                    "R3",
                                    "R4",
                                    "R5",
                                    "R6",
                                    "R7",
                                    "R8",
                                    "R9",
                                    "R10",
                                    "R11",
                                    "R12",
                                    "R13",
                                    "D1",
                                    "D2",
                                    "D3",
                                    "D4",
                                    "D5",
                                    "D6",
                                    "D7",
                                    "D8",
                                    "D9",
                                    "D10",
                                    "D11",
                                    "D12",
                                    "D13",
                                    "D14",
                                    "D15",
                                ],
                            ),
                            _connector="OR",
                        ),
                        name="refurb_wastenote_treatment",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("hierarchy", ""),
                            ("hierarchy__in", ["reuse", "recycling", "recovery", "disposal"]),
                            _connector="OR",
                        ),
                        name="refurb_wastenote_hierarchy",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("supersedes", None),
                            models.Q(("supersedes", models.F("id")), _negated=True),
                            _connector="OR",
                        ),
                        name="refurb_wastenote_supersedes",
                    ),
                ],
            },
        ),
        AppendOnly("WasteNote"),
        migrations.RunSQL(OPENED, migrations.RunSQL.noop),
    ]
