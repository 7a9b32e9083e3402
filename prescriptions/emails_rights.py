"""What is written about requests to exercise a right: by their reference, never the name of anybody."""

from datetime import datetime

from django.urls import reverse

from documents.emails import absolute_url, compose
from documents.enums import MailPurpose
from documents.services import queue_mail
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.emails import _of, people_of, relays_of
from prescriptions.enums import AGREEMENT_WITHDRAWN, RightKind
from prescriptions.models import Prescription, RightsRequest
from prescriptions.permissions import RELAYED
from prescriptions.rights_told import About, letter_of


def rights_received_for_officer(asked: RightsRequest, at: datetime) -> None:
    """One more request to answer, and by when."""
    _for_officers("rights_received_for_officer", asked, at)


def rights_due_for_officer(asked: RightsRequest, at: datetime) -> None:
    """The day of the answer is near: answer, or prolong."""
    _for_officers("rights_due_for_officer", asked, at)


def rights_overdue_for_officer(asked: RightsRequest, at: datetime) -> None:
    """The day has passed; the pilots, who answer for the processing, are told too."""
    _for_officers("rights_overdue_for_officer", asked, at, also_pilots=True)


def rights_unidentified_for_officer(asked: RightsRequest, at: datetime) -> None:
    """Nobody said who asked in time: it is closed, and what was written with it is erased."""
    _for_officers("rights_unidentified_for_officer", asked, at)


def _for_officers(template: str, asked: RightsRequest, at: datetime, *, also_pilots: bool = False) -> None:
    """To the officer; to the pilots too when asked, or when nobody has that role."""
    officers = people_of(Membership.objects.officers())
    pilots = people_of(Membership.objects.pilots()) if also_pilots or not officers else {}
    context = {"asked": asked, "page": _page(asked), "without_officer": not officers}
    subject, body = compose(f"emails/prescriptions/{template}.txt", context)
    for people in (*officers.values(), *pilots.values()):
        queue_mail(to=people, subject=subject, body=body, about=("rights_request", asked.pk), at=at)


def rights_settled_for_receiver(asked: RightsRequest, at: datetime) -> None:
    """Whoever noted it, when somebody did, is told that it is answered; the colleagues of whoever left."""
    people = people_of(Membership.objects.filter(pk=asked.received_by_id).exclude(pk__in=Membership.objects.officers()))
    noted_by = asked.received_by
    if not people and noted_by is not None and noted_by.role != Role.DPO:
        people = _of(noted_by.organisation_id, OrganisationKind(noted_by.kind), {Role(noted_by.role), Role.MANAGER})
    subject, body = compose(
        "emails/prescriptions/rights_settled_for_receiver.txt", {"asked": asked, "page": _page(asked)}
    )
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=("rights_request", asked.pk), at=at)


def rights_for_household(asked: RightsRequest, about: About, at: datetime) -> None:
    """What its letter says, without a name."""
    context = {"letter": letter_of(asked, about), "asked": asked}
    subject, body = compose("emails/prescriptions/rights_for_household.txt", context)
    queue_mail(
        to=[(asked.household.email, "")],
        subject=subject,
        body=body,
        about=("rights_request", asked.pk),
        purpose=MailPurpose.HOUSEHOLD,
        at=at,
    )


def rights_answered_for_recipients(asked: RightsRequest, at: datetime) -> None:
    """The distributors that had received a request, and the relays that serve its commune, once it was accepted."""
    sent = Prescription.objects.filter(household=asked.household_id, submitted_at__isnull=False)
    sent = sent.exclude(end_reason=AGREEMENT_WITHDRAWN) if asked.kind != RightKind.ERASURE else sent
    for prescription in sent.exclude(distributor=None).order_by("pk"):
        context = {"asked": asked, "prescription": prescription, "page": _prescription(prescription)}
        subject, body = compose("emails/prescriptions/rights_answered_for_recipient.txt", context)
        advisers = _of(prescription.distributor_id, OrganisationKind.DISTRIBUTOR, (Role.ADVISER, Role.MANAGER))
        relays = relays_of(prescription) if prescription.state in RELAYED else {}
        for to in (*advisers.values(), *relays.values()):
            queue_mail(to=to, subject=subject, body=body, about=("rights_request", asked.pk), at=at)


def _page(asked: RightsRequest) -> str:
    return absolute_url(reverse("prescriptions:rights_request_detail", args=[asked.reference]))


def _prescription(prescription: Prescription) -> str:
    return absolute_url(reverse("prescriptions:prescription_detail", args=[prescription.reference]))
