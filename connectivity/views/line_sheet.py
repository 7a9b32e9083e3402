"""What the page of a file shows of a line that works: its offers in turn, its recharges, what is still to be told."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.utils import timezone

from connectivity.enums import ConnectionState, LineNews, PricePeriod
from connectivity.line_news import LineTelling, said_of
from connectivity.models import ConnectionFile, LineNotice, Offer, Recharge
from connectivity.parameters import RECHARGES_A_MONTH
from connectivity.permissions import can_answer_connection, can_sell_recharge, can_serve_connection
from documents.enums import MessageLanguage
from lifecycle.actors import Actor
from prescriptions.machine.prescription_rules import unrestricted

UNDONE_BY = ("undo_activate", "undo_own_activate")
TOLD_BY = ("choose", "activate", "change_offer", "go_on", *UNDONE_BY)


@dataclass(frozen=True)
class Span:
    """One offer of a line, at one price, as it was when chosen. ``until``: the day it was another's."""

    offer: Offer
    price: Decimal
    since: date
    until: date | None = None


@dataclass(frozen=True)
class Recharges:
    """The recharges of a line: those of the month among how many, all of them, what they come to."""

    rows: list[Recharge]
    this_month: int
    most: int
    count: int
    total: Decimal

    @property
    def left(self) -> int:
        return max(0, self.most - self.this_month)


@dataclass(frozen=True)
class Notice:
    """What is still to be told, and the words for it."""

    row: LineNotice
    said: LineTelling
    why: str
    """Why a message did not leave; empty when none was written."""


def is_prepaid(file: ConnectionFile) -> bool:
    """Whether recharges are sold for this line."""
    return file.state == ConnectionState.ACTIVE and file.offer is not None and file.offer.period == PricePeriod.RECHARGE


def spans_of(file: ConnectionFile) -> list[Span]:
    """The offers of a line in turn, the last first, as its journal says; empty before it works. Two queries."""
    entries = list(file.journal.filter(verb__in=TOLD_BY).order_by("seq"))
    stamps = [entry.values["stamps"] for entry in entries]
    offers = Offer.objects.in_bulk({one["offer"] for one in stamps if "offer" in one})
    chosen: Offer | None = None
    found: list[Span] = []
    for entry, stamped in zip(entries, stamps, strict=True):
        if entry.verb in UNDONE_BY:
            found.clear()
            continue
        chosen = offers[stamped["offer"]] if "offer" in stamped else chosen
        if chosen is None or entry.verb == "choose":
            continue
        day = timezone.localdate(entry.at)
        if entry.verb != "go_on":
            day = date.fromisoformat(entry.values["started_on"])
        if found:
            found[-1] = replace(found[-1], until=day)
        found.append(Span(chosen, Decimal(stamped["monthly_price"]), day))
    return found[::-1]


def recharges_of(file: ConnectionFile, actor: Actor) -> Recharges:
    """The recharges of a line, as whoever serves it reads them; one query."""
    today = timezone.localdate()
    rows = list(Recharge.objects.visible_to(actor).filter(file=file).select_related("sold_by__user", "distributor"))
    sold = [row for row in rows if row.cancelled_at is None]
    this_month = sum(row.month == today.replace(day=1) for row in sold)
    total = sum((row.amount for row in sold), Decimal(0))
    return Recharges(rows, this_month, RECHARGES_A_MONTH.on(today), len(sold), total)


def notice_of(file: ConnectionFile, actor: Actor) -> Notice | None:
    """What the household is still to be told, nothing while it limits its data; one query, one more for the papers."""
    told = unrestricted("file__need__prescription__household")
    rows = LineNotice.objects.visible_to(actor).to_keep().filter(told, file=file)
    row = rows.select_related("mail", "sms").first()
    if row is None:
        return None
    return Notice(row, said_of(file, LineNews(row.about)), row.why)


def noted_of(file: ConnectionFile, actor: Actor) -> LineNotice | None:
    """What somebody said to have told the household, while whoever serves it may take that back; one query."""
    if can_serve_connection(actor) is None:
        return None
    told = unrestricted("file__need__prescription__household")
    rows = LineNotice.objects.visible_to(actor).to_untell().filter(told, file=file)
    return rows.select_related("settled_by__user").first()


@dataclass(frozen=True)
class LineSheet:
    """What whoever serves the household, or the pilot, reads of a line that works or worked; what they may do."""

    notice: Notice | None
    noted: LineNotice | None
    spans: list[Span]
    recharges: Recharges | None
    is_prepaid: bool
    sells: bool
    tells: bool
    letter_languages: list[tuple[str, str]]
    today: str


def line_sheet_of(file: ConnectionFile, actor: Actor) -> LineSheet | None:
    """None for an operator, and before the line works unless something is to tell, or was told. Six queries at most."""
    if can_answer_connection(actor) is not None:
        return None
    notice = notice_of(file, actor)
    noted = noted_of(file, actor) if notice is None else None
    if file.active_at is None and notice is None and noted is None:
        return None
    paid_by_recharge = file.offer is not None and file.offer.period == PricePeriod.RECHARGE
    recharges = recharges_of(file, actor)
    return LineSheet(
        notice=notice,
        noted=noted,
        spans=spans_of(file) if file.active_at is not None else [],
        recharges=recharges if paid_by_recharge or recharges.rows else None,
        is_prepaid=is_prepaid(file),
        sells=can_sell_recharge(actor) is not None,
        tells=can_serve_connection(actor) is not None,
        letter_languages=MessageLanguage.choices,
        today=f"{timezone.localdate():%Y-%m-%d}",
    )
