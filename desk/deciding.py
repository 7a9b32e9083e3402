"""What was typed of a lot in a meeting, read: what is decided of each line, and what is still to be corrected.

The names of fields carry the key of the line (``choice-12``) or of the lot of the agenda (``workshop-lot-3``): those of
several lots stand on one page. What is typed is kept as it is, right or wrong; nothing here writes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

from desk.enums import LineChoice, MeetingState, Typed
from desk.models import Meeting, MeetingLot, Ratification
from donations.enums import DeclineReason, Destination, DonorKind, LineRefusalCode
from donations.machine.donation_rules import DECLINE_REASON, REFUSAL_CODED
from donations.models import Donation, DonationLine
from donations.models.line_correction import CORRECTED
from donations.services.donations import Ruling
from network.models import Organisation
from typography.french import HARD

OF_A_LINE = ("choice", "accepted", "destination", "code")
OF_A_LOT = ("workshop", "decline_reason", "transfer_reference")
PROPOSED = ("accepted-", "destination-")
"""The fields that a page fills before anything is typed of them."""
NOTHING: Mapping[str, str] = MappingProxyType({})
LONGEST: int = Donation._meta.get_field("transfer_reference").max_length or 0
"""Characters of the decision of a public donor; what is typed longer is kept, and told."""
TO_CHOOSE = "Dites ce qui est décidé de cette ligne."
NOT_A_NUMBER = "Tapez un nombre entier."
NONE_ACCEPTED = "Pour n’en accepter aucun, choisissez «\u00a0Refuser\u00a0»."
NO_WORKSHOP = "Choisissez l’atelier, ou partagez la ligne."
NOT_A_WORKSHOP = "Choisissez un atelier en activité."
NOT_TYPED = "Rien n’est saisi de ce lot."
PUT_OFF = "Reporté\u00a0: il revient à la prochaine séance."
NO_TRANSFER = "Référence de la décision de cession\u00a0: un donateur public cède par une décision."


def line_name(name: str, line: int) -> str:
    """The name of a field of a line."""
    return f"{name}-{line}"


def lot_name(name: str, lot: int) -> str:
    """The name of a field of a lot of the agenda."""
    return f"{name}-lot-{lot}"


def share_name(line: int, workshop: int) -> str:
    """The name of the field that says how many of a line a workshop takes."""
    return f"share-{line}-{workshop}"


def names_of(lot: MeetingLot, lines: Sequence[DonationLine], workshops: Sequence[Organisation]) -> list[str]:
    """The names of all the fields of a lot."""
    names = [lot_name(name, lot.pk) for name in OF_A_LOT]
    for line in lines:
        names += [line_name(name, line.pk) for name in OF_A_LINE]
        names += [share_name(line.pk, workshop.pk) for workshop in workshops]
    return names


def typed_of(
    names: Sequence[str],
    posted: Mapping[str, Any],
    stored: Mapping[str, str] = NOTHING,
    shown: Mapping[str, str] = NOTHING,
) -> dict[str, str]:
    """What was posted under these names, the empty left out.

    A field that was left as its page ``shown`` it says what is ``stored``: two people who type do not undo each other.
    """
    kept = {}
    for name in names:
        said = " ".join(str(posted.get(name, "")).split())
        if shown.get(name) == said:
            said = stored.get(name, said if name.startswith(PROPOSED) else "")
        kept[name] = said
    return {name: value for name, value in kept.items() if value}


def left_alone(name: str, posted: Mapping[str, Any], shown: Mapping[str, str]) -> bool:
    """Whether a field says what its page showed."""
    return name in shown and posted.get(name) == shown[name]


def answered_elsewhere(meeting: Meeting) -> dict[int, Ratification]:
    """``{lot: the answer}`` of those that this meeting, still open, would ratify and that another answered meanwhile.

    One query.
    """
    mine = Ratification.objects.filter(meeting=meeting, meeting__state=MeetingState.OPEN).values("donation")
    others = Ratification.objects.filter(donation__in=mine, donation__to_ratify=False).exclude(meeting=meeting)
    answers = others.exclude(answer="").filter(meeting__state=MeetingState.CLOSED).select_related("meeting")
    return {row.donation_id: row for row in answers.order_by("meeting__closed_at", "pk")}


def fingerprint(reads: Iterable["LotRead"]) -> str:
    """What the decisions would be applied on: what is typed, the state of each lot, its lines as they read."""
    said = [
        [
            read.lot.pk,
            read.donation.state,
            dict(read.typed),
            [[line.pk, *(str(getattr(line, name)) for name in CORRECTED)] for line in read.lines],
        ]
        for read in reads
    ]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class LineRead:
    """One line as it was typed. ``faults``: ``{field: sentence}`` of what cannot be taken so."""

    line: DonationLine
    choice: str
    accepted: int = 0
    destination: str = Destination.REUSE
    code: str = ""
    shares: Mapping[int, int] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)

    @property
    def ruling(self) -> Ruling:
        """The decision, as the service of lots takes it."""
        return Ruling(self.line.pk, self.accepted, self.code, self.destination, self.shares)


@dataclass(frozen=True)
class LotRead:
    """A lot as it was typed."""

    lot: MeetingLot
    typed: Mapping[str, str]
    lines: Sequence[DonationLine]
    workshops: Sequence[Organisation]

    @property
    def donation(self) -> Donation:
        """The lot of the donor."""
        return self.lot.donation

    def typed_in(self, name: str) -> str:
        """What was typed in a field of the lot."""
        return self.typed.get(lot_name(name, self.lot.pk), "")

    @cached_property
    def choices(self) -> list[str]:
        """What is chosen of each line; empty where nothing is, or nothing known."""
        chosen = [self.typed.get(line_name("choice", line.pk), "") for line in self.lines]
        return [one if one in LineChoice.values else "" for one in chosen]

    @property
    def is_postponed(self) -> bool:
        """Whether a line is put off: the lot waits for it, whole."""
        return LineChoice.POSTPONE in self.choices

    @property
    def is_declined(self) -> bool:
        """Whether every line is refused: the lot is then declined, with a reason of its own."""
        return bool(self.choices) and all(one == LineChoice.DECLINE for one in self.choices)

    @property
    def accepts(self) -> bool:
        """Whether something is accepted."""
        return LineChoice.ACCEPT in self.choices

    @cached_property
    def whole(self) -> int | None:
        """The workshop that takes the lines that are not shared: the only one there is, or the one chosen."""
        if len(self.workshops) == 1:
            return self.workshops[0].pk
        chosen = self.typed_in("workshop")
        return next((one.pk for one in self.workshops if str(one.pk) == chosen), None)

    @cached_property
    def read(self) -> list[LineRead]:
        """Each line."""
        return [self._line(line, choice) for line, choice in zip(self.lines, self.choices, strict=True)]

    @cached_property
    def faults(self) -> dict[str, str]:
        """``{field: sentence}`` of what is wrong of the lot as a whole."""
        found = {}
        if self.is_declined and self.typed_in("decline_reason") not in DeclineReason.values:
            found["decline_reason"] = DECLINE_REASON.sentence
        if self.typed_in("workshop") and self.whole is None:
            found["workshop"] = NOT_A_WORKSHOP
        needs = self.donation.donor_kind == DonorKind.PUBLIC and not self.donation.transfer_reference
        if self.accepts and not self.is_postponed and needs and not self.typed_in("transfer_reference"):
            found["transfer_reference"] = NO_TRANSFER
        if needs and (typed := len(self.typed_in("transfer_reference"))) > LONGEST:
            found["transfer_reference"] = (
                f"Référence de la décision de cession\u00a0: {LONGEST} caractères au plus, {typed} sont tapés."
            )
        return found

    @property
    def progress(self) -> Typed:
        """How far it goes. A lot of which a line is put off is put off, whatever is typed of the others."""
        if not any(self.choices):
            return Typed.NOTHING
        if self.is_postponed:
            return Typed.POSTPONED
        if self.faults or any(one.faults for one in self.read):
            return Typed.PARTIAL
        return Typed.WHOLE

    @property
    def lacks(self) -> list[str]:
        """Why it is not applied as it is typed, in sentences; nothing of a lot that is ready."""
        if self.progress == Typed.NOTHING:
            return [NOT_TYPED]
        if self.progress == Typed.POSTPONED:
            return [PUT_OFF]
        return [
            *self.faults.values(),
            *(f"{one.line}{HARD}: {said}" for one in self.read for said in one.faults.values()),
        ]

    @property
    def rulings(self) -> list[Ruling]:
        """What the service of lots takes, once nothing is missing."""
        return [one.ruling for one in self.read]

    def _line(self, line: DonationLine, choice: str) -> LineRead:
        if choice == LineChoice.ACCEPT:
            return self._accepted(line)
        if choice == LineChoice.DECLINE:
            code = self._code(line)
            return LineRead(line, choice, code=code, faults={} if code else {"code": REFUSAL_CODED.sentence})
        return LineRead(line, choice, faults={} if choice else {"choice": TO_CHOOSE})

    def _accepted(self, line: DonationLine) -> LineRead:
        """So many, for what, for whom; why not the others."""
        faults: dict[str, str] = {}
        accepted = _whole(self.typed.get(line_name("accepted", line.pk), str(line.quantity)))
        if accepted is None:
            faults["accepted"] = NOT_A_NUMBER
        elif accepted > line.quantity:
            faults["accepted"] = f"On ne peut accepter plus que ce qui est annoncé\u00a0: {line.quantity}."
        elif not accepted:
            faults["accepted"] = NONE_ACCEPTED
        code = self._code(line) if accepted is not None and accepted < line.quantity else ""
        if accepted is not None and 0 < accepted < line.quantity and not code:
            faults["code"] = REFUSAL_CODED.sentence
        shares = self._shares(line, accepted or 0, faults)
        destination = self.typed.get(line_name("destination", line.pk), "")
        to = destination if destination in Destination.values else Destination.REUSE
        return LineRead(line, LineChoice.ACCEPT, accepted or 0, to, code, shares, faults)

    def _shares(self, line: DonationLine, accepted: int, faults: dict[str, str]) -> dict[int, int]:
        """As typed, else all for the workshop of the lot."""
        given = {one.pk: self.typed.get(share_name(line.pk, one.pk), "") for one in self.workshops}
        shares = {pk: _whole(value) for pk, value in given.items() if value}
        if None in shares.values():
            faults["shares"] = NOT_A_NUMBER
            return {}
        typed = {pk: quantity for pk, quantity in shares.items() if quantity}
        if not typed and self.whole is not None:
            return {self.whole: accepted}
        if not typed:
            faults["shares"] = NO_WORKSHOP
        elif (total := sum(typed.values())) != accepted:
            faults["shares"] = f"Les parts font {total}, la quantité acceptée est {accepted}."
        return typed

    def _code(self, line: DonationLine) -> str:
        code = self.typed.get(line_name("code", line.pk), "")
        return code if code in LineRefusalCode.values else ""


def _whole(text: str) -> int | None:
    """A whole number that was typed; None for anything else."""
    digits = text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 8 else None
