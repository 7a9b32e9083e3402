"""What follows when a circuit waits, is handed on or goes back: who is told, what is awaited again."""

from conventions import emails
from conventions.enums import ConventionState, SignatureMethod
from conventions.followers import all_moved, conclude_reviews
from conventions.models import Convention, Review, Signature
from lifecycle import gate
from lifecycle.registry import Move, on_transition

S = ConventionState


def tell_confirmed(move: Move) -> None:
    """The signatory is told that what was deposited in her name counts, and until when she may contest it."""
    signed = Signature.objects.filter(pk__in=move.pks).exclude(method=SignatureMethod.SCREEN)
    emails.signature_confirmed_for_signatory(signed, move.at)


def await_again(move: Move) -> None:
    """What was signed by three no longer is; everyone is told."""
    contested = Convention.objects.filter(signatures__in=move.pks).distinct()
    signed = contested.filter(state=S.SIGNED)
    if signed.exists():
        all_moved(gate.apply_many(signed, "await_signature", actor=move.actor, at=move.at, cause=move))
    emails.signature_contested_for_parties(Signature.objects.filter(pk__in=move.pks), move.at)


def tell_declined(move: Move) -> None:
    """Whoever can open the text again, or abandon it, is told who does not sign, and why."""
    rows = Signature.objects.filter(pk__in=move.pks)
    emails.signatures_declined_for_epci(rows, str(move.values.get("reason", "")), move.at)


def tell_answered(move: Move) -> None:
    """The signatory reads what was answered to her; she is asked again, unless the text is opened again."""
    emails.signatures_answered_for_signatories(Signature.objects.filter(pk__in=move.pks), move.at)


def tell_asked_of(move: Move) -> None:
    """Whoever is asked from now on, for a review or for a signature; and whoever is no more."""
    if move.machine == "review":
        reviews = Review.objects.filter(pk__in=move.pks)
        emails.reviews_asked_for_reviewers(reviews, move.at)
        emails.reviews_asked_of_another_for_former(reviews, move.actor.pk, move.at)
    else:
        signatures = Signature.objects.filter(pk__in=move.pks)
        emails.signatures_asked_for_signatories(signatures, move.at)
        emails.signatures_asked_of_another_for_former(signatures, move.actor.pk, move.at)


def remind_reviews(move: Move) -> None:
    """Whoever is asked; once it is late, whoever can have somebody else asked."""
    emails.reviews_recalled(Review.objects.filter(pk__in=move.pks), move.at)


def remind_signatures(move: Move) -> None:
    """As for reviews; of one who does not sign the text, whoever owes her an answer."""
    rows, refused = Signature.objects.filter(pk__in=move.pks), Signature.objects.refused()
    emails.signatures_recalled(rows.exclude(pk__in=refused.values("pk")), move.at)
    emails.refusals_recalled(refused.filter(pk__in=move.pks), move.at)


def tell_passed_over(move: Move) -> None:
    """Those whose opinion is no longer awaited are told."""
    emails.reviews_passed_over(Review.objects.filter(pk__in=move.pks), move.at)


def register() -> None:
    """After the followers of the circuit: a signature that counts may complete a convention first."""
    on_transition("review", "pass_over", conclude_reviews)
    on_transition("review", "pass_over", tell_passed_over)
    on_transition("review", "hand_on", tell_asked_of)
    on_transition("review", "replace", tell_asked_of)
    on_transition("review", "remind", remind_reviews)
    on_transition("signature", "sign", tell_confirmed)
    on_transition("signature", "contest", await_again)
    on_transition("signature", "decline", tell_declined)
    on_transition("signature", "answer_refusal", tell_answered)
    on_transition("signature", "answer_reopened", tell_answered)
    on_transition("signature", "hand_on", tell_asked_of)
    on_transition("signature", "replace", tell_asked_of)
    on_transition("signature", "remind", remind_signatures)
