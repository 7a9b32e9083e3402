"""The text of each round as it was submitted: what the next round is compared with."""

from collections.abc import Iterable
from typing import Self

from django.db import models

from conventions.models.articles import Article, articles_of
from conventions.models.convention import Convention
from lifecycle.actors import SYSTEM, Actor
from network.models import Organisation
from typography.french import euros, grouped, percent


class TextVersionQuerySet(models.QuerySet["TextVersion"]):
    """Reads of versions."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the conventions one may see."""
        if actor is SYSTEM:
            return self.all()
        return self.filter(convention__in=Convention.objects.visible_to(actor).values("pk"))


class TextVersion(models.Model):
    """What was read in one round. ``articles``: code, title, text, in order; ``terms``: sentences. Append-only."""

    convention = models.ForeignKey(Convention, models.PROTECT, related_name="versions", verbose_name="convention")
    round = models.PositiveSmallIntegerField("relecture n°")
    articles = models.JSONField("articles")
    terms = models.JSONField("termes")

    objects = TextVersionQuerySet.as_manager()

    class Meta:
        verbose_name = "version relue"
        verbose_name_plural = "versions relues"
        ordering = ("convention_id", "round")
        constraints = (models.UniqueConstraint(fields=("convention", "round"), name="conventions_version_once"),)

    def __str__(self) -> str:
        return f"{self.convention}, version n° {self.round}"

    @property
    def as_articles(self) -> list[Article]:
        """Its articles as a page reads them, with the numbers they had."""
        return [Article(number, *said) for number, said in enumerate(self.articles, start=1)]


def version_of(convention: Convention) -> TextVersion:
    """The text as it stands, not saved."""
    return TextVersion(
        convention=convention,
        round=convention.round,
        articles=[[article.code, article.title, article.text] for article in articles_of(convention)],
        terms=list(_terms(convention)),
    )


def is_unchanged(convention: Convention) -> bool:
    """Whether what is read in this round says the same as the round before; false when that was not kept."""
    kept = TextVersion.objects.filter(convention=convention, round__in=(convention.round - 1, convention.round))
    said = [
        ([(code, title, text.split()) for code, title, text in version.articles], version.terms) for version in kept
    ]
    return len(said) == 2 and said[0] == said[1]


def printed_address(organisation: Organisation) -> str:
    """Where a party is, as the document prints it; empty when nothing is known."""
    city = organisation.commune.name if organisation.commune is not None else ""
    return ", ".join(filter(None, [organisation.address, f"{organisation.postcode} {city}".strip()]))


def _terms(convention: Convention) -> Iterable[str]:
    """All that the document prints beside its articles, as sentences that can be compared."""
    yield f"Titre\u00a0: {convention.title}"
    if convention.is_test:
        yield "Convention d’essai\u00a0: elle porte sur un test opérationnel"
    for plan in convention.planned_quotas.all():
        yield f"Quota de l’année {plan.year}, {plan.get_type_display().lower()}\u00a0: {grouped(plan.total)}"
    for price in convention.prices.all():
        named = ", grade ".join(filter(None, (price.get_type_display().lower(), price.grade)))
        yield f"Prix le plus élevé, {named}\u00a0: {euros(price.amount)}"
    if convention.max_nonconformity is not None:
        yield f"Non-conformité\u00a0: au plus {percent(convention.max_nonconformity)} des appareils livrés"
    for party, organisation, signatory in convention.parties():
        yield f"{party.label}\u00a0: {organisation}, signataire {signatory.user if signatory else 'à désigner'}"
        if organisation is not None:
            siret = f"SIRET {organisation.spaced_siret}" if organisation.siret else ""
            about = filter(None, (organisation.legal_form, siret, printed_address(organisation)))
            yield f"{party.label}, sur le document\u00a0: {', '.join(about) or 'rien de plus'}"
