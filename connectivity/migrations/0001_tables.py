"""The tables of offers and connection files, and of the end of copper."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django_fsm
import lifecycle.fields
import prescriptions.nir
from decimal import Decimal
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0002_walls"),
        ("imports", "0001_tables"),
        ("network", "0003_shared_cache"),
        ("prescriptions", "0002_walls"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Offer",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("code", models.SlugField(max_length=40, verbose_name="code")),
                    ("name", models.CharField(max_length=80, verbose_name="nom")),
                    ("operator_name", models.CharField(max_length=80, verbose_name="opérateur")),
                    ("operator", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="network.organisation", verbose_name="qui y répond")),
                    ("technology", models.CharField(choices=[("fibre", "Fibre"), ("copper", "Ligne fixe en cuivre"), ("box_4g", "Box 4G"), ("mobile", "Forfait mobile"), ("prepaid", "Carte prépayée"), ("public", "Accès public gratuit (wifi, ordinateurs)")], max_length=12, verbose_name="technologie")),
                    (
                        "kinds",
                        django.contrib.postgres.fields.ArrayField(
                            base_field=models.CharField(choices=[("computer", "Ordinateur"), ("smartphone", "Smartphone"), ("tablet", "Tablette"), ("fixed_connection", "Connexion fixe"), ("mobile_connection", "Connexion mobile"), ("digital_skills", "Compétences numériques")], max_length=20), verbose_name="besoins"
                        ),
                    ),
                    ("gives", models.CharField(choices=[("internet", "Internet"), ("phone", "Le téléphone, sans Internet")], default="internet", max_length=8, verbose_name="ce que donne la ligne")),
                    ("channel", models.CharField(choices=[("desk", "Demande transmise à l’opérateur"), ("own_subscription", "Souscription par la personne, en boutique ou par téléphone"), ("counter", "Vente au point de distribution"), ("beside", "Sur place, sans rien souscrire")], max_length=20, verbose_name="canal")),
                    ("price", models.DecimalField(blank=True, decimal_places=2, help_text="TTC\xa0; vide s’il est à confirmer.", max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name="prix")),
                    ("price_max", models.DecimalField(blank=True, decimal_places=2, max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name="prix maximal")),
                    ("period", models.CharField(choices=[("month", "par mois"), ("recharge", "par recharge")], default="month", max_length=10, verbose_name="paie")),
                    ("commitment_months", models.PositiveSmallIntegerField(default=0, verbose_name="engagement (mois)")),
                    ("setup_fee", models.DecimalField(blank=True, decimal_places=2, help_text="Vide s’ils sont à confirmer.", max_digits=6, null=True, validators=[django.core.validators.MinValueValidator(0)], verbose_name="frais de mise en service")),
                    ("needs_bank_account", models.BooleanField(default=False, verbose_name="demande un compte bancaire")),
                    ("entitlement_months", models.PositiveSmallIntegerField(blank=True, help_text="Vide si le droit n’a pas de terme.", null=True, verbose_name="durée du droit (mois)")),
                    ("how_to", models.TextField(verbose_name="ce que la famille fait")),
                    ("how_to_unphoned", models.TextField(blank=True, verbose_name="ce qu’elle fait sans téléphone")),
                    ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                    ("url", models.URLField(blank=True, verbose_name="site")),
                    ("reliability", models.CharField(choices=[("sure", "Sûr"), ("check", "À confirmer")], max_length=8, verbose_name="fiabilité")),
                    ("checked_at", models.DateTimeField(editable=False, null=True, verbose_name="vérifiée à")),
                ],
                options={
                    "verbose_name": "offre",
                    "verbose_name_plural": "offres",
                    "ordering": ("name", "-valid_from"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="connectivity_offer_dates"),
                        models.UniqueConstraint(fields=("code", "valid_from"), name="connectivity_offer_once"),
                        models.CheckConstraint(condition=models.Q(models.Q(("channel", "desk"), _negated=True), ("operator__isnull", False), _connector="OR"), name="connectivity_offer_desk"),
                        models.CheckConstraint(condition=models.Q(("price_max", None), ("price_max__gte", models.F("price")), _connector="OR"), name="connectivity_offer_prices"),
                        models.CheckConstraint(condition=models.Q(("kinds__contained_by", ["fixed_connection", "mobile_connection"]), ("kinds__len__gte", 1)), name="connectivity_offer_kinds"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="OfferCondition",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("offer", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="conditions", to="connectivity.offer", verbose_name="offre")),
                    (
                        "rule",
                        models.CharField(
                            choices=[
                                ("family_quotient", "Quotient familial"),
                                ("minimum_income", "Bénéficier d’un minimum social"),
                                ("tenant", "Être locataire d’un bailleur partenaire"),
                                ("bank_account", "Avoir un compte bancaire"),
                                ("no_fixed_line", "Ne pas être déjà client Internet de l’opérateur"),
                                ("copper_open", "Le cuivre se vend encore dans la commune"),
                                ("followed", "Être orienté par un travailleur social"),
                            ],
                            max_length=20,
                            verbose_name="condition",
                        ),
                    ),
                    (
                        "proof",
                        models.CharField(
                            choices=[("none", "Rien à montrer"), ("caf_certificate", "Attestation de la CAF ou de la MSA"), ("income_certificate", "Attestation de droits (RSA, ASS, AAH…)"), ("rent_receipt", "Quittance de loyer"), ("bank_details", "RIB"), ("declaration", "Déclaration de la personne")],
                            default="none",
                            max_length=20,
                            verbose_name="pièce",
                        ),
                    ),
                    ("ceiling", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="plafond")),
                    ("fresh_days", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="fraîcheur (jours)")),
                    ("detail", models.CharField(blank=True, max_length=200, verbose_name="en clair")),
                ],
                options={
                    "verbose_name": "condition d’une offre",
                    "verbose_name_plural": "conditions des offres",
                    "ordering": ("offer", "pk"),
                    "constraints": [
                        models.UniqueConstraint(fields=("offer", "rule"), name="connectivity_offercondition_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ConnectionFile",
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
                                ("proposed", "Offres proposées"),
                                ("chosen", "Offre choisie"),
                                ("sent", "Transmis à l’opérateur"),
                                ("problem", "Problème signalé"),
                                ("accepted", "Accepté par l’opérateur"),
                                ("scheduled", "Raccordement planifié"),
                                ("active", "Ligne active"),
                                ("ended", "Terminé"),
                                ("refused", "Refusé"),
                                ("abandoned", "Abandonné"),
                            ],
                            default="proposed",
                            max_length=50,
                            protected=True,
                            verbose_name="état",
                        ),
                    ),
                    ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="connections", to="prescriptions.need", verbose_name="besoin")),
                    (
                        "kind",
                        models.CharField(
                            choices=[("computer", "Ordinateur"), ("smartphone", "Smartphone"), ("tablet", "Tablette"), ("fixed_connection", "Connexion fixe"), ("mobile_connection", "Connexion mobile"), ("digital_skills", "Compétences numériques")], editable=False, max_length=20, verbose_name="nature du besoin"
                        ),
                    ),
                    ("epci", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci", verbose_name="EPCI")),
                    ("current_line", models.CharField(choices=[("unknown", "Ne sait pas"), ("none", "Aucune ligne fixe"), ("copper", "Ligne en cuivre (ADSL ou téléphone)"), ("fibre", "Fibre")], default="unknown", max_length=10, verbose_name="ligne fixe actuelle")),
                    ("offer", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="connectivity.offer", verbose_name="offre")),
                    ("operator", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="opérateur")),
                    (
                        "channel",
                        models.CharField(
                            blank=True,
                            choices=[("desk", "Demande transmise à l’opérateur"), ("own_subscription", "Souscription par la personne, en boutique ou par téléphone"), ("counter", "Vente au point de distribution"), ("beside", "Sur place, sans rien souscrire")],
                            editable=False,
                            max_length=20,
                            verbose_name="canal",
                        ),
                    ),
                    ("agreement", models.CharField(blank=True, choices=[("in_person", "De vive voix, en rendez-vous"), ("phone", "De vive voix, au téléphone"), ("written", "Par écrit")], editable=False, max_length=12, verbose_name="accord du foyer")),
                    ("proposed_at", models.DateTimeField(editable=False, null=True, verbose_name="offres proposées le")),
                    ("proposed_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("touched_at", models.DateTimeField(editable=False, null=True, verbose_name="dernier choix le")),
                    ("chosen_at", models.DateTimeField(editable=False, null=True, verbose_name="offre choisie le")),
                    ("chosen_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="transmis le")),
                    ("sent_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("waiting_since", models.DateTimeField(editable=False, null=True, verbose_name="réponse attendue depuis le")),
                    ("reminders", models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="relances")),
                    (
                        "problem",
                        models.CharField(
                            blank=True,
                            choices=[
                                ("number_not_found", "Numéro ou adresse introuvable"),
                                ("not_eligible", "Conditions de l’offre non remplies"),
                                ("name_mismatch", "Nom différent de celui du contrat"),
                                ("already_customer", "Déjà client"),
                                ("duplicate", "Demande en double"),
                                ("no_coverage", "Logement non desservi"),
                                ("appointment_missed", "Rendez-vous manqué"),
                                ("document_refused", "Pièce refusée"),
                                ("other", "Autre problème"),
                            ],
                            editable=False,
                            max_length=20,
                            verbose_name="problème",
                        ),
                    ),
                    ("operator_note", models.CharField(blank=True, editable=False, max_length=300, verbose_name="précision de l’opérateur")),
                    ("problem_at", models.DateTimeField(editable=False, null=True, verbose_name="problème signalé le")),
                    ("operator_reference", models.CharField(blank=True, editable=False, max_length=40, verbose_name="référence de l’opérateur")),
                    ("accepted_at", models.DateTimeField(editable=False, null=True, verbose_name="accepté le")),
                    ("scheduled_at", models.DateTimeField(editable=False, null=True, verbose_name="planifié le")),
                    ("appointment_on", models.DateField(editable=False, null=True, verbose_name="raccordement le")),
                    ("appointment_slot", models.CharField(choices=[("day", "Dans la journée"), ("morning", "Le matin"), ("afternoon", "L’après-midi")], default="day", editable=False, max_length=10, verbose_name="moment")),
                    ("active_at", models.DateTimeField(editable=False, null=True, verbose_name="déclarée active le")),
                    ("activated_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("started_on", models.DateField(editable=False, null=True, verbose_name="début de la ligne")),
                    ("monthly_price", models.DecimalField(decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="prix payé")),
                    ("entitlement_ends_on", models.DateField(editable=False, null=True, verbose_name="droit jusqu’au")),
                    (
                        "evidence_kind",
                        models.CharField(
                            blank=True, choices=[("operator", "Dit par l’opérateur"), ("contract", "Contrat ou courriel de l’opérateur"), ("invoice", "Première facture"), ("receipt", "Ticket de la recharge"), ("tried", "Ligne essayée avec la personne")], editable=False, max_length=10, verbose_name="preuve"
                        ),
                    ),
                    ("evidence_on", models.DateField(editable=False, null=True, verbose_name="preuve du")),
                    ("evidence_reference", models.CharField(blank=True, editable=False, max_length=60, verbose_name="référence de la preuve")),
                    ("renewed_at", models.DateTimeField(editable=False, null=True, verbose_name="droit renouvelé le")),
                    ("renewed_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("renewal_told_at", models.DateTimeField(editable=False, null=True, verbose_name="fin du droit annoncée le")),
                    ("right_lost_at", models.DateTimeField(editable=False, null=True, verbose_name="droit perdu le")),
                    ("right_lost_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    (
                        "right_loss",
                        models.CharField(
                            blank=True,
                            choices=[("over_ceiling", "Ressources au-dessus du plafond"), ("condition_gone", "La condition n’est plus remplie"), ("no_proof", "La pièce n’a pas été apportée"), ("offer_closed", "L’offre ne se renouvelle plus"), ("other", "Autre motif")],
                            editable=False,
                            max_length=20,
                            verbose_name="motif de la perte",
                        ),
                    ),
                    ("after_loss", models.CharField(blank=True, choices=[("other_offer", "On cherche une autre offre avant ce jour"), ("full_price", "La ligne continue, à un autre prix"), ("end", "La ligne s’arrête ce jour-là")], editable=False, max_length=12, verbose_name="ce qui suit")),
                    ("price_after", models.DecimalField(decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="prix ensuite")),
                    ("copper_told_at", models.DateTimeField(editable=False, null=True, verbose_name="fermeture du cuivre annoncée le")),
                    ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="terminée le")),
                    (
                        "end_reason",
                        models.CharField(
                            blank=True,
                            choices=[("entitlement_over", "Droit à l’offre arrivé à son terme"), ("cancelled", "Résiliée par la personne"), ("moved", "Déménagement"), ("unpaid", "Coupée pour impayé"), ("other_offer", "Remplacée par une autre offre"), ("other", "Autre motif")],
                            editable=False,
                            max_length=20,
                            verbose_name="motif de fin",
                        ),
                    ),
                    ("refused_at", models.DateTimeField(editable=False, null=True, verbose_name="refusé le")),
                    (
                        "refusal",
                        models.CharField(
                            blank=True,
                            choices=[("not_eligible", "Conditions de l’offre non remplies"), ("no_coverage", "Logement non desservi"), ("already_customer", "Déjà client"), ("duplicate", "Demande en double"), ("offer_closed", "Offre fermée"), ("no_answer", "Sans réponse dans le délai"), ("other", "Autre motif")],
                            editable=False,
                            max_length=20,
                            verbose_name="motif de refus",
                        ),
                    ),
                    ("abandoned_at", models.DateTimeField(editable=False, null=True, verbose_name="abandonné le")),
                    (
                        "abandon_reason",
                        models.CharField(
                            blank=True,
                            choices=[("gave_up", "La personne y renonce"), ("served_elsewhere", "Ligne trouvée autrement"), ("unreachable", "La personne ne répond plus"), ("entry", "Erreur de saisie"), ("untouched", "Sans suite dans le délai"), ("need_dropped", "Besoin ou prescription clos"), ("other", "Autre motif")],
                            editable=False,
                            max_length=20,
                            verbose_name="motif d’abandon",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "dossier de connexion",
                    "verbose_name_plural": "dossiers de connexion",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["state", "moved_at"], name="connectivity_connection_state"),
                        models.Index(fields=["operator", "state", "sent_at"], name="connectivity_connection_queue"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["proposed", "chosen", "sent", "problem", "accepted", "scheduled", "active", "ended", "refused", "abandoned"])), name="connectivity_connection_state_known"),
                        models.UniqueConstraint(condition=models.Q(("state__in", ("proposed", "chosen", "sent", "problem", "accepted", "scheduled", "active"))), fields=("need",), name="connectivity_connection_one_live"),
                        models.CheckConstraint(
                            condition=models.Q(
                                ("state", "abandoned"),
                                models.Q(("channel", ""), ("offer", None), ("state", "proposed")),
                                models.Q(("chosen_at__isnull", False), ("offer__isnull", False), ("state__in", ("chosen", "sent", "problem", "accepted", "scheduled", "active", "ended", "refused")), models.Q(("channel", ""), _negated=True), models.Q(("agreement", ""), _negated=True)),
                                _connector="OR",
                            ),
                            name="connectivity_connection_chosen",
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("channel", "desk"), _negated=True), ("operator__isnull", False), _connector="OR"), name="connectivity_connection_desk"),
                        models.CheckConstraint(condition=models.Q(models.Q(("state__in", ("sent", "problem", "accepted", "scheduled", "refused")), _negated=True), models.Q(("channel", "desk"), ("operator__isnull", False), ("sent_at__isnull", False)), _connector="OR"), name="connectivity_connection_sent"),
                        models.CheckConstraint(condition=models.Q(models.Q(("state__in", ("sent", "problem")), _negated=True), ("waiting_since__isnull", False), _connector="OR"), name="connectivity_connection_waiting"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("state", "problem"), _negated=True), models.Q(("problem__in", ["number_not_found", "not_eligible", "name_mismatch", "already_customer", "duplicate", "no_coverage", "appointment_missed", "document_refused", "other"]), ("problem_at__isnull", False)), _connector="OR"
                            ),
                            name="connectivity_connection_problem",
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("state__in", ("accepted", "scheduled")), _negated=True), models.Q(models.Q(("operator_reference", ""), _negated=True), ("accepted_at__isnull", False)), _connector="OR"), name="connectivity_connection_accepted"),
                        models.CheckConstraint(condition=models.Q(models.Q(("state", "scheduled"), _negated=True), models.Q(("appointment_on__isnull", False), ("scheduled_at__isnull", False)), _connector="OR"), name="connectivity_connection_scheduled"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("active_at__isnull", False), ("evidence_kind__in", ["operator", "contract", "invoice", "receipt", "tried"]), ("evidence_on__isnull", False), ("monthly_price__gte", 0), ("started_on__isnull", False), ("state__in", ("active", "ended"))),
                                models.Q(models.Q(("state__in", ("active", "ended")), _negated=True), ("active_at", None), ("started_on", None)),
                                _connector="OR",
                            ),
                            name="connectivity_connection_active",
                        ),
                        models.CheckConstraint(condition=models.Q(("entitlement_ends_on", None), ("entitlement_ends_on__gt", models.F("started_on")), _connector="OR"), name="connectivity_connection_entitlement"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("after_loss", ""), ("price_after", None), ("right_loss", ""), ("right_lost_at", None)),
                                models.Q(
                                    ("entitlement_ends_on__isnull", False),
                                    ("right_loss__in", ["over_ceiling", "condition_gone", "no_proof", "offer_closed", "other"]),
                                    ("right_lost_at__isnull", False),
                                    ("state__in", ("active", "ended")),
                                    models.Q(models.Q(("after_loss", "full_price"), ("price_after__gte", 0)), models.Q(("after_loss__in", ["other_offer", "end"]), ("price_after", None)), _connector="OR"),
                                ),
                                _connector="OR",
                            ),
                            name="connectivity_connection_right_lost",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("refusal__in", ["not_eligible", "no_coverage", "already_customer", "duplicate", "offer_closed", "no_answer", "other"]), ("refused_at__isnull", False), ("state", "refused")),
                                models.Q(models.Q(("state", "refused"), _negated=True), ("refusal", ""), ("refused_at__isnull", True)),
                                _connector="OR",
                            ),
                            name="connectivity_connection_refused",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("end_reason__in", ["entitlement_over", "cancelled", "moved", "unpaid", "other_offer", "other"]), ("ended_at__isnull", False), ("state", "ended")), models.Q(models.Q(("state", "ended"), _negated=True), ("end_reason", ""), ("ended_at__isnull", True)), _connector="OR"
                            ),
                            name="connectivity_connection_ended",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("abandon_reason__in", ["gave_up", "served_elsewhere", "unreachable", "entry", "untouched", "need_dropped", "other"]), ("abandoned_at__isnull", False), ("state", "abandoned")),
                                models.Q(models.Q(("state", "abandoned"), _negated=True), ("abandon_reason", ""), ("abandoned_at__isnull", True)),
                                _connector="OR",
                            ),
                            name="connectivity_connection_abandoned",
                        ),
                    ],
                },
                bases=(
                    django_fsm.FSMModelMixin,
                    models.Model,
                ),
            ),
            migrations.CreateModel(
                name="ConnectionEntry",
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
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="connectivity.connectionfile")),
                    ("kind", models.CharField(choices=[("computer", "Ordinateur"), ("smartphone", "Smartphone"), ("tablet", "Tablette"), ("fixed_connection", "Connexion fixe"), ("mobile_connection", "Connexion mobile"), ("digital_skills", "Compétences numériques")], max_length=20)),
                    ("epci", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci")),
                ],
                options={
                    "verbose_name": "ligne du journal des connexions",
                    "verbose_name_plural": "journal des connexions",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["at", "object"], name="connectivity_entry_at"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("object", "seq"), name="connectivity_connectionentry_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CopperClosure",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="copper_closures", to="network.commune", verbose_name="commune")),
                    ("lot", models.PositiveSmallIntegerField(verbose_name="lot")),
                    ("commercial_on", models.DateField(verbose_name="fermeture commerciale")),
                    ("technical_on", models.DateField(verbose_name="fermeture technique")),
                    ("reliability", models.CharField(choices=[("sure", "Sûr"), ("check", "À confirmer")], max_length=8, verbose_name="fiabilité")),
                ],
                options={
                    "verbose_name": "fermeture du cuivre",
                    "verbose_name_plural": "fermetures du cuivre",
                    "ordering": ("technical_on", "commune"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="connectivity_copperclosure_dates"),
                        models.UniqueConstraint(fields=("commune", "valid_from"), name="connectivity_copperclosure_once"),
                        models.CheckConstraint(condition=models.Q(("commercial_on__lte", models.F("technical_on"))), name="connectivity_copperclosure_order"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ProofSeen",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="connectivity.connectionfile", verbose_name="dossier")),
                    (
                        "rule",
                        models.CharField(
                            choices=[
                                ("family_quotient", "Quotient familial"),
                                ("minimum_income", "Bénéficier d’un minimum social"),
                                ("tenant", "Être locataire d’un bailleur partenaire"),
                                ("bank_account", "Avoir un compte bancaire"),
                                ("no_fixed_line", "Ne pas être déjà client Internet de l’opérateur"),
                                ("copper_open", "Le cuivre se vend encore dans la commune"),
                                ("followed", "Être orienté par un travailleur social"),
                            ],
                            max_length=20,
                            verbose_name="condition",
                        ),
                    ),
                    (
                        "proof",
                        models.CharField(
                            choices=[("none", "Rien à montrer"), ("caf_certificate", "Attestation de la CAF ou de la MSA"), ("income_certificate", "Attestation de droits (RSA, ASS, AAH…)"), ("rent_receipt", "Quittance de loyer"), ("bank_details", "RIB"), ("declaration", "Déclaration de la personne")],
                            max_length=20,
                            verbose_name="pièce",
                        ),
                    ),
                    ("dated_on", models.DateField(verbose_name="datée du")),
                    ("holds", models.BooleanField(verbose_name="la condition est remplie")),
                    ("ceiling", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="plafond")),
                    ("seen_at", models.DateTimeField(verbose_name="vue le")),
                    ("seen_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "pièce vue",
                    "verbose_name_plural": "pièces vues",
                    "ordering": ("-seen_at", "-pk"),
                    "indexes": [
                        models.Index(fields=["file", "rule", "-dated_on"], name="connectivity_proofseen_of"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Transmission",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="transmissions", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("operator", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="opérateur")),
                    ("sent_at", models.DateTimeField(verbose_name="transmis le")),
                    ("offer_name", models.CharField(max_length=80, verbose_name="offre")),
                    ("proofs_seen", models.BooleanField(default=True, verbose_name="pièces vues")),
                    ("last_name", models.CharField(blank=True, max_length=80, verbose_name="nom")),
                    ("first_name", models.CharField(blank=True, max_length=80, verbose_name="prénom")),
                    ("phone", models.CharField(blank=True, max_length=20, verbose_name="téléphone")),
                    ("email", models.CharField(blank=True, max_length=254, verbose_name="courriel")),
                    ("address", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                    ("postcode", models.CharField(blank=True, max_length=5, verbose_name="code postal")),
                    ("city", models.CharField(blank=True, max_length=80, verbose_name="commune")),
                    ("contact", models.CharField(blank=True, max_length=60, verbose_name="à joindre par")),
                    ("forgotten_at", models.DateTimeField(null=True, verbose_name="effacé le")),
                ],
                options={
                    "verbose_name": "transmission à un opérateur",
                    "verbose_name_plural": "transmissions aux opérateurs",
                    "ordering": ("-sent_at", "-pk"),
                },
            ),
            migrations.CreateModel(
                name="OperatorLink",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="links", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("operator", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="opérateur")),
                    ("email", models.EmailField(max_length=254, verbose_name="envoyé à")),
                    ("token_digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="empreinte du lien")),
                    ("sent_at", models.DateTimeField(verbose_name="envoyé le")),
                    ("expires_at", models.DateTimeField(verbose_name="expire le")),
                    ("closed_at", models.DateTimeField(null=True, verbose_name="fermé le")),
                ],
                options={
                    "verbose_name": "lien d’un opérateur",
                    "verbose_name_plural": "liens des opérateurs",
                    "ordering": ("-sent_at", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="connectivity_operatorlink_dates"),
                        models.UniqueConstraint(condition=models.Q(("closed_at", None)), fields=("file",), name="connectivity_operatorlink_one_open"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ConnectionPaper",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="papers", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("kind", models.CharField(choices=[("family", "Fiche de connexion du foyer"), ("operator", "Dossier de connexion pour l’opérateur")], max_length=10, verbose_name="nature")),
                    ("operator", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="opérateur")),
                    ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="connection_paper", to="documents.document", verbose_name="document")),
                ],
                options={
                    "verbose_name": "papier d’un dossier de connexion",
                    "verbose_name_plural": "papiers des dossiers de connexion",
                    "ordering": ("-pk",),
                },
            ),
            migrations.CreateModel(
                name="ProblemAnswer",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="problem_answers", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("operator", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="opérateur")),
                    (
                        "problem",
                        models.CharField(
                            choices=[
                                ("number_not_found", "Numéro ou adresse introuvable"),
                                ("not_eligible", "Conditions de l’offre non remplies"),
                                ("name_mismatch", "Nom différent de celui du contrat"),
                                ("already_customer", "Déjà client"),
                                ("duplicate", "Demande en double"),
                                ("no_coverage", "Logement non desservi"),
                                ("appointment_missed", "Rendez-vous manqué"),
                                ("document_refused", "Pièce refusée"),
                                ("other", "Autre problème"),
                            ],
                            max_length=20,
                            verbose_name="problème",
                        ),
                    ),
                    ("note", models.CharField(blank=True, max_length=300, verbose_name="précision")),
                    ("problem_at", models.DateTimeField(verbose_name="problème signalé le")),
                    ("words", models.TextField(blank=True, validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qui a été fait")),
                    ("answered_at", models.DateTimeField(verbose_name="répondu le")),
                    ("answered_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                ],
                options={
                    "verbose_name": "réponse à un problème signalé",
                    "verbose_name_plural": "réponses aux problèmes signalés",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("problem__in", ["number_not_found", "not_eligible", "name_mismatch", "already_customer", "duplicate", "no_coverage", "appointment_missed", "document_refused", "other"])), name="connectivity_problemanswer_problem"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="LineNotice",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="connectivity.connectionfile", verbose_name="dossier")),
                    (
                        "about",
                        models.CharField(
                            choices=[("price", "Le prix de sa ligne est connu"), ("ending", "Son droit se termine bientôt"), ("renewed", "Son droit est renouvelé"), ("lost", "Son droit est perdu, et ce qui suit"), ("full_price", "Le prix de sa ligne change"), ("changed", "Sa ligne a changé d’offre"), ("ended", "Sa ligne est terminée"), ("corrected", "Son droit est corrigé, c’était une erreur"), ("visit", "Le jour de son raccordement"), ("called_off", "Son raccordement n’aura pas lieu ce jour-là"), ("refused", "Sa demande de ligne n’a pas abouti")],
                            max_length=10,
                            verbose_name="ce qui est à dire",
                        ),
                    ),
                    ("channel", models.CharField(choices=[("phone", "Appel téléphonique"), ("sms", "SMS"), ("email", "Courriel"), ("letter", "Courrier postal"), ("worker", "Par son travailleur social")], max_length=8, verbose_name="comment")),
                    ("promised_at", models.DateTimeField(verbose_name="à dire depuis le")),
                    ("due_on", models.DateField(verbose_name="à faire avant le")),
                    ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="réglé le")),
                    ("settled_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("mail", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.mail", verbose_name="courriel envoyé")),
                    ("sms", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.sms", verbose_name="SMS envoyé")),
                    ("outcome", models.CharField(blank=True, choices=[("told", "Le foyer est prévenu"), ("sent", "Message envoyé"), ("overtaken", "Dépassé par la suite")], max_length=9, verbose_name="suite")),
                ],
                options={
                    "verbose_name": "foyer à prévenir de sa ligne",
                    "verbose_name_plural": "foyers à prévenir de leur ligne",
                    "ordering": ("due_on", "pk"),
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("settled_at", None)), fields=("file",), name="connectivity_linenotice_one_to_keep"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                                models.Q(("outcome", "told"), ("settled_at__gte", models.F("promised_at")), ("settled_by__isnull", False)),
                                models.Q(("outcome__in", ["sent", "overtaken"]), ("settled_at__gte", models.F("promised_at")), ("settled_by", None)),
                                _connector="OR",
                            ),
                            name="connectivity_linenotice_outcome",
                        ),
                        models.CheckConstraint(condition=models.Q(("about__in", ["price", "ending", "renewed", "lost", "full_price", "changed", "ended", "corrected", "visit", "called_off", "refused"])), name="connectivity_linenotice_about"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Recharge",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="recharges", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("distributor", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="vendue par")),
                    ("amount", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="montant")),
                    ("sold_on", models.DateField(verbose_name="vendue le")),
                    ("sold_at", models.DateTimeField(verbose_name="notée le")),
                    ("sold_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("month", models.DateField(editable=False, verbose_name="mois")),
                    ("rank", models.PositiveSmallIntegerField(editable=False, verbose_name="place dans le mois")),
                    ("most", models.PositiveSmallIntegerField(editable=False, verbose_name="limite du mois")),
                    ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="annulée le")),
                    ("cancelled_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="annulée par")),
                    ("cancel_reason", models.CharField(blank=True, choices=[("entry", "Erreur de saisie"), ("not_working", "La recharge ne marche pas"), ("given_up", "La personne y renonce")], max_length=12, verbose_name="motif")),
                ],
                options={
                    "verbose_name": "recharge vendue",
                    "verbose_name_plural": "recharges vendues",
                    "ordering": ("-sold_at", "-pk"),
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("cancelled_at", None)), fields=("file", "month", "rank"), name="connectivity_recharge_one_place", violation_error_message="Une autre recharge vient d’être vendue pour cette ligne."),
                        models.CheckConstraint(condition=models.Q(("rank__gte", 1), ("rank__lte", models.F("most"))), name="connectivity_recharge_within_limit"),
                        models.CheckConstraint(condition=models.Q(("amount__gt", 0), ("month__day", 1), ("month__month", models.F("sold_on__month")), ("month__year", models.F("sold_on__year"))), name="connectivity_recharge_of_month"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("cancel_reason", ""), ("cancelled_at", None), ("cancelled_by", None)), models.Q(("cancel_reason__in", ["entry", "not_working", "given_up"]), ("cancelled_at__gte", models.F("sold_at")), ("cancelled_by__isnull", False)), _connector="OR"),
                            name="connectivity_recharge_cancelled",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ImportedClosure",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("import_of", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imports.import", verbose_name="import")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune")),
                    ("lot", models.PositiveSmallIntegerField(verbose_name="lot")),
                    ("commercial_on", models.DateField(verbose_name="fermeture commerciale")),
                    ("technical_on", models.DateField(verbose_name="fermeture technique")),
                    ("said_by", models.CharField(max_length=250, verbose_name="source")),
                ],
                options={
                    "verbose_name": "fermeture importée",
                    "verbose_name_plural": "fermetures importées",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("import_of", "commune"), name="connectivity_importedclosure_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CopperCampaign",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("title", models.CharField(max_length=80, validators=[prescriptions.nir.validate_no_nir], verbose_name="titre")),
                    ("commune", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune")),
                    ("epci", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci", verbose_name="EPCI")),
                    ("closes_by", models.DateField(verbose_name="cuivre arrêté au plus tard le")),
                    ("with_unknown", models.BooleanField(default=True, verbose_name="avec les foyers dont la ligne n’est pas connue")),
                    ("created_at", models.DateTimeField(verbose_name="créée le")),
                    ("created_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="terminée le")),
                    ("ended_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="terminée par")),
                ],
                options={
                    "verbose_name": "campagne d’appels du cuivre",
                    "verbose_name_plural": "campagnes d’appels du cuivre",
                    "ordering": ("-created_at", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("commune", None), ("epci__isnull", False)), models.Q(("commune__isnull", False), ("epci", None)), _connector="OR"), name="connectivity_coppercampaign_where"),
                        models.CheckConstraint(condition=models.Q(models.Q(("ended_at", None), ("ended_by", None)), models.Q(("ended_at__gte", models.F("created_at")), ("ended_by__isnull", False)), _connector="OR"), name="connectivity_coppercampaign_ended"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CampaignScript",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scripts", to="connectivity.coppercampaign", verbose_name="campagne")),
                    ("words", models.TextField(validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qu’on dit")),
                    ("written_at", models.DateTimeField(verbose_name="écrit le")),
                    ("written_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
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
                    ("campaign", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="households", to="connectivity.coppercampaign", verbose_name="campagne")),
                    ("household", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="copper_calls", to="prescriptions.household", verbose_name="foyer")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune")),
                    ("line", models.CharField(choices=[("unknown", "Ne sait pas"), ("none", "Aucune ligne fixe"), ("copper", "Ligne en cuivre (ADSL ou téléphone)"), ("fibre", "Fibre")], max_length=10, verbose_name="ligne")),
                    ("joined_at", models.DateTimeField(verbose_name="dans la liste depuis le")),
                    ("caller", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="appelé par")),
                    (
                        "result",
                        models.CharField(
                            blank=True, choices=[("reached", "Joint, l’essentiel est dit"), ("no_answer", "Pas de réponse"), ("call_back", "À rappeler un jour dit"), ("refuses", "Ne veut pas changer"), ("elsewhere", "Déjà réglé autrement"), ("not_concerned", "Plus concerné")], max_length=14, verbose_name="suite"
                        ),
                    ),
                    ("called_at", models.DateTimeField(blank=True, null=True, verbose_name="dernier appel le")),
                    ("calls", models.PositiveSmallIntegerField(default=0, verbose_name="appels")),
                    ("next_on", models.DateField(blank=True, null=True, verbose_name="à rappeler le")),
                ],
                options={
                    "verbose_name": "foyer à appeler",
                    "verbose_name_plural": "foyers à appeler",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("campaign", "household"), name="connectivity_campaignhousehold_once"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("called_at", None), ("calls", 0), ("next_on", None), ("result", "")),
                                models.Q(("called_at__isnull", False), ("calls__gte", 1), ("next_on__isnull", False), ("result", "call_back")),
                                models.Q(("called_at__isnull", False), ("calls__gte", 1), ("result", "no_answer")),
                                models.Q(("called_at__isnull", False), ("calls__gte", 1), ("next_on", None), ("result__in", ["reached", "refuses", "elsewhere", "not_concerned"])),
                                _connector="OR",
                            ),
                            name="connectivity_campaignhousehold_result",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="CampaignCall",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("target", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="made", to="connectivity.campaignhousehold", verbose_name="foyer à appeler")),
                    ("caller", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("called_at", models.DateTimeField(verbose_name="appelé le")),
                    (
                        "result",
                        models.CharField(choices=[("reached", "Joint, l’essentiel est dit"), ("no_answer", "Pas de réponse"), ("call_back", "À rappeler un jour dit"), ("refuses", "Ne veut pas changer"), ("elsewhere", "Déjà réglé autrement"), ("not_concerned", "Plus concerné")], max_length=14, verbose_name="suite"),
                    ),
                    ("next_on", models.DateField(blank=True, null=True, verbose_name="à rappeler le")),
                    ("note", models.CharField(blank=True, max_length=300, validators=[prescriptions.nir.validate_no_nir], verbose_name="note")),
                    ("script", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connectivity.campaignscript", verbose_name="texte")),
                ],
                options={
                    "verbose_name": "appel d’une campagne",
                    "verbose_name_plural": "appels des campagnes",
                    "ordering": ("-called_at", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("result__in", ["reached", "no_answer", "call_back", "refuses", "elsewhere", "not_concerned"])), name="connectivity_campaigncall_result"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="AddressCheck",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="address_checks", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("access", models.CharField(choices=[("fibre", "Fibre"), ("cable", "Câble"), ("fixed_4g", "4G fixe"), ("fixed_5g", "5G fixe"), ("satellite", "Satellite"), ("copper", "Cuivre (ADSL)")], max_length=10, verbose_name="technologie")),
                    ("reached", models.BooleanField(verbose_name="arrive à l’adresse")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("how", models.CharField(choices=[("arcep", "La carte de l’Arcep, à cette adresse"), ("operator", "L’opérateur, au téléphone ou sur son site"), ("on_site", "Vu sur place"), ("household", "La personne le dit")], max_length=10, verbose_name="d’après")),
                    ("recorded_at", models.DateTimeField(verbose_name="noté le")),
                    ("checked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="noté par")),
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
                    ("file", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reach_told", to="connectivity.connectionfile", verbose_name="dossier")),
                    ("offer", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="connectivity.offer", verbose_name="offre")),
                    ("sentence", models.CharField(max_length=600, verbose_name="ce qui était su")),
                    ("told_at", models.DateTimeField(verbose_name="dit le")),
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
                    ("import_of", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imports.import", verbose_name="import")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune")),
                    ("operator_name", models.CharField(max_length=80, verbose_name="opérateur")),
                    ("level", models.CharField(choices=[("very_good", "Très bonne couverture"), ("good", "Bonne couverture"), ("limited", "Couverture limitée"), ("none", "Absence de couverture")], max_length=10, verbose_name="couverture")),
                    ("observed_on", models.DateField(verbose_name="état au")),
                    ("said_by", models.CharField(max_length=250, verbose_name="source")),
                ],
                options={
                    "verbose_name": "couverture importée",
                    "verbose_name_plural": "couvertures importées",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("import_of", "commune", "operator_name"), name="connectivity_importedcoverage_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ImportedShare",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("import_of", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imports.import", verbose_name="import")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.commune", verbose_name="commune")),
                    ("access", models.CharField(choices=[("fibre", "Fibre"), ("cable", "Câble"), ("fixed_4g", "4G fixe"), ("fixed_5g", "5G fixe"), ("satellite", "Satellite"), ("copper", "Cuivre (ADSL)")], max_length=10, verbose_name="technologie")),
                    ("share", models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal("0")), django.core.validators.MaxValueValidator(Decimal("100"))], verbose_name="part des logements")),
                    ("observed_on", models.DateField(verbose_name="état au")),
                    ("said_by", models.CharField(max_length=250, verbose_name="source")),
                ],
                options={
                    "verbose_name": "technologie importée",
                    "verbose_name_plural": "technologies importées",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("import_of", "commune", "access"), name="connectivity_importedshare_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MobileCoverage",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="mobile_coverages", to="network.commune", verbose_name="commune")),
                    ("operator_name", models.CharField(max_length=80, verbose_name="opérateur")),
                    ("level", models.CharField(choices=[("very_good", "Très bonne couverture"), ("good", "Bonne couverture"), ("limited", "Couverture limitée"), ("none", "Absence de couverture")], max_length=10, verbose_name="couverture")),
                    ("observed_on", models.DateField(verbose_name="état au")),
                ],
                options={
                    "verbose_name": "couverture mobile d’une commune",
                    "verbose_name_plural": "couverture mobile par commune",
                    "ordering": ("commune", "operator_name"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="connectivity_mobilecoverage_dates"),
                        models.UniqueConstraint(fields=("commune", "operator_name", "valid_from"), name="connectivity_mobilecoverage_once"),
                        models.CheckConstraint(condition=models.Q(("level__in", ["very_good", "good", "limited", "none"])), name="connectivity_mobilecoverage_level"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="TechnologyShare",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("commune", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="technology_shares", to="network.commune", verbose_name="commune")),
                    ("access", models.CharField(choices=[("fibre", "Fibre"), ("cable", "Câble"), ("fixed_4g", "4G fixe"), ("fixed_5g", "5G fixe"), ("satellite", "Satellite"), ("copper", "Cuivre (ADSL)")], max_length=10, verbose_name="technologie")),
                    ("share", models.DecimalField(decimal_places=2, max_digits=5, validators=[django.core.validators.MinValueValidator(Decimal("0")), django.core.validators.MaxValueValidator(Decimal("100"))], verbose_name="part des logements")),
                    ("observed_on", models.DateField(verbose_name="état au")),
                ],
                options={
                    "verbose_name": "technologie dans une commune",
                    "verbose_name_plural": "technologies par commune",
                    "ordering": ("commune", "access"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="connectivity_technologyshare_dates"),
                        models.UniqueConstraint(fields=("commune", "access", "valid_from"), name="connectivity_technologyshare_once"),
                        models.CheckConstraint(condition=models.Q(("access__in", ["fibre", "cable", "fixed_4g", "fixed_5g", "satellite", "copper"])), name="connectivity_technologyshare_access"),
                        models.CheckConstraint(condition=models.Q(("share__gte", 0), ("share__lte", 100)), name="connectivity_technologyshare_share"),
                    ],
                },
            ),
        )
    ]
