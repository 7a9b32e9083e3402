"""The tables of distribution: notes of hand-overs, derogations, settlements, the text of the warranty."""

import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
import django_fsm
import lifecycle.fields
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0002_walls"),
        ("network", "0003_shared_cache"),
        ("prescriptions", "0002_walls"),
        ("refurb", "0002_walls"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Derogation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("need", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="derogation", to="prescriptions.need", verbose_name="besoin")),
                    ("kind", models.CharField(choices=[("territory", "Autre territoire"), ("emergency", "Urgence sociale")], max_length=10, verbose_name="motif")),
                    ("reason", models.TextField(blank=True, verbose_name="raison")),
                    ("granted_at", models.DateTimeField(verbose_name="accordée le")),
                    ("granted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="accordée par")),
                ],
                options={
                    "verbose_name": "dérogation",
                    "ordering": ("-granted_at", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["territory", "emergency"])), name="distribution_derogation_kind"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="DerogationRequest",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="derogation_requests", to="prescriptions.need", verbose_name="besoin")),
                    ("kind", models.CharField(choices=[("territory", "Autre territoire"), ("emergency", "Urgence sociale")], max_length=10, verbose_name="motif")),
                    ("reason", models.TextField(blank=True, verbose_name="raison")),
                    ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                    ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="demandée par")),
                    ("granted", models.BooleanField(null=True, verbose_name="accordée")),
                    ("answer", models.TextField(null=True, verbose_name="réponse")),
                    ("answered_at", models.DateTimeField(null=True, verbose_name="répondu le")),
                    ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="réponse donnée par")),
                ],
                options={
                    "verbose_name": "demande de dérogation",
                    "verbose_name_plural": "demandes de dérogation",
                    "ordering": ("asked_at", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["territory", "emergency"])), name="distribution_derogationrequest_kind"),
                        models.CheckConstraint(condition=models.Q(models.Q(("answered_at", None), ("answered_by", None), ("granted", None)), models.Q(("answered_at__isnull", False), ("answered_by__isnull", False), ("granted__isnull", False)), _connector="OR"), name="distribution_derogationrequest_answered"),
                        models.UniqueConstraint(condition=models.Q(("answered_at", None)), fields=("need",), name="distribution_derogationrequest_one_pending"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="WarrantyText",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("version", models.CharField(max_length=20, unique=True, verbose_name="version")),
                    ("body", models.TextField(verbose_name="texte")),
                ],
                options={
                    "verbose_name": "texte de la garantie",
                    "verbose_name_plural": "textes de la garantie",
                    "ordering": ("-valid_from", "-pk"),
                    "abstract": False,
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="distribution_warrantytext_dates"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="HandOver",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="refurb.device", verbose_name="appareil")),
                    ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                    ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="prescriptions.need", verbose_name="besoin")),
                    ("kind", models.CharField(choices=[("sale", "Achat à prix solidaire"), ("exchange", "Échange sous garantie")], max_length=10, verbose_name="nature")),
                    ("replaces", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="remplace")),
                    ("point", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.distributionpoint", verbose_name="point")),
                    ("derogation", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="distribution.derogation", verbose_name="dérogation")),
                    ("price", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="prix de vente")),
                    ("ceiling", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="plafond légal")),
                    ("co_funding", models.DecimalField(decimal_places=2, default=0, max_digits=8, verbose_name="part prise en charge")),
                    ("funder", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="prise en charge par")),
                    ("to_pay", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="reste à payer")),
                    ("prepared_at", models.DateTimeField(verbose_name="préparée le")),
                    ("prepared_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="préparée par")),
                    ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="hand_over", to="documents.document", verbose_name="fiche")),
                    ("proof", models.CharField(blank=True, choices=[("drawn", "Signature tracée à l’écran"), ("scanned", "Fiche papier signée, numérisée"), ("attested", "Fiche papier signée, attestée par le conseiller")], max_length=10, verbose_name="signature")),
                    ("signature", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile", verbose_name="signature ou fiche")),
                    ("signed_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="recueillie par")),
                    ("handed_over_at", models.DateTimeField(blank=True, null=True, verbose_name="remis le")),
                    ("by_mandate", models.BooleanField(default=False, verbose_name="à une autre personne, sur procuration")),
                    ("collected_by", models.CharField(blank=True, max_length=120, verbose_name="à qui, à la place du foyer")),
                    ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="close le")),
                    (
                        "closed_because",
                        models.CharField(
                            blank=True,
                            choices=[("replaced", "Remplacée par une nouvelle fiche"), ("released", "Réservation levée"), ("lost", "Appareil manquant"), ("undone", "Remise annulée le jour même"), ("settled", "Foyer servi autrement"), ("reserved", "Appareil réservé pour un autre foyer")],
                            max_length=10,
                            verbose_name="close car",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "remise",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["need"], name="distribution_handover_of_need"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("closed_at", None)), fields=("device",), name="distribution_handover_one_current"),
                        models.CheckConstraint(condition=models.Q(("co_funding__gte", 0), ("price", django.db.models.expressions.CombinedExpression(models.F("co_funding"), "+", models.F("to_pay"))), ("price__gte", 0), ("to_pay__gte", 0)), name="distribution_handover_paid"),
                        models.CheckConstraint(condition=models.Q(models.Q(("co_funding", 0), ("funder", None)), models.Q(("co_funding__gt", 0), ("funder__isnull", False)), _connector="OR"), name="distribution_handover_funder"),
                        models.CheckConstraint(condition=models.Q(models.Q(("kind", "sale"), ("replaces", None)), models.Q(("kind", "exchange"), ("price", 0), ("replaces__isnull", False)), _connector="OR"), name="distribution_handover_kind"),
                        models.CheckConstraint(condition=models.Q(("ceiling", None), ("price__lte", models.F("ceiling")), _connector="OR"), name="distribution_handover_ceiling"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("handed_over_at", None), ("proof", ""), ("signature", None)), models.Q(("handed_over_at__isnull", False), ("proof", "attested"), ("signature", None)), models.Q(("handed_over_at__isnull", False), ("proof__in", ("drawn", "scanned")), ("signature__isnull", False)), _connector="OR"
                            ),
                            name="distribution_handover_signed",
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("by_mandate", False), ("collected_by", "")), models.Q(("by_mandate", True), ("handed_over_at__isnull", False)), _connector="OR"), name="distribution_handover_mandate"),
                        models.CheckConstraint(condition=models.Q(models.Q(("closed_at", None), ("closed_because", "")), models.Q(("closed_at__isnull", False), ("closed_because__in", ["replaced", "released", "lost", "undone", "settled", "reserved"])), _connector="OR"), name="distribution_handover_closed"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Settlement",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="refurb.device", verbose_name="appareil")),
                    ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                    ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                    ("recorded_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="enregistré par")),
                    ("supersedes", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="superseded_by", to="distribution.settlement", verbose_name="remplace")),
                    ("kind", models.CharField(choices=[("exchange", "Échange"), ("refund", "Remboursement"), ("given_up", "Renoncement du foyer")], max_length=10, verbose_name="issue")),
                    ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="montant remboursé")),
                    ("means", models.CharField(blank=True, choices=[("transfer", "par virement"), ("cheque", "par chèque"), ("cash", "en espèces"), ("card", "sur sa carte bancaire")], max_length=10, verbose_name="remboursé")),
                    ("replaced_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="remplacé par")),
                ],
                options={
                    "verbose_name": "issue d’un retour",
                    "verbose_name_plural": "issues de retours",
                    "ordering": ("-pk",),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["device", "stay"], name="distribution_settlement_stay"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"), name="distribution_settlement_supersedes"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("amount", None), ("kind", "exchange"), ("replaced_by__isnull", False)), models.Q(("amount__gte", 0), ("kind", "refund"), ("replaced_by", None)), models.Q(("amount", None), ("kind", "given_up"), ("replaced_by", None)), _connector="OR"),
                            name="distribution_settlement_kind",
                        ),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("amount__gt", 0), ("kind", "refund"), ("means__in", ["transfer", "cheque", "cash", "card"])), models.Q(models.Q(models.Q(("kind", "refund"), _negated=True), ("amount", 0), _connector="OR"), ("means", "")), _connector="OR"),
                            name="distribution_settlement_means",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Stocktake",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    ("state", lifecycle.fields.StateField(choices=[("open", "En cours"), ("closed", "Clos"), ("abandoned", "Abandonné")], default="open", max_length=50, protected=True, verbose_name="état")),
                    ("workshop", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="atelier")),
                    ("point", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.distributionpoint", verbose_name="point")),
                    ("place", models.CharField(blank=True, max_length=60, verbose_name="place")),
                    ("type", models.CharField(blank=True, choices=[("laptop", "Ordinateur portable"), ("desktop", "Ordinateur fixe"), ("tablet", "Tablette"), ("smartphone", "Smartphone"), ("screen", "Écran")], max_length=12, verbose_name="type")),
                    ("opened_at", models.DateTimeField(editable=False, null=True, verbose_name="commencé le")),
                    ("opened_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="commencé par")),
                    ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="fini le")),
                    ("written_at", models.DateTimeField(blank=True, editable=False, null=True, verbose_name="inscrit le")),
                    ("ended_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="fini par")),
                ],
                options={
                    "verbose_name": "inventaire",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["open", "closed", "abandoned"])), name="distribution_stocktake_state_known"),
                        models.CheckConstraint(condition=models.Q(models.Q(("point", None), ("workshop__isnull", False)), models.Q(("point__isnull", False), ("workshop", None)), _connector="OR"), name="distribution_stocktake_one_place"),
                        models.CheckConstraint(condition=models.Q(("type", ""), ("type__in", ["laptop", "desktop", "tablet", "smartphone", "screen"]), _connector="OR"), name="distribution_stocktake_type_known"),
                        models.CheckConstraint(condition=models.Q(models.Q(("ended_at", None), ("state", "open")), models.Q(models.Q(("state", "open"), _negated=True), ("ended_at__isnull", False)), _connector="OR"), name="distribution_stocktake_ended"),
                        models.UniqueConstraint(condition=models.Q(("state", "open")), fields=("workshop", "point", "place", "type"), name="distribution_stocktake_one_open", nulls_distinct=False),
                    ],
                },
                bases=(
                    django_fsm.FSMModelMixin,
                    models.Model,
                ),
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
                    ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("role", models.CharField(max_length=20, verbose_name="rôle")),
                    ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                    ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                    ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                    ("comment_digest", models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire")),
                    ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="distribution.stocktake")),
                ],
                options={
                    "verbose_name": "ligne du journal des inventaires",
                    "verbose_name_plural": "journal des inventaires",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["at", "object"], name="distribution_stocktakeentry_at"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("object", "seq"), name="distribution_stocktakeentry_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="StocktakeLine",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("stocktake", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="distribution.stocktake", verbose_name="inventaire")),
                    ("finding", models.CharField(choices=[("found", "Trouvé"), ("misplaced", "Mal rangé"), ("unexpected", "Là, et attendu ailleurs"), ("handled", "Pris en main pendant l’inventaire"), ("missing", "Pas trouvé"), ("unknown", "Étiquette inconnue")], max_length=10, verbose_name="constat")),
                    ("device", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="appareil")),
                    ("text", models.CharField(blank=True, max_length=80, verbose_name="lu")),
                    ("state", models.CharField(blank=True, max_length=20, verbose_name="état ce jour-là")),
                    ("expected_at", models.CharField(blank=True, max_length=60, verbose_name="rangé à")),
                    ("seen_at", models.CharField(blank=True, max_length=60, verbose_name="vu à")),
                    ("written_at", models.DateTimeField(blank=True, null=True, verbose_name="inscrit le")),
                ],
                options={
                    "verbose_name": "constat d’un inventaire",
                    "verbose_name_plural": "constats des inventaires",
                    "ordering": ("pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("finding__in", ["found", "misplaced", "unexpected", "handled", "missing", "unknown"])), name="distribution_stocktake_finding"),
                        models.CheckConstraint(condition=models.Q(models.Q(("device", None), ("finding", "unknown"), models.Q(("text", ""), _negated=True)), models.Q(models.Q(("finding", "unknown"), _negated=True), ("device__isnull", False)), _connector="OR"), name="distribution_stocktake_line_about"),
                        models.UniqueConstraint(fields=("stocktake", "device"), name="distribution_stocktake_device_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="StocktakeScan",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("stocktake", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="scans", to="distribution.stocktake", verbose_name="inventaire")),
                    ("text", models.CharField(max_length=80, verbose_name="lu")),
                    ("device", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="appareil")),
                    ("place", models.CharField(blank=True, max_length=60, verbose_name="vu à")),
                    ("recorded_place", models.CharField(blank=True, max_length=60, null=True, verbose_name="rangé alors à")),
                    ("scanned_at", models.DateTimeField(verbose_name="scanné le")),
                    ("written_at", models.DateTimeField(blank=True, null=True, verbose_name="inscrit le")),
                    ("scanned_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("takes_back", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="taken_back_by", to="distribution.stocktakescan", verbose_name="annule")),
                ],
                options={
                    "verbose_name": "scan d’un inventaire",
                    "verbose_name_plural": "scans des inventaires",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["stocktake", "device"], name="distribution_stocktake_scan"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Appointment",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    ("state", lifecycle.fields.StateField(choices=[("booked", "Pris"), ("honoured", "Honoré"), ("missed", "Manqué"), ("cancelled", "Annulé")], default="booked", max_length=50, protected=True, verbose_name="état")),
                    ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="prescriptions.need", verbose_name="besoin")),
                    ("point", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="appointments", to="refurb.distributionpoint", verbose_name="point")),
                    ("starts_at", models.DateTimeField(editable=False, null=True, verbose_name="commence le")),
                    ("ends_at", models.DateTimeField(editable=False, null=True, verbose_name="finit le")),
                    ("seat", models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="place de cette heure")),
                    ("places", models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="places de cette heure")),
                    ("booked_at", models.DateTimeField(editable=False, null=True, verbose_name="pris le")),
                    ("told_at", models.DateTimeField(editable=False, null=True, verbose_name="su du foyer le")),
                    ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="rappelé le")),
                    ("kept_at", models.DateTimeField(editable=False, null=True, verbose_name="confirmé par le point le")),
                    ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="fini le")),
                ],
                options={
                    "verbose_name": "rendez-vous",
                    "verbose_name_plural": "rendez-vous",
                    "ordering": ("starts_at", "pk"),
                    "indexes": [
                        models.Index(fields=["point", "starts_at"], name="distribution_appointment_day"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["booked", "honoured", "missed", "cancelled"])), name="distribution_appointment_state_known"),
                        models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at")), ("starts_at__isnull", False)), name="distribution_appointment_hours"),
                        models.CheckConstraint(condition=models.Q(("seat__gte", 1), ("seat__lte", models.F("places"))), name="distribution_appointment_seated"),
                        models.CheckConstraint(condition=models.Q(models.Q(("ended_at", None), ("state", "booked")), models.Q(models.Q(("state", "booked"), _negated=True), ("ended_at__isnull", False)), _connector="OR"), name="distribution_appointment_ended"),
                        models.UniqueConstraint(condition=models.Q(("state", "booked"), models.Q(("ended_at__gte", models.F("starts_at")), ("state", "honoured")), _connector="OR"), fields=("point", "starts_at", "seat"), name="distribution_appointment_seat_once"),
                        models.UniqueConstraint(condition=models.Q(("state", "booked")), fields=("need",), name="distribution_appointment_one_booked"),
                    ],
                },
                bases=(
                    django_fsm.FSMModelMixin,
                    models.Model,
                ),
            ),
            migrations.CreateModel(
                name="AppointmentEntry",
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
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="distribution.appointment")),
                ],
                options={
                    "verbose_name": "ligne du journal des rendez-vous",
                    "verbose_name_plural": "journal des rendez-vous",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["at", "object"], name="distribution_appointment_at"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("object", "seq"), name="distribution_appointmententry_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PointClosure",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("point", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="closures", to="refurb.distributionpoint", verbose_name="point")),
                    ("first_day", models.DateField(verbose_name="du")),
                    ("last_day", models.DateField(verbose_name="au")),
                    ("reason", models.CharField(choices=[("leave", "Congés"), ("works", "Travaux"), ("stocktake", "Inventaire"), ("elsewhere", "Équipe en déplacement"), ("other", "Autre motif")], max_length=10, verbose_name="motif")),
                    ("declared_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="déclarée par")),
                    ("declared_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="déclarée le")),
                ],
                options={
                    "verbose_name": "fermeture d’un point",
                    "verbose_name_plural": "fermetures de points",
                    "ordering": ("first_day", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("last_day__gte", models.F("first_day"))), name="distribution_closure_dates"),
                        models.CheckConstraint(condition=models.Q(("reason__in", ["leave", "works", "stocktake", "elsewhere", "other"])), name="distribution_closure_reason"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="PointOpening",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("point", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="openings", to="refurb.distributionpoint", verbose_name="point")),
                    ("weekday", models.PositiveSmallIntegerField(choices=[(0, "Lundi"), (1, "Mardi"), (2, "Mercredi"), (3, "Jeudi"), (4, "Vendredi"), (5, "Samedi"), (6, "Dimanche")], verbose_name="jour")),
                    ("starts_at", models.TimeField(verbose_name="de")),
                    ("ends_at", models.TimeField(verbose_name="à")),
                    ("minutes", models.PositiveSmallIntegerField(verbose_name="durée d’un rendez-vous, en minutes")),
                    ("places", models.PositiveSmallIntegerField(verbose_name="foyers reçus à la même heure")),
                    ("valid_from", models.DateField(verbose_name="à partir du")),
                    ("valid_to", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                    ("declared_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="déclarée par")),
                ],
                options={
                    "verbose_name": "ouverture aux rendez-vous",
                    "verbose_name_plural": "ouvertures aux rendez-vous",
                    "ordering": ("weekday", "starts_at", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("weekday__in", [0, 1, 2, 3, 4, 5, 6])), name="distribution_opening_weekday"),
                        models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at")), ("ends_at__lte", "22:00"), ("starts_at__gte", "06:00")), name="distribution_opening_hours"),
                        models.CheckConstraint(condition=models.Q(("minutes__gte", 5), ("minutes__lte", 240), ("places__gte", 1), ("places__lte", 20)), name="distribution_opening_sizes"),
                        models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="distribution_opening_dates"),
                    ],
                },
            ),
        )
    ]
