"""What the search box finds here: monthly reports, among those one may see."""

import re
import unicodedata
from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils.dates import MONTHS

from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find
from reports.models import Report
from reports.views import title_of_month
from typography.french import day

SHORTEST = 3
"""Letters that tell a month from a word: « oct », « fév »."""
FIGURES = re.compile(r"(?P<month>\d{1,2})\s*[/.-]\s*(?P<year>[12]\d{3})")
TURNED = re.compile(r"(?P<year>[12]\d{3})-(?P<month>\d{1,2})")
WORDS = re.compile(r"(?P<word>[a-z]+)\.?\s+(?P<year>[12]\d{3})")
YEAR = re.compile(r"(?P<year>[12]\d{3})")


def register_finders() -> None:
    """Answer the search box."""
    find("reports.reports", reports)


def reports(text: str, actor: Actor) -> Iterator[Found]:
    """By reference, or by month: « octobre 2025 », « oct. 2025 », « 10/2025 », « 2025-10 », « 2025 »; one query."""
    month = month_of(text)
    same = Q(reference__iexact=text) if month is None else month
    for report in Report.objects.visible_to(actor).filter(same).defer("figures").order_by("-month")[:LOOKED_FOR]:
        yield Found(
            kind="Rapports mensuels",
            title=title_of_month(report),
            said=f"{report.reference}, arrêté au {day(report.as_of)}",
            url=reverse("reports:report_detail", args=[report.reference]),
            row=report,
            is_exact=YEAR.fullmatch(text) is None,
        )


def month_of(text: str) -> Q | None:
    """Which months are meant; None when it is none."""
    plain = _plain(text)
    if found := YEAR.fullmatch(plain):
        return Q(month__year=int(found["year"]))
    if found := FIGURES.fullmatch(plain) or TURNED.fullmatch(plain):
        return Q(month__year=int(found["year"]), month__month=int(found["month"]))
    if (found := WORDS.search(plain)) and len(found["word"]) >= SHORTEST:
        numbers = [number for number, name in MONTHS.items() if _plain(str(name)).startswith(found["word"])]
        return Q(month__year=int(found["year"]), month__month__in=numbers) if numbers else None
    return None


def _plain(text: str) -> str:
    """Without capitals nor accents; what is no letter of ours parts words."""
    signs = unicodedata.normalize("NFKD", text.casefold())
    return "".join(sign if sign.isascii() else " " for sign in signs if not unicodedata.combining(sign)).strip()
