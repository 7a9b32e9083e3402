"""Connection files that ask something: of whom serves the household, and the end of copper."""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from connectivity.enums import Channel, ConnectionState, CurrentLine
from connectivity.machine.due import RIGHT_TO_KEEP, is_on_copper
from connectivity.models import CampaignHousehold, ConnectionFile, CopperClosure, LineNotice, Offer, ProofSeen
from connectivity.models.closed_offer import refused_as_closed
from connectivity.models.connection import moved_since_planned, newer_version
from connectivity.parameters import COPPER_ALERTS, RENEWALS, UNTOUCHED_DAYS
from connectivity.permissions import can_propose_connection
from desk.parameters import UNANSWERED_DAYS, UNCHOSEN_DAYS, UNSCHEDULED_DAYS
from desk.todo.blocks import SOON, WHOLE, Block, BlockRow, since, until
from desk.todo.limits import Limits
from network.enums import OrganisationKind
from network.models import Membership
from network.permissions import is_manager, is_pilot
from prescriptions.enums import CONNECTION_KINDS
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Need
from typography.french import HARD, day, of

S = ConnectionState
USED = unrestricted("need__prescription__household")
"""Not those that are kept aside and used for nothing (limitation): nobody is asked to advance them."""
LEFT = {
    Channel.DESK: "à transmettre à l’opérateur",
    Channel.OWN_SUBSCRIPTION: "souscription de la personne à noter",
    Channel.COUNTER: "vente au point de distribution à noter",
    Channel.BESIDE: "accès sur place à noter",
}
"""What is left to do of an offer that is chosen, by how one gets it."""
FOLLOWED = ("need__prescription__household", "need__prescription__worker__user")


def serving_blocks(actor: Membership, at: datetime, limits: Limits) -> tuple[Block, ...]:
    """What a worker or an adviser has to do for the lines of the households he serves."""
    files = ConnectionFile.objects.visible_to(actor).select_related(*FOLLOWED)
    to_advance = files.filter(USED)
    files_url = reverse("connectivity:connection_list")
    since_then = at - limits.days(UNTOUCHED_DAYS) + limits.days(UNCHOSEN_DAYS)
    proofs = ProofSeen.objects.filter(file=OuterRef("pk"), seen_at__gt=since_then)
    forgotten = Q(state=S.ACCEPTED, accepted_at__lte=at - limits.days(UNSCHEDULED_DAYS)) & USED
    closes_soon = Q(~Exists(proofs), touched_at__lte=since_then)
    return (
        Block(
            "problemes",
            "Problèmes signalés par un opérateur",
            to_advance.filter(state=S.PROBLEM).order_by("problem_at", "pk"),
            partial(_problem, actor),
            "Aucun opérateur ne signale de problème.",
            f"{files_url}?state={S.PROBLEM}",
            late=Q(waiting_since__lte=at - limits.days(UNANSWERED_DAYS)),
        ),
        Block(
            "connexions-a-trouver",
            "Connexions à trouver",
            waiting_for_a_line(actor)
            .select_related("prescription__household", "prescription__worker__user")
            .order_by("accepted_at", "pk"),
            partial(_waiting, actor),
            "Chaque besoin de connexion a déjà son dossier.",
            reverse("connectivity:waiting_list") + WHOLE,
        ),
        Block(
            "offres-a-choisir",
            "Offres à choisir avec le foyer",
            to_advance.filter(state=S.PROPOSED).order_by("touched_at", "pk"),
            partial(_proposed, actor),
            "Aucune proposition n’attend un choix.",
            f"{files_url}?state={S.PROPOSED}",
            late=closes_soon,
            late_word=SOON,
        ),
        Block(
            "offres-a-mener",
            "Offres choisies, à mener jusqu’à la ligne",
            to_advance.filter(state=S.CHOSEN)
            .annotate(newer_from=newer_version(timezone.localdate(at)))
            .select_related("offer", "operator")
            .order_by("touched_at", "pk"),
            partial(_chosen, actor),
            "Chaque offre choisie est transmise à son opérateur, ou sa ligne est active.",
            f"{files_url}?state={S.CHOSEN}",
            late=closes_soon,
            late_word=SOON,
        ),
        _visits(actor, files, forgotten, at, limits),
    )


def _visits(actor: Membership, files: Any, forgotten: Q, at: datetime, limits: Limits) -> Block:
    """Visits that are planned, and what an operator took without ever saying a day."""
    return Block(
        "raccordements",
        "Raccordements planifiés, ou sans date",
        files.filter(Q(state=S.SCHEDULED) | forgotten)
        .annotate(is_to_confirm=ExpressionWrapper(moved_since_planned(), BooleanField()))
        .select_related("operator")
        .order_by(F("appointment_on").asc(nulls_first=True), "accepted_at", "pk"),
        partial(_appointment, actor),
        "Aucun raccordement n’est planifié, et aucune demande acceptée n’attend sa date depuis"
        f" {limits[UNSCHEDULED_DAYS]} jours.",
        late=Q(appointment_on__lt=timezone.localdate(at)) | Q(state=S.ACCEPTED),
    )


def renewals(actor: Membership, at: datetime, limits: Limits) -> Block:
    """Entitlements to an offer that end soon."""
    today = timezone.localdate(at)
    first, last = (limits[before] for before in RENEWALS)
    ending = RIGHT_TO_KEEP & USED & Q(state=S.ACTIVE, entitlement_ends_on__range=(today, today + timedelta(days=first)))
    files = ConnectionFile.objects.visible_to(actor).filter(ending).select_related("need__prescription__household")
    return Block(
        "droits",
        "Droits à un tarif social qui se terminent",
        files.order_by("entitlement_ends_on", "pk"),
        _renewal,
        f"Aucun droit ne se termine dans les {first} jours.",
        late=Q(entitlement_ends_on__lte=today + timedelta(days=last)),
        late_word=SOON,
    )


def to_tell(actor: Membership, at: datetime) -> Block:
    """What households are to be told of their line, by somebody who calls or writes."""
    told = unrestricted("file__need__prescription__household")
    notices = LineNotice.objects.visible_to(actor).to_keep().filter(told)
    around = [f"file__{one}" for one in FOLLOWED]
    return Block(
        "lignes-a-dire",
        "Foyers à prévenir de leur ligne",
        notices.select_related("mail", "sms", *around).order_by("due_on", "pk"),
        partial(_notice, actor),
        "Tous les foyers savent où en est leur ligne.",
        late=Q(due_on__lt=timezone.localdate(at)),
    )


def to_call(actor: Membership, at: datetime) -> Block:
    """The households of campaigns that one calls, or that nobody is to call; the manager reads the whole team's."""
    today = timezone.localdate(at)
    rows = CampaignHousehold.objects.visible_to(actor).due(today)
    mine = rows if is_manager(actor) else rows.of(actor)
    return Block(
        "appels-cuivre",
        "Foyers à appeler avant la fin du cuivre",
        mine.select_related("household", "commune", "campaign").order_by(
            F("next_on").asc(nulls_last=True), "campaign__closes_by", "pk"
        ),
        _call,
        "Aucun appel n’est à faire aujourd’hui.",
        late=Q(next_on__lt=today),
    )


def copper(actor: Membership, at: datetime, limits: Limits) -> Block:
    """Households whose line is in copper, where it closes before long."""
    today = timezone.localdate(at)
    first, *_, last = (limits[before] for before in COPPER_ALERTS)
    closures = CopperClosure.objects.on(today).filter(commune=OuterRef("need__prescription__commune"))
    files = (
        ConnectionFile.objects.visible_to(actor)
        .filter(is_on_copper(), USED)
        .annotate(closes_on=Subquery(closures.values("technical_on")[:1]))
        .filter(closes_on__gt=today, closes_on__lte=add_months(today, first))
        .select_related("need__prescription__commune", *household_of(actor))
    )
    return Block(
        "cuivre",
        "Foyers touchés par la fin du cuivre, ou qui pourraient l’être",
        files.order_by("closes_on", "pk"),
        _unnamed_copper if is_pilot(actor) else _copper,
        f"Aucun foyer suivi n’est sur une ligne en cuivre qui ferme dans les {first} mois.",
        late=Q(closes_on__lte=add_months(today, last)),
        late_word=SOON,
    )


def closed_offers(at: datetime) -> Block:
    """The offers of the day that their operator says are closed, as it said it last."""
    said = refused_as_closed().filter(offer=OuterRef("pk")).order_by("-refused_at")
    offers: Any = Offer.objects.on(timezone.localdate(at)).annotate(said_at=Subquery(said.values("refused_at")[:1]))
    return Block(
        "offres-dites-fermees",
        "Offres que leur opérateur dit fermées",
        offers.filter(said_at__isnull=False).select_related("operator").order_by("said_at", "pk"),
        _closed_offer,
        "Aucun opérateur ne dit fermée une offre du jour.",
    )


def waiting_for_a_line(actor: Membership) -> QuerySet[Any]:
    """The needs of connection that wait, for which one may propose offers."""
    waiting = Need.objects.visible_to(actor).waiting().free_to_serve().filter(kind__in=CONNECTION_KINDS)
    if can_propose_connection(actor) is None:
        return waiting.none()
    role = "prescriber" if actor.kind == "prescriber" else "distributor"
    return waiting.filter(**{f"prescription__{role}": actor.organisation_id})


def household_of(actor: Membership) -> tuple[str, ...]:
    """The pilot does not read names here: they are not fetched for him."""
    return () if is_pilot(actor) else ("need__prescription__household",)


def _page(file: ConnectionFile) -> str:
    return reverse("connectivity:connection_detail", args=[file.reference])


def _name(file: ConnectionFile) -> str:
    return file.need.prescription.household.name


def _problem(actor: Membership, file: ConnectionFile) -> BlockRow:
    about = file.get_problem_display() + _of_a_colleague(actor, file.need)
    return BlockRow(_name(file), _page(file), about, since(file.problem_at, "signalé"))


def _waiting(actor: Membership, need: Need) -> BlockRow:
    url = reverse("connectivity:connection_propose", args=[need.reference])
    about = need.get_kind_display() + _of_a_colleague(actor, need)
    return BlockRow(need.prescription.household.name, url, about, since(need.accepted_at, "accepté"))


def _proposed(actor: Membership, file: ConnectionFile) -> BlockRow:
    about = file.get_kind_display() + _of_a_colleague(actor, file.need)
    return BlockRow(_name(file), _page(file), about, since(file.touched_at, "proposées"))


def _chosen(actor: Membership, file: ConnectionFile) -> BlockRow:
    left = f"à choisir de nouveau{HARD}: {file.dead_end}" if file.dead_end else LEFT[Channel(file.channel)]
    about = f"{file.get_kind_display()}, {left}{_of_a_colleague(actor, file.need)}"
    return BlockRow(_name(file), _page(file), about, since(file.chosen_at, "choisie"))


def _appointment(actor: Membership, file: Any) -> BlockRow:
    """The visit that is planned, or the operator that gave no day for what it took."""
    colleague = _of_a_colleague(actor, file.need)
    if file.state == S.ACCEPTED:
        about = f"{file.get_kind_display()}, sans date, à relancer auprès {of(file.operator)}{colleague}"
        return BlockRow(_name(file), _page(file), about, since(file.accepted_at, "acceptée"))
    about = file.get_appointment_slot_display()
    if file.is_to_confirm:
        about = f"foyer déménagé, {file.operator} confirme ou change le jour"
    return BlockRow(_name(file), _page(file), about + colleague, until(file.appointment_on, "le"))


def _of_a_colleague(actor: Membership, need: Need) -> str:
    """A line is anyone’s in the team to open: the page, otherwise one’s own files, says whose household it is."""
    worker = need.prescription.worker
    if actor.kind != OrganisationKind.PRESCRIBER or worker is None or worker.user_id == actor.user_id:
        return ""
    stays = worker.is_held or worker.user_id in actor.colleagues
    return f", suivi par {worker.user}{'' if stays else ', qui n’agit plus ici'}"


def _renewal(file: ConnectionFile) -> BlockRow:
    lost = ", droit perdu\u00a0: une autre offre est à trouver" if file.after_loss else ""
    about = file.get_kind_display() + lost
    return BlockRow(_name(file), _page(file), about, until(file.entitlement_ends_on, "jusqu’au"))


def _closed_offer(offer: Any) -> BlockRow:
    url = reverse("connectivity:offer_detail", args=[offer.code])
    about = "une nouvelle version, son dernier jour, ou vérifiée aujourd’hui"
    return BlockRow(str(offer), url, about, since(offer.said_at, "dite fermée"))


def _call(target: CampaignHousehold) -> BlockRow:
    about = f"{target.commune}, {target.get_result_display().lower() or 'jamais appelé'}"
    when = until(target.next_on, "à rappeler le") or f"cuivre arrêté d’ici le {day(target.campaign.closes_by)}"
    return BlockRow(target.household.name, reverse("connectivity:call_note", args=[target.pk]), about, when)


def _notice(actor: Membership, notice: LineNotice) -> BlockRow:
    file = notice.file
    said = f"{notice.get_about_display()}{HARD}: {notice.why}" if notice.why else notice.get_about_display()
    about = said + _of_a_colleague(actor, file.need)
    return BlockRow(_name(file), _page(file), about, until(notice.due_on, "avant le"))


def _copper(file: Any) -> BlockRow:
    return BlockRow(_name(file), _page(file), _where(file), _closes(file.closes_on))


def _unnamed_copper(file: Any) -> BlockRow:
    return BlockRow(file.reference, _page(file), _where(file), _closes(file.closes_on))


def _where(file: ConnectionFile) -> str:
    """The commune, and that nobody knows what line the household has."""
    unknown = (
        ", ligne actuelle à demander" if file.state != S.ACTIVE and file.current_line == CurrentLine.UNKNOWN else ""
    )
    return f"{file.need.prescription.commune}{unknown}"


def _closes(closes_on: date) -> str:
    return f"fermeture le {day(closes_on)}"
