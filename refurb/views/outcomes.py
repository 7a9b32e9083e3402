"""What became of what was given: lot by lot, in all, and what it spares."""

from django.core.exceptions import PermissionDenied
from django.http.response import HttpResponseBase
from django.utils import timezone

from donations.filters import DonationFilter
from donations.models import Donation
from donations.permissions import can_edit_donation
from lists.listing import Listing, lists
from network.enums import OrganisationKind
from network.requests import Request
from refurb.outcomes import outcome_of, staged
from refurb.tables import LotOutcomeTable
from typography.french import Noun

LOT = Noun("lot", "lots")


@lists
def lot_outcomes(request: Request) -> HttpResponseBase:
    """For a donor its own lots, for the pilot all of them or those of one donor; the newest first.

    The figures above the list are those of the lots that it shows.
    """
    actor = request.membership
    if can_edit_donation(actor) is None:
        raise PermissionDenied
    lots = Donation.objects.visible_to(actor).filter(announced_at__isnull=False)
    page = Listing(
        request,
        rows=staged(lots.select_related("donor"), actor).order_by("-announced_at", "-pk"),
        table=LotOutcomeTable,
        noun=LOT,
        filters=DonationFilter,
        exclude=["donor"] if actor.kind == OrganisationKind.DONOR else [],
        empty="Aucun lot annoncé pour l’instant\u00a0: ce qu’il devient se lira ici.",
    )
    shown = lots if page.filter is None else lots.filter(pk__in=page.filter.qs.order_by().values("pk"))
    return page.respond("refurb/lot_outcomes.html", outcome=outcome_of(shown, actor, timezone.localdate()))
