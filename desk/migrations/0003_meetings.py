"""A committee that sits: its journal, its lots, what is decided of them; closed, nothing in it changes."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
from lifecycle.operations import AppendOnly, Wall

FROZEN = """
CREATE FUNCTION desk_is_of_a_closed_meeting(kind text, line jsonb) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM desk_meeting m WHERE m.state = 'closed' AND CASE kind
            WHEN 'committee' THEN m.committee_id = (line->>'id')::bigint
            WHEN 'seat' THEN m.committee_id = (line->>'committee_id')::bigint
            WHEN 'line' THEN m.id = (SELECT meeting_id FROM desk_meetinglot WHERE id = (line->>'lot_id')::bigint)
            ELSE m.id = (line->>'meeting_id')::bigint END)
$$;
CREATE FUNCTION desk_meeting_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND desk_is_of_a_closed_meeting(TG_ARGV[0], to_jsonb(OLD))
        OR TG_OP <> 'DELETE' AND desk_is_of_a_closed_meeting(TG_ARGV[0], to_jsonb(NEW))
    THEN
        RAISE EXCEPTION 'Une séance close ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'desk_meeting_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER desk_committee_frozen BEFORE UPDATE OR DELETE ON desk_committee
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('committee');
CREATE TRIGGER desk_seat_frozen BEFORE INSERT OR UPDATE OR DELETE ON desk_seat
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('seat');
CREATE TRIGGER desk_meetinglot_frozen BEFORE INSERT OR UPDATE OR DELETE ON desk_meetinglot
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('lot');
CREATE TRIGGER desk_meetingline_frozen BEFORE INSERT ON desk_meetingline
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('line');
CREATE TRIGGER desk_ratification_frozen BEFORE INSERT OR UPDATE OR DELETE ON desk_ratification
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('ratification');

CREATE FUNCTION desk_meetinglot_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qu’une séance a décidé d’un lot ne change plus.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'desk_meetinglot_settled';
END $$;
CREATE TRIGGER desk_meetinglot_settled BEFORE UPDATE ON desk_meetinglot FOR EACH ROW
    WHEN (OLD.outcome <> '') EXECUTE FUNCTION desk_meetinglot_settled();
CREATE TRIGGER desk_meetinglot_kept BEFORE DELETE ON desk_meetinglot FOR EACH ROW
    EXECUTE FUNCTION desk_meetinglot_settled();
"""
"""What was held is closed: who sat, what was decided and what was ratified do not change any more."""

NOT_FROZEN = """
DROP FUNCTION desk_meetinglot_settled CASCADE;
DROP FUNCTION desk_meeting_frozen CASCADE;
DROP FUNCTION desk_is_of_a_closed_meeting CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("desk", "0002_walls"),
        ("donations", "0004_prospects"),
        ("network", "0003_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="Meeting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    lifecycle.fields.StateField(
                        choices=[("open", "En séance"), ("closed", "Close")],
                        default="open",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("opened_at", models.DateTimeField(editable=False, null=True, verbose_name="ouverte le")),
                ("closed_at", models.DateTimeField(editable=False, null=True, verbose_name="close le")),
                (
                    "closed_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="close par",
                    ),
                ),
                (
                    "committee",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="meeting",
                        to="desk.committee",
                        verbose_name="comité",
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
                        verbose_name="ouverte par",
                    ),
                ),
            ],
            options={
                "verbose_name": "séance",
                "ordering": ("-pk",),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="desk.meeting"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des séances",
                "verbose_name_plural": "journal des séances",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="MeetingLot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("typed", models.JSONField(blank=True, default=dict, verbose_name="saisi")),
                (
                    "progress",
                    models.CharField(
                        choices=[
                            ("nothing", "Rien de saisi"),
                            ("partial", "À compléter"),
                            ("whole", "Prêt à appliquer"),
                            ("postponed", "Reporté"),
                        ],
                        default="nothing",
                        max_length=10,
                        verbose_name="saisie",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("qualified", "Qualifié"),
                            ("declined", "Écarté"),
                            ("postponed", "Reporté à la prochaine séance"),
                            ("not_examined", "Non examiné"),
                            ("elsewhere", "Décidé ou retiré hors séance"),
                        ],
                        max_length=12,
                        verbose_name="suite",
                    ),
                ),
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
                    models.CharField(
                        blank=True,
                        choices=[
                            ("draft", "Brouillon"),
                            ("announced", "Annoncé"),
                            ("qualified", "Qualifié"),
                            ("scheduled", "Enlèvement planifié"),
                            ("collected", "Enlevé"),
                            ("reconciled", "Soldé"),
                            ("declined", "Écarté"),
                            ("withdrawn", "Retiré"),
                        ],
                        max_length=20,
                        verbose_name="état trouvé",
                    ),
                ),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="réglé le")),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="donations.donation",
                        verbose_name="lot",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="desk.meeting",
                        verbose_name="séance",
                    ),
                ),
            ],
            options={
                "verbose_name": "lot d’une séance",
                "verbose_name_plural": "lots des séances",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="MeetingLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "choice",
                    models.CharField(
                        choices=[("accept", "Accepter"), ("decline", "Refuser"), ("postpone", "Reporter")],
                        max_length=10,
                        verbose_name="décision",
                    ),
                ),
                ("accepted", models.PositiveIntegerField(default=0, verbose_name="quantité acceptée")),
                (
                    "destination",
                    models.CharField(
                        choices=[("reuse", "Réemploi"), ("recycling", "Recyclage")],
                        default="reuse",
                        max_length=10,
                        verbose_name="destination",
                    ),
                ),
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
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="donations.donationline",
                        verbose_name="ligne",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lines",
                        to="desk.meetinglot",
                        verbose_name="lot de la séance",
                    ),
                ),
            ],
            options={
                "verbose_name": "décision d’une séance",
                "verbose_name_plural": "décisions des séances",
                "ordering": ("line",),
            },
        ),
        migrations.CreateModel(
            name="Ratification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("ratified", "Ratifié"), ("objection", "Objection")],
                        max_length=10,
                        verbose_name="réponse",
                    ),
                ),
                (
                    "code",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "Matériel accepté à tort"),
                            ("refused", "Matériel refusé à tort"),
                            ("share", "Répartition entre ateliers contestée"),
                            ("law", "Règles du don à revoir"),
                            ("other", "Autre objection"),
                        ],
                        max_length=10,
                        verbose_name="objection",
                    ),
                ),
                (
                    "donation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="donations.donation",
                        verbose_name="lot",
                    ),
                ),
                (
                    "meeting",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ratifications",
                        to="desk.meeting",
                        verbose_name="séance",
                    ),
                ),
            ],
            options={
                "verbose_name": "lot à ratifier",
                "verbose_name_plural": "lots à ratifier",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Seat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "presence",
                    models.CharField(
                        choices=[("convened", "Convoqué"), ("present", "Présent"), ("excused", "Excusé")],
                        default="convened",
                        max_length=10,
                        verbose_name="présence",
                    ),
                ),
                (
                    "committee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="desk.committee",
                        verbose_name="comité",
                    ),
                ),
                (
                    "membership",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="membre",
                    ),
                ),
            ],
            options={
                "verbose_name": "membre d’un comité",
                "verbose_name_plural": "membres des comités",
                "ordering": ("membership__organisation__name", "pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "closed"])), name="desk_meeting_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="meeting",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at", None), ("state", "open")),
                    models.Q(("closed_at__isnull", False), ("state", "closed")),
                    _connector="OR",
                ),
                name="desk_meeting_closed",
            ),
        ),
        migrations.AddIndex(
            model_name="meetingentry",
            index=models.Index(fields=["at", "object"], name="desk_meetingentry_at"),
        ),
        migrations.AddConstraint(
            model_name="meetingentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="desk_meetingentry_once"),
        ),
        migrations.AddConstraint(
            model_name="meetinglot",
            constraint=models.UniqueConstraint(fields=("meeting", "donation"), name="desk_meetinglot_once"),
        ),
        migrations.AddConstraint(
            model_name="meetinglot",
            constraint=models.CheckConstraint(
                condition=models.Q(("progress__in", ["nothing", "partial", "whole", "postponed"])),
                name="desk_meetinglot_progress",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetinglot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("settled_at", None)),
                    models.Q(
                        ("outcome__in", ["qualified", "declined", "postponed", "not_examined", "elsewhere"]),
                        ("settled_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="desk_meetinglot_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetinglot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "decline_reason__in",
                            ["too_old", "condition", "quantity", "no_workshop", "title", "duplicate", "other"],
                        ),
                        ("outcome", "declined"),
                    ),
                    models.Q(models.Q(("outcome", "declined"), _negated=True), ("decline_reason", "")),
                    _connector="OR",
                ),
                name="desk_meetinglot_declined",
            ),
        ),
        migrations.AddConstraint(
            model_name="meetingline",
            constraint=models.UniqueConstraint(fields=("lot", "line"), name="desk_meetingline_once"),
        ),
        migrations.AddConstraint(
            model_name="meetingline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted__gt", 0), ("choice", "accept")),
                    models.Q(("accepted", 0), ("choice", "decline"), models.Q(("code", ""), _negated=True)),
                    models.Q(("accepted", 0), ("choice", "postpone"), ("code", "")),
                    _connector="OR",
                ),
                name="desk_meetingline_said",
            ),
        ),
        migrations.AddConstraint(
            model_name="ratification",
            constraint=models.UniqueConstraint(fields=("meeting", "donation"), name="desk_ratification_once"),
        ),
        migrations.AddConstraint(
            model_name="ratification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer__in", ("", "ratified")), ("code", "")),
                    models.Q(("answer", "objection"), ("code__in", ["accepted", "refused", "share", "law", "other"])),
                    _connector="OR",
                ),
                name="desk_ratification_answer",
                violation_error_message="Dites quelle est l’objection.",
            ),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.UniqueConstraint(fields=("committee", "membership"), name="desk_seat_once"),
        ),
        migrations.AddConstraint(
            model_name="seat",
            constraint=models.CheckConstraint(
                condition=models.Q(("presence__in", ["convened", "present", "excused"])), name="desk_seat_presence"
            ),
        ),
        Wall(
            model_name="meeting",
            journal_name="meetingentry",
            stamps=["opened_at", "opened_by", "closed_at", "closed_by"],
        ),
        AppendOnly("meetingline"),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
    ]
