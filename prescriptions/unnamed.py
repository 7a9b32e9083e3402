"""A comment names no household: its words outlive the page they are written on, and the pilot reads them.

Held where comments are kept, whatever the page: the surname as one writes a name, the mail, the number, in any shape.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from lifecycle.actors import SYSTEM, Actor
from lifecycle.registry import CommentJudge, judge_comments
from prescriptions.models import Household, Need, Prescription, Transfer
from typography.persons import words_in

SENTENCE = (
    "Ceci nomme le foyer, ou dit comment le joindre, et d’autres le liront. Écrivez «\u00a0le foyer\u00a0»,"
    " ou sa référence."
)
CAPITALISED = re.compile(r"[^\W\d_][\w’'-]*")
FIGURES = re.compile(r"\D")
SHORTEST = 2
"""A surname of one letter is a word like another."""
SHORT = 3
"""Up to so many letters, a surname is often a word like another too (« Le », « Vu », « Bon »)."""
BEGINS = re.compile(r"(?:^|[.!?…:;\n])[\s«\"(–-]*$")
"""What stands before the first word of a sentence, which takes a capital whatever it says."""
TITLE = re.compile(r"\bM+\.\s*$")
LAST_FIGURES = 9
"""What is left of a number once its first zero, or its country, is taken away."""


def names(household: Household, text: str) -> bool:
    """Whether a text names this household: a common word that is also a surname counts only with its capital."""
    own = [word for word in words_in(household.last_name) if len(word) >= SHORTEST]
    said = set(_capitalised(text, is_short=len("".join(own)) <= SHORT))
    if own and (said.issuperset(own) or "".join(own) in said):
        return True
    plain = " ".join(words_in(text))
    whole = [" ".join(words_in(f"{a} {b}")) for a, b in _both_ways(household) if a and b]
    if any(f" {one} " in f" {plain} " for one in whole):
        return True
    number = FIGURES.sub("", household.phone)[-LAST_FIGURES:]
    if len(number) == LAST_FIGURES and number in FIGURES.sub("", text):
        return True
    return bool(household.email) and household.email.lower() in text.lower()


def _capitalised(text: str, *, is_short: bool) -> Iterable[str]:
    """The words that are written as a name is; of a short name, not the first one of a sentence, unless in capitals."""
    for found in CAPITALISED.finditer(text):
        written, before = found[0], text[: found.start()]
        begins = is_short and not written.isupper() and BEGINS.search(before) and not TITLE.search(before)
        if written[0].isupper() and not begins:
            yield from words_in(written)


def _both_ways(household: Household) -> Iterable[tuple[str, str]]:
    return (household.first_name, household.last_name), (household.last_name, household.first_name)


def refuse_named(actor: Actor, households: QuerySet[Household], **texts: str) -> None:
    """Refuse those of these texts, by field, that name one of these; raises ``ValidationError``. One query.

    Asked of those to whom its people are named alone: a refusal would tell the others that they guessed right.
    """
    said = {field: text for field, text in texts.items() if text.strip()}
    if not said or actor is SYSTEM:
        return
    named = Household.objects.named_to(actor).filter(pk__in=households.order_by().values("pk"))
    read = list(named.only("pk", "last_name", "first_name", "phone", "email"))
    found = {
        field: ValidationError(SENTENCE, code="named")
        for field, text in said.items()
        if any(names(household, text) for household in read)
    }
    if found:
        raise ValidationError(found)


def judged_by(rows: Callable[[list[int]], Any]) -> CommentJudge:
    """The judge of a machine whose rows lead to households by ``rows``; and a need that is given leads to its own."""

    def judge(actor: Actor, pks: list[int], values: dict[str, Any], comment: str) -> None:
        found = Q(pk__in=rows(pks))
        need = values.get("need")
        if isinstance(need, Need):
            found |= Q(pk=need.prescription.household_id)
        refuse_named(actor, Household.objects.filter(found), comment=comment)

    return judge


def register() -> None:
    """Every machine of the app whose comments may name a household."""
    judge_comments("household", judged_by(lambda pks: Household.objects.filter(pk__in=pks).values("pk")))
    judge_comments("prescription", judged_by(lambda pks: Prescription.objects.filter(pk__in=pks).values("household")))
    of_need = judged_by(lambda pks: Need.objects.filter(pk__in=pks).values("prescription__household"))
    judge_comments("need", of_need)
    of_transfer = judged_by(lambda pks: Transfer.objects.filter(pk__in=pks).values("prescription__household"))
    judge_comments("transfer", of_transfer)
