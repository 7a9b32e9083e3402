"""What is asked before a merger of EPCI: who may, and what each app says of it once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from lifecycle.exceptions import Refused
from network import mergers
from network.enums import OrganisationKind, Role
from network.models import Merger
from network.services.mergers import check_merger
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation

pytestmark = pytest.mark.django_db


def test_nobody_but_the_pilot_asks_for_a_merger() -> None:
    epci, successor = make_epci(), make_epci()
    given = {"epci": epci, "successor": successor, "organisation": make_organisation("epci", epci=successor)}
    for actor in (
        make_membership(Role.MANAGER, OrganisationKind.EPCI, make_organisation("epci", epci=epci)),
        make_membership(Role.DPO, OrganisationKind.DEPARTEMENT),
    ):
        with pytest.raises(PermissionDenied):
            check_merger(actor=actor, **given)
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    check_merger(actor=pilot, **given)
    with pytest.raises(Refused):
        check_merger(actor=pilot, **given | {"successor": epci})
    assert not Merger.objects.exists()


def test_what_an_app_says_of_a_merger_is_said_once_however_often_it_is_registered() -> None:
    epci = make_epci()
    make_commune(epci=epci)
    before = mergers.foreseen(epci, timezone.now())
    mergers.register()
    assert mergers.foreseen(epci, timezone.now()) == before
    assert [one.in_words for one in before[0]] == ["1 commune"]
