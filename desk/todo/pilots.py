"""« À faire » of the pilot: the chain of the département, what alerts, the report to freeze, the map of the 17 EPCI."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.models import Convention, Review
from conventions.tables import told_to_allot
from conventions.watching import alive_with_places, watched
from desk.epcis import epcis_today, map_context
from desk.parameters import DECIDED_DAYS, QUIET_DAYS, WAITED_DAYS
from desk.todo.blocks import WHOLE, Block, BlockRow, TodoAction, TodoPage, TodoPart, since, until
from desk.todo.connections import closed_offers, copper
from desk.todo.conventions import convention_page, inbox
from desk.todo.directory import sessions_to_record
from desk.todo.doubles import doubles
from desk.todo.ending import ending_for_parties
from desk.todo.figures import month_of_the_departement
from desk.todo.incidents import incidents_to_note
from desk.todo.limits import Limits, limits_on
from desk.todo.next_steps import Appointments
from desk.todo.service import service
from desk.todo.unattended import unattended
from desk.todo.values import values
from desk.todo.verified import verifications
from desk.todo.workshop_records import certificate_awaited
from distribution.models import DerogationRequest
from donations.enums import DonationState
from donations.models import Donation
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from prescriptions.models import HouseholdEntry, Need, NeedEntry, PrescriptionEntry
from refurb.views.devices import missing_erasures_seen_by
from reports.enums import ReportState as R
from reports.models import Report
from reports.views import title_of_month
from typography.french import HARD, day, days_ago

ACTS = (HouseholdEntry, PrescriptionEntry, NeedEntry)
"""The journals in which the people of a prescriber write."""


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """The pilot defends every figure: each leads to the rows it counts."""
    limits, appointments = limits_on(at), Appointments(actor, at)
    return TodoPage(
        actions=(
            TodoAction("Rapports mensuels", reverse("reports:report_list")),
            TodoAction("Comités", reverse("desk:committee_list")),
            TodoAction("Prescripteurs", reverse("desk:coverage")),
        ),
        blocks=(
            inbox(actor),
            _lots(actor),
            _derogations(actor, at - limits.days(DECIDED_DAYS)),
            _reports(actor, at),
            *_proofs(actor, at),
            _ending(actor, at, limits),
            ending_for_parties(actor, at, limits),
            _reviews(actor, at),
            unattended(),
            closed_offers(at),
            copper(actor, at, limits),
            _needs(actor, at, limits.days(WAITED_DAYS)),
            doubles(limits),
            quiet(actor, at, limits.days(QUIET_DAYS)),
            appointments.rollout_steps(),
            appointments.steps(),
            sessions_to_record(actor, at),
            values(at),
            verifications(at),
            service(at, limits),
        ),
        above=(
            TodoPart("desk/_volumes.html", lambda: month_of_the_departement(actor, hides_small=False)),
            TodoPart("desk/_next_committee.html", appointments.committee),
        ),
        below=(TodoPart("desk/_epcis.html", lambda: map_context(epcis_today(actor, at))),),
        changes=("donation", "convention", "report"),
    )


def to_decide(actor: Membership, at: datetime) -> tuple[Block, ...]:
    """The blocks that a committee reads before it decides."""
    limits = limits_on(at)
    return (
        _derogations(actor, at - limits.days(DECIDED_DAYS)),
        _lots(actor),
        _reports(actor, at),
        _ending(actor, at, limits),
        _reviews(actor, at),
        _needs(actor, at, limits.days(WAITED_DAYS)),
        quiet(actor, at, limits.days(QUIET_DAYS)),
    )


def _lots(actor: Membership) -> Block:
    lots = Donation.objects.visible_to(actor).filter(state=DonationState.ANNOUNCED).select_related("donor")
    return Block(
        "lots",
        "Lots annoncés, à qualifier",
        lots.order_by("announced_at", "pk"),
        _lot,
        "Chaque lot annoncé a reçu sa décision.",
        f"{reverse('donations:donation_list')}?state={DonationState.ANNOUNCED}",
    )


def _derogations(actor: Membership, late: datetime) -> Block:
    """What advisers ask of the pilot: no list has these rows alone, they are on a page of the block's own."""
    asked = DerogationRequest.objects.visible_to(actor).pending()
    return Block(
        "derogations",
        "Dérogations à décider",
        asked.select_related("need__epci", "asked_by__organisation").order_by("asked_at", "pk"),
        _derogation,
        "Aucune demande de dérogation n’attend.",
        late=Q(asked_at__lte=late),
    )


def _reports(actor: Membership, at: datetime) -> Block:
    """Months that are over: figures to be frozen, then published; with the last of a year, the year to be closed."""
    waiting = Report.objects.visible_to(actor).unsettled(timezone.localdate(at).replace(day=1))
    return Block(
        "rapports",
        "Mois à figer ou à publier",
        waiting.defer("figures").order_by("month"),
        _report,
        "Tous les mois écoulés sont publiés.",
    )


def _proofs(actor: Membership, at: datetime) -> tuple[Block, ...]:
    return (
        Block(
            "effacements",
            "Effacements manquants",
            missing_erasures_seen_by(actor)
            .select_related("device__workshop", "device__recycler")
            .order_by("arrived_at", "pk"),
            _drive,
            "Zéro\u00a0: chaque disque sorti de son appareil est prouvé effacé ou détruit.",
            reverse("refurb:missing_erasure_list") + WHOLE,
            is_wanted_empty=True,
        ),
        incidents_to_note(actor, at),
    )


# --- conventions


def _ending(actor: Membership, at: datetime, limits: Limits) -> Block:
    """What the list « Échéances et quotas » shows: near its end, a quota nearly used, or places soon lost."""
    today = timezone.localdate(at)
    rows = watched(alive_with_places(today, limits.values), today, limits.values).visible_to(actor)
    return Block(
        "echeances",
        "Conventions qui se terminent, quotas presque pris ou bientôt perdus",
        rows.select_related("epci").order_by("soonest", "pk"),
        _ending_line,
        "Aucune convention n’approche de sa fin ni de ses quotas, et aucune place n’est près de se perdre.",
        reverse("conventions:ending_list"),
        late=Q(ends_on__lt=today),
    )


def _reviews(actor: Membership, at: datetime) -> Block:
    awaited = Review.objects.awaited().filter(convention=OuterRef("pk")).order_by("due_on")
    overdue = awaited.filter(due_on__lt=timezone.localdate(at))
    in_review = Convention.objects.visible_to(actor).filter(state=ConventionState.IN_REVIEW).select_related("epci")
    return Block(
        "relectures",
        "Conventions en relecture",
        in_review.annotate(due_on=Subquery(awaited.values("due_on")[:1])).order_by("due_on", "pk"),
        _in_review,
        "Aucune convention n’est en relecture.",
        f"{reverse('conventions:convention_list')}?state={ConventionState.IN_REVIEW}",
        late=Q(Exists(overdue)),
    )


# --- needs and prescribers


def _needs(actor: Membership, at: datetime, waited: timedelta) -> Block:
    for_long = f"plus de {waited.days}{HARD}jours"
    waiting = Need.objects.visible_to(actor).waiting().filter(accepted_at__lte=at - waited)
    return Block(
        "attentes",
        f"Besoins qui attendent depuis {for_long}",
        waiting.select_related("epci").order_by("accepted_at", "pk"),
        _need,
        f"Aucun besoin n’attend depuis {for_long}.",
    )


def quiet(actor: Membership, at: datetime, silence: timedelta) -> Block:
    """Those whose people did nothing on a household, a prescription or a need: each act counts, not a request alone."""
    acts = [model.objects.filter(actor__organisation=OuterRef("pk")) for model in ACTS]
    latest_acts = [Subquery(one.order_by().values("actor__organisation").values_list(Max("at"))) for one in acts]
    prescribers = Organisation.objects.visible_to(actor).active().of_kind(OrganisationKind.PRESCRIBER)
    silent = prescribers.filter(*(~Exists(one.filter(at__gt=at - silence)) for one in acts))
    return Block(
        "prescripteurs",
        f"Prescripteurs sans activité depuis {silence.days}{HARD}jours",
        silent.annotate(last=Greatest(*latest_acts))
        .select_related("commune")
        .order_by(F("last").asc(nulls_first=True), "name"),
        _prescriber,
        f"Chaque prescripteur a travaillé sur un dossier ces {silence.days} derniers jours.",
    )


# --- lines


def _lot(donation: Any) -> BlockRow:
    url = reverse("donations:donation_detail", args=[donation.reference])
    return BlockRow(str(donation.donor), url, donation.reference, since(donation.announced_at, "annoncé"))


def _derogation(asked: Any) -> BlockRow:
    url = reverse("distribution:derogation_grant", args=[asked.need.reference])
    title = f"{asked.need.get_kind_display()}, {asked.need.epci or 'territoire inconnu'}"
    about = f"{asked.get_kind_display()}, demandée par {asked.asked_by.organisation}"
    return BlockRow(title, url, about, since(asked.asked_at, "demandée"))


def _report(report: Report) -> BlockRow:
    url = reverse("reports:report_detail", args=[report.reference])
    todo = {R.COMPUTED: "à figer", R.FROZEN: "figé, à publier", R.PUBLISHED: "publié, bilan de l’année à arrêter"}
    return BlockRow(title_of_month(report), url, todo[R(report.state)], since(report.computed_at, "calculé"))


def _drive(drive: Any) -> BlockRow:
    url = reverse("refurb:device_evidence", args=[drive.device.reference])
    about = f"{drive.device.workshop}{certificate_awaited(drive)}"
    return BlockRow(f"{drive.device}, {drive}", url, about, since(drive.arrived_at, "arrivé"))


def _ending_line(convention: Any) -> BlockRow:
    when, about = until(convention.ends_on, "jusqu’au"), convention.reference
    if convention.alone_on is not None:
        about += f", une partie peut la résilier dès le {day(convention.alone_on)}"
    if convention.to_allot:
        about += f", {told_to_allot(convention, day(convention.allot_by))}"
    return BlockRow(str(convention.epci), convention_page(convention), about, when)


def _in_review(convention: Any) -> BlockRow:
    when = until(convention.due_on, "avis attendu pour le")
    return BlockRow(str(convention.epci), convention_page(convention), convention.title, when)


def _need(need: Any) -> BlockRow:
    url = reverse("prescriptions:need_detail", args=[need.reference])
    return BlockRow(f"{need.get_kind_display()}, {need.epci}", url, need.reference, since(need.accepted_at, "accepté"))


def _prescriber(organisation: Any) -> BlockRow:
    url = reverse("network:organisation_detail", args=[organisation.reference])
    last = f"dernière activité {days_ago(organisation.last)}" if organisation.last else "jamais d’activité"
    return BlockRow(str(organisation), url, str(organisation.commune or ""), last)
