"""What connection writes to people: one function per message. A mail names a reference, never a household."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from connectivity.called_off import no_longer
from connectivity.enums import WITH_OPERATOR, Channel, LineNews
from connectivity.line_news import said_of
from connectivity.models import ConnectionFile, CopperClosure, LineNotice, OperatorLink
from connectivity.parameters import NO_ANSWER_DAYS, UNTOUCHED_DAYS
from documents.emails import absolute_url, compose
from documents.enums import MailPurpose, MessageCode
from documents.services import queue_mail
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation
from prescriptions.enums import NeedKind, RightKind
from prescriptions.models import RightsRequest
from prescriptions.services.messages import Message, from_service
from typography.french import full_day, in_a_sentence

type People = dict[int, list[tuple[str, str]]]


# --- the operator


def sent_for_operator(file: ConnectionFile, at: datetime) -> None:
    """A request waits in the queue; the pilot is told of an operator that no mail reaches."""
    days = NO_ANSWER_DAYS.on(timezone.localdate(at))
    _write("sent_for_operator", file, _agents(file.operator_id), at, page=_queue(), days=days)
    _unreached_for_pilot(file, days, at)


def reminder_for_operator(file: ConnectionFile, at: datetime) -> None:
    """A request has been waiting; without an answer it closes by itself."""
    days = NO_ANSWER_DAYS.on(timezone.localdate(at))
    closes_on = (file.waiting_since or at) + timedelta(days=days)
    _write("reminder_for_operator", file, _agents(file.operator_id), at, page=_queue(), closes_on=closes_on)
    _unreached_for_pilot(file, days, at)


def reaches(operator: Organisation) -> bool:
    """Whether a mail reaches an operator in service: an agent who signs in, or an address to which a link is sent."""
    return bool(address_of(operator) or _agents(operator.pk))


def address_of(operator: Organisation) -> str:
    """Where an operator is written to; nowhere once it is closed, for the link it would get opens nothing."""
    return operator.email if operator.is_active else ""


def _unreached_for_pilot(file: ConnectionFile, days: int, at: datetime) -> None:
    """An operator that is closed, or without an agent or an address, hears of nothing: the pilot sets it right."""
    if file.operator is not None and not reaches(file.operator):
        page = absolute_url(reverse("network:organisation_detail", args=[file.operator.reference]))
        pilots = _people(Membership.objects.pilots())
        _write("unreached_operator_for_pilot", file, pilots, at, page=page, days=days)


def closed_offer_for_pilot(file: ConnectionFile, at: datetime) -> None:
    """An operator says that an offer of the catalogue is closed: the pilot writes it down, or says that it is not."""
    assert file.offer is not None
    page = absolute_url(reverse("connectivity:offer_detail", args=[file.offer.code]))
    _write("closed_offer_for_pilot", file, _people(Membership.objects.pilots()), at, page=page)


def let_go_for_operator(file: ConnectionFile, at: datetime) -> None:
    """What was asked is asked no more: the household gave it up, or takes another offer.

    Its page opens no more: the operator finds whose visit to call off by its own reference, and the day. One without
    an agent, which answered by links, is told where these were sent.
    """
    last = file.transmissions.select_related("operator").first()
    if last is None:
        return
    agents, address = _agents(last.operator_id), address_of(last.operator)
    own = {last.operator_id: [(address, last.operator.name)]} if address else {}
    visit = file.appointment_on
    planned = visit is not None and visit >= timezone.localdate(at)
    page = _queue() if agents else ""
    _write("let_go_for_operator", file, agents or own, at, page=page, operator=last.operator, planned=planned)


def not_active_for_operator(file: ConnectionFile, at: datetime) -> None:
    """What was said to work does not: the request waits in the queue again."""
    _write("not_active_for_operator", file, _agents(file.operator_id), at, page=_queue())


def corrected_for_operator(file: ConnectionFile, at: datetime) -> bool:
    """What a request says was corrected; whether an agent is there to read it."""
    agents = _agents(file.operator_id)
    visit = file.appointment_on if file.is_visit_to_confirm() else None
    _write("corrected_for_operator", file, agents, at, visit=visit)
    _unreached_for_pilot(file, NO_ANSWER_DAYS.on(timezone.localdate(at)), at)
    return bool(agents)


def rights_answered_for_operator(
    file: ConnectionFile, operator: Organisation, asked: RightsRequest, at: datetime, *, holds: bool, limited: bool
) -> str:
    """The household had what was sent corrected, erased, kept aside, or stopped: so does the operator with it.

    The officer is told of an operator that no mail reaches.

    Returns how it reads the request today: ``page``, its own; ``link``, one that follows a correction, which none does
    while the household limits its data; nothing when it reads it no more.
    """
    agents = _agents(operator.pk)
    no_link = limited and asked.kind == RightKind.RECTIFICATION
    address = address_of(operator)
    by_link = "link" if address and file.state in WITH_OPERATOR and not no_link else ""
    reads = "" if not holds else "page" if agents else by_link
    own = {operator.pk: [(address, operator.name)]} if address else {}
    said = {
        "kind": asked.kind,
        "lifted": asked.lifted_at is not None,
        "reads": reads,
        "prescriber": file.need.prescription.prescriber,
    }
    _write("rights_answered_for_operator", file, agents or own, at, **said)
    if not (agents or own):
        unreached = {"kind": asked.kind, "operator": operator, "asked": asked}
        _write("unreached_operator_for_officer", file, _people(Membership.objects.officers()), at, **unreached)
    return reads


def link_for_operator(link: OperatorLink, token: str, at: datetime, *, corrected: bool = False) -> None:
    """The link by which the operator answers one request without an account, or reads what was corrected of it."""
    page = absolute_url(reverse("connectivity:link", args=[token]))
    context = {"file": link.file, "link": link, "page": page, "corrected": corrected}
    subject, body = compose("emails/connectivity/link_for_operator.txt", context)
    to = [(link.email, link.operator.name)]
    # An account mail holds a link that opens a door: its text is shown to nobody, and goes once it has left.
    queue_mail(to=to, subject=subject, body=body, about=_about(link.file), purpose=MailPurpose.ACCOUNT, at=at)


# --- the worker


def problem_for_worker(file: ConnectionFile, at: datetime) -> None:
    """The operator is stopped: what, and what to do next."""
    _write("problem_for_worker", file, _workers(file), at, days=NO_ANSWER_DAYS.on(timezone.localdate(at)))


def problem_withdrawn_for_worker(file: ConnectionFile, at: datetime) -> None:
    """The problem was another request's: there is nothing to set right."""
    _write("problem_withdrawn_for_worker", file, _workers(file), at)


def scheduled_for_worker(file: ConnectionFile, notice: LineNotice, at: datetime) -> None:
    """The line is brought on a day; ``notice``: how its household hears of it."""
    _write("scheduled_for_worker", file, _workers(file), at, notice=notice)


def active_for_worker(file: ConnectionFile, notice: LineNotice | None, at: datetime) -> None:
    """The operator says that the line works; ``notice``: what its household is to be told of the price."""
    _write("active_for_worker", file, _workers(file), at, notice=notice)


def not_active_for_worker(file: ConnectionFile, at: datetime) -> None:
    """It was said to work by mistake: the need is in progress again."""
    _write("not_active_for_worker", file, _workers(file), at)


def refused_for_worker(file: ConnectionFile, notice: LineNotice, at: datetime, *, lapsed: str = "") -> None:
    """The operator said no; or the clock closed what nobody answered, in the state ``lapsed``. The need waits again.

    ``notice``: how its household hears of it.
    """
    said = {"lapsed": lapsed, "days": NO_ANSWER_DAYS.on(timezone.localdate(at)), "notice": notice}
    _write("refused_for_worker", file, _workers(file), at, need_page=_need_page(file), **said)


def untouched_for_worker(file: ConnectionFile, at: datetime) -> None:
    """Nothing came of a file for too long: it is closed, the need waits again."""
    _write("untouched_for_worker", file, _workers(file), at, days=UNTOUCHED_DAYS.on(timezone.localdate(at)))


def abandoned_for_worker(file: ConnectionFile, at: datetime) -> None:
    """Somebody else gave the file up: why; whether the household is to be told is in « À faire »."""
    _write("abandoned_for_worker", file, _workers(file), at)


def ended_for_worker(file: ConnectionFile, at: datetime) -> None:
    """The line is no more: whether its need waits again is the worker's to say."""
    _write("ended_for_worker", file, _workers(file), at, need_page=_need_page(file))


def renewal_for_worker(file: ConnectionFile, at: datetime) -> None:
    """The entitlement ends soon: what has to be seen again."""
    asked = [str(condition) for condition in file.offer.conditions.all()] if file.offer else []
    _write("renewal_for_worker", file, _workers(file), at, asked=asked)


def full_price_for_worker(file: ConnectionFile, at: datetime) -> None:
    """The right was lost, and the line goes on at its ordinary price: a cheaper offer may be found."""
    _write("full_price_for_worker", file, _workers(file), at)


def copper_for_worker(file: ConnectionFile, at: datetime) -> None:
    """Copper closes where the household lives: it needs another line before."""
    closure = CopperClosure.objects.of(file.need.prescription.commune_id, timezone.localdate(at))
    _write("copper_for_worker", file, _workers(file), at, closure=closure)


# --- the household


def line_news(file: ConnectionFile, about: LineNews) -> Message:
    """What changes on its line, and what it may do; a technician's visit has texts of its own."""
    if about == LineNews.VISIT and file.need.kind == NeedKind.FIXED_CONNECTION:
        slot = in_a_sentence(file.get_appointment_slot_display())
        planned = {"jour": full_day(file.appointment_on), "creneau": slot, "avant": no_longer(file, timezone.now())}
        return _message(file, MessageCode.VISIT, planned)
    said = said_of(file, about)
    return _message(file, MessageCode.LINE, {"titre": said.title, "nouvelle": "\n".join(said.sentences)})


def _message(file: ConnectionFile, code: MessageCode, values: dict[str, str]) -> Message:
    prescription = file.need.prescription
    around = {**from_service(prescription.prescriber), "reference": str(file.reference)}
    return Message(prescription.household, code, _about(file), around | values)


# --- what messages share


def _write(template: str, file: ConnectionFile, people: People, at: datetime, **context: Any) -> None:
    """One mail per organisation: its people see each other's address, not those of the others."""
    page = absolute_url(reverse("connectivity:connection_detail", args=[file.reference]))
    context = {"file": file, "page": page, "desk": file.channel == Channel.DESK, **context}
    subject, body = compose(f"emails/connectivity/{template}.txt", context)
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=_about(file), at=at)


def _about(file: ConnectionFile) -> tuple[str, int]:
    return ("connection", file.pk)


def _need_page(file: ConnectionFile) -> str:
    return absolute_url(reverse("prescriptions:need_detail", args=[file.need.reference]))


def _queue() -> str:
    return absolute_url(reverse("connectivity:queue"))


def _agents(operator: int | None) -> People:
    return _people(Membership.objects.filter(organisation=operator, kind=OrganisationKind.OPERATOR))


def _workers(file: ConnectionFile) -> People:
    """Who follows the household and who sent the file; when all have left, the prescriber's managers, or its team."""
    prescription = file.need.prescription
    found = _people(Membership.objects.filter(pk__in=[prescription.worker_id, file.sent_by_id, file.chosen_by_id]))
    if prescription.prescriber_id in found:
        return found
    team = Membership.objects.filter(organisation=prescription.prescriber_id, kind=OrganisationKind.PRESCRIBER)
    return found | (_people(team.filter(role=Role.MANAGER)) or _people(team))


def _people(memberships: Any) -> People:
    """The people who can act in these memberships, each once, by organisation."""
    found: People = {}
    rows = memberships.open().exclude(user__email="").select_related("user").order_by("organisation_id", "user_id")
    for membership in rows.distinct("organisation_id", "user_id"):
        person = (membership.user.email, membership.user.get_full_name())
        found.setdefault(membership.organisation_id, []).append(person)
    return found
