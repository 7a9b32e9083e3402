"""What reconditioning writes to people: one function per message. A mail names a reference, never a
household.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone

from documents.emails import absolute_url, compose
from documents.services import queue_mail
from donations.emails import People, donor_contacts, managers_of, page_of_donation, people_of
from donations.models.donation import Donation, DonationPaper
from network.enums import Role
from network.models import Membership
from refurb.enums import GONE, DeviceState, UndoneReason
from refurb.models.device import Device
from refurb.models.drive import Destruction
from refurb.models.erasure import Erasure
from refurb.models.incident import Incident
from refurb.models.points import DistributionPoint
from refurb.parameters import CONTEST_DAYS


def devices_lost_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor, for each of its lots: devices that left it are lost, and their data with them."""
    _tell_donors("devices_lost_for_donor", incidents, at)


def devices_lost_for_workshops(incidents: Iterable[Incident], at: datetime) -> None:
    """To the managers of each workshop that had them in charge."""
    _tell_workshops("devices_lost_for_workshop", incidents, at)


def devices_lost_for_pilots(incidents: Iterable[Incident], at: datetime) -> None:
    """To the pilots, who assess a personal-data breach and, if need be, notify it within 72 hours; to the officer."""
    _tell_pilots("devices_lost_for_pilot", incidents, at)


def data_left_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor, for each of its lots: a point could still read data on what the workshop had declared erased."""
    _tell_donors("data_left_for_donor", incidents, at)


def data_left_for_workshops(incidents: Iterable[Incident], at: datetime) -> None:
    """To the managers of each workshop that had declared them erased."""
    _tell_workshops("data_left_for_workshop", incidents, at)


def data_left_for_pilots(incidents: Iterable[Incident], at: datetime) -> None:
    """To the pilots, who assess a personal-data breach and, if need be, notify it within 72 hours; to the officer."""
    _tell_pilots("data_left_for_pilot", incidents, at)


def data_shown_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor, for each of its lots: a drive is not proven erased any more, and its device left."""
    _tell_donors("data_shown_for_donor", incidents, at)


def data_shown_for_workshops(incidents: Iterable[Incident], at: datetime) -> None:
    """To the managers of each workshop that had let them leave."""
    _tell_workshops("data_shown_for_workshop", incidents, at)


def data_shown_for_points(incidents: Iterable[Incident], at: datetime) -> None:
    """To those who serve at the point that has them, or that handed them over: they send them back, or call."""
    _tell_points("data_shown_for_point", incidents, at)


def data_shown_for_pilots(incidents: Iterable[Incident], at: datetime) -> None:
    """To the pilots, who assess a personal-data breach and, if need be, notify it within 72 hours; to the officer."""
    _tell_pilots("data_shown_for_pilot", incidents, at)


def recall_over(incidents: list[Incident], at: datetime) -> None:
    """To all those whom the last four told of them: there is nothing to send back or to call for any more."""
    _tell_donors("recall_over", incidents, at)
    _tell_workshops("recall_over", incidents, at)
    _tell_points("recall_over", incidents, at)
    _tell_pilots("recall_over", incidents, at)


def destruction_contested(contested: Destruction, at: datetime) -> None:
    """To the managers of the workshop, who answer by another proof; of a drive that was not received, to the pilots,
    who judge of the breach, and to the officer. A device that left is told of as an incident instead.
    """
    drive, device = contested.drive, contested.device
    answer_by = timezone.localdate(at + timedelta(days=CONTEST_DAYS.on(timezone.localdate(at))))
    people = managers_of([device.workshop_id])
    if contested.undone == UndoneReason.NOT_RECEIVED:
        people |= people_of(Membership.objects.pilots() | Membership.objects.officers())
    page = absolute_url(reverse("refurb:device_evidence", args=[device.reference]))
    context = {"drive": drive, "device": device, "contested": contested, "answer_by": answer_by, "at": at, "page": page}
    subject, body = compose("emails/refurb/destruction_contested.txt", context)
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=("device", device.pk), at=at)


def drive_not_received_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor, while it is its data: a drive said to be destroyed was never received by its recycler."""
    _tell_donors("drive_not_received_for_donor", incidents, at)


def drive_found(incidents: list[Incident], at: datetime) -> None:
    """To all those who learnt that nobody had received it (``drive``): it is proven, there is nothing to look for."""
    _tell_donors("drive_found", incidents, at)
    _tell_workshops("drive_found", incidents, at)
    _tell_pilots("drive_found", incidents, at)


def drive_lost_again(incidents: list[Incident], at: datetime) -> None:
    """To the same, who read that it was proven (``drive``): that is undone, and nobody has it."""
    _tell_donors("drive_lost_again", incidents, at)
    _tell_workshops("drive_lost_again", incidents, at)
    _tell_pilots("drive_lost_again", incidents, at)


def erasure_told_late(erasure: Erasure, device: Device, at: datetime) -> None:
    """To the recycler, of which a certificate was awaited and is no more, and to the pilots: the workshop wrote down,
    once the device had left, that a drive in it was erased before.
    """
    managers = people_of(Membership.objects.filter(organisation=device.recycler_id, role=Role.MANAGER))
    page = absolute_url(reverse("refurb:device_evidence", args=[device.reference]))
    for people in (managers, people_of(Membership.objects.pilots())):
        context = {"drive": erasure.drive, "device": device, "erasure": erasure, "at": at}
        context["page"] = "" if people is managers else page
        subject, body = compose("emails/refurb/erasure_told_late.txt", context)
        for to in people.values():
            queue_mail(to=to, subject=subject, body=body, about=("device", device.pk), at=at)


def file_set_aside_for_points(devices: Iterable[Device], still_held: Collection[int], at: datetime) -> None:
    """To those who serve at the point that has them, or handed them over: a file that kept them there was set aside, by
    whom it may be; ``still_held``: those that another one keeps there.
    """
    away = [device for device in devices if device.state in GONE and device.point is not None]
    for device in sorted(away, key=lambda one: one.pk):
        page = absolute_url(reverse("refurb:device_detail", args=[device.reference]))
        context = {"device": device, "at": at, "page": page, "is_held": device.pk in still_held}
        context["is_home"] = device.state == DeviceState.HANDED_OVER
        subject, body = compose("emails/refurb/file_set_aside_for_point.txt", context)
        for to in _serving(device.point).values():
            queue_mail(to=to, subject=subject, body=body, about=("device", device.pk), at=at)


def devices_stolen_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor, as its deed says: what was lost without a proof was stolen."""
    _tell_donors("devices_stolen_for_donor", incidents, at)


def devices_stolen_for_workshops(incidents: Iterable[Incident], at: datetime) -> None:
    """To the managers of each workshop that had them in charge."""
    _tell_workshops("devices_stolen_for_workshop", incidents, at)


def devices_stolen_for_pilots(incidents: Iterable[Incident], at: datetime) -> None:
    """To the pilots, who judge the breach anew, and to the officer: what was lost without a proof was stolen."""
    _tell_pilots("devices_stolen_for_pilot", incidents, at)


def devices_not_stolen_for_donors(incidents: Iterable[Incident], at: datetime) -> None:
    """To each donor: what was said to be stolen was not; it is looked for all the same."""
    _tell_donors("devices_not_stolen_for_donor", incidents, at)


def devices_not_stolen_for_workshops(incidents: Iterable[Incident], at: datetime) -> None:
    """To the managers of each workshop that had them in charge."""
    _tell_workshops("devices_not_stolen_for_workshop", incidents, at)


def devices_not_stolen_for_pilots(incidents: Iterable[Incident], at: datetime) -> None:
    """To the pilots, who may have told the CNIL of a theft, and to the officer: there was none."""
    _tell_pilots("devices_not_stolen_for_pilot", incidents, at)


def certificate_renewed_for_donor(donation: Donation, paper: DonationPaper, at: datetime) -> None:
    """Another certificate of erasure replaces the one that the donor has: what is proven, and what is not yet."""
    context = {"donation": donation, "values": paper.document.values, "page": page_of_donation(donation)}
    subject, body = compose("emails/refurb/certificate_renewed_for_donor.txt", context)
    for to in donor_contacts(donation).values():
        queue_mail(to=to, subject=subject, body=body, about=("donation", donation.pk), at=at)


def _tell_donors(template: str, incidents: Iterable[Incident], at: datetime) -> None:
    for donation, lost in _by("donation", incidents).items():
        if donation is not None:
            _tell(template, donation, lost, donor_contacts(donation), at)


def _tell_workshops(template: str, incidents: Iterable[Incident], at: datetime) -> None:
    for workshop, lost in _by("workshop", incidents).items():
        _tell(template, workshop, lost, managers_of([workshop.pk]), at)


def _tell_points(template: str, incidents: Iterable[Incident], at: datetime) -> None:
    for point, shown in _by_point(incidents).items():
        _tell(template, point, shown, _serving(point), at)


def _serving(point: DistributionPoint) -> People:
    served = Membership.objects.filter(organisation__in={point.organisation_id, point.distributor_id})
    return people_of(served.filter(role__in=(Role.ADVISER, Role.MANAGER)))


def _tell_pilots(template: str, incidents: Iterable[Incident], at: datetime) -> None:
    """To those who decide, and to the officer, who advises them: the same words, which say who does what."""
    if lost := list(incidents):
        officers = people_of(Membership.objects.officers())
        everybody = people_of(Membership.objects.pilots() | Membership.objects.officers())
        _tell(template, None, lost, everybody, at, has_officer=bool(officers))


def _tell(
    template: str, owner: Any, lost: list[Incident], people: People, at: datetime, *, has_officer: bool = False
) -> None:
    page = absolute_url(reverse("refurb:incident_list"))
    if isinstance(owner, Donation):
        page = page_of_donation(owner)
    elif isinstance(owner, DistributionPoint):
        page = absolute_url(reverse("refurb:device_detail", args=[lost[0].device.reference]))
    context = {"owner": owner, "incidents": lost, "at": at, "page": page, "has_officer": has_officer}
    subject, body = compose(f"emails/refurb/{template}.txt", context)
    about = ("device", lost[0].device_id)
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=about, at=at)


def _by_point(incidents: Iterable[Incident]) -> dict[DistributionPoint, list[Incident]]:
    found: dict[DistributionPoint, list[Incident]] = {}
    for incident in incidents:
        if incident.device.point is not None:
            found.setdefault(incident.device.point, []).append(incident)
    return found


def _by(link: str, incidents: Iterable[Incident]) -> dict[Any, list[Incident]]:
    found: dict[Any, list[Incident]] = {}
    for incident in incidents:
        found.setdefault(getattr(incident, link), []).append(incident)
    return found
