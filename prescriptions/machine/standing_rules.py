"""One household, one need of a kind at a time: what stands already, and stops what is asked again (machines §4.20)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lifecycle.in_order import by_key
from lifecycle.machine import Context, PerRow, Place
from lifecycle.requirements import PerRowValues
from prescriptions.enums import LIVE_STATES, NeedKind, NeedState, PrescriptionState
from prescriptions.models import Need
from prescriptions.models.need import LEAD
from prescriptions.permissions import can_edit_prescription

S = PrescriptionState
ONE_HOUSEHOLD = ("household", "household__same_as")
"""What is locked to be written: two files of one household are submitted or accepted one after the other."""
STOPPED_BY: Mapping[str, Sequence[str]] = {
    S.DRAFT: LIVE_STATES,
    S.INCOMPLETE: (S.SUBMITTED, S.ACCEPTED),
    S.SUBMITTED: (S.ACCEPTED,),
}
"""The prescriptions whose needs stop those of one in this state: what is as far as itself stops nothing, so that of two
files declared the same afterwards the first decided goes on."""
KINDS = list(NeedKind.values)


class AskedNeed(NamedTuple):
    """A need that is about to be submitted or accepted, and the file from which those of its household hang."""

    prescription: int
    state: str
    file: int
    lead: int
    kind: str


class StandingNeed(NamedTuple):
    """A need that stops one that is asked, of the same file or of another one of the household."""

    need: Any
    in_another_file: bool


def what_stands(pks: Iterable[int]) -> dict[int, list[StandingNeed]]:
    """``{prescription: the needs that stop its own}``, the first of each kind, in the order of kinds; two queries.

    Of a set, an earlier one stops a later one: both would be submitted or accepted together.
    """
    asked = _asked(pks)
    together = {one.prescription for one in asked}
    found: dict[tuple[int, str], list[Any]] = {}
    if asked:
        needs: Any = Need.objects.standing({one.lead for one in asked}).filter(kind__in={one.kind for one in asked})
        for need in by_key(needs.select_related("prescription__household")):
            found.setdefault((need.lead, need.kind), []).append(need)
    standing: dict[int, dict[str, StandingNeed]] = {}
    for one in asked:
        for need in found.get((one.lead, one.kind), ()):
            if _stops(need.prescription, one, together):
                stopped = standing.setdefault(one.prescription, {})
                stopped.setdefault(one.kind, StandingNeed(need, need.prescription.household_id != one.file))
    return {pk: [by_kind[kind] for kind in KINDS if kind in by_kind] for pk, by_kind in standing.items()}


def _asked(pks: Iterable[int]) -> list[AskedNeed]:
    rows = Need.objects.filter(prescription__in=list(pks), state=NeedState.ASKED).order_by("prescription", "pk")
    columns = ("prescription", "prescription__state", "prescription__household", LEAD, "kind")
    return [AskedNeed(*row) for row in rows.values_list(*columns)]


def _stops(other: Any, one: AskedNeed, together: set[int]) -> bool:
    if other.pk == one.prescription:
        return False
    earlier = other.pk in together and other.pk < one.prescription and other.state == one.state
    return earlier or other.state in STOPPED_BY.get(one.state, ())


def _standing_sentences(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What stands, named to whoever may see it; and what to do next."""
    found = what_stands(per_row)
    if not found:
        return {}
    keys = {one.need.pk for standing in found.values() for one in standing}
    seen = set(Need.objects.visible_to(ctx.actor).filter(pk__in=keys).values_list("pk", flat=True))
    return {pk: _sentence(standing, seen) for pk, standing in found.items()}


def _sentence(standing: list[StandingNeed], seen: set[int]) -> str:
    named = [_named(one.need, one.need.pk in seen) for one in standing]
    return f"{'\u00a0; '.join(named)}. {_next(standing, seen)}"


def _named(need: Any, is_seen: bool) -> str:
    where = f"prescription {need.prescription.reference}" if is_seen else "dans un dossier suivi ailleurs"
    return f"{need.get_kind_display()}\u00a0: déjà demandé pour ce foyer, {where}"


def _next(standing: list[StandingNeed], seen: set[int]) -> str:
    """What lifts it: the need is given up here, or the answer that links the two files is corrected."""
    give_up = "Abandonnez-le ici" if len(standing) == 1 else "Abandonnez-les ici"
    linked = [one.need.pk for one in standing if one.in_another_file]
    if not linked:
        return f"{give_up}, ou suivez l’autre prescription."
    if seen.issuperset(linked):
        return f"{give_up}\u00a0; si c’est une erreur, «\u00a0Pas le même foyer\u00a0» détache les deux dossiers."
    return (
        f"{give_up}\u00a0; si c’est une erreur, le conseiller du distributeur ou le pilote détache les deux dossiers."
    )


SENTENCE = "Un besoin de même nature est déjà en cours pour ce foyer."
NOT_FILED_ALREADY = PerRow(
    "need_stands",
    SENTENCE,
    _standing_sentences,
    where=Place(
        "prescriptions:prescription_needs",
        can_edit_prescription,
        "un travailleur social du prescripteur",
        "prescriber",
        "id_taken_back_0",
    ),
    field="needs",
    of_rows=True,
)
NOT_ACCEPTED_ALREADY = PerRow(
    "need_stands",
    SENTENCE,
    _standing_sentences,
    lifted_by="le travailleur social ou le conseiller du distributeur, en abandonnant ce besoin",
    of_rows=True,
)
