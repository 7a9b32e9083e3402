"""The tables of lots: lines, decisions, deeds, pick-ups, papers."""

import django.core.validators
import django.db.models.deletion
import django_fsm
import lifecycle.fields
import lifecycle.forms
import network.siret
from decimal import Decimal
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0002_walls"),
        ("imports", "0001_tables"),
        ("network", "0003_shared_cache"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Donation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    (
                        "state",
                        lifecycle.fields.StateField(
                            choices=[("draft", "Brouillon"), ("announced", "Annoncé"), ("qualified", "Qualifié"), ("scheduled", "Enlèvement planifié"), ("collected", "Enlevé"), ("reconciled", "Soldé"), ("declined", "Écarté"), ("withdrawn", "Retiré")], default="draft", max_length=50, protected=True, verbose_name="état"
                        ),
                    ),
                    ("donor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="donations", to="network.organisation", verbose_name="donateur")),
                    ("donor_kind", models.CharField(choices=[("public", "Donateur public"), ("private", "Donateur privé"), ("unknown", "Origine inconnue")], max_length=10, verbose_name="nature du donateur")),
                    ("donor_legal_form", models.CharField(blank=True, help_text="Entreprise\xa0: SA, SARL, SAS… (reçu fiscal).", max_length=60, verbose_name="forme juridique du donateur")),
                    ("description", models.TextField(blank=True, verbose_name="description du lot")),
                    ("peripherals", models.PositiveIntegerField(default=0, help_text="Claviers, souris, chargeurs…\xa0: comptés, pas suivis un par un.", verbose_name="périphériques")),
                    ("pick_up_address", models.CharField(blank=True, max_length=200, verbose_name="adresse d’enlèvement")),
                    ("pick_up_postcode", models.CharField(blank=True, max_length=5, validators=[django.core.validators.RegexValidator("^[0-9]{5}$", "Un code postal compte 5 chiffres.")], verbose_name="code postal")),
                    ("pick_up_city", models.CharField(blank=True, max_length=80, verbose_name="ville")),
                    ("commune", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune de l’enlèvement")),
                    ("outside", models.BooleanField(default=False, verbose_name="hors du département")),
                    ("access", models.TextField(blank=True, help_text="Étage, quai, badge, stationnement…", verbose_name="accès au site")),
                    ("contact_name", models.CharField(blank=True, help_text="Un nom ou un service.", max_length=120, verbose_name="personne à joindre sur place")),
                    ("contact_phone", models.CharField(blank=True, max_length=20, verbose_name="son téléphone")),
                    ("ready_on", models.DateField(blank=True, null=True, verbose_name="prêt à partir du")),
                    ("windows", models.CharField(blank=True, help_text="Exemple\xa0: du lundi au jeudi, de 9 h à 16 h.", max_length=200, verbose_name="jours et heures possibles")),
                    ("origin_epci", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci", verbose_name="EPCI d’origine")),
                    ("transfer_reference", models.CharField(blank=True, help_text="Donateur public\xa0: référence de la décision.", max_length=80, verbose_name="décision de cession")),
                    ("transfer_decided_on", models.DateField(blank=True, null=True, verbose_name="décision prise le")),
                    ("created_at", models.DateTimeField(editable=False, null=True, verbose_name="créé le")),
                    ("created_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("announced_at", models.DateTimeField(editable=False, null=True, verbose_name="annoncée le")),
                    ("announced_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("qualified_at", models.DateTimeField(editable=False, null=True, verbose_name="qualifiée le")),
                    ("qualified_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("to_ratify", models.BooleanField(default=False, editable=False, verbose_name="à ratifier par le comité")),
                    ("allocation_round", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="répartition n°")),
                    ("scheduled_at", models.DateTimeField(editable=False, null=True, verbose_name="planifiée le")),
                    ("scheduled_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("collected_at", models.DateTimeField(editable=False, null=True, verbose_name="enlevée le")),
                    ("collected_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("reconciled_at", models.DateTimeField(editable=False, null=True, verbose_name="soldée le")),
                    ("reconciled_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("declined_at", models.DateTimeField(editable=False, null=True, verbose_name="écartée le")),
                    ("declined_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    (
                        "decline_reason",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("too_old", "Matériel trop ancien"),
                                ("condition", "État insuffisant"),
                                ("quantity", "Lot trop petit pour un enlèvement"),
                                ("no_workshop", "Aucun atelier disponible"),
                                ("title", "Matériel dont le donateur ne peut disposer"),
                                ("duplicate", "Lot déjà annoncé"),
                                ("other", "Autre motif"),
                            ],
                            editable=False,
                            max_length=20,
                            verbose_name="motif de refus",
                        ),
                    ),
                    ("withdrawn_at", models.DateTimeField(editable=False, null=True, verbose_name="retirée le")),
                    ("withdrawn_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    (
                        "withdraw_reason",
                        models.CharField(
                            blank=True,
                            choices=[("kept", "Matériel finalement conservé"), ("given_elsewhere", "Matériel donné ou vendu ailleurs"), ("recycled", "Matériel remis au recyclage"), ("no_decision", "Décision de cession non obtenue"), ("entry", "Erreur de saisie"), ("other", "Autre motif")],
                            editable=False,
                            max_length=20,
                            verbose_name="motif de retrait",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "donation",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["state", "moved_at"], name="donations_donation_state"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["draft", "announced", "qualified", "scheduled", "collected", "reconciled", "declined", "withdrawn"])), name="donations_donation_state_known"),
                        models.CheckConstraint(condition=models.Q(("donor_kind__in", ("public", "private"))), name="donations_donation_donor_kind"),
                        models.CheckConstraint(condition=models.Q(("state", "withdrawn"), models.Q(("announced_at", None), ("state", "draft")), models.Q(models.Q(("state", "draft"), _negated=True), ("announced_at__isnull", False)), _connector="OR"), name="donations_donation_announced"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("announced_at", None),
                                models.Q(
                                    models.Q(("pick_up_address", ""), _negated=True),
                                    models.Q(("pick_up_postcode", ""), _negated=True),
                                    models.Q(("pick_up_city", ""), _negated=True),
                                    models.Q(models.Q(("commune", None), ("origin_epci", None), ("outside", True)), models.Q(("commune__isnull", False), ("outside", False)), _connector="OR"),
                                ),
                                _connector="OR",
                            ),
                            name="donations_donation_site_known",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("state__in", ("declined", "withdrawn")),
                                models.Q(("allocation_round__gt", 0), ("qualified_at__isnull", False), ("state__in", ("qualified", "scheduled", "collected", "reconciled"))),
                                models.Q(("allocation_round", 0), ("qualified_at", None), ("state__in", ("draft", "announced"))),
                                _connector="OR",
                            ),
                            name="donations_donation_qualified",
                        ),
                        models.CheckConstraint(condition=models.Q(("qualified_at", None), models.Q(("donor_kind", "public"), _negated=True), models.Q(("transfer_reference", ""), _negated=True), _connector="OR"), name="donations_donation_transfer_decided"),
                        models.CheckConstraint(
                            condition=models.Q(("state", "withdrawn"), models.Q(("state__in", ("scheduled", "collected", "reconciled")), ("scheduled_at__isnull", False)), models.Q(models.Q(("state__in", ("scheduled", "collected", "reconciled")), _negated=True), ("scheduled_at__isnull", True)), _connector="OR"),
                            name="donations_donation_scheduled",
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("state__in", ("collected", "reconciled")), ("collected_at__isnull", False)), models.Q(models.Q(("state__in", ("collected", "reconciled")), _negated=True), ("collected_at__isnull", True)), _connector="OR"), name="donations_donation_collected"),
                        models.CheckConstraint(condition=models.Q(models.Q(("state__in", ("reconciled",)), ("reconciled_at__isnull", False)), models.Q(models.Q(("state__in", ("reconciled",)), _negated=True), ("reconciled_at__isnull", True)), _connector="OR"), name="donations_donation_reconciled"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("decline_reason__in", ["too_old", "condition", "quantity", "no_workshop", "title", "duplicate", "other"]), ("declined_at__isnull", False), ("state", "declined")),
                                models.Q(models.Q(("state", "declined"), _negated=True), ("decline_reason", ""), ("declined_at", None)),
                                _connector="OR",
                            ),
                            name="donations_donation_declined",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "withdrawn"), ("withdraw_reason__in", ["kept", "given_elsewhere", "recycled", "no_decision", "entry", "other"]), ("withdrawn_at__isnull", False)),
                                models.Q(models.Q(("state", "withdrawn"), _negated=True), ("withdraw_reason", ""), ("withdrawn_at", None)),
                                _connector="OR",
                            ),
                            name="donations_donation_withdrawn",
                        ),
                    ],
                },
                bases=(
                    django_fsm.FSMModelMixin,
                    models.Model,
                ),
            ),
            migrations.CreateModel(
                name="DonationEntry",
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
                    ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("role", models.CharField(max_length=20, verbose_name="rôle")),
                    ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                    ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                    ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                    ("comment_digest", models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire")),
                    ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="donations.donation")),
                    ("donor_kind", models.CharField(choices=[("public", "Donateur public"), ("private", "Donateur privé"), ("unknown", "Origine inconnue")], max_length=10)),
                    ("origin_epci", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci")),
                ],
                options={
                    "verbose_name": "ligne du journal des donations",
                    "verbose_name_plural": "journal des donations",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["at", "object"], name="donations_donationentry_at"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("object", "seq"), name="donations_donationentry_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DonationLine",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="donations.donation", verbose_name="donation")),
                    ("type", models.CharField(choices=[("laptop", "Ordinateur portable"), ("desktop", "Ordinateur fixe"), ("tablet", "Tablette"), ("smartphone", "Smartphone"), ("screen", "Écran")], max_length=12, verbose_name="type")),
                    ("quantity", models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(5000)], verbose_name="quantité")),
                    ("purchase_year", models.PositiveSmallIntegerField(validators=[django.core.validators.MinValueValidator(1985)], verbose_name="année d’achat")),
                    ("condition", models.CharField(choices=[("working", "En état de marche"), ("untested", "Non testé"), ("faulty", "En panne"), ("incomplete", "Incomplet (sans disque, sans chargeur…)")], max_length=12, verbose_name="état")),
                    ("model_name", models.CharField(blank=True, max_length=120, verbose_name="marque et modèle")),
                    ("unit_value", models.DecimalField(blank=True, decimal_places=2, help_text="Donateur public\xa0: valeur d’un appareil au jour du don.", max_digits=8, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name="valeur unitaire (€)")),
                ],
                options={
                    "verbose_name": "ligne de donation",
                    "verbose_name_plural": "lignes de donation",
                    "ordering": ("donation", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("quantity__gte", 1), ("quantity__lte", 5000)), name="donations_line_quantity"),
                        models.CheckConstraint(condition=models.Q(("purchase_year__gte", 1985)), name="donations_line_purchase_year"),
                        models.CheckConstraint(condition=models.Q(("type__in", ["laptop", "desktop", "tablet", "smartphone", "screen"])), name="donations_line_type"),
                        models.CheckConstraint(condition=models.Q(("condition__in", ["working", "untested", "faulty", "incomplete"])), name="donations_line_condition"),
                        models.CheckConstraint(condition=models.Q(("unit_value", None), ("unit_value__gte", 0), _connector="OR"), name="donations_line_unit_value"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LineExplanation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("line", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="explanations", to="donations.donationline", verbose_name="ligne")),
                    (
                        "code",
                        models.CharField(
                            choices=[
                                ("kept_by_donor", "Gardé par le donateur"),
                                ("not_found", "Introuvable sur place à l’enlèvement"),
                                ("count_error", "Erreur de comptage"),
                                ("another_type", "Compté sur une autre ligne"),
                                ("surplus", "Surplus, enregistré à l’atelier comme inattendu"),
                                ("left_on_site", "Laissé sur place (état, accès, place)"),
                                ("lost", "Perdu entre l’enlèvement et l’atelier"),
                                ("other", "Autre explication"),
                            ],
                            max_length=16,
                            verbose_name="explication",
                        ),
                    ),
                    ("accepted", models.PositiveIntegerField(verbose_name="accepté")),
                    ("collected", models.PositiveIntegerField(verbose_name="enlevé")),
                    ("received", models.PositiveIntegerField(verbose_name="reçu")),
                    ("explained_at", models.DateTimeField(verbose_name="expliqué le")),
                    ("explained_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "explication d’un écart",
                    "verbose_name_plural": "explications des écarts",
                    "ordering": ("line", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("code__in", ["kept_by_donor", "not_found", "count_error", "another_type", "surplus", "left_on_site", "lost", "other"])), name="donations_lineexplanation_code"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DonationPaper",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="donations.donation", verbose_name="donation")),
                    ("kind", models.CharField(choices=[("deed", "Acte de don"), ("slip", "Bordereau d’enlèvement"), ("outcome", "Bilan du don"), ("tax_receipt", "Données du reçu fiscal"), ("erasure", "Certificat d’effacement du lot")], max_length=12, verbose_name="nature")),
                    ("workshop", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="atelier")),
                    ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="donation_paper", to="documents.document", verbose_name="document")),
                ],
                options={
                    "verbose_name": "papier d’une donation",
                    "verbose_name_plural": "papiers des donations",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["deed", "slip", "outcome", "tax_receipt", "erasure"])), name="donations_donationpaper_kind"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LineDecision",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("line", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="decision", to="donations.donationline", verbose_name="ligne")),
                    ("accepted", models.PositiveIntegerField(verbose_name="quantité acceptée")),
                    ("destination", models.CharField(choices=[("reuse", "Réemploi"), ("recycling", "Recyclage")], default="reuse", max_length=10, verbose_name="destination")),
                    (
                        "code",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("too_old", "Trop ancien"),
                                ("condition", "État insuffisant"),
                                ("type", "Type d’appareil sans besoin"),
                                ("quantity", "Quantité au-delà de ce que les ateliers peuvent traiter"),
                                ("value", "Valeur au-dessus du plafond légal des dons publics"),
                                ("title", "Matériel dont le donateur ne peut disposer"),
                                ("other", "Autre motif"),
                            ],
                            max_length=12,
                            verbose_name="motif du refus",
                        ),
                    ),
                    ("decided_at", models.DateTimeField(verbose_name="décidé le")),
                    ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "décision sur une ligne",
                    "verbose_name_plural": "décisions sur les lignes",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("accepted__gt", 0), models.Q(("code", ""), _negated=True), _connector="OR"), name="donations_linedecision_refusal_coded", violation_error_message="Dites pourquoi la ligne est refusée."),
                        models.CheckConstraint(condition=models.Q(("code", ""), ("code__in", ["too_old", "condition", "type", "quantity", "value", "title", "other"]), _connector="OR"), name="donations_linedecision_code"),
                        models.CheckConstraint(condition=models.Q(("destination__in", ["reuse", "recycling"])), name="donations_linedecision_destination"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LineRedirection",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("line", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="redirection", to="donations.donationline", verbose_name="ligne")),
                    ("redirected_at", models.DateTimeField(verbose_name="rendue au réemploi le")),
                    ("redirected_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "ligne rendue au réemploi",
                    "verbose_name_plural": "lignes rendues au réemploi",
                },
            ),
            migrations.CreateModel(
                name="Allocation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="donations.donation", verbose_name="donation")),
                    ("line", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="allocations", to="donations.donationline", verbose_name="ligne")),
                    ("workshop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="atelier")),
                    ("quantity", models.PositiveIntegerField(verbose_name="quantité")),
                    ("round", models.PositiveSmallIntegerField(verbose_name="répartition n°")),
                ],
                options={
                    "verbose_name": "part d’un atelier",
                    "verbose_name_plural": "parts des ateliers",
                    "ordering": ("line", "workshop"),
                    "indexes": [
                        models.Index(fields=["workshop", "donation"], name="donations_allocation_workshop"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("line", "workshop", "round"), name="donations_allocation_once"),
                        models.CheckConstraint(condition=models.Q(("quantity__gt", 0), ("round__gt", 0)), name="donations_allocation_quantity"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DeedText",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("version", models.CharField(max_length=20, unique=True, verbose_name="version")),
                    ("title", models.CharField(max_length=120, verbose_name="titre")),
                    ("body", models.TextField(verbose_name="texte")),
                    ("sha256", models.CharField(max_length=64, verbose_name="empreinte")),
                ],
                options={
                    "verbose_name": "texte de l’acte de don",
                    "verbose_name_plural": "textes de l’acte de don",
                    "ordering": ("-valid_from", "version"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="donations_deedtext_dates"),
                        models.CheckConstraint(condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="donations_deedtext_sha256"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DeedAcceptance",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="deeds", to="donations.donation", verbose_name="donation")),
                    ("round", models.PositiveSmallIntegerField(verbose_name="répartition n°")),
                    ("text", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acceptances", to="donations.deedtext", verbose_name="version du texte")),
                    ("exact_text", models.TextField(verbose_name="texte exact")),
                    ("sha256", models.CharField(max_length=64, verbose_name="empreinte du texte exact")),
                    ("accepted_at", models.DateTimeField(verbose_name="accepté le")),
                    ("accepted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "acceptation d’un acte de don",
                    "verbose_name_plural": "acceptations d’actes de don",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("donation", "round"), name="donations_deedacceptance_once"),
                        models.CheckConstraint(condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="donations_deedacceptance_sha256"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LineCorrection",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("line", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="donations.donationline", verbose_name="ligne")),
                    ("purchase_year", models.PositiveSmallIntegerField(verbose_name="année d’achat")),
                    ("condition", models.CharField(choices=[("working", "En état de marche"), ("untested", "Non testé"), ("faulty", "En panne"), ("incomplete", "Incomplet (sans disque, sans chargeur…)")], max_length=12, verbose_name="état")),
                    ("model_name", models.CharField(blank=True, max_length=120, verbose_name="marque et modèle")),
                    ("unit_value", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="valeur unitaire (€)")),
                    ("was", models.JSONField(verbose_name="ce qu’elle disait")),
                    ("corrected_at", models.DateTimeField(verbose_name="corrigée le")),
                    ("corrected_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "correction d’une ligne",
                    "verbose_name_plural": "corrections de lignes",
                    "ordering": ("line", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("condition__in", ["working", "untested", "faulty", "incomplete"]), ("purchase_year__gte", 1985), models.Q(("unit_value", None), ("unit_value__gte", 0), _connector="OR")), name="donations_linecorrection_right"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PickUp",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pick_ups", to="donations.donation", verbose_name="donation")),
                    ("workshop", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="pick_ups", to="network.organisation", verbose_name="atelier")),
                    ("starts_at", models.DateTimeField(verbose_name="début")),
                    ("ends_at", models.DateTimeField(verbose_name="fin")),
                    ("carrier", models.CharField(max_length=120, verbose_name="transporteur")),
                    ("contact_name", models.CharField(blank=True, max_length=120, verbose_name="contact sur place")),
                    ("contact_phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone du contact")),
                    ("instructions", models.TextField(blank=True, verbose_name="consignes")),
                    ("revision", models.PositiveSmallIntegerField(default=0, verbose_name="révision")),
                    ("planned_at", models.DateTimeField(verbose_name="planifié le")),
                    ("planned_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="annulé le")),
                    ("done_on", models.DateField(blank=True, null=True, verbose_name="enlevé le")),
                    ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="inscrit le")),
                    ("done_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="inscrit par")),
                    ("peripherals", models.PositiveIntegerField(default=0, verbose_name="périphériques")),
                    ("proof", models.CharField(blank=True, choices=[("drawn", "Signature tracée à l’écran"), ("scanned", "Bordereau papier signé, numérisé"), ("attested", "Accord recueilli sur place, attesté par l’atelier")], max_length=10, verbose_name="signature du bordereau")),
                    ("signer_name", models.CharField(blank=True, max_length=120, verbose_name="signataire")),
                    ("signature", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile", verbose_name="signature ou bordereau")),
                    ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="signature inscrite le")),
                    ("signed_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="signature inscrite par")),
                ],
                options={
                    "verbose_name": "enlèvement",
                    "ordering": ("starts_at", "pk"),
                    "indexes": [
                        models.Index(fields=["workshop", "starts_at"], name="donations_pickup_workshop"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("cancelled_at", None)), fields=("donation", "workshop"), name="donations_pickup_one_live"),
                        models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="donations_pickup_slot", violation_error_message="La fin du créneau suit son début."),
                        models.CheckConstraint(condition=models.Q(("carrier", ""), _negated=True), name="donations_pickup_carrier"),
                        models.CheckConstraint(condition=models.Q(models.Q(("done_at", None), ("done_on", None)), models.Q(("done_at__isnull", False), ("done_on__isnull", False)), _connector="OR"), name="donations_pickup_done"),
                        models.CheckConstraint(condition=models.Q(("cancelled_at", None), ("done_at", None), _connector="OR"), name="donations_pickup_done_or_cancelled"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("proof", ""), ("signature", None), ("signed_at", None)),
                                models.Q(("done_at__isnull", False), ("signed_at__isnull", False), models.Q(models.Q(("proof", "attested"), ("signature", None)), models.Q(("proof__in", ("drawn", "scanned")), ("signature__isnull", False)), _connector="OR")),
                                _connector="OR",
                            ),
                            name="donations_pickup_proof",
                            violation_error_message="Une signature tracée ou un bordereau numérisé porte son fichier.",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PickUpCount",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("pick_up", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="donations.pickup", verbose_name="enlèvement")),
                    ("line", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="counts", to="donations.donationline", verbose_name="ligne")),
                    ("quantity", models.PositiveIntegerField(verbose_name="quantité")),
                ],
                options={
                    "verbose_name": "comptage d’un enlèvement",
                    "verbose_name_plural": "comptages des enlèvements",
                    "ordering": ("line",),
                    "constraints": [
                        models.UniqueConstraint(fields=("pick_up", "line"), name="donations_pickupcount_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="InventoryUnit",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("line", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="inventory", to="donations.donationline", verbose_name="ligne du lot")),
                    ("source", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imports.import", verbose_name="import")),
                    ("number", models.PositiveIntegerField(verbose_name="ligne du fichier")),
                    ("quantity", models.PositiveSmallIntegerField(default=1, verbose_name="quantité")),
                    ("type", models.CharField(choices=[("laptop", "Ordinateur portable"), ("desktop", "Ordinateur fixe"), ("tablet", "Tablette"), ("smartphone", "Smartphone"), ("screen", "Écran")], max_length=12, verbose_name="type")),
                    ("year", models.PositiveSmallIntegerField(verbose_name="année d’achat")),
                    ("condition", models.CharField(choices=[("working", "En état de marche"), ("untested", "Non testé"), ("faulty", "En panne"), ("incomplete", "Incomplet (sans disque, sans chargeur…)")], max_length=12, verbose_name="état")),
                    ("unit_value", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="valeur unitaire (€)")),
                    ("manufacturer", models.CharField(blank=True, max_length=60, verbose_name="marque")),
                    ("model", models.CharField(blank=True, max_length=80, verbose_name="modèle")),
                    ("serial", models.CharField(blank=True, max_length=80, verbose_name="numéro de série")),
                    ("serial_key", models.CharField(blank=True, max_length=80, verbose_name="numéro comparable")),
                    ("donor_number", models.CharField(blank=True, max_length=60, verbose_name="étiquette du donateur")),
                    ("donor_key", models.CharField(blank=True, max_length=60, verbose_name="étiquette comparable")),
                    ("processor", models.CharField(blank=True, max_length=80, verbose_name="processeur")),
                    ("memory_gb", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mémoire (Go)")),
                    ("storage", models.CharField(blank=True, max_length=80, verbose_name="stockage")),
                    ("remark", models.CharField(blank=True, max_length=300, verbose_name="site, observations")),
                ],
                options={
                    "verbose_name": "machine inventoriée",
                    "verbose_name_plural": "machines inventoriées",
                    "ordering": ("source", "number"),
                    "indexes": [
                        models.Index(condition=models.Q(("serial_key", ""), _negated=True), fields=["serial_key"], name="donations_inventory_serial"),
                        models.Index(condition=models.Q(("donor_key", ""), _negated=True), fields=["donor_key"], name="donations_inventory_donor"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("source", "number"), name="donations_inventoryunit_once"),
                        models.CheckConstraint(condition=models.Q(("quantity", 1), models.Q(("donor_key", ""), ("quantity__gt", 1), ("quantity__lte", 5000), ("serial_key", "")), _connector="OR"), name="donations_inventoryunit_quantity"),
                        models.CheckConstraint(condition=models.Q(("type__in", ["laptop", "desktop", "tablet", "smartphone", "screen"])), name="donations_inventoryunit_type"),
                        models.CheckConstraint(condition=models.Q(("condition__in", ["working", "untested", "faulty", "incomplete"])), name="donations_inventoryunit_condition"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="OrganisationCount",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("epci", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci", verbose_name="EPCI")),
                    ("size", models.CharField(choices=[("under_10", "1 à 9 salariés"), ("under_50", "10 à 49 salariés"), ("under_250", "50 à 249 salariés"), ("under_1000", "250 à 999 salariés"), ("over_1000", "1 000 salariés et plus")], max_length=12, verbose_name="taille")),
                    ("organisations", models.PositiveIntegerField(verbose_name="organisations")),
                ],
                options={
                    "verbose_name": "nombre d’organisations d’un EPCI",
                    "verbose_name_plural": "nombres d’organisations des EPCI",
                    "ordering": ("epci", "size", "-valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="donations_organisationcount_dates"),
                        models.UniqueConstraint(fields=("epci", "size", "valid_from"), name="donations_organisationcount_once"),
                        models.CheckConstraint(condition=models.Q(("size__in", ["under_10", "under_50", "under_250", "under_1000", "over_1000"])), name="donations_organisationcount_size"),
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
                    ("state", lifecycle.fields.StateField(choices=[("to_contact", "À contacter"), ("met", "Rencontré"), ("promised", "A promis"), ("announced", "A annoncé un lot"), ("silent", "Sans nouvelles"), ("closed", "Sans suite")], default="to_contact", max_length=50, protected=True, verbose_name="état")),
                    ("name", models.CharField(max_length=160, verbose_name="nom")),
                    ("legal_nature", models.CharField(choices=[("public", "Organisme public"), ("private", "Entreprise"), ("association", "Association")], max_length=12, verbose_name="nature juridique")),
                    ("size", models.CharField(blank=True, choices=[("under_10", "1 à 9 salariés"), ("under_50", "10 à 49 salariés"), ("under_250", "50 à 249 salariés"), ("under_1000", "250 à 999 salariés"), ("over_1000", "1 000 salariés et plus")], max_length=12, verbose_name="taille")),
                    ("siret", models.CharField(blank=True, max_length=14, validators=[network.siret.validate_siret], verbose_name="SIRET")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune")),
                    ("contact_name", models.CharField(blank=True, max_length=120, verbose_name="personne à joindre")),
                    ("contact_phone", models.CharField(blank=True, max_length=20, validators=[lifecycle.forms.validate_telephone], verbose_name="son téléphone")),
                    ("contact_email", models.EmailField(blank=True, max_length=254, verbose_name="son adresse électronique")),
                    ("created_at", models.DateTimeField(editable=False, null=True, verbose_name="repéré le")),
                    ("created_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("last_contact_on", models.DateField(editable=False, null=True, verbose_name="dernier échange")),
                    (
                        "next_step",
                        models.CharField(
                            blank=True, choices=[("call", "Appeler"), ("write", "Écrire"), ("visit", "Rendre visite"), ("send", "Envoyer la présentation de la filière"), ("decision", "Relancer sa décision"), ("lot", "L’aider à annoncer son lot")], editable=False, max_length=10, verbose_name="prochaine étape"
                        ),
                    ),
                    ("next_on", models.DateField(editable=False, null=True, verbose_name="pour le")),
                    ("next_owner", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("promised_devices", models.PositiveIntegerField(editable=False, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(50000)], verbose_name="appareils promis")),
                    ("organisation", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="prospects", to="network.organisation", verbose_name="organisation donatrice")),
                    ("announced_at", models.DateTimeField(editable=False, null=True, verbose_name="premier lot annoncé le")),
                    (
                        "closed_reason",
                        models.CharField(
                            blank=True,
                            choices=[("refuses", "Ne souhaite pas donner"), ("elsewhere", "Donne ou vend ailleurs"), ("nothing", "N’a pas de matériel à donner"), ("gone", "Organisation fermée ou partie"), ("duplicate", "Déjà suivi sous un autre nom"), ("no_answer", "Ne répond plus"), ("other", "Autre motif")],
                            editable=False,
                            max_length=12,
                            verbose_name="motif",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "donateur possible",
                    "verbose_name_plural": "donateurs possibles",
                    "ordering": ("name", "pk"),
                    "indexes": [
                        models.Index(fields=["next_owner", "next_on"], name="donations_prospect_next"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["to_contact", "met", "promised", "announced", "silent", "closed"])), name="donations_prospect_state_known"),
                        models.CheckConstraint(condition=models.Q(("legal_nature__in", ["public", "private", "association"])), name="donations_prospect_nature"),
                        models.CheckConstraint(condition=models.Q(("size", ""), ("size__in", ["under_10", "under_50", "under_250", "under_1000", "over_1000"]), _connector="OR"), name="donations_prospect_size"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("next_on", None), ("next_owner", None), ("next_step", "")), models.Q(("next_on__isnull", False), ("next_owner__isnull", False), ("next_step__in", ["call", "write", "visit", "send", "decision", "lot"])), _connector="OR"),
                            name="donations_prospect_next_whole",
                            violation_error_message="Une prochaine étape a son jour et quelqu’un pour la faire.",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("closed_reason__in", ["refuses", "elsewhere", "nothing", "gone", "duplicate", "no_answer", "other"]), ("next_step", ""), ("state", "closed")), models.Q(models.Q(("state", "closed"), _negated=True), ("closed_reason", "")), _connector="OR"),
                            name="donations_prospect_closed",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("announced_at__isnull", False), ("next_step", ""), ("organisation__isnull", False), ("state", "announced")), models.Q(models.Q(("state", "announced"), _negated=True), ("announced_at", None)), _connector="OR"), name="donations_prospect_announced"
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("state", "promised"), _negated=True), ("promised_devices__gt", 0), _connector="OR"), name="donations_prospect_promised"),
                    ],
                },
                bases=(
                    django_fsm.FSMModelMixin,
                    models.Model,
                ),
            ),
            migrations.CreateModel(
                name="ProspectContact",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("prospect", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="contacts", to="donations.prospect", verbose_name="donateur possible")),
                    ("contacted_on", models.DateField(verbose_name="échange du")),
                    ("channel", models.CharField(choices=[("phone", "Téléphone"), ("email", "Courriel"), ("letter", "Courrier"), ("visit", "Visite"), ("event", "Réunion ou événement")], max_length=10, verbose_name="moyen")),
                    ("said", models.CharField(blank=True, max_length=500, verbose_name="ce qui s’est dit")),
                    ("recorded_at", models.DateTimeField(verbose_name="inscrit le")),
                    ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "échange",
                    "verbose_name_plural": "échanges",
                    "ordering": ("-contacted_on", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("channel__in", ["phone", "email", "letter", "visit", "event"])), name="donations_prospectcontact_channel"),
                    ],
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
                    ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("role", models.CharField(max_length=20, verbose_name="rôle")),
                    ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                    ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                    ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                    ("comment_digest", models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire")),
                    ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="donations.prospect")),
                ],
                options={
                    "verbose_name": "ligne du journal des donateurs possibles",
                    "verbose_name_plural": "journal des donateurs possibles",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["at", "object"], name="donations_prospectentry_at"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("object", "seq"), name="donations_prospectentry_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="SizeEstimate",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("size", models.CharField(choices=[("under_10", "1 à 9 salariés"), ("under_50", "10 à 49 salariés"), ("under_250", "50 à 249 salariés"), ("under_1000", "250 à 999 salariés"), ("over_1000", "1 000 salariés et plus")], max_length=12, verbose_name="taille")),
                    ("employees", models.PositiveIntegerField(validators=[django.core.validators.MinValueValidator(1)], verbose_name="salariés en moyenne")),
                    ("devices_per_employee", models.DecimalField(decimal_places=2, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal("0"))], verbose_name="appareils par salarié")),
                    ("renewal_rate", models.DecimalField(decimal_places=1, max_digits=4, validators=[django.core.validators.MinValueValidator(Decimal("0")), django.core.validators.MaxValueValidator(Decimal("100"))], verbose_name="part renouvelée chaque année")),
                ],
                options={
                    "verbose_name": "estimation par taille d’organisation",
                    "verbose_name_plural": "estimations par taille d’organisation",
                    "ordering": ("size", "-valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="donations_sizeestimate_dates"),
                        models.UniqueConstraint(fields=("size", "valid_from"), name="donations_sizeestimate_once"),
                        models.CheckConstraint(condition=models.Q(("size__in", ["under_10", "under_50", "under_250", "under_1000", "over_1000"])), name="donations_sizeestimate_size"),
                        models.CheckConstraint(condition=models.Q(("devices_per_employee__gte", 0), ("renewal_rate__gte", 0), ("renewal_rate__lte", 100)), name="donations_sizeestimate_rates"),
                    ],
                },
            ),
        )
    ]
