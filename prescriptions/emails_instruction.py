"""What is written to the lead of a distributor about who is away; no household is named."""

from datetime import datetime

from django.urls import reverse

from documents.emails import absolute_url, compose
from documents.services import queue_mail
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.emails import people_of
from prescriptions.models import AdviserAbsence


def absence_without_replacement_for_manager(absence: AdviserAbsence, at: datetime) -> None:
    """Nobody reads what waits for this adviser meanwhile: the lead names somebody, or shares it out.

    Where there is no lead, his colleagues, who have it on their first page.
    """
    team = Membership.objects.filter(organisation=absence.adviser.organisation_id, kind=OrganisationKind.DISTRIBUTOR)
    leads = people_of(team.filter(role=Role.MANAGER))
    colleagues = team.filter(role=Role.ADVISER).exclude(user=absence.adviser.user_id)
    page = absolute_url(reverse("prescriptions:absence_list"))
    subject, body = compose(
        "emails/prescriptions/absence_without_replacement_for_manager.txt",
        {"absence": absence, "page": page if leads else absolute_url(reverse("desk:home")), "leads": bool(leads)},
    )
    for to in (leads or people_of(colleagues)).values():
        queue_mail(to=to, subject=subject, body=body, at=at)
