"""The tables of what spans the apps."""

import django.db.models.deletion
import django_fsm
import lifecycle.fields
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("donations", "0002_walls"),
        ("imports", "0001_tables"),
        ("network", "0003_shared_cache"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Seeding",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("as_of", models.DateField(help_text="Rien n’arrive ce jour-là ni après.", verbose_name="jusqu’au")),
                    ("seed", models.BigIntegerField(verbose_name="graine")),
                    ("devices", models.PositiveIntegerField(verbose_name="appareils demandés")),
                    ("started_at", models.DateTimeField(verbose_name="commencée le")),
                    ("finished_at", models.DateTimeField(null=True, verbose_name="finie le")),
                ],
                options={
                    "verbose_name": "démonstration",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("finished_at", None), ("finished_at__gte", models.F("started_at")), _connector="OR"), name="desk_seeding_dates"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Committee",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("kind", models.CharField(choices=[("steering", "Comité de pilotage"), ("technical", "Comité technique")], max_length=10, verbose_name="comité")),
                    ("meets_on", models.DateField(verbose_name="date")),
                    ("place", models.CharField(blank=True, max_length=120, verbose_name="heure et lieu")),
                    ("planned_at", models.DateTimeField(verbose_name="écrit le")),
                    ("planned_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="écrit par")),
                    ("cancelled_at", models.DateTimeField(null=True, verbose_name="annulé le")),
                ],
                options={
                    "verbose_name": "comité",
                    "ordering": ("-meets_on", "-pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["steering", "technical"])), name="desk_committee_kind"),
                        models.UniqueConstraint(condition=models.Q(("cancelled_at", None)), fields=("kind", "meets_on"), name="desk_committee_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ReferenceChange",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("model", models.CharField(max_length=80, verbose_name="sorte")),
                    ("key", models.BigIntegerField(verbose_name="n°")),
                    ("code", models.CharField(blank=True, max_length=60, verbose_name="paramètre")),
                    ("action", models.CharField(choices=[("added", "Ajout"), ("replaced", "Nouvelle version"), ("ended", "Fin"), ("corrected", "Correction"), ("checked", "Vérification"), ("withdrawn", "Retrait")], max_length=10, verbose_name="acte")),
                    ("said", models.TextField(blank=True, verbose_name="ce qui change")),
                    ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("at", models.DateTimeField(verbose_name="le")),
                ],
                options={
                    "verbose_name": "modification des référentiels",
                    "verbose_name_plural": "modifications des référentiels",
                    "ordering": ("-pk",),
                    "indexes": [
                        models.Index(fields=["model", "key"], name="desk_referencechange_of"),
                    ],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("action__in", ["added", "replaced", "ended", "corrected", "checked", "withdrawn"])), name="desk_referencechange_action"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Visit",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("membership", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="rattachement")),
                    ("seen_at", models.DateTimeField(verbose_name="vu le")),
                    ("previous_at", models.DateTimeField(null=True, verbose_name="visite d’avant, jusqu’au")),
                ],
                options={
                    "verbose_name": "visite",
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("previous_at", None), ("previous_at__lte", models.F("seen_at")), _connector="OR"), name="desk_visit_order"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Meeting",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    ("state", lifecycle.fields.StateField(choices=[("open", "En séance"), ("closed", "Close")], default="open", max_length=50, protected=True, verbose_name="état")),
                    ("committee", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="meeting", to="desk.committee", verbose_name="comité")),
                    ("opened_at", models.DateTimeField(editable=False, null=True, verbose_name="ouverte le")),
                    ("opened_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="ouverte par")),
                    ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="close le")),
                    ("closed_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="close par")),
                ],
                options={
                    "verbose_name": "séance",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("state__in", ["open", "closed"])), name="desk_meeting_state_known"),
                        models.CheckConstraint(condition=models.Q(models.Q(("closed_at", None), ("state", "open")), models.Q(("closed_at__isnull", False), ("state", "closed")), _connector="OR"), name="desk_meeting_closed"),
                    ],
                },
                bases=(
                    django_fsm.FSMModelMixin,
                    models.Model,
                ),
            ),
            migrations.CreateModel(
                name="MeetingEntry",
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
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="desk.meeting")),
                ],
                options={
                    "verbose_name": "ligne du journal des séances",
                    "verbose_name_plural": "journal des séances",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [
                        models.Index(fields=["at", "object"], name="desk_meetingentry_at"),
                    ],
                    "constraints": [
                        models.UniqueConstraint(fields=("object", "seq"), name="desk_meetingentry_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MeetingLot",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lots", to="desk.meeting", verbose_name="séance")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="donations.donation", verbose_name="lot")),
                    ("typed", models.JSONField(blank=True, default=dict, verbose_name="saisi")),
                    ("progress", models.CharField(choices=[("nothing", "Rien de saisi"), ("partial", "À compléter"), ("whole", "Prêt à appliquer"), ("postponed", "Reporté")], default="nothing", max_length=10, verbose_name="saisie")),
                    ("outcome", models.CharField(blank=True, choices=[("qualified", "Qualifié"), ("declined", "Écarté"), ("postponed", "Reporté à la prochaine séance"), ("not_examined", "Non examiné"), ("elsewhere", "Décidé ou retiré hors séance")], max_length=12, verbose_name="suite")),
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
                            max_length=20,
                            verbose_name="motif",
                        ),
                    ),
                    (
                        "found_state",
                        models.CharField(blank=True, choices=[("draft", "Brouillon"), ("announced", "Annoncé"), ("qualified", "Qualifié"), ("scheduled", "Enlèvement planifié"), ("collected", "Enlevé"), ("reconciled", "Soldé"), ("declined", "Écarté"), ("withdrawn", "Retiré")], max_length=20, verbose_name="état trouvé"),
                    ),
                    ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="réglé le")),
                ],
                options={
                    "verbose_name": "lot d’une séance",
                    "verbose_name_plural": "lots des séances",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("meeting", "donation"), name="desk_meetinglot_once"),
                        models.CheckConstraint(condition=models.Q(("progress__in", ["nothing", "partial", "whole", "postponed"])), name="desk_meetinglot_progress"),
                        models.CheckConstraint(condition=models.Q(models.Q(("outcome", ""), ("settled_at", None)), models.Q(("outcome__in", ["qualified", "declined", "postponed", "not_examined", "elsewhere"]), ("settled_at__isnull", False)), _connector="OR"), name="desk_meetinglot_outcome"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("decline_reason__in", ["too_old", "condition", "quantity", "no_workshop", "title", "duplicate", "other"]), ("outcome", "declined")), models.Q(models.Q(("outcome", "declined"), _negated=True), ("decline_reason", "")), _connector="OR"),
                            name="desk_meetinglot_declined",
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="MeetingLine",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("lot", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="desk.meetinglot", verbose_name="lot de la séance")),
                    ("line", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="donations.donationline", verbose_name="ligne")),
                    ("choice", models.CharField(choices=[("accept", "Accepter"), ("decline", "Refuser"), ("postpone", "Reporter")], max_length=10, verbose_name="décision")),
                    ("accepted", models.PositiveIntegerField(default=0, verbose_name="quantité acceptée")),
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
                    ("shares", models.JSONField(blank=True, default=list, verbose_name="parts")),
                ],
                options={
                    "verbose_name": "décision d’une séance",
                    "verbose_name_plural": "décisions des séances",
                    "ordering": ("line",),
                    "constraints": [
                        models.UniqueConstraint(fields=("lot", "line"), name="desk_meetingline_once"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("accepted__gt", 0), ("choice", "accept")), models.Q(("accepted", 0), ("choice", "decline"), models.Q(("code", ""), _negated=True)), models.Q(("accepted", 0), ("choice", "postpone"), ("code", "")), _connector="OR"), name="desk_meetingline_said"
                        ),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Ratification",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("meeting", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="ratifications", to="desk.meeting", verbose_name="séance")),
                    ("donation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="donations.donation", verbose_name="lot")),
                    ("answer", models.CharField(blank=True, choices=[("ratified", "Ratifié"), ("objection", "Objection")], max_length=10, verbose_name="réponse")),
                    ("code", models.CharField(blank=True, choices=[("accepted", "Matériel accepté à tort"), ("refused", "Matériel refusé à tort"), ("share", "Répartition entre ateliers contestée"), ("law", "Règles du don à revoir"), ("other", "Autre objection")], max_length=10, verbose_name="objection")),
                    ("answered_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="desk.ratification", verbose_name="répondu par une autre séance")),
                ],
                options={
                    "verbose_name": "lot à ratifier",
                    "verbose_name_plural": "lots à ratifier",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("meeting", "donation"), name="desk_ratification_once"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("answer__in", ("", "ratified")), ("code", "")), models.Q(("answer", "objection"), ("code__in", ["accepted", "refused", "share", "law", "other"])), _connector="OR"), name="desk_ratification_answer", violation_error_message="Dites quelle est l’objection."
                        ),
                        models.CheckConstraint(condition=models.Q(("answered_by", None), ("answer", ""), _connector="OR"), name="desk_ratification_one_answer"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Seat",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("committee", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="seats", to="desk.committee", verbose_name="comité")),
                    ("membership", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="membre")),
                    ("presence", models.CharField(choices=[("convened", "Convoqué"), ("present", "Présent"), ("excused", "Excusé")], default="convened", max_length=10, verbose_name="présence")),
                ],
                options={
                    "verbose_name": "membre d’un comité",
                    "verbose_name_plural": "membres des comités",
                    "ordering": ("membership__organisation__name", "pk"),
                    "constraints": [
                        models.UniqueConstraint(fields=("committee", "membership"), name="desk_seat_once"),
                        models.CheckConstraint(condition=models.Q(("presence__in", ["convened", "present", "excused"])), name="desk_seat_presence"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ImportedScore",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("import_of", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imports.import", verbose_name="import")),
                    ("name", models.CharField(max_length=80, verbose_name="processeur")),
                    ("score", models.PositiveIntegerField(verbose_name="score (PassMark CPU Mark)")),
                    ("said_by", models.CharField(max_length=250, verbose_name="source")),
                ],
                options={
                    "verbose_name": "score importé",
                    "verbose_name_plural": "scores importés",
                    "ordering": ("pk",),
                    "constraints": [
                        models.UniqueConstraint(fields=("import_of", "name"), name="desk_importedscore_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ApiKey",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("membership", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="au nom de")),
                    ("name", models.CharField(max_length=60, verbose_name="nom")),
                    ("token_digest", models.CharField(editable=False, max_length=64, unique=True, verbose_name="empreinte de la clé")),
                    ("made_at", models.DateTimeField(verbose_name="créée le")),
                    ("expires_at", models.DateTimeField(verbose_name="s’ouvre jusqu’au")),
                    ("told_at", models.DateTimeField(null=True, verbose_name="fin annoncée le")),
                    ("revoked_at", models.DateTimeField(null=True, verbose_name="révoquée le")),
                    ("revoked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="révoquée par")),
                ],
                options={
                    "verbose_name": "clé d’API",
                    "verbose_name_plural": "clés d’API",
                    "ordering": ("-pk",),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(models.Q(("revoked_at", None), ("revoked_by", None)), models.Q(("revoked_at__isnull", False), ("revoked_by__isnull", False)), _connector="OR"), name="desk_apikey_revoked"),
                        models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("made_at"))), name="desk_apikey_expires"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ApiUse",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="desk.apikey", verbose_name="clé")),
                    ("day", models.DateField(verbose_name="jour")),
                ],
                options={
                    "verbose_name": "jour d’usage d’une clé d’API",
                    "verbose_name_plural": "jours d’usage des clés d’API",
                    "ordering": ("-day",),
                    "constraints": [
                        models.UniqueConstraint(fields=("key", "day"), name="desk_apiuse_once"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="ApiAct",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("key", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="acts", to="desk.apikey", verbose_name="clé")),
                    ("machine", models.CharField(max_length=40, verbose_name="machine")),
                    ("object_pk", models.BigIntegerField(verbose_name="objet")),
                    ("reference", models.CharField(max_length=20, verbose_name="référence")),
                    ("verb", models.CharField(max_length=40, verbose_name="verbe")),
                    ("at", models.DateTimeField(verbose_name="le")),
                ],
                options={
                    "verbose_name": "acte d’un logiciel",
                    "verbose_name_plural": "actes des logiciels",
                    "ordering": ("-pk",),
                },
            ),
        )
    ]
