"""Those who may give: their journal, what was said; what the potential of an EPCI is estimated from."""

from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
import lifecycle.forms
import network.siret
from lifecycle.operations import AppendOnly, Wall

STAMPS = [
    "created_at",
    "created_by",
    "last_contact_on",
    "next_step",
    "next_on",
    "next_owner",
    "promised_devices",
    "organisation",
    "announced_at",
    "closed_reason",
]


class Migration(migrations.Migration):
    dependencies = [
        ("donations", "0003_inventory"),
        ("network", "0003_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="OrganisationCount",
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
                    "epci",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.epci",
                        verbose_name="EPCI",
                    ),
                ),
                (
                    "size",
                    models.CharField(
                        choices=[
                            ("under_10", "1 à 9 salariés"),
                            ("under_50", "10 à 49 salariés"),
                            ("under_250", "50 à 249 salariés"),
                            ("under_1000", "250 à 999 salariés"),
                            ("over_1000", "1 000 salariés et plus"),
                        ],
                        max_length=12,
                        verbose_name="taille",
                    ),
                ),
                ("organisations", models.PositiveIntegerField(verbose_name="organisations")),
            ],
            options={
                "verbose_name": "nombre d’organisations d’un EPCI",
                "verbose_name_plural": "nombres d’organisations des EPCI",
                "ordering": ("epci", "size", "-valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="donations_organisationcount_dates",
                    ),
                    models.UniqueConstraint(
                        fields=("epci", "size", "valid_from"), name="donations_organisationcount_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size__in", ["under_10", "under_50", "under_250", "under_1000", "over_1000"])
                        ),
                        name="donations_organisationcount_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prospect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    lifecycle.fields.StateField(
                        choices=[
                            ("to_contact", "À contacter"),
                            ("met", "Rencontré"),
                            ("promised", "A promis"),
                            ("announced", "A annoncé un lot"),
                            ("silent", "Sans nouvelles"),
                            ("closed", "Sans suite"),
                        ],
                        default="to_contact",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("name", models.CharField(max_length=160, verbose_name="nom")),
                (
                    "legal_nature",
                    models.CharField(
                        choices=[
                            ("public", "Organisme public"),
                            ("private", "Entreprise"),
                            ("association", "Association"),
                        ],
                        max_length=12,
                        verbose_name="nature juridique",
                    ),
                ),
                (
                    "size",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under_10", "1 à 9 salariés"),
                            ("under_50", "10 à 49 salariés"),
                            ("under_250", "50 à 249 salariés"),
                            ("under_1000", "250 à 999 salariés"),
                            ("over_1000", "1 000 salariés et plus"),
                        ],
                        max_length=12,
                        verbose_name="taille",
                    ),
                ),
                (
                    "siret",
                    models.CharField(
                        blank=True, max_length=14, validators=[network.siret.validate_siret], verbose_name="SIRET"
                    ),
                ),
                ("contact_name", models.CharField(blank=True, max_length=120, verbose_name="personne à joindre")),
                (
                    "contact_phone",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[lifecycle.forms.validate_telephone],
                        verbose_name="son téléphone",
                    ),
                ),
                (
                    "contact_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="son adresse électronique"),
                ),
                ("created_at", models.DateTimeField(editable=False, null=True, verbose_name="repéré le")),
                ("last_contact_on", models.DateField(editable=False, null=True, verbose_name="dernier échange")),
                (
                    "next_step",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("call", "Appeler"),
                            ("write", "Écrire"),
                            ("visit", "Rendre visite"),
                            ("send", "Envoyer la présentation de la filière"),
                            ("decision", "Relancer sa décision"),
                            ("lot", "L’aider à annoncer son lot"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="prochaine étape",
                    ),
                ),
                ("next_on", models.DateField(editable=False, null=True, verbose_name="pour le")),
                (
                    "promised_devices",
                    models.PositiveIntegerField(
                        editable=False,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(50000),
                        ],
                        verbose_name="appareils promis",
                    ),
                ),
                (
                    "announced_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="premier lot annoncé le"),
                ),
                (
                    "closed_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refuses", "Ne souhaite pas donner"),
                            ("elsewhere", "Donne ou vend ailleurs"),
                            ("nothing", "N’a pas de matériel à donner"),
                            ("gone", "Organisation fermée ou partie"),
                            ("duplicate", "Déjà suivi sous un autre nom"),
                            ("no_answer", "Ne répond plus"),
                            ("other", "Autre motif"),
                        ],
                        editable=False,
                        max_length=12,
                        verbose_name="motif",
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
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                    ),
                ),
                (
                    "next_owner",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "organisation",
                    models.OneToOneField(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prospect",
                        to="network.organisation",
                        verbose_name="organisation donatrice",
                    ),
                ),
            ],
            options={
                "verbose_name": "donateur possible",
                "verbose_name_plural": "donateurs possibles",
                "ordering": ("name", "pk"),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="ProspectContact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("contacted_on", models.DateField(verbose_name="échange du")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "Téléphone"),
                            ("email", "Courriel"),
                            ("letter", "Courrier"),
                            ("visit", "Visite"),
                            ("event", "Réunion ou événement"),
                        ],
                        max_length=10,
                        verbose_name="moyen",
                    ),
                ),
                ("said", models.CharField(blank=True, max_length=500, verbose_name="ce qui s’est dit")),
                ("recorded_at", models.DateTimeField(verbose_name="inscrit le")),
                (
                    "prospect",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="contacts",
                        to="donations.prospect",
                        verbose_name="donateur possible",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "échange",
                "verbose_name_plural": "échanges",
                "ordering": ("-contacted_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="ProspectEntry",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="donations.prospect"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des donateurs possibles",
                "verbose_name_plural": "journal des donateurs possibles",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SizeEstimate",
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
                    "size",
                    models.CharField(
                        choices=[
                            ("under_10", "1 à 9 salariés"),
                            ("under_50", "10 à 49 salariés"),
                            ("under_250", "50 à 249 salariés"),
                            ("under_1000", "250 à 999 salariés"),
                            ("over_1000", "1 000 salariés et plus"),
                        ],
                        max_length=12,
                        verbose_name="taille",
                    ),
                ),
                (
                    "employees",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MinValueValidator(1)], verbose_name="salariés en moyenne"
                    ),
                ),
                (
                    "devices_per_employee",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=4,
                        validators=[django.core.validators.MinValueValidator(Decimal(0))],
                        verbose_name="appareils par salarié",
                    ),
                ),
                (
                    "renewal_rate",
                    models.DecimalField(
                        decimal_places=1,
                        max_digits=4,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal(0)),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="part renouvelée chaque année",
                    ),
                ),
            ],
            options={
                "verbose_name": "estimation par taille d’organisation",
                "verbose_name_plural": "estimations par taille d’organisation",
                "ordering": ("size", "-valid_from"),
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"
                        ),
                        name="donations_sizeestimate_dates",
                    ),
                    models.UniqueConstraint(fields=("size", "valid_from"), name="donations_sizeestimate_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("size__in", ["under_10", "under_50", "under_250", "under_1000", "over_1000"])
                        ),
                        name="donations_sizeestimate_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("devices_per_employee__gte", 0), ("renewal_rate__gte", 0), ("renewal_rate__lte", 100)
                        ),
                        name="donations_sizeestimate_rates",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="prospect",
            index=models.Index(fields=["next_owner", "next_on"], name="donations_prospect_next"),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["to_contact", "met", "promised", "announced", "silent", "closed"])),
                name="donations_prospect_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(("legal_nature__in", ["public", "private", "association"])),
                name="donations_prospect_nature",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("size", ""),
                    ("size__in", ["under_10", "under_50", "under_250", "under_1000", "over_1000"]),
                    _connector="OR",
                ),
                name="donations_prospect_size",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_on", None), ("next_owner", None), ("next_step", "")),
                    models.Q(
                        ("next_on__isnull", False),
                        ("next_owner__isnull", False),
                        ("next_step__in", ["call", "write", "visit", "send", "decision", "lot"]),
                    ),
                    _connector="OR",
                ),
                name="donations_prospect_next_whole",
                violation_error_message="Une prochaine étape a son jour et quelqu’un pour la faire.",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "closed_reason__in",
                            ["refuses", "elsewhere", "nothing", "gone", "duplicate", "no_answer", "other"],
                        ),
                        ("next_step", ""),
                        ("state", "closed"),
                    ),
                    models.Q(models.Q(("state", "closed"), _negated=True), ("closed_reason", "")),
                    _connector="OR",
                ),
                name="donations_prospect_closed",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("announced_at__isnull", False),
                        ("next_step", ""),
                        ("organisation__isnull", False),
                        ("state", "announced"),
                    ),
                    models.Q(models.Q(("state", "announced"), _negated=True), ("announced_at", None)),
                    _connector="OR",
                ),
                name="donations_prospect_announced",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "promised"), _negated=True), ("promised_devices__gt", 0), _connector="OR"
                ),
                name="donations_prospect_promised",
            ),
        ),
        migrations.AddConstraint(
            model_name="prospectcontact",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["phone", "email", "letter", "visit", "event"])),
                name="donations_prospectcontact_channel",
            ),
        ),
        migrations.AddIndex(
            model_name="prospectentry",
            index=models.Index(fields=["at", "object"], name="donations_prospectentry_at"),
        ),
        migrations.AddConstraint(
            model_name="prospectentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="donations_prospectentry_once"),
        ),
        Wall(model_name="prospect", journal_name="prospectentry", stamps=STAMPS),
        AppendOnly("prospectcontact", ["said"]),
    ]
