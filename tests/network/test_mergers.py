"""What is asked before a merger of EPCI: who may, and what each app says of it once."""

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from donations.enums import DonationState, WithdrawReason
from donations.machine.donation import UNDER_WAY
from donations.mergers import moving_lots
from lifecycle import gate
from lifecycle.exceptions import Refused
from network import mergers
from network.enums import OrganisationKind, Role
from network.models import Merger
from network.services.mergers import check_merger
from tests.donations.scene import Scene
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation
from typography.french import in_a_sentence

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


def test_a_lot_that_stays_is_called_by_the_states_that_a_lot_has() -> None:
    scene = Scene()
    lot = scene.announced()
    gate.apply(lot, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)
    epci = lot.origin_epci
    assert epci is not None
    (kept,) = [one for one in moving_lots(epci, timezone.now()) if not one.moves]
    assert (kept.count, kept.how) == (1, "soldés, écartés ou retirés")
    states = {DonationState.RECONCILED, DonationState.DECLINED, DonationState.WITHDRAWN}
    assert {state for state in DonationState if state not in UNDER_WAY} == states
    assert [in_a_sentence(state.label) for state in DonationState if state in states] == ["soldé", "écarté", "retiré"]
