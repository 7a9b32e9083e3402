"""Two mergers at the same instant, on real connections: no chain is lost, no cycle is made."""

import pytest

from conventions.models import Convention
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from network.models import Commune, Epci, Merger, Organisation
from network.services.mergers import declare_merger
from tests.conventions.conventions import Treaty, again
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation
from tests.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def with_organisation() -> tuple[Epci, Organisation]:
    epci = make_epci()
    make_commune(epci=epci)
    return epci, make_organisation(OrganisationKind.EPCI, epci=epci)


@pytest.mark.parametrize("turn", range(3))
def test_a_chain_is_whole_or_its_second_link_is_refused(turn: int) -> None:
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    scene = Treaty()
    convention, first = scene.active(), scene.epci
    make_commune(epci=first)
    (second, its), (last, theirs) = with_organisation(), with_organisation()

    answers = at_once(
        lambda: declare_merger(actor=pilot, epci=first, successor=second, organisation=its),
        lambda: declare_merger(actor=pilot, epci=second, successor=last, organisation=theirs),
    )

    assert isinstance(answers[1], Merger)
    held = again(convention)
    assert not Commune.objects.filter(epci=second).exists()
    if isinstance(answers[0], Refused):
        assert "successor" in {reason.field for reason in answers[0].all}
        assert (held.epci, Epci.objects.get(pk=first.pk).succeeded_by) == (first, None)
        return
    assert (held.epci, held.succeeded_by) == (last, theirs)
    assert not Convention.objects.filter(epci__succeeded_by__isnull=False).exists()


@pytest.mark.parametrize("turn", range(3))
def test_two_epci_do_not_succeed_to_each_other(turn: int) -> None:
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    (one, its), (other, theirs) = with_organisation(), with_organisation()

    answers = at_once(
        lambda: declare_merger(actor=pilot, epci=one, successor=other, organisation=theirs),
        lambda: declare_merger(actor=pilot, epci=other, successor=one, organisation=its),
    )

    assert sum(isinstance(answer, Merger) for answer in answers) == 1
    assert Merger.objects.count() == 1
    assert Epci.objects.living().filter(pk__in=(one.pk, other.pk)).count() == 1


def test_the_same_merger_confirmed_twice_is_established_once() -> None:
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    (one, _), (other, theirs) = with_organisation(), with_organisation()

    answers = at_once(
        *[lambda: declare_merger(actor=pilot, epci=one, successor=other, organisation=theirs)] * 3,
    )

    assert sum(isinstance(answer, Merger) for answer in answers) == 1
