"""What a household is told of its line, in plain French: the same sentences in its mail and for who calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from connectivity.called_off import day_waited_for, no_longer
from connectivity.enums import COMPUTED, AfterLoss, LineNews, OperatorRefusalCode, ProofKind
from connectivity.models import ConnectionFile, Offer
from connectivity.prices import price_of
from prescriptions.enums import NeedKind
from typography.french import euros, full_day, in_a_sentence, written_day

ANOTHER = "Pour en chercher une autre, parlez-en à votre travailleur social."
SOUGHT = "Votre travailleur social cherche une autre offre avec vous."


@dataclass(frozen=True)
class LineTelling:
    """The title, then sentences."""

    title: str
    sentences: tuple[str, ...]


def said_of(file: ConnectionFile, about: str) -> LineTelling:
    """What is said of a line, as the file is now."""
    return LineTelling(TITLES[LineNews(about)], SENTENCES[LineNews(about)](file))


def _offer(file: ConnectionFile) -> Offer:
    assert file.offer is not None
    return file.offer


def _paid(file: ConnectionFile) -> str:
    return f"{euros(file.monthly_price)} {_offer(file).get_period_display()}"


def _price(file: ConnectionFile) -> tuple[str, ...]:
    offer = _offer(file)
    first = f"Votre ligne marche depuis le {written_day(file.started_on)}. Elle coûte {_paid(file)}."
    said = "On vous avait dit que ce prix était à confirmer."
    if not offer.is_to_confirm:
        said = f"Ce n’est pas ce qui vous avait été dit\u00a0: {price_of(offer)}."
    return (first, said, "Ce prix ne vous convient pas\u00a0? Dites-le vite à votre travailleur social.")


def _ending(file: ConnectionFile) -> tuple[str, ...]:
    first = f"Votre tarif «\u00a0{_offer(file).name}\u00a0» se termine le {written_day(file.entitlement_ends_on)}."
    if file.after_loss:
        return (first, SOUGHT, "Sans autre offre, votre ligne s’arrête le lendemain.")
    asked = file.offer.conditions.exclude(rule__in=COMPUTED) if file.offer else ()
    papers = [in_a_sentence(str(ProofKind(one.proof).label)) for one in asked if one.proof != ProofKind.NONE]
    what = f"avec\u00a0: {', '.join(papers)}" if papers else "avant ce jour"
    return (
        first,
        f"Pour le garder, voyez votre travailleur social {what}.",
        "Si rien n’est fait, votre ligne à ce tarif s’arrête le lendemain.",
    )


def _renewed(file: ConnectionFile) -> tuple[str, ...]:
    until = written_day(file.entitlement_ends_on)
    return (f"Vous gardez votre tarif jusqu’au {until}.", "Vous n’avez rien à faire.")


def _corrected(file: ConnectionFile) -> tuple[str, ...]:
    until = written_day(file.entitlement_ends_on)
    return (f"Vous gardez votre tarif jusqu’au {until}.", "Ce que nous vous avions dit avant était une erreur.")


def _lost(file: ConnectionFile) -> tuple[str, ...]:
    last = file.entitlement_ends_on
    assert last is not None
    first = f"Vous n’avez plus droit au tarif «\u00a0{_offer(file).name}\u00a0» après le {written_day(last)}."
    after = {
        AfterLoss.OTHER_OFFER: f"{SOUGHT} Sans autre offre, votre ligne s’arrête ce jour-là.",
        AfterLoss.FULL_PRICE: f"Votre ligne continue. À partir du {written_day(last + timedelta(days=1))}, elle coûte"
        f" {euros(file.price_after)} {_offer(file).get_period_display()}.",
        AfterLoss.END: f"Votre ligne s’arrête ce jour-là. {ANOTHER}",
    }
    return (first, after[AfterLoss(file.after_loss)])


def _full_price(file: ConnectionFile) -> tuple[str, ...]:
    return (f"Votre ligne continue. Elle coûte maintenant {_paid(file)}.", f"C’est trop cher\u00a0? {ANOTHER}")


def _changed(file: ConnectionFile) -> tuple[str, ...]:
    kept = f" Ce tarif vaut jusqu’au {written_day(file.entitlement_ends_on)}." if file.entitlement_ends_on else ""
    since = written_day(file.started_on)
    return (f"Votre offre est «\u00a0{_offer(file).name}\u00a0», à {_paid(file)}, depuis le {since}.{kept}",)


def _ended(file: ConnectionFile) -> tuple[str, ...]:
    return (f"Votre ligne est terminée\u00a0: {in_a_sentence(file.get_end_reason_display())}.", ANOTHER)


def _visit(file: ConnectionFile) -> tuple[str, ...]:
    """A mobile line has no technician. The day may have moved since another was told; the household, since that day
    was planned: then nobody says that it is to be at home.
    """
    when = f"le {full_day(file.appointment_on)}, {in_a_sentence(file.get_appointment_slot_display())}"
    former = no_longer(file, timezone.now())
    other = (former,) if former else ()
    if file.need.kind == NeedKind.MOBILE_CONNECTION:
        return (f"Votre ligne est prévue {when}.", *other, "D’ici là, vous n’avez rien à faire.")
    if file.is_visit_to_confirm():
        doubt = f"le raccordement prévu {when}, n’est pas encore confirmé à votre nouvelle adresse"
        return (f"Vous avez déménagé\u00a0: {doubt}.", *other, "Demandez à votre travailleur social s’il a lieu.")
    first = f"Votre rendez-vous Internet est {when}."
    return (first, *other, "Soyez chez vous ce jour-là, ou prévenez avant votre travailleur social.")


def _called_off(file: ConnectionFile) -> tuple[str, ...]:
    """The day that the household knows; another may have been told before."""
    day = day_waited_for(file, timezone.now())
    when = f" le {full_day(day)}" if day is not None else ""
    return (
        f"Le raccordement prévu{when} n’aura pas lieu\u00a0: n’attendez personne.",
        "Un autre jour vous avait été dit\u00a0? Il ne compte plus.",
        "Votre travailleur social vous dit la suite.",
    )


WHY_REFUSED: dict[str, str] = {
    OperatorRefusalCode.NOT_ELIGIBLE: "vous ne remplissez pas ses conditions",
    OperatorRefusalCode.NO_COVERAGE: "cette ligne n’arrive pas chez vous",
    OperatorRefusalCode.ALREADY_CUSTOMER: "vous êtes déjà client chez lui",
    OperatorRefusalCode.DUPLICATE: "il a déjà une autre demande de vous",
    OperatorRefusalCode.OFFER_CLOSED: "cette offre n’existe plus",
}
"""What an operator says, to the household; its other words are for whoever follows it."""


def _refused(file: ConnectionFile) -> tuple[str, ...]:
    if file.refusal == OperatorRefusalCode.NO_ANSWER:
        first = "Votre demande de ligne s’est arrêtée\u00a0: elle est restée trop longtemps sans réponse."
    else:
        why = f"\u00a0: {WHY_REFUSED[file.refusal]}" if file.refusal in WHY_REFUSED else ""
        first = f"L’opérateur a dit non à votre demande de ligne{why}."
    off = day_waited_for(file, timezone.now())
    visit = (f"Le raccordement prévu le {full_day(off)} n’aura pas lieu.",) if off is not None else ()
    return (first, *visit, "N’attendez pas son appel\u00a0: la feuille qui le disait ne compte plus.", SOUGHT)


TITLES = {
    LineNews.PRICE: "Le prix de votre ligne",
    LineNews.ENDING: "Votre tarif se termine bientôt",
    LineNews.RENEWED: "Votre tarif est prolongé",
    LineNews.LOST: "Votre tarif change",
    LineNews.FULL_PRICE: "Le prix de votre ligne a changé",
    LineNews.CHANGED: "Votre nouvelle offre",
    LineNews.ENDED: "Votre ligne est terminée",
    LineNews.CORRECTED: "Votre tarif\u00a0: une erreur corrigée",
    LineNews.VISIT: "Le jour de votre ligne est fixé",
    LineNews.CALLED_OFF: "Le jour fixé pour votre ligne est annulé",
    LineNews.REFUSED: "Votre demande de ligne n’a pas abouti",
}
SENTENCES: dict[LineNews, Callable[[ConnectionFile], tuple[str, ...]]] = {
    LineNews.PRICE: _price,
    LineNews.ENDING: _ending,
    LineNews.RENEWED: _renewed,
    LineNews.LOST: _lost,
    LineNews.FULL_PRICE: _full_price,
    LineNews.CHANGED: _changed,
    LineNews.ENDED: _ended,
    LineNews.CORRECTED: _corrected,
    LineNews.VISIT: _visit,
    LineNews.CALLED_OFF: _called_off,
    LineNews.REFUSED: _refused,
}
