"""What the clock is about to archive and erase: a dry run, that writes nothing and names nobody."""

from datetime import datetime

from django.http.response import HttpResponseBase
from django.utils import timezone

from lifecycle.acting import may
from lists.listing import Listing, lists
from network.permissions import protects_data
from network.requests import Request
from prescriptions.filters.foreseen import HORIZONS, ForeseenFilter
from prescriptions.foreseen import count_foreseen, end_of_night, tonight
from prescriptions.machine.household_rules import shifted
from prescriptions.permissions import foresees_erasures
from prescriptions.tables.foreseen import ForeseenTable
from typography.french import Noun

FILE = Noun("dossier", "dossiers")


@lists
def foreseen_list(request: Request) -> HttpResponseBase:
    """The files that tonight’s clock, or the months to come, archive or erase, and why; counted month by month."""
    may(foresees_erasures(request.membership))
    now = timezone.now()
    page = Listing(
        request,
        rows=tonight(now).order_by("fate", "since", "pk"),
        table=ForeseenTable,
        noun=FILE,
        filters=ForeseenFilter,
        empty="Rien ne sera archivé ni effacé d’ici là.",
    )
    if (answered := page.answered()) is not None:
        return answered
    return page.shown(
        "prescriptions/foreseen_list.html", horizons=_horizons(now), instructs=protects_data(request.membership)
    )


def _horizons(now: datetime) -> list[dict[str, object]]:
    """How many files are archived and erased by each horizon; four queries."""
    today = timezone.localdate(now)
    later = [(code, f"d’ici {label}", shifted(today, int(code))) for code, label in HORIZONS]
    (count,) = count_foreseen(end_of_night(now), [None])
    counts = zip(later, count_foreseen(now, [until for _, _, until in later]), strict=True)
    then = [{"code": code, "label": label, **count} for (code, label, _), count in counts]
    return [{"code": "", "label": "cette nuit", **count}, *then]
