"""What is told on the page of a verb that its row has left behind: what was done, by whom, when.

Whoever goes back to that page, reloads it or follows an old mail reads what became of it, not only that it is too late.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from lifecycle.journal import Entry, journal_of
from lifecycle.machine import Stateful, Verb, verbs_of

DONE, SETTLED = "C’est fait", "Ce n’est plus à faire"


@dataclass(frozen=True)
class Receipt:
    """The move that settled it; ``heading`` is empty when it is another's, and the verb was simply not possible since.

    ``state``: the state of the row today, when that move is not what led to it.
    """

    entry: Entry
    heading: str = ""
    state: str = ""


def receipt_of(row: Stateful, verb: str, has_page: Callable[[str], bool]) -> Receipt | None:
    """What settled a verb that does not start from the state of this row; one query.

    ``has_page``: whether a verb of its machine has a page of its own. None of a row whose journal says nothing of it.
    """
    declared = verbs_of(type(row))[verb]
    instead = alternatives(type(row), declared)
    last: Entry | None = None
    for entry in journal_of(type(row)).objects.of(row):
        if entry.source == entry.target:
            continue
        last = last or entry
        if entry.verb in instead:
            asked_with_it = entry.verb == verb or not has_page(entry.verb)
            return Receipt(entry, DONE if asked_with_it else SETTLED, "" if entry is last else row.state)
        if entry.target in declared.sources:
            break
    return None if last is None or not last.source else Receipt(last)


def alternatives(model: type[Stateful], declared: Verb) -> Collection[str]:
    """A verb that leads somewhere, and those that the same people do in its place, from the same states."""
    if declared.target is None:
        return ()
    return {
        other.name
        for other in verbs_of(model).values()
        if other.target is not None
        and set(other.sources) == set(declared.sources)
        and other.permissions == declared.permissions
    }
