"""What conventions write to people: one function per message, one mail per organisation."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ALIVE, Party, ReopenReason, RuleCode
from conventions.models import Convention, ConventionRule, Review, ReviewPoint, Signature
from conventions.permissions import PARTIES
from documents.emails import absolute_url, compose
from documents.services import queue_mail
from network.enums import OrganisationKind, Role
from network.models import Membership

type People = dict[int, list[tuple[str, str]]]

KINDS = {
    Party.EPCI: OrganisationKind.EPCI,
    Party.RECONDITIONER: OrganisationKind.RECONDITIONER,
    Party.DISTRIBUTOR: OrganisationKind.DISTRIBUTOR,
}


def reviews_asked_for_reviewers(reviews: QuerySet[Review], at: datetime) -> None:
    """To each organisation whose opinion is asked: on what, until when. A named reviewer is told alone."""
    for review in reviews.select_related("convention", "organisation").order_by("pk"):
        named = Membership.objects.filter(pk=review.asked_of_id)
        everyone = Membership.objects.filter(
            organisation=review.organisation_id, kind__in=PARTIES, role__in=(Role.REVIEWER, Role.MANAGER)
        )
        people = _people_of(named if review.asked_of_id else everyone)
        page = _page("review_answer", review.reference)
        _write("review_asked_for_reviewer", review.convention, people, at, review=review, page=page)


def changes_requested_for_author(convention: Convention, at: datetime) -> None:
    """The points that were raised, each to be answered."""
    points = ReviewPoint.objects.filter(review__convention=convention, review__round=convention.round)
    told = list(points.select_related("review__organisation", "review__convention"))
    people = _people_of(_epci_people(convention) | Membership.objects.filter(pk=convention.created_by_id))
    page = _page("convention_points", convention.reference)
    _write("changes_requested_for_author", convention, people, at, points=told, page=page)


def convention_approved_for_epci(convention: Convention, at: datetime) -> None:
    """Every opinion is favourable: the EPCI decides, then opens the signature."""
    page = _page("convention_open_signature", convention.reference)
    _write("convention_approved_for_epci", convention, _people_of(_epci_people(convention)), at, page=page)


def signatures_asked_for_signatories(signatures: QuerySet[Signature], at: datetime) -> None:
    """To each signatory: the document is there to be read and signed."""
    for signature in signatures.select_related("convention").order_by("pk"):
        people = _people_of(Membership.objects.filter(pk=signature.signatory_id))
        page = _page("signature_sign", signature.reference)
        _write("signature_asked_for_signatory", signature.convention, people, at, signature=signature, page=page)


def convention_signed_for_parties(convention: Convention, at: datetime) -> None:
    """The three parties have signed; from when it holds."""
    _tell_all("convention_signed_for_parties", convention, at)


def convention_reopened_for_parties(convention: Convention, reason: str, at: datetime) -> None:
    """The text is opened again: why; what was signed holds no more."""
    _tell_all("convention_reopened_for_parties", convention, at, reason=ReopenReason(reason).label)


def convention_activated_for_parties(convention: Convention, at: datetime) -> None:
    """It is in force: the quotas of its first year, or for an amendment that the terms have changed."""
    quotas = convention.quotas.on(timezone.localdate(at)) if not convention.is_amendment else []
    _tell_all("convention_activated_for_parties", convention, at, quotas=list(quotas))


def convention_suspended_for_parties(convention: Convention, at: datetime) -> None:
    """Nothing is allotted any more for a time: why."""
    _tell_all("convention_suspended_for_parties", convention, at)


def convention_resumed_for_parties(convention: Convention, at: datetime) -> None:
    """Devices may be allotted again."""
    _tell_all("convention_resumed_for_parties", convention, at)


def convention_ending_for_parties(convention: Convention, at: datetime) -> None:
    """How many days are left."""
    assert convention.ends_on is not None
    left = (convention.ends_on - timezone.localdate(at)).days
    _tell_all("convention_ending_for_parties", convention, at, left=left)


def convention_ended_for_parties(convention: Convention, at: datetime) -> None:
    """It has ended: how many days are left to hand over what the distributor holds."""
    days = ConventionRule.objects.value_of(RuleCode.HANDING_OVER, timezone.localdate(at)) or 0
    _tell_all("convention_ended_for_parties", convention, at, days=int(days))


def convention_abandoned_for_parties(convention: Convention, at: datetime) -> None:
    """The draft goes no further."""
    _tell_all("convention_abandoned_for_parties", convention, at)


# --- what messages share


def _tell_all(template: str, convention: Convention, at: datetime, **context: Any) -> None:
    """Managers and signatories of the three parties, and the pilots: one mail per organisation."""
    wanted = Q(pk__in=[signatory.pk for _, _, signatory in convention.parties() if signatory is not None])
    for party, organisation, _ in convention.parties():
        wanted |= Q(organisation=organisation, kind=KINDS[party], role=Role.MANAGER)
    everyone = Membership.objects.filter(wanted) | Membership.objects.pilots() | _epci_people(convention)
    _write(template, convention, _people_of(everyone), at, **context)


def _epci_people(convention: Convention) -> QuerySet[Membership]:
    """The managers of the EPCI, and of the one that succeeded it."""
    organisations = [pk for pk in (convention.epci_party_id, convention.succeeded_by_id) if pk is not None]
    return Membership.objects.filter(organisation__in=organisations, kind=OrganisationKind.EPCI, role=Role.MANAGER)


def _people_of(memberships: QuerySet[Membership]) -> People:
    """The addresses of open memberships, by organisation; a person is told once in each."""
    found: dict[int, dict[str, str]] = {}
    for membership in memberships.open().select_related("user").order_by("organisation", "pk"):
        user = membership.user
        found.setdefault(membership.organisation_id, {})[user.email] = user.get_full_name()
    return {pk: list(people.items()) for pk, people in found.items()}


def _write(template: str, convention: Convention, people: People, at: datetime, **context: Any) -> None:
    context = {"page": _page("convention_detail", convention.reference)} | context
    context |= {
        "convention": convention,
        "what": "L’avenant" if convention.is_amendment else "La convention",
        "alive": convention.state in ALIVE,
    }
    subject, body = compose(f"emails/conventions/{template}.txt", context)
    for to in _in_order(people):
        queue_mail(to=to, subject=subject, body=body, about=("convention", convention.pk), at=at)


def _page(name: str, reference: str) -> str:
    """Straight to what is asked: whoever opens this twice a year does not look for it."""
    return absolute_url(reverse(f"conventions:{name}", args=[reference]))


def _in_order(people: People) -> Iterable[list[tuple[str, str]]]:
    return (people[pk] for pk in sorted(people))
