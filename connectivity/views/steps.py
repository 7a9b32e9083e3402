"""Who acts next on a connection file: the person who reads the page, with one button, or someone else."""

from django.urls import reverse

from connectivity.enums import LIVE, Channel, ConnectionState, ProblemCode, ProofKind
from connectivity.machine.rules import PROOFS_FRESH
from connectivity.models import ConnectionFile, OfferCondition, ProofSeen
from lifecycle import gate
from lifecycle.acting import Step
from lifecycle.actors import Actor
from network.models import Organisation
from prescriptions.models import HouseholdCorrection, HouseholdEntry
from prescriptions.permissions import can_follow_household
from prescriptions.views.steps import LIMITED, is_limited

S, P = ConnectionState, ProblemCode
TO_NOTE = "Noter une pièce vue"
TO_SEE = "regardez avec la personne la pièce que demande l’offre, et notez-la\u00a0: la demande part ensuite"
CORRECTED = {
    P.NUMBER_NOT_FOUND: "vérifiez avec la personne son adresse et son numéro, et corrigez-les",
    P.NAME_MISMATCH: "comparez le nom du dossier à celui de la pièce d’identité, et corrigez-le",
}
"""What is wrong in the file of the household, for these problems: sent again as it is, the request comes back."""
SEEN_AGAIN = {
    P.NOT_ELIGIBLE: "regardez avec la personne une pièce plus récente, et notez-la",
    P.DOCUMENT_REFUSED: "demandez une pièce lisible et récente, et notez-la vue",
}
"""What a proof answers."""
OUT_OF_REACH = "choisissez une autre offre avec la personne\u00a0: celle-ci n’arrive pas chez elle"
THEN_SENT = "\u00a0: la demande repart ensuite"
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
    """Who acts next."""
    if connection.state in LIVE and is_limited(connection.need.prescription.household_id):
        return Step(LIMITED)
    verb, yours, awaited = _expected(connection)
    may = {action.verb for action in gate.actions_for(connection, actor)}
    if verb not in may:
        return Step(awaited)
    if verb == "send" and _unseen(connection, actor):
        return Step(awaited, TO_SEE, url=_proof_url(connection), label=TO_NOTE)
    return _answer_first(connection, actor, awaited) or Step(awaited, yours, verb)


def _answer_first(connection: ConnectionFile, actor: Actor, awaited: str) -> Step | None:
    """What comes before a request that stopped is sent again; None once it was done, and without one."""
    problem, household = P(connection.problem or P.OTHER), connection.need.prescription.household
    if connection.state != S.PROBLEM or connection.dead_end:
        return None
    if problem == P.NO_COVERAGE:
        return Step(awaited, OUT_OF_REACH, "choose")
    if problem in CORRECTED and can_follow_household(actor) is not None and not _corrected(connection):
        here = reverse("connectivity:connection_detail", args=[connection.reference])
        url = reverse("prescriptions:household_edit", args=[household.reference], query={"suite": here})
        return Step(awaited, CORRECTED[problem] + THEN_SENT, url=url, label="Corriger le foyer")
    if problem in SEEN_AGAIN and _asks_proofs(connection) and not _seen_since(connection):
        return Step(awaited, SEEN_AGAIN[problem] + THEN_SENT, url=_proof_url(connection), label=TO_NOTE)
    return None


def _corrected(connection: ConnectionFile) -> bool:
    """Whether the file of the household says anything else since the problem was reported."""
    household = connection.need.prescription.household_id
    since = connection.problem_at
    moved = HouseholdEntry.objects.filter(object=household, verb__in=("move", "locate"), at__gt=since)
    return moved.exists() or HouseholdCorrection.objects.filter(household=household, corrected_at__gt=since).exists()


def _asks_proofs(connection: ConnectionFile) -> bool:
    return OfferCondition.objects.filter(offer=connection.offer_id).exclude(proof=ProofKind.NONE).exists()


def _seen_since(connection: ConnectionFile) -> bool:
    return ProofSeen.objects.filter(file=connection, seen_at__gt=connection.problem_at).exists()


def _proof_url(connection: ConnectionFile) -> str:
    return reverse("connectivity:connection_proof", args=[connection.reference])


def _unseen(connection: ConnectionFile, actor: Actor) -> bool:
    """Whether a proof that the chosen offer asks was not seen, or not lately: sending would be refused."""
    rows = ConnectionFile.objects.filter(pk=connection.pk)
    refused = gate.preview(rows, "send", actor=actor).refused.get(connection.pk, ())
    return any(reason.code == PROOFS_FRESH.code for reason in refused)


def _awaited_of(operator: Organisation | None) -> str:
    """An operator that is closed answers nothing: whoever serves the household lets go, and looks elsewhere."""
    if operator is None or operator.is_active:
        return f"En attente de {operator}"
    way_out = "ce dossier est à abandonner, et une autre offre à proposer"
    return f"{operator} n’est plus en activité et ne répondra pas\u00a0: {way_out}"


def _expected(connection: ConnectionFile) -> tuple[str, str, str]:
    state = S(connection.state)
    if why := connection.dead_end:
        awaited = f"En attente du choix d’une autre offre avec la personne, {why}"
        return "choose", f"choisissez une autre offre avec la personne, {why}", awaited
    if state == S.CHOSEN:
        return CHOSEN[Channel(connection.channel)]
    if state in OPERATOR:
        return (*OPERATOR[state], _awaited_of(connection.operator))
    if state == S.ACTIVE:
        return "", "", "Ligne active"
    return SERVING.get(state, ("", "", FINISHED))
