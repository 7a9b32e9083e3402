"""What whoever exercises a right is told, in plain French: the letter and the mail say the same sentences."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import TextChoices
from django.utils import timezone

from prescriptions.enums import Doubt, Prolongation, RightKind, RightsRefusal, RightsState
from prescriptions.models import Household, HouseholdCorrection, RightsRequest
from prescriptions.parameters import IDENTITY_DAYS, LIFT_DAYS
from typography.french import in_a_sentence, written_day

APPEAL = (
    "Vous n’êtes pas d’accord\u00a0? Vous pouvez saisir la CNIL (3 place de Fontenoy, TSA 80715, 75334 Paris cedex 07, "
    "www.cnil.fr), ou le juge."
)
KINDS = {
    RightKind.ACCESS: "lire ce qui est écrit sur vous",
    RightKind.RECTIFICATION: "faire corriger ce qui est écrit sur vous",
    RightKind.ERASURE: "faire effacer ce qui est écrit sur vous",
    RightKind.OBJECTION: "arrêter l’usage de ce qui est écrit sur vous",
    RightKind.RESTRICTION: "garder ce qui est écrit sur vous sans nous en servir",
}
PROOFS = {
    Doubt.CONTACT: "Dites-nous d’une adresse ou d’un numéro de votre dossier que c’est bien vous, ou passez voir "
    "votre travailleur social.",
    Doubt.PAGE: "Confirmez à votre travailleur social, ou au numéro de votre dossier, que c’est bien vous.",
    Doubt.MANDATE: "Montrez à votre travailleur social ce qui vous permet de représenter le foyer. Nous n’en gardons "
    "pas de copie.",
}


class About(TextChoices):
    """What a letter is about; its code is in its address."""

    RECEIVED = "accuse", "Votre demande est arrivée"
    IDENTITY = "identite", "Dites-nous que c’est bien vous"
    PROLONGED = "delai", "Il nous faut plus de temps"
    ANSWERED = "reponse", "Réponse à votre demande"
    REFUSED = "refus", "Réponse à votre demande"
    LIFTING = "levee", "Votre dossier servira de nouveau"


@dataclass(frozen=True)
class Letter:
    """One letter, as paper and mail say it; it names nobody."""

    about: About
    title: str
    sentences: tuple[str, ...]


def letters_of(asked: RightsRequest, *, is_held_back: bool) -> tuple[About, ...]:
    """The letters that are true of a request as it is.

    That of an erasure is printed before it is noted: afterwards, nothing knows where to send it. While something holds
    the file back, it would not be true.
    """
    if asked.state == RightsState.RECEIVED:
        longer = (About.PROLONGED,) if asked.prolonged_at is not None else ()
        before = (About.ANSWERED,) if asked.kind == RightKind.ERASURE and not is_held_back else ()
        return (About.RECEIVED, *longer, *before)
    if asked.lift_told_at is not None and asked.lifted_at is None:
        return (About.LIFTING,)
    of_state = {
        RightsState.IDENTITY: (About.IDENTITY,),
        RightsState.ANSWERED: (About.ANSWERED,),
        RightsState.REFUSED: (About.REFUSED,),
    }
    return of_state.get(RightsState(asked.state), ())


def letter_of(asked: RightsRequest, about: About) -> Letter:
    """What this letter says."""
    opening = f"Le {written_day(asked.received_on)}, vous avez demandé à {KINDS[RightKind(asked.kind)]}."
    told: dict[About, Any] = {
        About.RECEIVED: _received,
        About.IDENTITY: _identity,
        About.PROLONGED: _prolonged,
        About.ANSWERED: _answered,
        About.REFUSED: _refused,
        About.LIFTING: _lifting,
    }
    return Letter(about, about.label, (opening, *told[about](asked)))


def _received(asked: RightsRequest) -> tuple[str, ...]:
    return (f"Le délégué à la protection des données du Département vous répond au plus tard le {_due(asked)}.",)


def _identity(asked: RightsRequest) -> tuple[str, ...]:
    return (
        f"Avant de répondre, nous devons savoir que c’est bien vous. {Doubt(asked.doubt).label}.",
        PROOFS[Doubt(asked.doubt)],
        "N’envoyez pas de copie de pièce d’identité. Le délai pour vous répondre reprend dès que nous le savons.",
        (
            f"Sans nouvelles de vous le {_closed_on(asked)}, votre demande est close, et ce que vous avez écrit avec "
            "elle est effacé. Vous pourrez demander de nouveau."
        ),
    )


def _prolonged(asked: RightsRequest) -> tuple[str, ...]:
    why = in_a_sentence(str(Prolongation(asked.prolongation).label))
    return (f"Il nous faut plus de temps\u00a0: {why}. Vous aurez la réponse au plus tard le {_due(asked)}.", APPEAL)


DONE = {
    RightKind.ACCESS: (
        (
            "Tout ce que Maillon sait de vous vous est remis à part\u00a0: un document à lire, qui dit aussi qui a "
            "ouvert votre dossier, et un fichier que d’autres logiciels savent lire. Vous ne l’avez pas reçu\u00a0? "
            "Dites-le à votre travailleur social."
        ),
    ),
    RightKind.ERASURE: (
        (
            "Tout ce qui vous nomme est effacé\u00a0: votre identité, comment vous joindre, votre situation, vos "
            "papiers."
        ),
        (
            "Il reste des dates et des nombres, qui ne parlent plus de personne, et la preuve de ce qui a été fait. Si "
            "un appareil vous a été vendu, son prix et sa garantie restent, sans votre nom\u00a0: la loi le demande."
        ),
    ),
    RightKind.OBJECTION: (
        (
            "Ce qui n’est pas encore servi est arrêté\u00a0: plus aucun message ne part pour cela, et le distributeur "
            "et l’opérateur ne lisent plus une demande dont rien n’est servi."
        ),
        (
            "Ce qui vous a déjà été remis reste noté, et lu de qui vous l’a remis, pour la garantie ou la ligne. Votre "
            "travailleur social garde votre dossier, sans s’en servir."
        ),
    ),
    RightKind.RESTRICTION: (
        (
            "Ce qui est écrit sur vous est gardé, et ne sert plus à rien\u00a0: votre demande n’avance plus, plus "
            "aucun message ne part pour elle, et rien ne s’efface."
        ),
        ("Vous serez prévenu avant que cela change. Vous pouvez aussi le demander vous-même."),
    ),
}
"""What an answer says was done, by right; of a correction, what was corrected."""
SHARED = "Ceux à qui ces informations avaient été transmises en sont prévenus."


def _answered(asked: RightsRequest) -> tuple[str, ...]:
    said = _corrected(asked) if asked.kind == RightKind.RECTIFICATION else DONE[RightKind(asked.kind)]
    shared = () if asked.kind == RightKind.ACCESS else (SHARED,)
    return (*said, *shared, *_reply(asked), APPEAL)


def _reply(asked: RightsRequest) -> tuple[str, ...]:
    return (asked.reply,) if asked.reply else ()


def _corrected(asked: RightsRequest) -> tuple[str, ...]:
    """Which columns were written again, never what they say."""
    names = [str(Household._meta.get_field(name).verbose_name) for name in corrected_columns(asked)]  # type: ignore[union-attr]
    return (f"Votre dossier est corrigé\u00a0: {', '.join(names)}." if names else "Votre dossier est corrigé.",)


def corrected_columns(asked: RightsRequest) -> list[str]:
    """The columns of the household that were corrected since the day the request came, each once."""
    noted = asked.received_at or timezone.now()
    since = HouseholdCorrection.objects.filter(household=asked.household_id)
    if timezone.localdate(noted) > asked.received_on:
        since = since.filter(corrected_at__date__gte=asked.received_on)
    else:
        since = since.filter(corrected_at__gte=noted)
    return list(
        dict.fromkeys(name for columns in since.order_by("pk").values_list("columns", flat=True) for name in columns)
    )


def _refused(asked: RightsRequest) -> tuple[str, ...]:
    why = in_a_sentence(str(RightsRefusal(asked.refusal).label))
    return (f"Nous ne pouvons pas le faire\u00a0: {why}.", *_reply(asked), APPEAL)


def _lifting(asked: RightsRequest) -> tuple[str, ...]:
    told = timezone.localdate(asked.lift_told_at)
    day = written_day(told + timedelta(days=LIFT_DAYS.on(told)))
    return (
        f"À partir du {day}, ce qui est écrit sur vous pourra servir de nouveau à votre demande.",
        "Vous ne le voulez pas\u00a0? Dites-le avant à votre travailleur social, ou demandez à faire effacer.",
        APPEAL,
    )


def _closed_on(asked: RightsRequest) -> str:
    day = timezone.localdate(asked.identity_asked_at)
    return written_day(day + timedelta(days=IDENTITY_DAYS.on(day)))


def _due(asked: RightsRequest) -> str:
    return written_day(asked.due_on or timezone.localdate())
