"""The wrong request was said to have its line: nobody has one, the need is served again, those who were told know."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import Channel, ConnectionState, UndoActivateReason
from connectivity.models import OperatorLink
from connectivity.services.delays import measured
from connectivity.views.line_sheet import spans_of
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from prescriptions.enums import NeedState, NeedUse, PrescriptionState, RightKind
from prescriptions.services.households import move_household
from prescriptions.services.needs import drop_need
from reports.figures import reckon
from reports.months import month_of
from tests.connectivity.lines import Line, again
from tests.network.factories import make_commune
from tests.pages import acting, done, read
from tests.prescriptions.files import again as fresh
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_restriction import restricted

pytestmark = pytest.mark.django_db
S, ENTRY = ConnectionState, UndoActivateReason.ENTRY


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def figures() -> dict[str, Any]:
    told = reckon(month_of(timezone.now()), timezone.now()).figures
    return {name: value for name, value in told.items() if name not in ("as_of", "need_variations")}


def page_of(row: Any, name: str) -> str:
    return reverse(f"connectivity:connection_{name}", args=[row.reference])


def test_a_line_said_active_on_the_wrong_request_is_awaited_again_and_the_worker_learns_it() -> None:
    line = Line()
    scheduled = line.scheduled()
    before = figures()
    assert "«\u00a0Annuler la mise en service\u00a0»" in read(acting(line.agent), page_of(scheduled, "activate"))
    active = line.activate(scheduled)
    assert fresh(line.need).prescription.state == PrescriptionState.FULFILLED
    assert codes(lambda: gate.apply(active, "undo_activate", actor=line.agent, reason="nonsense")) == {"reason"}

    done(acting(line.agent), page_of(active, "undo_activate"), reason=ENTRY)

    file = again(active)
    assert (file.state, file.active_at, file.started_on, file.entitlement_ends_on) == (S.SENT, None, None, None)
    assert file.operator_reference == scheduled.operator_reference
    need = fresh(line.need)
    assert (need.state, need.prescription.state) == (NeedState.IN_PROGRESS, PrescriptionState.ACCEPTED)
    told = Mail.objects.filter(to__contains=[line.worker.user.email], subject__contains="n’est pas active")
    assert told.count() == 1
    assert measured()[0].lines == []
    assert figures() == before
    right = line.activate(file, monthly_price=Decimal(5))
    assert (right.state, len(spans_of(right)), len(measured()[0].lines)) == (S.ACTIVE, 1, 1)
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_the_worker_undoes_it_too_and_the_operator_that_answers_by_a_link_gets_another() -> None:
    line = Line()
    active = line.active()
    links = OperatorLink.objects.count()
    for other in (line.adviser, line.pilot):
        with pytest.raises((PermissionDenied, Unknown)):
            gate.apply(active, "undo_activate", actor=other, reason=ENTRY)
    undone = gate.apply(active, "undo_activate", actor=line.worker, reason=ENTRY)
    assert undone.state == S.SENT
    assert OperatorLink.objects.filter(closed_at=None).count() == 1
    assert OperatorLink.objects.count() == links + 1
    assert Mail.objects.filter(to__contains=[line.agent.user.email], subject__contains="n’est pas active").exists()


def test_while_the_household_limits_its_data_nothing_of_it_is_sent_again() -> None:
    line = Line()
    active, desk = line.active(), Desk(line.circle)
    desk.answer(desk.asked(RightKind.RESTRICTION, active.need.prescription.household))
    written = Mail.objects.count()
    assert codes(lambda: gate.apply(active, "undo_activate", actor=line.worker, reason=ENTRY)) == {"not_restricted"}
    assert Mail.objects.count() == written


def test_where_there_is_no_desk_the_offer_is_chosen_again_unless_something_followed() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    active = line.active()
    undone = gate.apply(active, "undo_own_activate", actor=line.adviser, reason=ENTRY)
    told = Mail.objects.filter(to=[line.worker.user.email], subject__contains="n’est pas active").get()
    assert "Déclarez-la active" in told.body
    assert "vous serez prévenu" not in told.body, "nobody tells him: where there is no desk, he says so himself"
    assert (undone.state, undone.active_at, fresh(line.need).state) == (S.CHOSEN, None, NeedState.IN_PROGRESS)
    active = line.activate(undone)
    lost = gate.apply(active, "lose_right", actor=line.worker, right_loss="other", after_loss="end", price_after=None)
    assert codes(lambda: gate.apply(lost, "undo_own_activate", actor=line.worker, reason=ENTRY)) == {
        "nothing_since_activate"
    }


def test_of_a_household_that_limits_its_data_nothing_is_undone_and_no_operator_is_written_to() -> None:
    line = Line()
    active = line.active()
    restricted(Desk(line.circle), fresh(line.need).prescription.household)
    before = (OperatorLink.objects.count(), Mail.objects.count())
    for actor in (line.worker, line.agent):
        assert codes(lambda by=actor: gate.apply(active, "undo_activate", actor=by, reason=ENTRY)) == {"not_restricted"}
    assert (OperatorLink.objects.count(), Mail.objects.count()) == before


def test_a_household_that_asks_for_the_same_elsewhere_is_not_served_twice_by_an_undoing() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    active = line.active()
    household = fresh(line.need).prescription.household
    second = line.circle.accepted([(line.kind, NeedUse.PAPERWORK)], household).needs.get()
    undo = {"actor": line.worker, "reason": ENTRY}
    assert codes(lambda: gate.apply(active, "undo_own_activate", **undo)) == {"asked_elsewhere"}
    drop_need(actor=line.worker, need=second, reason="unreachable")
    assert gate.apply(active, "undo_own_activate", **undo).state == S.CHOSEN


def test_a_right_that_was_corrected_is_something_that_followed() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    active = line.active()
    day = line.today() + timedelta(days=90)
    gate.apply(active, "correct_right", actor=line.worker, entitlement_ends_on=day)
    undo = {"actor": line.worker, "reason": ENTRY}
    assert codes(lambda: gate.apply(active, "undo_own_activate", **undo)) == {"nothing_since_activate"}


def test_a_household_that_moved_since_is_served_where_it_lives_now() -> None:
    line = Line(Channel.OWN_SUBSCRIPTION)
    active = line.active()
    commune = make_commune()
    household = fresh(line.need).prescription.household
    move_household(actor=line.worker, household=household, commune=commune, moved_on=line.today())
    undone = gate.apply(active, "undo_own_activate", actor=line.worker, reason=ENTRY)
    need = fresh(line.need)
    assert (undone.epci, need.epci, need.prescription.epci) == (commune.epci,) * 3
    gate.apply(undone, "abandon", actor=line.worker, reason="gave_up")
    assert fresh(need).epci == commune.epci, "it waits in the queue of where it lives"
