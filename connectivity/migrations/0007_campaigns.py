"""Campaigns of calls before copper closes."""

import django.db.models.deletion
from django.db import migrations, models

import prescriptions.nir
from lifecycle.operations import AppendOnly

WITHOUT_NIR = """
ALTER TABLE connectivity_coppercampaign ADD CONSTRAINT connectivity_coppercampaign_nir_title
    CHECK (NOT prescriptions_holds_nir(title));
ALTER TABLE connectivity_campaignscript ADD CONSTRAINT connectivity_campaignscript_nir_words
    CHECK (NOT prescriptions_holds_nir(words));
ALTER TABLE connectivity_campaigncall ADD CONSTRAINT connectivity_campaigncall_nir_note
    CHECK (NOT prescriptions_holds_nir(note));
"""
WITH_NIR = """
ALTER TABLE connectivity_coppercampaign DROP CONSTRAINT connectivity_coppercampaign_nir_title;
ALTER TABLE connectivity_campaignscript DROP CONSTRAINT connectivity_campaignscript_nir_words;
ALTER TABLE connectivity_campaigncall DROP CONSTRAINT connectivity_campaigncall_nir_note;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0006_imported_closures"),
        ("network", "0003_cache"),
        ("prescriptions", "0011_completion_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="CopperCampaign",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "title",
                    models.CharField(
                        max_length=80, validators=[prescriptions.nir.validate_no_nir], verbose_name="titre"
                    ),
                ),
                ("closes_by", models.DateField(verbose_name="cuivre arrêté au plus tard le")),
                (
                    "with_unknown",
                    models.BooleanField(default=True, verbose_name="avec les foyers dont la ligne n’est pas connue"),
                ),
                ("created_at", models.DateTimeField(verbose_name="créée le")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="terminée le")),
                (
                    "commune",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.commune",
                        verbose_name="commune",
                    ),
                ),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="terminée par",
                    ),
                ),
                (
                    "epci",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.epci",
                        verbose_name="EPCI",
                    ),
                ),
            ],
            options={
                "verbose_name": "campagne d’appels du cuivre",
                "verbose_name_plural": "campagnes d’appels du cuivre",
                "ordering": ("-created_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="CampaignScript",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "words",
                    models.TextField(validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qu’on dit"),
                ),
                ("written_at", models.DateTimeField(verbose_name="écrit le")),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="scripts",
                        to="connectivity.coppercampaign",
                        verbose_name="campagne",
                    ),
                ),
            ],
            options={
                "verbose_name": "texte d’une campagne",
                "verbose_name_plural": "textes des campagnes",
                "ordering": ("-written_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="CampaignHousehold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "line",
                    models.CharField(
                        choices=[
                            ("unknown", "Ne sait pas"),
                            ("none", "Aucune ligne fixe"),
                            ("copper", "Ligne en cuivre (ADSL ou téléphone)"),
                            ("fibre", "Fibre"),
                        ],
                        max_length=10,
                        verbose_name="ligne",
                    ),
                ),
                ("joined_at", models.DateTimeField(verbose_name="dans la liste depuis le")),
                (
                    "result",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("reached", "Joint, l’essentiel est dit"),
                            ("no_answer", "Pas de réponse"),
                            ("call_back", "À rappeler un jour dit"),
                            ("refuses", "Ne veut pas changer"),
                            ("elsewhere", "Déjà réglé autrement"),
                            ("not_concerned", "Plus concerné"),
                        ],
                        max_length=14,
                        verbose_name="suite",
                    ),
                ),
                ("called_at", models.DateTimeField(blank=True, null=True, verbose_name="dernier appel le")),
                ("calls", models.PositiveSmallIntegerField(default=0, verbose_name="appels")),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="à rappeler le")),
                (
                    "caller",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="appelé par",
                    ),
                ),
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
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="copper_calls",
                        to="prescriptions.household",
                        verbose_name="foyer",
                    ),
                ),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="households",
                        to="connectivity.coppercampaign",
                        verbose_name="campagne",
                    ),
                ),
            ],
            options={
                "verbose_name": "foyer à appeler",
                "verbose_name_plural": "foyers à appeler",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="CampaignCall",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("called_at", models.DateTimeField(verbose_name="appelé le")),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("reached", "Joint, l’essentiel est dit"),
                            ("no_answer", "Pas de réponse"),
                            ("call_back", "À rappeler un jour dit"),
                            ("refuses", "Ne veut pas changer"),
                            ("elsewhere", "Déjà réglé autrement"),
                            ("not_concerned", "Plus concerné"),
                        ],
                        max_length=14,
                        verbose_name="suite",
                    ),
                ),
                ("next_on", models.DateField(blank=True, null=True, verbose_name="à rappeler le")),
                (
                    "note",
                    models.CharField(
                        blank=True, max_length=300, validators=[prescriptions.nir.validate_no_nir], verbose_name="note"
                    ),
                ),
                (
                    "caller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="made",
                        to="connectivity.campaignhousehold",
                        verbose_name="foyer à appeler",
                    ),
                ),
                (
                    "script",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="connectivity.campaignscript",
                        verbose_name="texte",
                    ),
                ),
            ],
            options={
                "verbose_name": "appel d’une campagne",
                "verbose_name_plural": "appels des campagnes",
                "ordering": ("-called_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "result__in",
                                ["reached", "no_answer", "call_back", "refuses", "elsewhere", "not_concerned"],
                            )
                        ),
                        name="connectivity_campaigncall_result",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="coppercampaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("commune", None), ("epci__isnull", False)),
                    models.Q(("commune__isnull", False), ("epci", None)),
                    _connector="OR",
                ),
                name="connectivity_coppercampaign_where",
            ),
        ),
        migrations.AddConstraint(
            model_name="coppercampaign",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("ended_by", None)),
                    models.Q(("ended_at__gte", models.F("created_at")), ("ended_by__isnull", False)),
                    _connector="OR",
                ),
                name="connectivity_coppercampaign_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignhousehold",
            constraint=models.UniqueConstraint(
                fields=("campaign", "household"), name="connectivity_campaignhousehold_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="campaignhousehold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("called_at", None), ("calls", 0), ("next_on", None), ("result", "")),
                    models.Q(
                        ("called_at__isnull", False),
                        ("calls__gte", 1),
                        ("next_on__isnull", False),
                        ("result", "call_back"),
                    ),
                    models.Q(("called_at__isnull", False), ("calls__gte", 1), ("result", "no_answer")),
                    models.Q(
                        ("called_at__isnull", False),
                        ("calls__gte", 1),
                        ("next_on", None),
                        ("result__in", ["reached", "refuses", "elsewhere", "not_concerned"]),
                    ),
                    _connector="OR",
                ),
                name="connectivity_campaignhousehold_result",
            ),
        ),
        AppendOnly("CampaignScript"),
        AppendOnly("CampaignCall", ["note"]),
        migrations.RunSQL(WITHOUT_NIR, WITH_NIR),
    ]
