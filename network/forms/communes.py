"""The fields in which communes are typed: by name, as one remembers it, by postcode or by Insee code."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from network.enums import CommuneStatus
from network.models import Commune

MOST_PROPOSED = 20
"""How many communes are proposed for what was typed: a postcode of the Nord has fifteen at most."""
LONGEST = 100
"""Longer is the name of no commune, and answers none: the longest of France has forty-five signs."""
CODE = 5
"""How many figures a postcode has, and the code of a commune."""
ARTICLES = {"l", "le", "la", "les", "lez", "d", "de", "du", "des"}
"""The words that people leave out or write otherwise (« lès », « lez »)."""
SHORT = {"st": "saint", "ste": "sainte"}


def folded(name: str) -> str:
    """A name without case, accents, ligatures, spaces and signs, to compare what people type."""
    text = unicodedata.normalize("NFKD", name.casefold().replace("œ", "oe"))
    return "".join(letter for letter in text if letter.isalnum())


def words_of(text: str) -> list[str]:
    """The words of a name as people may write it: without accents or signs, « St » for « Saint »."""
    plain = unicodedata.normalize("NFKD", text.casefold().replace("œ", "oe"))
    spaced = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return [SHORT.get(word, word) for word in spaced.split()]


@dataclass(frozen=True)
class Proposed:
    """The communes that may be meant; ``is_sure``: the only one that answers exactly."""

    communes: list[Commune]
    is_sure: bool


def communes_like(text: str, among: Iterable[Commune]) -> Proposed:
    """The communes of ``among`` that answer what was typed: a name, the beginning of its words, a postcode, a code.

    A former commune, merged since, answers as the one of today when no commune of today does.
    """
    if len(text) > LONGEST:
        return Proposed([], is_sure=False)
    rows = list(among)
    found = _answering(text, [row for row in rows if row.status == CommuneStatus.CURRENT])
    if found.communes:
        return found
    today = {row.pk: row for row in rows if row.status == CommuneStatus.CURRENT}
    former = _answering(text, [row for row in rows if row.merged_into_id in today])
    kept = dict.fromkeys(row.merged_into_id for row in former.communes)
    return Proposed([today[pk] for pk in kept if pk in today], is_sure=False)


def _answering(text: str, rows: list[Commune]) -> Proposed:
    typed = words_of(text)
    figures = {word for word in typed if word.isdecimal() and len(word) == CODE}
    said = [word for word in typed if word not in figures]
    wanted = [word for word in said if word not in ARTICLES] or said
    if not typed:
        return Proposed([], is_sure=False)
    found = [row for row in rows if _has(row, figures) and _begins(words_of(row.name), wanted)]
    same = [row for row in found if said and words_of(row.name) == said]
    if len(same) == 1:
        return Proposed(same, is_sure=True)
    return Proposed(found, is_sure=len(found) == 1 and not said)


def _has(row: Commune, figures: set[str]) -> bool:
    """Whether these figures are its postcode or its code."""
    return figures <= {row.code, *row.postcodes}


def _begins(name: Sequence[str], wanted: Iterable[str]) -> bool:
    """Whether each word that was typed begins a word of the name."""
    return all(any(word.startswith(start) for word in name) for start in wanted)


def postcode_elsewhere(postcode: str, commune: Commune | None, address: str = "") -> str:
    """Why a postcode is not one of a commune's, naming those it has; empty when it is.

    Nothing is said of a commune whose postcodes are not known, nor of an address that says CEDEX: those codes are of
    no commune.
    """
    if not postcode or commune is None or "cedex" in words_of(address):
        return ""
    merged = Commune.objects.filter(merged_into=commune).values_list("postcodes", flat=True)
    known = sorted({*commune.postcodes, *(code for codes in merged for code in codes)})
    if not known or postcode in known:
        return ""
    *first, last = known
    listed = f"{', '.join(first)} ou {last}" if first else last
    return (
        f"{postcode} n’est pas un code postal de {commune.name}\u00a0: {listed}. Pour une adresse CEDEX, écrivez CEDEX"
        " dans l’adresse."
    )


class CommuneInput(forms.TextInput):
    """A box of text with what the browser suggests; under it, a short list to choose from when several answer.

    It works without script. What is typed wins over what is ticked, unless it is what the list answers.
    """

    template_name = "network/commune_input.html"
    field: "CommuneField"
    proposed: Sequence[Commune] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        typed = (data.get(name) or "").strip()
        ticked = (data.get(f"{name}-parmi") or "").strip()
        return ticked if ticked and typed in ("", (data.get(f"{name}-pour") or "").strip()) else typed

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(
            name, value, {"autocomplete": "off", "list": f"{name}-liste"} | (attrs or {})
        )
        offered = self.proposed or ([] if value else self.field.written_last())
        return context | {
            "communes": self.field.communes,
            "offered": offered,
            "legend": "Laquelle\u00a0?" if self.proposed else "Vos dernières communes",
            "asked": value if self.proposed else "",
            "known": self.field.named(value),
        }


class CommuneField(forms.Field):
    """One commune of today, told with its EPCI.

    ``in_departement``: those of the Nord alone. ``recent``: the keys of those to be found first, the last one first.
    """

    widget = CommuneInput
    default_error_messages = {
        "required": "Écrivez la commune\u00a0: son nom ou son code postal.",
        "unknown": "Aucune commune du Nord ou de ses EPCI ne répond à «\u00a0%(typed)s\u00a0»\u00a0: vérifiez le"
        " nom, ou écrivez le code postal.",
        "too_long": f"C’est trop long pour une commune\u00a0: {LONGEST}\u00a0caractères au plus. Gardez son nom, ou son"
        " code postal.",
        "unsure": "«\u00a0%(typed)s\u00a0»\u00a0: cochez la commune dans la liste sous la case.",
        "too_many": "Plus de %(most)s communes répondent à «\u00a0%(typed)s\u00a0»\u00a0: écrivez-en un peu plus.",
    }

    def __init__(self, *, in_departement: bool = False, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "Son nom, même sans accents, ou son code postal.")
        super().__init__(**kwargs)
        self.in_departement = in_departement
        self.recent: Sequence[int] = ()
        self.widget.field = self

    def __deepcopy__(self, memo: Any) -> "CommuneField":
        copied: CommuneField = super().__deepcopy__(memo)
        copied.widget.field = copied
        return copied

    @cached_property
    def known(self) -> list[Commune]:
        """Every commune with its EPCI, those that merged too; one query."""
        rows = Commune.objects.select_related("epci").order_by("name", "code")
        return list(rows.filter(in_departement=True) if self.in_departement else rows)

    @property
    def communes(self) -> list[Commune]:
        """Those of today."""
        return [row for row in self.known if row.status == CommuneStatus.CURRENT]

    def written_last(self) -> list[Commune]:
        """Those the person wrote last."""
        by_key = {row.pk: row for row in self.communes} if self.recent else {}
        return [by_key[pk] for pk in self.recent if pk in by_key]

    def named(self, name: str | None) -> Commune | None:
        """The commune of today that bears exactly this name."""
        return next((row for row in self.communes if row.name == name), None)

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        pk = getattr(value, "pk", value)
        return next((row.name for row in self.communes if row.pk == pk), None)

    def clean(self, value: Any) -> Commune | None:
        """The commune; raises ``ValidationError`` that proposes those that may be meant, to be ticked."""
        typed = str(value or "")
        if not typed:
            self.validate(None)
            return None
        if len(typed) > LONGEST:
            raise ValidationError(self.error_messages["too_long"], code="too_long")
        found = communes_like(typed, self.known)
        if found.is_sure:
            return found.communes[0]
        told: dict[str, Any] = {"typed": typed, "most": MOST_PROPOSED}
        code = "too_many" if len(found.communes) > MOST_PROPOSED else "unsure" if found.communes else "unknown"
        if code == "unsure":
            self.widget.proposed = found.communes
        raise ValidationError(self.error_messages[code], code=code, params=told)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool((self.prepare_value(initial) or "") != (data or ""))


class CommunesField(forms.CharField):
    """Communes, one per line, by name or by Insee code; the name of a merged one finds the one of today."""

    widget = forms.Textarea({"rows": 6})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or value is None else "\n".join(row.name for row in value)

    def clean(self, value: Any) -> list[Commune]:
        """The communes; raises ``ValidationError`` that names each line that finds none or several."""
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if not lines:
            return []
        found = self._index()
        communes: dict[int, Commune] = {}
        unclear = []
        for line in lines:
            matches = found.get(folded(line), {})
            if len(matches) == 1:
                communes |= matches
            else:
                unclear.append(f"«\u00a0{line}\u00a0»")
        if unclear:
            raise ValidationError(f"Communes non reconnues\u00a0: {', '.join(unclear)}.", code="unknown_communes")
        return list(communes.values())

    def _index(self) -> dict[str, dict[int, Commune]]:
        """Today's communes by folded name and by code, then the merged ones under names that are free."""
        rows = list(Commune.objects.select_related("merged_into"))
        index: dict[str, dict[int, Commune]] = defaultdict(dict)
        for row in rows:
            if row.merged_into is None:
                index[folded(row.name)][row.pk] = row
                index[row.code][row.pk] = row
        today = set(index)
        for row in rows:
            if row.merged_into is not None:
                for key in {folded(row.name), row.code} - today:
                    index[key][row.merged_into.pk] = row.merged_into
        return index
