"""What a lot has written to people: one function per message, and whom they go to."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse

from documents.emails import absolute_url, compose
from documents.models import StoredFile
from documents.services import queue_mail, store_file
from donations.documents import calendar_of
from donations.models.decision import Allocation
from donations.models.donation import Donation, DonationLine, DonationPaper
from donations.models.pick_up import PickUp
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation

type People = dict[int, list[tuple[str, str]]]


def donation_announced_for_pilot(donation: Donation, at: datetime) -> None:
    """A lot waits for its decision."""
    _write(
        "donation_announced_for_pilot",
        donation,
        people_of(Membership.objects.pilots()),
        at,
        lines=_lines(donation),
    )


def donation_qualified_for_donor(donation: Donation, at: datetime) -> None:
    """What was decided of each line; the deed of gift is to be accepted."""
    _write(
        "donation_qualified_for_donor",
        donation,
        donor_contacts(donation),
        at,
        lines=_lines(donation),
        workshops=list(donation.workshops()),
    )


def donation_assigned_for_workshop(donation: Donation, at: datetime) -> None:
    """A workshop has a share of the lot, to be scheduled once the deed is accepted. To each its own."""
    for workshop, people in managers_of(donation.workshops().values("pk")).items():
        shares = Allocation.objects.filter(donation=donation, workshop=workshop).current().select_related("line")
        _write("donation_assigned_for_workshop", donation, {workshop: people}, at, shares=list(shares))


def donation_reassigned_for_donor(donation: Donation, at: datetime) -> None:
    """Other workshops take the lot: the deed of gift names them, so it is to be accepted again."""
    _write(
        "donation_reassigned_for_donor",
        donation,
        donor_contacts(donation),
        at,
        workshops=list(donation.workshops()),
    )


def donation_redirected(lines: Collection[DonationLine], donation: Donation, at: datetime) -> None:
    """What was to be recycled is used again: its donor and the workshops that hold some of it are told."""
    sharing = Allocation.objects.filter(line__in=[line.pk for line in lines]).current().values("workshop")
    _write("donation_redirected_for_donor", donation, donor_contacts(donation), at, lines=lines)
    _write("donation_redirected_for_workshop", donation, managers_of(sharing), at, lines=lines)


def donation_released_for_workshop(donation: Donation, workshops: QuerySet[Any, Any], at: datetime) -> None:
    """These workshops have nothing to pick up: the lot went to others, was declined or withdrawn."""
    _write("donation_released_for_workshop", donation, managers_of(workshops), at)


def donation_declined_for_donor(donation: Donation, at: datetime) -> None:
    """The lot is declined: why, or whom to ask where no list says it; and where to recycle it."""
    told = {"recyclers": _recyclers(donation), "contact": settings.LEGAL["contact"]}
    _write("donation_declined_for_donor", donation, donor_contacts(donation), at, **told)


def pick_up_scheduled_for_donor(pick_up: PickUp, at: datetime) -> None:
    """A workshop comes: when, who, with whom on site; the date is attached for the donor's calendar."""
    _tell_date("pick_up_scheduled_for_donor", pick_up, at)


def pick_up_cancelled_for_donor(pick_up: PickUp, at: datetime) -> None:
    """A workshop does not come any more on that date; what is attached takes it out of the donor's calendar."""
    _tell_date("pick_up_cancelled_for_donor", pick_up, at)


def _tell_date(template: str, pick_up: PickUp, at: datetime) -> None:
    donation = pick_up.donation
    people = donor_contacts(donation)
    if people:
        name = f"enlevement-{donation.reference}.ics"
        calendar = store_file(content=calendar_of(pick_up), name=name, by=None, at=at)
        _write(template, donation, people, at, attachments=[calendar], pick_up=pick_up)


def donation_withdrawn_for_donor(donation: Donation, at: datetime) -> None:
    """The pilot withdraws a lot, or a draft, in the place of its donor."""
    _write("donation_withdrawn_for_donor", donation, donor_contacts(donation), at)


def donation_withdrawn_for_pilot(donation: Donation, at: datetime) -> None:
    """The donor takes back a lot that was already announced."""
    _write("donation_withdrawn_for_pilot", donation, people_of(Membership.objects.pilots()), at)


def donation_collected_for_donor(donation: Donation, at: datetime) -> None:
    """Everything that was given has been picked up: what was counted."""
    _write("donation_collected_for_donor", donation, donor_contacts(donation), at, lines=_lines(donation))


def donation_reconciled_for_donor(donation: Donation, at: datetime) -> None:
    """The lot is balanced: the outcome statement is there, and for a company the data of its tax receipt."""
    _write("donation_reconciled_for_donor", donation, donor_contacts(donation), at, lines=_lines(donation))


def tax_receipt_renewed_for_donor(donation: Donation, paper: DonationPaper, at: datetime) -> None:
    """Other data of its tax receipt replace those that a company has: something it had given was given back."""
    values = paper.document.values
    _write("tax_receipt_renewed_for_donor", donation, donor_contacts(donation), at, values=values)


def _write(
    template: str,
    donation: Donation,
    people: People,
    at: datetime,
    attachments: Collection[StoredFile] = (),
    **context: Any,
) -> None:
    """One mail per organisation: its people see each other's address, not those of the others."""
    context |= {"donation": donation, "page": page_of_donation(donation)}
    subject, body = compose(f"emails/donations/{template}.txt", context)
    about = ("donation", donation.pk)
    for to in people.values():
        queue_mail(to=to, subject=subject, body=body, about=about, attachments=attachments, at=at)


def page_of_donation(donation: Donation) -> str:
    return absolute_url(reverse("donations:donation_detail", args=[donation.reference]))


def people_of(memberships: Any) -> People:
    """The people who can act in these memberships, each once, by organisation."""
    found: People = {}
    rows = memberships.open().exclude(user__email="").select_related("user").order_by("organisation_id", "user_id")
    for membership in rows.distinct("organisation_id", "user_id"):
        person = (membership.user.email, membership.user.get_full_name())
        found.setdefault(membership.organisation_id, []).append(person)
    return found


def donor_contacts(donation: Donation) -> People:
    return people_of(Membership.objects.filter(organisation=donation.donor_id, kind=OrganisationKind.DONOR))


def managers_of(workshops: Any) -> People:
    """The managers of each workshop; its technicians, who see its lots too, where there is none."""
    kept = Membership.objects.filter(organisation__in=workshops, kind=OrganisationKind.RECONDITIONER)
    return people_of(kept.filter(role=Role.TECHNICIAN)) | people_of(kept.filter(role=Role.MANAGER))


def _lines(donation: Donation) -> list[DonationLine]:
    return list(DonationLine.objects.reckoned().filter(donation=donation).select_related("decision", "redirection"))


def _recyclers(donation: Donation) -> list[Organisation]:
    """Where to recycle: the recyclers that serve the commune of the lot, or all of them when none says so."""
    known = Organisation.objects.active().of_kind(OrganisationKind.RECYCLER).select_related("commune")
    serving = known.model.communes_served.through.objects.filter(
        organisation=OuterRef("pk"), commune=donation.commune_id
    )
    return list(known.filter(Exists(serving))) or list(known)
