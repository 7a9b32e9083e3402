"""Who acts next on a prescription or on a need: the person who reads the page, with one button, or someone else."""

from collections.abc import Callable, Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from lifecycle import gate
from lifecycle.acting import Step, entered_at
from lifecycle.actors import Actor
from prescriptions.enums import (
    CONNECTION_KINDS,
    EQUIPMENT_KINDS,
    OPEN_NEED_STATES,
    NeedKind,
    NeedState,
    PrescriptionState,
    ReminderKind,
)
from prescriptions.machine.completion_rules import PHOTOS_SEEN
from prescriptions.machine.household_rules import only_a_draft
from prescriptions.models import Household, Need, Prescription, PromisedContact, RightsRequest
from prescriptions.parameters import DRAFT_DAYS
from prescriptions.permissions import (
    advises,
    can_accept_prescription,
    can_confirm_prescription,
    can_reopen_need,
    can_start_need,
    can_submit_prescription,
    works,
)
from prescriptions.views.lost import lost_of, lost_step
from typography.french import day, days_left, of

S = PrescriptionState
LIMITED = "Le foyer a demandé que rien n’avance\u00a0: personne n’a à agir tant que la limitation n’est pas levée"
TO_CALL = "ou rappelez-le si c’est une erreur, et notez qu’il a changé d’avis"
TO_SEE = "ou voyez avec son prescripteur si c’est une erreur"


def next_step(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    """Who acts next, for whoever sees the prescription; three queries at most."""
    if prescription.is_live and is_limited(prescription.household_id):
        return Step(LIMITED)
    return NEXT.get(S(prescription.state), _nothing)(prescription, needs, actor)


def is_limited(household: int) -> bool:
    """Whether the household asked that what is written of it be kept and used for nothing; one query."""
    return RightsRequest.objects.restricting().filter(household=household).exists()


def household_step(household: Household, prescriptions: Iterable[Prescription], actor: Actor) -> Step:
    """Who acts next for a household: whoever acts on the prescription that someone is dealing with; three queries."""
    if household.state == "anonymised":
        told = f"Ce qui nommait ce foyer est effacé depuis le {day(household.anonymised_at)}"
        return Step(f"{told}. Les dates et les chiffres restent", dated=False)
    if household.state == "joined":
        return Step("Ce dossier est réuni à un autre dossier du même foyer, suivi ailleurs", dated=False)
    if household.state == "archived":
        until = f"{day(household.anonymise_on)} ({days_left(household.anonymise_on)})"
        told = f"Archivé depuis le {day(household.archived_at)}\u00a0: le dossier n’est plus suivi"
        return Step(f"{told}. Ce qui nomme le foyer s’efface à partir du {until}", dated=False)
    current = next((row for row in prescriptions if row.is_live), None)
    current = current or next((row for row in prescriptions if row.state == S.DRAFT), None)
    if current is None:
        return Step("Aucune demande n’est en cours pour ce foyer", dated=False)
    step = next_step(current, list(current.needs.all()), actor)
    if not step.yours:
        return Step(step.awaited, since=entered_at(current))
    url = reverse("prescriptions:prescription_detail", args=[current.reference])
    return Step(step.awaited, step.yours, url=url, label=f"Ouvrir la prescription {current}")


def _nothing(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    """What the household was promised to be told stays to do, for whoever tells it: one query."""
    told = PromisedContact.objects.visible_to(actor).to_keep().filter(prescription=prescription).first()
    if told is not None:
        due = f"avant le {day(told.due_on)} ({days_left(told.due_on)})"
        return Step(f"{S(prescription.state).label}\u00a0: il reste à prévenir le foyer, {due}")
    return Step(f"{S(prescription.state).label}\u00a0: plus rien n’est attendu")


def _draft(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    awaited = f"En attente du dépôt par {prescription.prescriber}"
    if can_submit_prescription(actor) is None:
        return Step(awaited)
    kept = ""
    if Household.objects.filter(only_a_draft(), pk=prescription.household_id).exists():
        kept = f". Un brouillon que personne n’ouvre pendant {DRAFT_DAYS.on(timezone.localdate())}\u00a0jours s’efface"
    yours = f"complétez ce qui manque, puis déposez la demande{kept}"
    return _to_submit(prescription, actor, awaited, yours, f"relisez la demande, puis déposez-la{kept}")


def _incomplete(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    until = ""
    if prescription.complete_by is not None:
        until = f", avant le {day(prescription.complete_by)} ({days_left(prescription.complete_by)})"
    awaited = f"En attente d’un complément {of(prescription.prescriber)}{until}"
    if can_submit_prescription(actor) is None:
        return Step(awaited)
    yours = f"apportez ce qui est demandé, puis déposez de nouveau{until}"
    return _to_submit(prescription, actor, awaited, yours, f"relisez la demande, puis déposez-la de nouveau{until}")


def _to_submit(prescription: Prescription, actor: Actor, awaited: str, yours: str, ready: str) -> Step:
    """To the summary once nothing is missing (``ready``), else to what was asked or to the first step that lacks it.

    Where a photo of the household is all that waits, to that photo.
    """
    seen = Prescription.objects.filter(pk=prescription.pk)
    refused = gate.preview(seen, "submit", actor=actor).refused
    if not refused:
        return Step(awaited, ready, "submit")
    photo = prescription.photos.waiting().first()
    if photo is not None and {reason.code for reason in refused.get(prescription.pk, ())} == {PHOTOS_SEEN.code}:
        url = reverse("prescriptions:proof_photo_detail", args=[photo.reference])
        looked = "regardez la photo que le foyer a envoyée, puis déposez de nouveau"
        return Step(awaited, looked, url=url, label="Regarder la photo")
    edit = reverse("prescriptions:prescription_edit", args=[prescription.reference])
    return Step(awaited, yours, url=edit, label="Compléter")


def _submitted(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    awaited = f"En attente de l’examen par {prescription.distributor}"
    scope = can_accept_prescription(actor)
    if scope is None or works(actor) or prescription.distributor_id != actor.organisation_id:
        return Step(awaited)
    return Step(awaited, "examinez la demande\u00a0: acceptez-la, refusez-la, ou demandez un complément", "accept")


def _declined(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    """The household said no: the worker gives it up or notes that it changed its mind; the adviser gives a need up."""
    awaited = said_no(prescription)
    still = next((need for need in needs if need.state in OPEN_NEED_STATES), None)
    if works(actor) and all(need.state != NeedState.MET for need in needs):
        return Step(awaited, to_give_up(prescription, "la demande", actor), "withdraw", dated=False)
    if still is None or not gives_up(prescription, actor):
        return Step(awaited, dated=False)
    url = reverse("prescriptions:need_drop", args=[still.reference])
    yours = to_give_up(prescription, "le besoin", actor)
    return Step(awaited, yours, url=url, label="Abandonner ce besoin", dated=False)


def _answered_no(prescription: Prescription) -> str:
    return f"le foyer a répondu non le {day(prescription.declined_at)}"


def said_no(prescription: Prescription) -> str:
    """What is awaited of a household that answered that it needs nothing more, as a sentence."""
    told = capfirst(_answered_no(prescription))
    return f"{told}\u00a0: rien ne lui est réservé, ni proposé, ni remis tant que cette réponse tient"


def gives_up(prescription: Prescription, actor: Actor) -> bool:
    """Whether the actor gives up what its household needs no more."""
    return works(actor) or (advises(actor) and prescription.distributor_id == actor.organisation_id)


def to_give_up(prescription: Prescription, what: str, actor: Actor) -> str:
    """What is asked of whoever may give it up: the worker alone notes that the household changed its mind."""
    otherwise = TO_CALL if works(actor) else TO_SEE
    return f"{_answered_no(prescription)}\u00a0: abandonnez {what}, {otherwise}"


def _accepted(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    if prescription.declined_at is not None:
        return _declined(prescription, needs, actor)
    lost = lost_of(needs)
    if (
        lost is not None
        and can_reopen_need(actor) is not None
        and (step := lost_step(lost, actor, elsewhere=True)).yours
    ):
        return step
    waiting = {need.kind for need in needs if need.state == NeedState.WAITING}
    running = {need.kind for need in needs if need.state == NeedState.IN_PROGRESS}
    awaited = _served_by(prescription, waiting, running)
    if not works(actor):
        return _to_serve(awaited, prescription.distributor_id, bool(waiting & set(EQUIPMENT_KINDS)), actor)
    asked = prescription.reminders.filter(
        kind=ReminderKind.STILL_CURRENT, sent_at__isnull=False, cancelled_at=None
    ).exists()
    if asked and can_confirm_prescription(actor) is not None:
        return Step(awaited, "dites si la demande est toujours d’actualité", "confirm")
    return _to_refer(needs, actor, awaited)


def _fulfilled(prescription: Prescription, needs: list[Need], actor: Actor) -> Step:
    lost = lost_of(needs)
    return _nothing(prescription, needs, actor) if lost is None else lost_step(lost, actor, elsewhere=True)


def _served_by(prescription: Prescription, waiting: set[str], running: set[str]) -> str:
    """What is awaited, and from whom."""
    if waiting & set(EQUIPMENT_KINDS):
        return f"En attente d’un appareil chez {prescription.distributor}"
    if waiting & set(CONNECTION_KINDS):
        return "En attente d’une offre de connexion"
    if waiting:
        return f"En attente d’une orientation par {prescription.prescriber}"
    if running & set(EQUIPMENT_KINDS):
        return f"Un appareil est réservé\u00a0: en attente de sa remise par {prescription.distributor}"
    if running & set(CONNECTION_KINDS):
        return "Une connexion est en cours d’ouverture"
    return "Accompagnement en cours au lieu de médiation numérique"


def _to_refer(needs: list[Need], actor: Actor, awaited: str) -> Step:
    """Digital skills are the worker’s to refer, then to say what came of it; a connection that waits alone, to propose.

    Beside a device that is awaited, the block of the connection proposes it already.
    """
    if can_start_need(actor) is None:
        return Step(awaited)
    for state, yours, name, label in (
        (NeedState.WAITING, "orientez le foyer vers un lieu de médiation numérique", "need_start", "Orienter"),
        (NeedState.IN_PROGRESS, "dites si l’accompagnement au numérique a eu lieu", "need_detail", "Voir le besoin"),
    ):
        for need in needs:
            if need.kind == NeedKind.DIGITAL_SKILLS and need.state == state:
                url = reverse(f"prescriptions:{name}", args=[need.reference])
                return Step(awaited, yours, url=url, label=label)
    waiting = [one for one in needs if one.state == NeedState.WAITING]
    if any(one.kind in EQUIPMENT_KINDS for one in waiting):
        return Step(awaited)
    waits = next((one for one in waiting if one.kind in CONNECTION_KINDS), None)
    if waits is not None and not RightsRequest.objects.limits(waits.prescription.household_id):
        url = reverse("connectivity:connection_propose", args=[waits.reference])
        return Step(awaited, "proposez une offre de connexion au foyer", url=url, label="Proposer une offre")
    return Step(awaited)


NEXT: dict[PrescriptionState, Callable[[Prescription, list[Need], Actor], Step]] = {
    S.DRAFT: _draft,
    S.SUBMITTED: _submitted,
    S.INCOMPLETE: _incomplete,
    S.ACCEPTED: _accepted,
    S.FULFILLED: _fulfilled,
}

AWAITED_NEED = {
    NeedState.ASKED: "Demandé\u00a0: la prescription n’est pas encore acceptée",
    NeedState.IN_PROGRESS: "En cours",
    NeedState.MET: "Satisfait\u00a0: plus rien n’est attendu",
    NeedState.UNMET: "Non satisfait\u00a0: plus rien n’est attendu",
}


def need_step(need: Need, actor: Actor) -> Step:
    """Who acts next on one need; one query for one that is met no more, else none."""
    prescription = need.prescription
    if need.lost_at is not None:
        return lost_step(need, actor)
    if prescription.declined_at is not None and need.state in (NeedState.WAITING, NeedState.IN_PROGRESS):
        yours = to_give_up(prescription, "le besoin", actor) if gives_up(prescription, actor) else ""
        return Step(said_no(prescription), yours, "drop", dated=False)
    if need.state != NeedState.WAITING:
        awaited = AWAITED_NEED[NeedState(need.state)]
        if need.state == NeedState.IN_PROGRESS and need.kind == NeedKind.DIGITAL_SKILLS:
            return Step(awaited, *_when_works(actor, "dites si l’accompagnement a eu lieu", "meet"))
        return Step(awaited)
    if need.kind == NeedKind.DIGITAL_SKILLS:
        awaited = f"En attente d’une orientation par {need.prescription.prescriber}"
        return Step(awaited, *_when_works(actor, "orientez le foyer vers un lieu de médiation numérique", "start"))
    if need.kind in CONNECTION_KINDS:
        return Step("En attente d’une offre de connexion")
    awaited = f"En attente d’un appareil chez {need.prescription.distributor}"
    return _to_serve(awaited, need.prescription.distributor_id, True, actor)


def _to_serve(awaited: str, distributor: int | None, waits: bool, actor: Actor) -> Step:
    """The advisers of the distributor choose the device, from what is shown below."""
    serves = waits and advises(actor) and distributor == actor.organisation_id
    return Step(awaited, "choisissez un appareil pour ce foyer" if serves else "")


def _when_works(actor: Actor, yours: str, verb: str) -> tuple[str, str]:
    return (yours, verb) if works(actor) else ("", "")
