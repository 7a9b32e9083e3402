"""« À faire » of the pilot: what waits for an organisation in which nobody may do it any more."""

from collections.abc import Sequence

from django.db.models import Exists, OuterRef
from django.urls import reverse

from desk.todo.blocks import Block, BlockRow
from desk.unattended import Left, by_organisation, left_work
from network.models import Membership, Organisation


def unattended() -> Block:
    """One line for each of these organisations: what waits there, and whether it is closed."""
    return Block(
        "sans-personne",
        "Ce que plus personne ne peut faire avancer",
        _lines,
        lambda line: line,
        "Chaque organisation dont on attend quelque chose a quelqu’un pour le faire.",
    )


def _lines() -> Sequence[BlockRow]:
    found = by_organisation(left_work())
    if not found:
        return []
    acting = Membership.objects.open().filter(organisation=OuterRef("pk"))
    rows = Organisation.objects.filter(pk__in=found).annotate(is_acting=Exists(acting)).order_by("name", "pk")
    return [_line(row, found[row.pk]) for row in rows]


def _line(organisation: Organisation, left: Sequence[Left]) -> BlockRow:
    url = reverse("network:organisation_detail", args=[organisation.reference])
    when = "personne n’a de rôle pour cela" if getattr(organisation, "is_acting", False) else "personne n’y agit"
    when = when if organisation.is_active else "organisation fermée"
    return BlockRow(organisation.name, url, ", ".join(one.in_words for one in left), when)
