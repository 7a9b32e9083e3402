"""What is told to households, said in other languages: dated rows, one for each French text and language."""

from datetime import date
from string import Formatter

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from prescriptions.enums import SheetLanguage
from reference.dated import Dated, DatedQuerySet, read_once


class SheetTranslationQuerySet(DatedQuerySet["SheetTranslation"]):
    """Reads of translations."""

    @read_once
    def texts_on(self, language: str, day: date) -> dict[str, str]:
        """``{French: text}`` in one language, in force on ``day``."""
        return dict(self.on(day).filter(language=language).values_list("french", "text"))


class SheetTranslation(Dated):
    """One French text of the sheets and of the household's own page, in another language (domaine §7.8).

    ``french`` is the text that the code tells, with the names of what is put in it between braces; ``text`` has the
    same names.
    """

    language = models.CharField("langue", max_length=2, choices=SheetLanguage)
    french = models.CharField("texte français", max_length=400)
    text = models.CharField("traduction", max_length=600)

    objects = SheetTranslationQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "traduction des fiches"
        verbose_name_plural = "traductions des fiches"
        ordering = ("language", "french", "valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=("language", "french", "valid_from"), name="prescriptions_sheettranslation_once"
            ),
            models.CheckConstraint(
                condition=Q(language__in=SheetLanguage.values), name="prescriptions_sheettranslation_language"
            ),
        )

    def clean(self) -> None:
        """The translation names what the French text names, or nothing could be put in it."""
        wanted, named = names_in(self.french), names_in(self.text)
        if named != wanted:
            listed = ", ".join(f"{{{name}}}" for name in sorted(wanted or ())) or "aucun mot entre accolades"
            raise ValidationError({"text": f"La traduction garde, une fois chacun\u00a0: {listed}."})

    def __str__(self) -> str:
        return f"{self.get_language_display()}\u00a0: {self.french}"


def names_in(text: str) -> set[str] | None:
    """What is put in a text, between braces; None when something stands there twice, is written in another
    way than it is told, or braces are not closed."""
    try:
        put = [(name, spec or changed) for _, name, spec, changed in Formatter().parse(text) if name is not None]
    except ValueError:
        return None
    names = [name for name, changed in put if not changed]
    if len(names) < len(put):
        return None
    return set(names) if len(set(names)) == len(names) and all(name.isidentifier() for name in names) else None
