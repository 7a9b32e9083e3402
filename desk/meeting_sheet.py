"""The page of a meeting: for whoever leads it, the fields of each line of each lot as they were typed."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from desk.deciding import LineRead, LotRead, answered_elsewhere, line_name, lot_name, share_name
from desk.documents import line_told
from desk.enums import LineChoice, LotOutcome, ObjectionCode, Presence, RatificationAnswer, Typed
from desk.models import Meeting, MeetingLine, MeetingLot
from donations.enums import DeclineReason, Destination, DonationState, DonorKind, LineRefusalCode
from donations.models import Donation
from donations.parameters import DEVICE_AGE
from lifecycle.actors import Actor
from network.models import Organisation
from network.permissions import is_pilot

TONES = {
    Typed.NOTHING: "",
    Typed.PARTIAL: "tag--danger",
    Typed.WHOLE: "tag--todo",
    Typed.POSTPONED: "",
}
OUTCOME_TONES = {LotOutcome.QUALIFIED: "tag--done", LotOutcome.DECLINED: "tag--danger"}
type Options = Sequence[tuple[str, str]]


UNSAID = "S’il y en a une, laquelle\u00a0? (sans réponse\u00a0: autre objection)"


@dataclass(frozen=True)
class MeetingBox:
    """One box of the page: a list when it has options, else a box of text."""

    name: str
    label: str
    value: str
    options: Options = ()
    fault: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class LineFields:
    """One line of a lot: what is typed of it, and the share of each workshop. ``is_old``: too old for reuse."""

    read: LineRead
    is_old: bool
    fields: list[MeetingBox]
    shares: list[MeetingBox]
    shares_fault: str

    @property
    def all(self) -> list[MeetingBox]:
        """Those of the line, then its shares."""
        return [*self.fields, *self.shares]

    @property
    def is_shared(self) -> bool:
        """Whether something was typed of the shares, which are then shown open."""
        return bool(self.shares_fault) or any(field.value for field in self.shares)


@dataclass(frozen=True)
class LotFields:
    """One lot to decide."""

    read: LotRead
    fields: list[MeetingBox]
    lines: list[LineFields]
    before: list[dict[str, Any]]
    """What the meeting before said of its lines, when it put the lot off."""

    @property
    def tone(self) -> str:
        """How its badge is shown."""
        return TONES[self.read.progress]


@dataclass(frozen=True)
class LotTold:
    """One lot as it was settled."""

    lot: MeetingLot
    lines: list[dict[str, Any]]

    @property
    def tone(self) -> str:
        """How its badge is shown."""
        return OUTCOME_TONES.get(LotOutcome(self.lot.outcome), "")


def lots_to_decide(reads: Iterable[LotRead]) -> list[LotFields]:
    """The lots of the agenda that nothing became of yet, each with its fields; two queries."""
    asked = list(reads)
    today = timezone.localdate()
    oldest = today.year - DEVICE_AGE.on(today)
    before = _said_before([one.donation for one in asked], asked[0].workshops if asked else ())
    return [
        LotFields(
            read,
            _of_lot(read),
            [_of_line(read, line, oldest) for line in read.read],
            before.get(read.donation.pk, []),
        )
        for read in asked
        if read.donation.state == DonationState.ANNOUNCED
    ]


def _said_before(lots: Sequence[Donation], workshops: Sequence[Organisation]) -> dict[int, list[dict[str, Any]]]:
    """``{lot: lines in words}`` of what an earlier meeting said of the lots that it put off, the last one's."""
    names = {one.pk: one.name for one in workshops}
    said = MeetingLine.objects.filter(lot__donation__in=lots, lot__outcome=LotOutcome.POSTPONED)
    found: dict[int, tuple[int, list[dict[str, Any]]]] = {}
    for line in said.select_related("lot", "line").order_by("-lot", "line"):
        last, told = found.setdefault(line.lot.donation_id, (line.lot_id, []))
        if line.lot_id == last:
            told.append(line_told(line, names))
    return {lot: told for lot, (_, told) in found.items()}


def _of_lot(read: LotRead) -> list[MeetingBox]:
    """The workshop of what is not shared, the reason when the lot is declined, the decision of a public donor."""
    lot, faults = read.lot.pk, read.faults
    reasons = [("", "Aucun"), *DeclineReason.choices]
    fields = [
        MeetingBox(
            lot_name("decline_reason", lot),
            "Motif, si tout le lot est refusé",
            read.typed_in("decline_reason"),
            reasons,
            faults.get("decline_reason", ""),
        )
    ]
    if len(read.workshops) > 1:
        among = [("", "Choisissez…"), *((str(one.pk), one.name) for one in read.workshops)]
        workshop = MeetingBox(
            lot_name("workshop", lot), "Confier le lot à", read.typed_in("workshop"), among, faults.get("workshop", "")
        )
        fields.insert(0, workshop)
    if read.donation.donor_kind == DonorKind.PUBLIC and not read.donation.transfer_reference:
        name, fault = lot_name("transfer_reference", lot), faults.get("transfer_reference", "")
        fields.append(
            MeetingBox(name, "Référence de la décision de cession", read.typed_in("transfer_reference"), fault=fault)
        )
    return fields


def _of_line(read: LotRead, said: LineRead, oldest: int) -> LineFields:
    line, typed, faults = said.line, read.typed, said.faults
    is_old = line.purchase_year < oldest

    def value(name: str) -> str:
        return typed.get(line_name(name, line.pk), "")

    fields = [
        MeetingBox(
            line_name("choice", line.pk),
            "Décision",
            value("choice"),
            [("", "Choisissez…"), *LineChoice.choices],
            faults.get("choice", "") if any(read.choices) and not read.is_postponed else "",
        ),
        MeetingBox(
            line_name("accepted", line.pk),
            f"Quantité acceptée, sur {line.quantity}",
            value("accepted") or str(line.quantity),
            fault=faults.get("accepted", ""),
            is_number=True,
        ),
        MeetingBox(
            line_name("destination", line.pk),
            "Pour",
            value("destination") or (Destination.RECYCLING if is_old else Destination.REUSE),
            Destination.choices,
        ),
        MeetingBox(
            line_name("code", line.pk),
            "Motif de ce qui est refusé",
            value("code"),
            [("", "Aucun refus"), *LineRefusalCode.choices],
            faults.get("code", ""),
        ),
    ]
    shares = [
        MeetingBox(share_name(line.pk, one.pk), one.name, typed.get(share_name(line.pk, one.pk), ""), is_number=True)
        for one in read.workshops
    ]
    return LineFields(said, is_old, fields, shares if len(shares) > 1 else [], faults.get("shares", ""))


def lots_settled(meeting: Meeting) -> list[LotTold]:
    """The lots of the agenda that something became of, with what was said of their lines; three queries."""
    lots = meeting.lots.exclude(outcome="").select_related("donation__donor").prefetch_related("lines__line")
    found = list(lots)
    shared = {pk for lot in found for line in lot.lines.all() for pk, _ in line.shares}
    names = dict(Organisation.objects.filter(pk__in=shared).values_list("pk", "name"))
    return [LotTold(lot, [line_told(line, names) for line in lot.lines.all()]) for lot in found]


def agenda_of(meeting: Meeting, actor: Actor) -> list[MeetingLot]:
    """For who does not lead it, the lots that are still to decide: whose, and nothing of what is being typed."""
    if is_pilot(actor):
        return []
    return list(meeting.lots.filter(outcome="").select_related("donation__donor"))


def answers_of(meeting: Meeting) -> list[dict[str, Any]]:
    """The lots to ratify, each with its answer and the fields that say it; two queries.

    ``elsewhere``: what another meeting answered of it; nothing is asked then.
    """
    elsewhere = answered_elsewhere(meeting)
    return [
        {
            "row": row,
            "lot": row.donation,
            "elsewhere": elsewhere.get(row.donation_id),
            "fields": []
            if row.donation_id in elsewhere
            else [
                MeetingBox(
                    f"answer-{row.pk}",
                    "Le comité",
                    row.answer,
                    [("", "Pas encore examiné"), *((a.value, a.label) for a in RatificationAnswer)],
                ),
                MeetingBox(
                    f"objection-{row.pk}",
                    "Objection",
                    row.code,
                    [
                        ("", UNSAID),
                        *ObjectionCode.choices,
                    ],
                ),
            ],
        }
        for row in meeting.ratifications.select_related("donation__donor", "answered_by__meeting")
    ]


def seats_of(meeting: Meeting) -> list[dict[str, Any]]:
    """Who is convened, with the field that says whether he is there; one query."""
    seats = meeting.committee.seats.select_related("membership__user", "membership__organisation")
    return [
        {"seat": seat, "field": MeetingBox(f"presence-{seat.pk}", "Présence", seat.presence, Presence.choices)}
        for seat in seats
    ]


def shown_of(lots: Iterable[LotFields], answers: Iterable[dict[str, Any]], seats: Iterable[dict[str, Any]]) -> str:
    """``{field: value}`` of all the fields of the page, in JSON: what is posted is held against it."""
    fields = [field for lot in lots for field in (*lot.fields, *(one for line in lot.lines for one in line.all))]
    fields += [field for answer in answers for field in answer["fields"]] + [seat["field"] for seat in seats]
    return json.dumps({field.name: field.value for field in fields}, ensure_ascii=False)
