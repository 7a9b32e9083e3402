"""What a household is told of its line, in plain French: the same sentences in its mail and for who calls it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from connectivity.enums import COMPUTED, AfterLoss, LineNews, ProofKind
from connectivity.models import ConnectionFile, Offer
from connectivity.prices import price_of
from typography.french import euros, in_a_sentence, written_day

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


TITLES = {
    LineNews.PRICE: "Le prix de votre ligne",
    LineNews.ENDING: "Votre tarif se termine bientôt",
    LineNews.RENEWED: "Votre tarif est prolongé",
    LineNews.LOST: "Votre tarif change",
    LineNews.FULL_PRICE: "Le prix de votre ligne a changé",
    LineNews.CHANGED: "Votre nouvelle offre",
    LineNews.ENDED: "Votre ligne est terminée",
    LineNews.CORRECTED: "Votre tarif\u00a0: une erreur corrigée",
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
}
