"""What follows in conventions when an EPCI merges into another: its successor acts in all of them, in its own name."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import F, Q

from conventions import emails
from conventions.circuit import go_back
from conventions.enums import ENDED, ON_THE_WAY, WRITABLE, ConventionState
from conventions.followers import all_moved, cancel_reviews, conventions_of, forget_notes, void_signatures
from conventions.machine.convention import AGREED
from conventions.models import Convention, ReviewerNamed
from conventions.models.convention import ConventionQuerySet
from lifecycle import gate
from lifecycle.registry import Move, on_transition
from network.followers import mergers
from network.mergers import Moving, Staying, moves
from network.models import Epci
from typography.french import Noun

S = ConventionState
CONVENTION = Noun("convention", "conventions", feminine=True)
AMENDMENT = Noun("avenant", "avenants")


def to_succeed(epci: Epci, at: datetime) -> ConventionQuerySet:
    """Those whose EPCI is replaced: signed, in force, still handing over, written, read or being signed."""
    handing_over = Q(pk__in=Convention.objects.handing_over(at).values("pk"))
    return Convention.objects.originals().filter(Q(state__in=ON_THE_WAY) | handing_over, epci=epci)


def succeed_merged(move: Move) -> None:
    """The successor takes its place in whatever is not over."""
    for merger in mergers(move):
        rows = to_succeed(merger.epci, move.at).exclude(epci_party=merger.organisation)
        all_moved(
            gate.apply_many(rows, "succeed", actor=move.actor, at=move.at, cause=move, successor=merger.organisation)
        )


def succeed_amendments(move: Move) -> None:
    """Amendments go with what they amend, but those that are over; all at once, for the order of locks."""
    originals = [convention for convention in conventions_of(move) if not convention.is_amendment]
    if not originals:
        return
    successor = originals[0].succeeded_by
    rows = Convention.objects.filter(
        amends__in=[convention.pk for convention in originals], state__in=(*ON_THE_WAY, S.ACTIVE)
    ).exclude(epci_party=successor)
    all_moved(gate.apply_many(rows, "succeed", actor=move.actor, at=move.at, cause=move, successor=successor))


def write_anew(move: Move) -> None:
    """What was read or signed goes back to the successor, who names its own readers."""
    agreed = Convention.objects.filter(pk__in=move.pks, state__in=AGREED)
    if agreed.exists():
        all_moved(gate.apply_many(agreed, "take_over", actor=move.actor, at=move.at, cause=move))
    former = Q(organisation=F("convention__epci_party")) | Q(organisation__epci__succeeded_by__isnull=False)
    readers = ReviewerNamed.objects.filter(former, convention__in=move.pks, convention__state__in=WRITABLE)
    ReviewerNamed.objects.filter(pk__in=list(readers.values_list("pk", flat=True))).delete()


def tell_taken_over(move: Move) -> None:
    """The parties are told who acts now, and that the text will come again."""
    for convention in conventions_of(move):
        emails.convention_taken_over_for_parties(convention, move.at)


def moving_conventions(epci: Epci, at: datetime) -> Iterator[Moving]:
    """What the merger of an EPCI moves here, before it is established."""
    rows = to_succeed(epci, at)
    amendments = Convention.objects.filter(amends__in=rows.values("pk"))
    for noun, found in ((CONVENTION, rows), (AMENDMENT, amendments)):
        agreed = found.filter(state__in=AGREED)
        living = found.filter(state__in=(*WRITABLE, S.SIGNED, S.ACTIVE, S.SUSPENDED))
        ended = found.filter(state__in=ENDED)
        yield Moving(noun, living.count(), "à la place de l’ancien EPCI, sans autre formalité")
        yield Moving(
            noun,
            agreed.count(),
            "en relecture, à délibérer ou à signer\u00a0: le texte revient au successeur, qui le soumet de nouveau à"
            " son nom. Relectures et signatures en cours sont annulées",
        )
        if noun is CONVENTION:
            yield Moving(noun, ended.count(), "finies, dont des appareils restent à remettre")
    kept = Convention.objects.originals().filter(epci=epci).exclude(pk__in=rows.values("pk"))
    yield Staying(CONVENTION, kept.count(), "finies ou abandonnées, au nom de l’ancien EPCI")


def register() -> None:
    """After the app's own followers, and the circuit last, as for a text that is reopened."""
    moves(moving_conventions)
    on_transition("merger", "declare", succeed_merged)
    on_transition("convention", "succeed", succeed_amendments)
    on_transition("convention", "succeed", write_anew)
    on_transition("convention", "take_over", forget_notes)
    on_transition("convention", "take_over", cancel_reviews)
    on_transition("convention", "take_over", void_signatures)
    on_transition("convention", "take_over", tell_taken_over)
    on_transition("convention", "take_over", go_back)
