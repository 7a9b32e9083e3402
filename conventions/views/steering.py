"""What the pilot watches over: conventions that end, quotas that run out, and the départemental reserve."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import F, Prefetch
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from conventions.forms.verbs import ReserveForm, reserve_years
from conventions.models import Quota
from conventions.parameters import FIRST_REMINDER_DAYS, YEAR_ENDING_DAYS
from conventions.permissions import can_set_reserve
from conventions.services.quotas import set_reserve
from conventions.tables import EndingFileTable, EndingTable
from conventions.watching import NEARLY_USED, alive_with_places, watched
from lifecycle.acting import asks_then_acts, may
from lifecycle.locking import one_transaction
from lifecycle.typed import whole
from lists.listing import ALL, Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from reference.parameters import parameters_on
from typography.french import Noun

ENDING = Noun("convention", "conventions", feminine=True)
QUIET = (
    "Rien à surveiller aujourd’hui\u00a0: aucune convention ne finit bientôt, aucun quota n’est près d’être épuisé, ni "
    "de se perdre avec la fin de son année."
)


@lists
def ending_list(request: Request) -> HttpResponseBase:
    """Alive conventions that end within the days of the first reminder, or a quota of which is nearly used or lost."""
    may(is_pilot(request.membership) or None)
    today = timezone.localdate()
    numbers = parameters_on(today)
    whole = ALL in request.GET
    rows = alive_with_places(today, numbers)
    rows = rows.select_related("epci_party", "succeeded_by", "workshop", "distributor").prefetch_related(
        Prefetch("quotas", Quota.objects.on(today), to_attr="current")
    )
    page = Listing(
        request,
        rows=(rows if whole else watched(rows, today, numbers)).order_by(F("soonest"), "pk"),
        table=EndingTable,
        exported=EndingFileTable,
        noun=ENDING,
        empty="Aucune convention n’est en vigueur." if whole else QUIET,
    )
    return page.respond(
        "conventions/ending_list.html",
        horizon=numbers[FIRST_REMINDER_DAYS],
        year_ending=numbers[YEAR_ENDING_DAYS],
        nearly_used=NEARLY_USED,
        whole=whole,
    )


@asks_then_acts
def reserve(request: Request) -> HttpResponse:
    """How many devices of each type the pilot keeps outside the quotas, for one calendar year."""
    may(can_set_reserve(request.membership))
    years = reserve_years(timezone.localdate())
    asked = whole(request.GET.get("annee"))
    year = asked if asked in years else years[0]
    held = {row.type: row for row in Quota.objects.reserve().filter(year=year)}
    form = ReserveForm(
        request.POST if request.method == "POST" else None,
        held={code: row.total for code, row in held.items()},
        used={code: row.used for code, row in held.items()},
    )
    if request.method == "POST" and form.is_valid():
        try:
            _set_all(request, year, form.totals())
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Réserve de {year} enregistrée.")
            return redirect(f"{reverse('conventions:reserve')}?annee={year}")
    context = {"form": form, "year": year, "years": years, "quotas": list(held.values())}
    return render(request, "conventions/reserve.html", context)


@one_transaction
def _set_all(request: Request, year: int, totals: dict[str, int]) -> None:
    for code, total in totals.items():
        set_reserve(actor=request.membership, type=code, year=year, total=total)
