"""The dated values that ask something of the pilot: they ended, end soon, or are to be confirmed or read again."""

from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from desk.reference.reading import Card, cards
from desk.todo.blocks import Block, BlockRow, many
from reference.families import SOON as ANNOUNCED

ASKS = (
    ("finie", "finie sans suite", "finies sans suite"),
    ("bientot", f"finit d’ici {ANNOUNCED.days} jours", f"finissent d’ici {ANNOUNCED.days} jours"),
    ("a-confirmer", "à confirmer", "à confirmer"),
    ("a-relire", "dont la source est à relire", "dont la source est à relire"),
)
"""What is asked of a kind of values, the most pressing first: the list with them, how one and several are told."""
EXPIRED = "finie"


def values(at: datetime) -> Block:
    """One line for each kind of values and each thing that it asks; one query."""
    today = timezone.localdate(at)

    def rows() -> list[tuple[Card, str, str]]:
        found = cards(today)
        return [
            (card, state, many(card.counts[state], f"valeur {one}", f"valeurs {several}"))
            for state, one, several in ASKS
            for card in found
            if card.counts[state]
        ]

    return Block(
        "valeurs",
        "Valeurs de référence à revoir",
        rows,
        _value,
        "Aucune valeur de référence ne finit bientôt, n’est à confirmer ni à relire.",
    )


def _value(row: tuple[Card, str, str]) -> BlockRow:
    card, state, said = row
    url = f"{reverse('desk:reference_list', args=[card.family.slug])}?etat={state}"
    return BlockRow(card.family.title, url, said, is_late=state == EXPIRED)
