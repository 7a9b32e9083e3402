"""To whom conventions write: who answers, who acts for the EPCI, and everybody whom a text concerns."""

from django.db.models import Q, QuerySet

from conventions.enums import Party
from conventions.models import Convention, Review
from conventions.permissions import PARTIES
from network.enums import OrganisationKind, Role
from network.models import Membership

type People = dict[int, list[tuple[str, str]]]

KINDS = {
    Party.EPCI: OrganisationKind.EPCI,
    Party.RECONDITIONER: OrganisationKind.RECONDITIONER,
    Party.DISTRIBUTOR: OrganisationKind.DISTRIBUTOR,
}


def answerers_of(review: Review) -> QuerySet[Membership]:
    """Those who may answer a review: the one who is named, else everyone of the organisation.

    When the one who is named has left, its managers, who answer or hand it on.
    """
    named = Membership.objects.filter(pk=review.asked_of_id)
    if named.open().exists():
        return named
    roles = (Role.MANAGER,) if review.asked_of_id else (Role.REVIEWER, Role.MANAGER)
    return Membership.objects.filter(organisation=review.organisation_id, kind__in=PARTIES, role__in=roles)


def everyone_of(convention: Convention) -> QuerySet[Membership]:
    """Managers and signatories of the three parties, and the pilots.

    A signatory is named by the text, or was asked for the signature of its last round instead.
    """
    named = [signatory.pk for _, _, signatory in convention.parties() if signatory is not None]
    asked = convention.signatures.filter(round=convention.round).values("signatory")
    wanted = Q(pk__in=named) | Q(pk__in=asked)
    for party, organisation, _ in convention.parties():
        wanted |= Q(organisation=organisation, kind=KINDS[party], role=Role.MANAGER)
    return Membership.objects.filter(wanted) | Membership.objects.pilots() | _epci_people(convention)


def _epci_people(convention: Convention) -> QuerySet[Membership]:
    """The managers of the EPCI, and of the one that succeeded it."""
    organisations = [pk for pk in (convention.epci_party_id, convention.succeeded_by_id) if pk is not None]
    return Membership.objects.filter(organisation__in=organisations, kind=OrganisationKind.EPCI, role=Role.MANAGER)


def epci_acting(convention: Convention) -> QuerySet[Membership]:
    """The managers of the EPCI that acts: one that merged reads what it signed, and does nothing more."""
    return Membership.objects.filter(organisation=convention.epci_acting, kind=OrganisationKind.EPCI, role=Role.MANAGER)


def people_of(memberships: QuerySet[Membership]) -> People:
    """The addresses of open memberships, by organisation; a person is told once in each."""
    found: dict[int, dict[str, str]] = {}
    for membership in memberships.open().select_related("user").order_by("organisation", "pk"):
        user = membership.user
        found.setdefault(membership.organisation_id, {})[user.email] = user.get_full_name()
    return {pk: list(people.items()) for pk, people in found.items()}
