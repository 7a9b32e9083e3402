"""What prescriptions write to people: one function per message. A mail names a reference, never a household."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from documents.emails import absolute_url, compose
from documents.enums import MessageChannel, MessageCode
from documents.services import queue_mail
from lifecycle.actors import Actor
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import NeedState
from prescriptions.enums.letters import MessageFate
from prescriptions.models import CompletionRequest, Decision, Household, HouseholdMessage, Need, Prescription, Transfer
from prescriptions.parameters import TRANSFER_DAYS
from prescriptions.services.messages import Message, from_service, write_message
from prescriptions.telling import without_an_answer
from typography.french import written_day

BACK_SAYS = {
    MessageFate.UNKNOWN: "n’habite pas à l’adresse indiquée",
    MessageFate.UNCLAIMED: "pli non réclamé",
}
type People = dict[int, list[tuple[str, str]]]


def submitted_for_worker(prescription: Prescription, at: datetime) -> None:
    """The acknowledgement: it has gone to its distributor, and there is a sheet for the household."""
    _write("submitted_for_worker", prescription, workers_of(prescription), at)


def submitted_for_distributor(prescription: Prescription, at: datetime) -> None:
    """One more file to read, or one that comes back with what was asked."""
    back = prescription.completion_requests.exists()
    _write("submitted_for_distributor", prescription, _advisers(prescription), at, back=back)


def completion_asked_for_worker(prescription: Prescription, asked: CompletionRequest, at: datetime) -> None:
    """What is missing, from the list; the words are read in Maillon."""
    answer = _completion_page(prescription)
    _write("completion_asked_for_worker", prescription, workers_of(prescription), at, asked=asked, answer=answer)


def completion_unasked_for_worker(prescription: Prescription, at: datetime) -> None:
    """Nothing is missing after all: there is nothing to answer."""
    _write("completion_unasked_for_worker", prescription, workers_of(prescription), at)


def accepted_for_worker(prescription: Prescription, at: datetime) -> None:
    """The needs wait; the household may be told."""
    _write("accepted_for_worker", prescription, workers_of(prescription), at)


def refused_for_worker(prescription: Prescription, decision: Decision, reason: str, at: datetime) -> None:
    """Why, and what the household can do next."""
    _write("refused_for_worker", prescription, workers_of(prescription), at, decision=decision, reason=reason)


def withdrawn_for_distributor(prescription: Prescription, reason: str, at: datetime) -> None:
    """A file that was submitted is given up."""
    _write("withdrawn_for_distributor", prescription, _advisers(prescription), at, reason=reason)


def emptied_for_others(prescription: Prescription, actor: Actor, at: datetime) -> None:
    """Its last need was given up before it was accepted: to its worker and to the distributor, save whoever did it."""
    dropped = prescription.needs.exclude(dropped_at=None).order_by("-dropped_at", "-pk").first()
    assert dropped is not None
    written = {actor.user.email} if isinstance(actor, Membership) else set()
    for people in (workers_of(prescription), _advisers(prescription)):
        others = {at_work: [one for one in team if one[0] not in written] for at_work, team in people.items()}
        _write("emptied_for_others", prescription, {pk: team for pk, team in others.items() if team}, at, need=dropped)
        written |= {address for team in others.values() for address, _ in team}


def revoked_for_distributor(prescription: Prescription, at: datetime) -> None:
    """The household took its agreement back: nothing of it is read any more, and what was noted goes.

    The relays of its commune read it too, once it was accepted.
    """
    relays = relays_of(prescription) if prescription.accepted_at else {}
    _write("revoked_for_distributor", prescription, _advisers(prescription) | relays, at)


def transferred_for_colleagues(prescription: Prescription, at: datetime) -> None:
    """A household and its prescription come to a prescriber."""
    _write("transferred_for_colleagues", prescription, workers_of(prescription), at)


def transfer_asked_for_receiver(transfer: Transfer, at: datetime) -> None:
    """A file waits for an answer: neither its household nor what it asks is named."""
    day = timezone.localdate(at)
    answer_by = day + timedelta(days=int(TRANSFER_DAYS.on(day)))
    _of_transfer("transfer_asked_for_receiver", transfer, _team(transfer.receiver_id), at, answer_by=answer_by)


def transfer_declined_for_worker(transfer: Transfer, at: datetime) -> None:
    """It stays with whoever offered it; the pilot is told, when nobody else was left to offer it."""
    people = workers_of(transfer.prescription) or people_of(Membership.objects.filter(pk=transfer.asked_by_id))
    _of_transfer("transfer_declined_for_worker", transfer, people, at)


def transfer_cancelled_for_receiver(transfer: Transfer, at: datetime) -> None:
    """Nothing is asked of it any more."""
    _of_transfer("transfer_cancelled_for_receiver", transfer, _team(transfer.receiver_id), at)


def _of_transfer(template: str, transfer: Transfer, people: People, at: datetime, **more: Any) -> None:
    where = absolute_url(reverse("prescriptions:transfer_detail", args=[transfer.reference]))
    asker = transfer.asked_by
    instead = asker.organisation if asker is not None and asker.organisation_id != transfer.sender_id else None
    _write(template, transfer.prescription, people, at, transfer=transfer, where=where, instead=instead, **more)


def handed_on_for_worker(prescription: Prescription, at: datetime) -> None:
    """A colleague’s file is one’s own from now on."""
    _write("handed_on_for_worker", prescription, workers_of(prescription), at)


def handed_on_for_former_worker(prescription: Prescription, at: datetime) -> None:
    """A colleague follows it from now on."""
    _write("handed_on_for_former_worker", prescription, _former_worker(prescription), at)


def transferred_for_former_worker(prescription: Prescription, at: datetime) -> None:
    """Another prescriber follows it from now on: its page is not his any more."""
    _write("transferred_for_former_worker", prescription, _former_worker(prescription), at)


def closed_for_worker(prescription: Prescription, at: datetime) -> None:
    """The last need is settled: the closing note is ready."""
    _write("closed_for_worker", prescription, workers_of(prescription), at)


def lost_for_worker(need: Need, at: datetime) -> None:
    """The household brought its device back: who repairs or replaces it."""
    _write_of("lost_for_worker", need, workers_of(need.prescription), at)


def not_lost_for_worker(need: Need, at: datetime) -> None:
    """The device was not brought back: another one was meant."""
    _write_of("not_lost_for_worker", need, workers_of(need.prescription), at)


def to_decide_for_worker(need: Need, at: datetime, refunded: str = "") -> None:
    """The return is refunded or given up: whether the need waits again is his to say.

    ``refunded``: how much, how, and whether the household was written to.
    """
    _write_of("to_decide_for_worker", need, workers_of(need.prescription), at, refunded=refunded)


def reopened_for_worker(need: Need, at: datetime) -> None:
    """The distributor opened a need again."""
    _write_of("reopened_for_worker", need, workers_of(need.prescription), at)


def reopened_for_distributor(need: Need, at: datetime) -> None:
    """One more need waits in its queue."""
    _write_of("reopened_for_distributor", need, _advisers(need.prescription), at)


def _write_of(template: str, need: Need, people: People, at: datetime, **more: Any) -> None:
    """About one need: its page, which names nobody in its address."""
    where = absolute_url(reverse("prescriptions:need_detail", args=[need.reference]))
    _write(template, need.prescription, people, at, need=need, where=where, **more)


def expired_for_worker(prescription: Prescription, at: datetime) -> None:
    """No answer came in time."""
    _write("expired_for_worker", prescription, workers_of(prescription), at)


def complete_for_worker(prescription: Prescription, at: datetime) -> None:
    """The file is still to be completed, before a day."""
    _write("complete_for_worker", prescription, workers_of(prescription), at, answer=_completion_page(prescription))


def still_current_for_worker(prescription: Prescription, asked: bool, at: datetime) -> None:
    """« Toujours d’actualité ? »; ``asked``: the household was asked too. What is served keeps it from expiring."""
    served = prescription.needs.filter(state=NeedState.IN_PROGRESS).exists()
    _write("still_current_for_worker", prescription, workers_of(prescription), at, asked=asked, is_served=served)


def not_any_more_for_worker(prescription: Prescription, at: datetime) -> None:
    """The household answers that it does not need it any more."""
    _write("not_any_more_for_worker", prescription, workers_of(prescription), at)


def declined_for_distributor(prescription: Prescription, at: datetime) -> None:
    """The household answers that it does not need it any more: what was held for it is free again."""
    _write("declined_for_distributor", prescription, _advisers(prescription), at)


def still_current_for_household(prescription: Prescription, token: str, until: datetime, at: datetime) -> None:
    """The link by which the household answers; neither its name nor what it asked for."""
    values = {
        **from_service(prescription.prescriber),
        "reference": str(prescription.reference),
        "page": absolute_url(reverse("prescriptions:still_current", args=[token])),
        "jour": written_day(until),
        "sans_reponse": without_an_answer(prescription),
    }
    about = ("prescription", prescription.pk)
    # It holds a link that opens a door: its text is shown to nobody, and goes once it has left.
    write_message(
        Message(prescription.household, MessageCode.STILL_CURRENT, about, values), MessageChannel.EMAIL, at=at
    )


def anonymisation_for_prescriber(household: Household, at: datetime) -> None:
    """A file will be erased on a day, unless it is reopened."""
    _about_file("anonymisation_for_prescriber", household, at)


def erased_for_prescriber(household: Household, at: datetime) -> None:
    """A file is erased, because the household asked."""
    _about_file("erased_for_prescriber", household, at)


def joined_for_prescribers(kept: Household, left: Household, at: datetime) -> None:
    """Two files of one household are one from now on: its requests are in the file that is kept."""
    _of_two_files("joined_for_prescribers", kept, left, at)


def parted_for_prescribers(kept: Household, left: Household, at: datetime) -> None:
    """They are two again: what came from the other one went back to it."""
    _of_two_files("parted_for_prescribers", kept, left, at)


def _of_two_files(template: str, kept: Household, left: Household, at: datetime) -> None:
    """To everyone of the prescriber of each, by the references alone; one mail when they have the same."""
    for household in {file.prescriber_id: file for file in (left, kept)}.values():
        _about_file(template, household, at, kept=kept, left=left)


def sms_stopped_for_prescriber(household: Household, at: datetime) -> None:
    """The household answered STOP: it is called from now on."""
    _about_file("sms_stopped_for_prescriber", household, at)


def letter_back_for_worker(letter: HouseholdMessage, household: Household, fate: MessageFate, at: datetime) -> None:
    """A letter came back: what it was about, what the envelope says, what is to be done."""
    last = household.prescriptions.order_by("-pk").first()
    if last is None:
        return
    page = absolute_url(reverse("prescriptions:household_edit", args=[household.reference]))
    context = {"household": household, "letter": letter, "said": BACK_SAYS[fate], "page": page}
    subject, body = compose("emails/prescriptions/letter_back_for_worker.txt", context)
    for to in workers_of(last).values():
        queue_mail(to=to, subject=subject, body=body, about=("household", household.pk), at=at)


# --- what messages share


def _about_file(template: str, household: Household, at: datetime, **more: Household) -> None:
    """To everyone of the prescriber, by the reference of the file alone."""
    page = absolute_url(reverse("prescriptions:household_detail", args=[household.reference]))
    context = {"household": household, "page": page, **more}
    subject, body = compose(f"emails/prescriptions/{template}.txt", context)
    for to in _of(household.prescriber_id, OrganisationKind.PRESCRIBER, (Role.WORKER, Role.MANAGER)).values():
        queue_mail(to=to, subject=subject, body=body, about=("household", household.pk), at=at)


def _write(template: str, prescription: Prescription, people: People, at: datetime, **context: Any) -> None:
    """One mail per organisation: its people see each other's address, not those of the others."""
    page = absolute_url(reverse("prescriptions:prescription_detail", args=[prescription.reference]))
    context |= {"prescription": prescription, "page": page}
    subject, body = compose(f"emails/prescriptions/{template}.txt", context)
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=("prescription", prescription.pk), at=at)


def _completion_page(prescription: Prescription) -> str:
    """Where each point that was asked is answered."""
    return absolute_url(reverse("prescriptions:prescription_completion", args=[prescription.reference]))


def workers_of(prescription: Prescription) -> People:
    """The worker who follows it, or everyone of the prescriber when nobody does any more."""
    followed = Membership.objects.filter(pk=prescription.worker_id, organisation=prescription.prescriber_id)
    if people := people_of(followed):
        return people
    return _team(prescription.prescriber_id)


def _team(prescriber: int) -> People:
    return _of(prescriber, OrganisationKind.PRESCRIBER, (Role.WORKER, Role.MANAGER))


def _former_worker(prescription: Prescription) -> People:
    return people_of(Membership.objects.filter(pk=prescription.worker_before_id))


def _advisers(prescription: Prescription) -> People:
    return _of(prescription.distributor_id, OrganisationKind.DISTRIBUTOR, (Role.ADVISER, Role.MANAGER))


def _of(organisation: int | None, kind: OrganisationKind, roles: Iterable[Role]) -> People:
    wanted: Collection[str] = [role.value for role in roles]
    return people_of(Membership.objects.filter(organisation=organisation, kind=kind, role__in=wanted))


def relays_of(prescription: Prescription) -> People:
    """The people of the relays that serve its commune: they see what is accepted there (``sees_prescriptions``)."""
    relays = Membership.objects.filter(kind=OrganisationKind.RELAY, role__in=(Role.ADVISER, Role.MANAGER))
    there = prescription.commune_id
    return {} if there is None else people_of(relays.filter(organisation__communes_served=there))


def people_of(memberships: Any) -> People:
    """The people who can act in these memberships, each once, by organisation."""
    found: People = {}
    rows = memberships.open().exclude(user__email="").select_related("user").order_by("organisation_id", "user_id")
    for membership in rows.distinct("organisation_id", "user_id"):
        person = (membership.user.email, membership.user.get_full_name())
        found.setdefault(membership.organisation_id, []).append(person)
    return found
