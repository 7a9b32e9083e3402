"""What anyone may read: the first page of a visitor, and the legal pages."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from desk.todo.figures import month_links, month_name, published, threshold_of
from network.parameters import UNANSWERED_DAYS
from prescriptions.parameters import (
    ANONYMISE_AFTER_MONTHS,
    ANONYMISE_NOTICE_DAYS,
    ARCHIVE_AFTER_MONTHS,
    IDENTITY_MINUTES,
)
from prescriptions.readers import READERS, HouseholdFact
from reference.parameters import parameters_on


def welcome(request: HttpRequest) -> HttpResponse:
    """What Maillon is, the chain of the département with the last published month, how each one joins."""
    report = published()
    context = {
        "month": month_name(report) if report is not None else "",
        "links": month_links(report, hides_small=True) if report is not None else [],
        "threshold": threshold_of(report) if report is not None else None,
        "legal": settings.LEGAL,
    }
    return render(request, "desk/welcome.html", context)


@login_not_required
@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Who publishes this site, who hosts it, under which licence."""
    return render(request, "desk/legal.html", {"legal": settings.LEGAL})


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Which personal data are held, why, how long, and which rights people have; one query."""
    today = parameters_on(timezone.localdate())
    values = {
        "archive_months": today[ARCHIVE_AFTER_MONTHS],
        "erased_months": today[ANONYMISE_AFTER_MONTHS],
        "notice_days": today[ANONYMISE_NOTICE_DAYS],
        "unanswered_days": today[UNANSWERED_DAYS],
        "identity_minutes": today[IDENTITY_MINUTES],
    }
    context = {"legal": settings.LEGAL, "values": values, "readers": READERS, "facts": list(HouseholdFact)}
    return render(request, "desk/privacy.html", context)


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """How far the site is accessible, and how to say that it is not."""
    return render(request, "desk/accessibility.html", {"legal": settings.LEGAL})
