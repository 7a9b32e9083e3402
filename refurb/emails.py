"""What reconditioning writes to people: one function per message. A mail names a reference, never a
household.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.urls import reverse

from documents.emails import absolute_url, compose
from documents.services import queue_mail
from donations.emails import People, donor_contacts, managers_of, page_of_donation, people_of
from donations.models.donation import Donation
from network.models import Membership
from refurb.models.stock import Incident


def devices_lost_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor, for each of its lots: devices that left it are lost, and their data with them."""
    for donation, lost in _by("donation", incidents).items():
        if donation is not None:
            _tell_lost("devices_lost_for_donor", donation, lost, donor_contacts(donation), at)


def devices_lost_for_workshops(incidents: Iterable[Incident], at: datetime) -> None:
    """To the managers of each workshop that had them in charge."""
    for workshop, lost in _by("workshop", incidents).items():
        _tell_lost("devices_lost_for_workshop", workshop, lost, managers_of([workshop.pk]), at)


def devices_lost_for_pilots(incidents: Iterable[Incident], at: datetime) -> None:
    """To the pilots: a personal-data breach to be assessed and, if need be, notified within 72 hours."""
    _tell_lost("devices_lost_for_pilot", None, list(incidents), people_of(Membership.objects.pilots()), at)


def devices_stolen_for_pilots(incidents: list[Incident], at: datetime) -> None:
    """To the pilots: what was lost without a proof was stolen, and the breach is to be judged anew."""
    if incidents:
        _tell_lost("devices_stolen_for_pilot", None, incidents, people_of(Membership.objects.pilots()), at)


def devices_not_stolen_for_pilots(incidents: list[Incident], at: datetime) -> None:
    """To the pilots: what was said to be stolen was not; it is looked for all the same."""
    if incidents:
        _tell_lost("devices_not_stolen_for_pilot", None, incidents, people_of(Membership.objects.pilots()), at)


def _tell_lost(template: str, owner: Any, lost: list[Incident], people: People, at: datetime) -> None:
    page = page_of_donation(owner) if isinstance(owner, Donation) else absolute_url(reverse("refurb:incident_list"))
    context = {"owner": owner, "incidents": lost, "at": at, "page": page}
    subject, body = compose(f"emails/refurb/{template}.txt", context)
    about = ("device", lost[0].device_id)
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=about, at=at)


def _by(link: str, incidents: Iterable[Incident]) -> dict[Any, list[Incident]]:
    found: dict[Any, list[Incident]] = {}
    for incident in incidents:
        found.setdefault(getattr(incident, link), []).append(incident)
    return found
