"""Who acts next on a connection file: the person who reads the page, with one button, or someone else."""

from connectivity.enums import LIVE, Channel, ConnectionState, OfferVerdict
from connectivity.machine.proof_rules import CONDITIONS_MET, PROOFS_FRESH
from connectivity.machine.reach_rules import AT_HOME, OFFER_STILL_SOLD
from connectivity.models import ConnectionFile
from connectivity.permissions import can_answer_connection
from connectivity.services.offers import offers_of_the_day
from connectivity.views.line_sheet import Notice
from connectivity.views.stopped import OUT_OF_RIGHT, TO_NOTE, answered_first, corrected_first, proof_url
from lifecycle import gate
from lifecycle.acting import Step
from lifecycle.actors import Actor
from network.models import Organisation
from prescriptions.views.steps import LIMITED, gives_up, is_limited, said_no, to_give_up
from typography.french import day, days_left, of

S = ConnectionState
TO_SEE = "regardez avec la personne la pièce que demande l’offre, et notez-la, puis transmettez la demande"
TO_AGREE_AGAIN = "dites à la personne ce qui change, puis choisissez de nouveau l’offre"
TO_WRITE = (
    "écrivez l’adresse du foyer en entier (numéro, rue, code postal), où la ligne arrive, puis transmettez la demande"
)
SERVED = (S.PROPOSED, S.CHOSEN, S.PROBLEM)
"""What waits for whoever serves the household, and not for an operator."""
NOTHING_LEFT = "aucune offre du jour n’est possible pour ce foyer"
WAYS_OUT = (
    "\u00a0: abandonnez le dossier, et le besoin attend de nouveau à son rang. Si une offre arrive chez lui malgré"
    " tout, notez d’abord ce qui arrive à son adresse"
)
SAID_CLOSED = "choisissez une autre offre avec la personne\u00a0: l’opérateur a répondu que celle-ci est fermée"
FINISHED = "Plus rien n’est attendu pour ce dossier"
SERVING = {
    S.PROPOSED: ("choose", "choisissez une offre avec la personne", "En attente du choix d’une offre avec la personne"),
    S.PROBLEM: ("send", "réglez le problème signalé, puis transmettez de nouveau", "En attente du travailleur social"),
}
OPERATOR = {
    S.SENT: ("accept", "acceptez la demande, ou dites ce qui vous arrête"),
    S.ACCEPTED: ("schedule", "fixez la date du raccordement"),
    S.SCHEDULED: ("activate", "déclarez la ligne active quand elle marche"),
}
TO_CONFIRM = "le foyer a déménagé\u00a0: confirmez le raccordement à sa nouvelle adresse, ou changez-en le jour"
"""Of a visit that was planned before: planned again, be it on the same day, it stands."""
CHOSEN = {
    Channel.DESK: ("send", "transmettez la demande à l’opérateur", "En attente de la transmission à l’opérateur"),
    Channel.OWN_SUBSCRIPTION: (
        "activate",
        "quand la personne a souscrit, notez ce qui le montre",
        "En attente de la souscription par la personne",
    ),
    Channel.COUNTER: (
        "activate",
        "quand la recharge est achetée, notez le ticket",
        "En attente de l’achat au point de distribution",
    ),
}


def next_step(connection: ConnectionFile, actor: Actor) -> Step:
    """Who acts next; whoever would choose an offer, where none of the day is possible, gives up."""
    step = _acts_next(connection, actor)
    if step.verb == "choose" and not offer_possible(connection):
        return Step(step.awaited, f"{NOTHING_LEFT}{WAYS_OUT}", "abandon")
    return step


def or_still_to_tell(step: Step, notice: Notice | None) -> Step:
    """Of a file that is over, what its household is still to be told is to be done."""
    if notice is None or step.awaited != FINISHED:
        return step
    due = notice.row.due_on
    return Step(f"Ce dossier est terminé\u00a0: il reste à prévenir le foyer, avant le {day(due)} ({days_left(due)})")


def offer_possible(connection: ConnectionFile) -> bool:
    """Whether an offer of the day may be chosen for its household."""
    proposals = offers_of_the_day(need=connection.need, file=connection)
    return any(one.verdict != OfferVerdict.NOT for one in proposals)


def _acts_next(connection: ConnectionFile, actor: Actor) -> Step:
    prescription = connection.need.prescription
    if connection.state in LIVE and is_limited(prescription.household_id):
        return Step(LIMITED)
    if connection.state in SERVED and prescription.declined_at is not None and can_answer_connection(actor) is None:
        yours = to_give_up(prescription, "le dossier", actor) if gives_up(prescription, actor) else ""
        return Step(said_no(prescription), yours, "abandon", dated=False)
    verb, yours, awaited = _expected(connection)
    may = {action.verb for action in gate.actions_for(connection, actor)}
    if verb not in may:
        return Step(awaited)
    if (first := answered_first(connection, actor, awaited)) is not None:
        return first
    before = _before_sending(connection, actor, awaited) if verb == "send" else None
    return before or Step(awaited, yours, verb)


def _before_sending(connection: ConnectionFile, actor: Actor, awaited: str) -> Step | None:
    """What is done before a request may leave; None when nothing is."""
    lacking = _keeps_from_sending(connection, actor)
    if OFFER_STILL_SOLD.code in lacking:
        return Step(awaited, SAID_CLOSED, "choose")
    if CONDITIONS_MET.code in lacking:
        return Step(awaited, OUT_OF_RIGHT, "choose")
    if PROOFS_FRESH.code in lacking:
        return Step(awaited, TO_SEE, url=proof_url(connection), label=TO_NOTE)
    if lacking & {rule.code for rule in AT_HOME}:
        return corrected_first(connection, actor, awaited, TO_WRITE)
    return None


def _keeps_from_sending(connection: ConnectionFile, actor: Actor) -> set[str]:
    """The codes for which sending would be refused: a proof not seen, or that says no."""
    rows = ConnectionFile.objects.filter(pk=connection.pk)
    refused = gate.preview(rows, "send", actor=actor).refused.get(connection.pk, ())
    return {reason.code for reason in refused}


def _awaited_of(operator: Organisation | None) -> str:
    """An operator that is closed answers nothing: whoever serves the household lets go, and looks elsewhere."""
    if operator is None or operator.is_active:
        return f"En attente {of(operator)}"
    way_out = "ce dossier est à abandonner, et une autre offre à proposer"
    return f"{operator} n’est plus en activité et ne répondra pas\u00a0: {way_out}"


def _expected(connection: ConnectionFile) -> tuple[str, str, str]:
    state = S(connection.state)
    if connection.is_replaced:
        awaited = f"En attente du nouveau choix de la personne\u00a0: {connection.dead_end}"
        return "choose", f"{TO_AGREE_AGAIN}\u00a0: {connection.dead_end}", awaited
    if why := connection.dead_end:
        awaited = f"En attente du choix d’une autre offre avec la personne, {why}"
        return "choose", f"choisissez une autre offre avec la personne, {why}", awaited
    if state == S.CHOSEN:
        return CHOSEN[Channel(connection.channel)]
    if state == S.SCHEDULED and connection.is_visit_to_confirm():
        asked = "qui confirme le raccordement, ou en change le jour\u00a0: le foyer a déménagé"
        return "schedule", TO_CONFIRM, f"{_awaited_of(connection.operator)}, {asked}"
    if state in OPERATOR:
        return (*OPERATOR[state], _awaited_of(connection.operator))
    if state == S.ACTIVE:
        return "", "", "Ligne active"
    return SERVING.get(state, ("", "", FINISHED))
