"""What comes before a request that its operator stopped is sent again: sent as it is, it would come back."""

from django.urls import reverse

from connectivity.enums import COMPUTED, NEXT_STEP, ConnectionState, ProblemCode
from connectivity.models import ConnectionFile, OfferCondition, ProofSeen, Transmission
from connectivity.models.reach import words_of_operators
from connectivity.services.transmissions import to_tell
from lifecycle.acting import Step
from lifecycle.actors import Actor
from prescriptions.permissions import can_follow_household

P = ProblemCode
TO_NOTE, TO_CORRECT = "Noter une pièce vue", "Corriger le foyer"
WHERE = ("address", "postcode", "city")
WRONG = {P.NUMBER_NOT_FOUND: ("phone", *WHERE), P.NAME_MISMATCH: ("last_name", "first_name")}
"""What of the household the operator says is wrong, as it was told."""
CORRECTED = {
    P.NUMBER_NOT_FOUND: "vérifiez avec la personne son adresse et son numéro, et corrigez-les",
    P.NAME_MISMATCH: "comparez le nom du dossier à celui de la pièce d’identité, et corrigez-le",
}
SEEN_AGAIN = {
    P.NOT_ELIGIBLE: "regardez avec la personne une pièce plus récente, et notez-la",
    P.DOCUMENT_REFUSED: "demandez une pièce lisible et récente, et notez-la vue",
}
"""What a proof answers."""
THEN_SENT = ", puis transmettez de nouveau"
OUT_OF_REACH = "choisissez une autre offre avec la personne\u00a0: celle-ci n’arrive pas chez elle"
OUT_OF_RIGHT = "choisissez une autre offre avec la personne\u00a0: elle ne remplit pas les conditions de celle-ci"
UNSURE = (P.ALREADY_CUSTOMER, P.DUPLICATE)
"""Of these, only whoever asks knows what is to be done."""


def answered_first(connection: ConnectionFile, actor: Actor, awaited: str) -> Step | None:
    """What whoever serves the household does first; None once it was done, and of a request that goes its way.

    Three queries at most.
    """
    problem = connection.problem
    if connection.state != ConnectionState.PROBLEM or connection.dead_end:
        return None
    if problem in WRONG:
        if _told_otherwise(connection, WRONG[P(problem)]):
            return None
        return corrected_first(connection, actor, awaited, CORRECTED[P(problem)] + THEN_SENT)
    if problem == P.NO_COVERAGE:
        return Step(awaited, OUT_OF_REACH, "choose") if is_out_of_reach(connection) else None
    if problem in SEEN_AGAIN:
        return _seen_again(connection, awaited)
    if problem in UNSURE:
        said = NEXT_STEP[problem].removesuffix(".")
        return Step(awaited, said[0].lower() + said[1:])
    return None


def is_out_of_reach(connection: ConnectionFile) -> bool:
    """Whether its offer stopped because it does not arrive there, or was not for this household, and still is so.

    Three queries at most.
    """
    if connection.problem == P.NO_COVERAGE:
        assert connection.offer is not None  # a request is sent for one
        household = connection.need.prescription.household_id
        words = words_of_operators([household]).get(household, {})
        return (connection.operator_id, connection.offer.technology) in words
    return connection.problem == P.NOT_ELIGIBLE


def _told_otherwise(connection: ConnectionFile, names: tuple[str, ...]) -> bool:
    """Whether the operator would be told something else now than it was before it stopped."""
    told = Transmission.objects.filter(file=connection, sent_at__lte=connection.problem_at).first()
    now = to_tell(connection)
    return told is None or any(getattr(told, name) != now[name] for name in names)


def corrected_first(connection: ConnectionFile, actor: Actor, awaited: str, asked: str) -> Step:
    """By the worker, who alone corrects a household; whoever sends it otherwise would send the same."""
    prescription = connection.need.prescription
    if can_follow_household(actor) is None:
        return Step(f"En attente d’une correction du foyer par {prescription.prescriber}")
    here = reverse("connectivity:connection_detail", args=[connection.reference])
    url = reverse("prescriptions:household_edit", args=[prescription.household.reference], query={"suite": here})
    return Step(awaited, asked, url=url, label=TO_CORRECT)


def _seen_again(connection: ConnectionFile, awaited: str) -> Step | None:
    """A proof that holds, as recent as what was refused; another offer when it says no, or none is to be seen."""
    refused = connection.problem == P.NOT_ELIGIBLE
    if not OfferCondition.objects.filter(offer=connection.offer_id).exclude(rule__in=COMPUTED).exists():
        return Step(awaited, OUT_OF_RIGHT, "choose") if refused else None
    proofs = list(ProofSeen.objects.filter(file=connection).order_by("seen_at", "pk"))
    assert connection.problem_at is not None  # a constraint of the table
    since = [one for one in proofs if one.seen_at > connection.problem_at]
    if since and not since[-1].holds:
        return Step(awaited, OUT_OF_RIGHT, "choose")
    before = {one.rule: one.dated_on for one in sorted(proofs, key=lambda one: one.dated_on) if one not in since}
    if any(one.holds and one.dated_on >= before.get(one.rule, one.dated_on) for one in since):
        return None
    return Step(awaited, SEEN_AGAIN[P(connection.problem)] + THEN_SENT, url=proof_url(connection), label=TO_NOTE)


def proof_url(connection: ConnectionFile) -> str:
    """Where a proof is noted."""
    return reverse("connectivity:connection_proof", args=[connection.reference])
