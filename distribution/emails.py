"""What distribution writes to people. A mail names a reference, never a household."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone

from conventions.models import Convention
from distribution.appointments import CALENDAR, amount_of, calendar_of, no_longer, values_of, when
from distribution.enums import AppointmentState
from distribution.models import Appointment, Stocktake
from distribution.told_before import KnownHour, place_of
from documents.emails import absolute_url, compose
from documents.enums import MessageChannel, MessageCode
from documents.services import queue_mail, store_file
from donations.emails import people_of
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.emails import workers_of
from prescriptions.models import HouseholdMessage, Need
from prescriptions.own_papers import page_of_request
from prescriptions.saying import translatable_moment
from prescriptions.services.messages import Message, from_service, write_message
from refurb.enums import NOT_YET_HANDED_OVER
from refurb.models import Device, DistributionPoint
from typography.french import full_day

TOLD_BY = {
    "": "Maillon n’écrit pas à ce foyer\u00a0: dites-le-lui, sauf s’il a demandé qu’on le laisse tranquille.",
    MessageChannel.SMS: "Maillon l’a écrit au foyer, par SMS.",
    MessageChannel.EMAIL: "Maillon l’a écrit au foyer, par courriel.",
    MessageChannel.LETTER: "Sa lettre est prête\u00a0: le point de distribution la lui poste, ou la lui remet.",
}
"""Whether the household knows it, by the way it was written to."""
CARRIER = {MessageChannel.SMS: "SMS", MessageChannel.EMAIL: "courriel"}
IF_YOU_TOLD = "Si vous lui en avez parlé, dites-lui qu’elle est annulée\u00a0; sinon, il n’y a rien à faire."


def derogation_answered_for_adviser(need: Need, asked_by: int, *, granted: bool, at: datetime) -> None:
    """The pilot answered what this adviser (``asked_by``, a membership) asked; why is read in Maillon only.

    When that adviser has left, whoever serves the need in his place: the team of its distributor.
    """
    page = absolute_url(reverse("distribution:need_choose", args=[need.reference]))
    context = {"need": need, "granted": granted, "page": page}
    subject, body = compose("emails/distribution/derogation_answered_for_adviser.txt", context)
    team = Membership.objects.filter(
        organisation=need.prescription.distributor_id,
        kind=OrganisationKind.DISTRIBUTOR,
        role__in=(Role.ADVISER, Role.MANAGER),
    )
    for to in (people_of(Membership.objects.filter(pk=asked_by)) or people_of(team)).values():
        queue_mail(to=to, subject=subject, body=body, about=("need", need.pk), at=at)


def appointment_for_household(appointment: Appointment, code: MessageCode, way: MessageChannel, at: datetime) -> None:
    """Where, when, with what, and the page from which it is moved; no name. A mail has its calendar file."""
    attached, amount = [], amount_of(appointment.need)
    if way == MessageChannel.EMAIL:
        content = calendar_of(appointment, amount)
        attached.append(store_file(content=content, name=CALENDAR, by=None, at=at))
    write_message(message_about(appointment, code, amount, at), way, at=at, attachments=attached)


def message_about(appointment: Appointment, code: MessageCode, amount: Decimal | None, at: datetime) -> Message:
    """What is put in the texts that tell of it, by whatever way they leave; ``amount``: what is left to pay."""
    prescription = appointment.need.prescription
    values = values_of(appointment, amount, page_of_request(prescription), at)
    values |= from_service(prescription.prescriber)
    return Message(prescription.household, code, ("appointment", appointment.pk), values)


def appointment_for_worker(appointment: Appointment, known: KnownHour | None, at: datetime) -> None:
    """The household is reached through its worker alone: when it is expected or no more, for him to tell it; ``known``:
    of one that is given up, the hour that it knows. When it knows none, he has nothing to tell any more.
    """
    page = absolute_url(reverse("distribution:appointment_detail", args=[appointment.reference]))
    prescription = appointment.need.prescription
    said = when(appointment) if known is None else translatable_moment(known.starts_at)
    point = appointment.point if known is None else place_of(known, appointment)
    context = {"appointment": appointment, "when": said, "prescription": prescription, "page": page, "known": known}
    context |= {
        "point": point,
        "no_longer": no_longer(appointment, at) if appointment.state == AppointmentState.BOOKED else "",
    }
    subject, body = compose("emails/distribution/appointment_for_worker.txt", context)
    for to in workers_of(prescription).values():
        queue_mail(to=to, subject=subject, body=body, about=("appointment", appointment.pk), at=at)


def appointment_to_keep_for_point(appointment: Appointment, at: datetime) -> None:
    """The household moved: who receives at the point says whether it still comes there, by the hour alone."""
    page = absolute_url(reverse("distribution:appointment_detail", args=[appointment.reference]))
    context = {"appointment": appointment, "when": when(appointment), "page": page}
    _write_to_point("appointment_to_keep_for_point", appointment, context, at)


def appointment_called_off_for_point(appointment: Appointment, at: datetime) -> None:
    """The household took its agreement back: who receives at the point is told that nobody comes, by the hour alone."""
    prescription = appointment.need.prescription
    page = absolute_url(reverse("distribution:appointment_day"))
    context = {"appointment": appointment, "when": when(appointment), "prescription": prescription, "page": page}
    _write_to_point("appointment_called_off_for_point", appointment, context, at)


def return_asked_for_point(device: Device, due: date, at: datetime) -> None:
    """The workshop asks for a device, of which it has a file to sort: those who serve at the point send it back."""
    point = device.point
    assert point is not None
    page = absolute_url(reverse("refurb:device_detail", args=[device.reference]))
    context = {"device": device, "due": due, "page": page}
    subject, body = compose("emails/distribution/return_asked_for_point.txt", context)
    for to in people_of(_serving(point)).values():
        queue_mail(to=to, subject=subject, body=body, about=("device", device.pk), at=at)


def return_letter_for_point(device: Device, at: datetime) -> None:
    """A letter that tells a household of its return is ready: those who serve at the point print it and post it."""
    point = device.point
    assert point is not None
    page = absolute_url(reverse("refurb:device_detail", args=[device.reference]))
    subject, body = compose("emails/distribution/return_letter_for_point.txt", {"device": device, "page": page})
    for to in people_of(_serving(point)).values():
        queue_mail(to=to, subject=subject, body=body, about=("device", device.pk), at=at)


def news_for_worker(template: str, need: Need, told: str, at: datetime) -> None:
    """A return was lost or is found, somebody came in the household's place, or did not after all: its worker learns
    it, and whether the household was written to (``told``)."""
    prescription = need.prescription
    page = absolute_url(reverse("prescriptions:need_detail", args=[need.reference]))
    context = {"need": need, "prescription": prescription, "page": page, "told": told, "day": full_day(at)}
    subject, body = compose(f"emails/distribution/{template}.txt", context)
    for to in workers_of(prescription).values():
        queue_mail(to=to, subject=subject, body=body, about=("need", need.pk), at=at)


def told_by(written: HouseholdMessage | None) -> str:
    """Whether the household was written to, for its worker."""
    return TOLD_BY["" if written is None else written.channel]


def told_before_undone(written: HouseholdMessage | None, *, left: bool) -> str:
    """Of a hand-over that was undone: what the household may have read of it, and what its worker is to tell it."""
    if written is None:
        return f"Maillon n’a pas écrit à ce foyer. {IF_YOU_TOLD}"
    carrier = f"Le {CARRIER[MessageChannel(written.channel)]} qui la disait au foyer"
    if not left:
        return f"{carrier} n’est pas parti. {IF_YOU_TOLD}"
    return (
        f"{carrier} est parti, et Maillon ne lui écrit pas de nouveau\u00a0: dites-lui qu’elle est annulée,"
        " sauf s’il a demandé qu’on le laisse tranquille."
    )


def convention_ended_for_points(convention: Convention, at: datetime) -> None:
    """To those who hold its devices, by point: how many are still to be handed over, until when, then sent back."""
    held = Device.objects.main().filter(convention=convention, state__in=NOT_YET_HANDED_OVER)
    place = Coalesce("point", "delivery__point")
    there = held.annotate(there=place).exclude(there=None).order_by("there")
    counts = there.values_list("there").annotate(Count("pk"))
    last = convention.hands_over_until(timezone.localdate(at))
    points = DistributionPoint.objects.in_bulk([pk for pk, _ in counts])
    page = absolute_url(reverse("distribution:shelf"))
    for pk, count in counts:
        point = points[pk]
        context = {"convention": convention, "point": point, "count": count, "last": last, "page": page}
        subject, body = compose("emails/distribution/convention_ended_for_points.txt", context)
        for to in people_of(_serving(point)).values():
            queue_mail(to=to, subject=subject, body=body, about=("convention", convention.pk), at=at)


def found_elsewhere_for_point(
    point: DistributionPoint, stocktake: Stocktake, found: Mapping[Device, str], at: datetime
) -> None:
    """A count elsewhere found what Maillon says is at this point, or was handed over there: what is asked, of each."""
    lines = [
        {
            "device": device,
            "asked": asked,
            "page": absolute_url(reverse("refurb:device_detail", args=[device.reference])),
        }
        for device, asked in found.items()
    ]
    context = {"point": point, "stocktake": stocktake, "lines": lines}
    subject, body = compose("emails/distribution/found_elsewhere_for_point.txt", context)
    for to in people_of(_serving(point)).values():
        queue_mail(to=to, subject=subject, body=body, about=("stocktake", stocktake.pk), at=at)


def _serving(point: DistributionPoint) -> QuerySet[Membership]:
    """Those who serve at a point: its own people, and those of its distributor."""
    served = Membership.objects.filter(organisation__in={point.organisation_id, point.distributor_id})
    return served.filter(role__in=(Role.ADVISER, Role.MANAGER))


def _write_to_point(template: str, appointment: Appointment, context: dict[str, Any], at: datetime) -> None:
    """To the people of the organisation that holds the point."""
    subject, body = compose(f"emails/distribution/{template}.txt", context)
    team = Membership.objects.filter(
        organisation=appointment.point.organisation_id, role__in=(Role.ADVISER, Role.MANAGER)
    )
    for to in people_of(team).values():
        queue_mail(to=to, subject=subject, body=body, about=("appointment", appointment.pk), at=at)
