"""What is refused around a shelf: to whoever sees it not, to whoever may not, and what makes no sense."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from distribution.enums import ClosureReason, DerogationKind, HandOverProof, SettlementKind
from distribution.followers import forget_households
from distribution.models import (
    Appointment,
    Derogation,
    DerogationRequest,
    HandOver,
    PointClosure,
    PointOpening,
    Settlement,
    StocktakeScan,
)
from distribution.services import appointments, hand_overs, openings, points, returns
from distribution.services.allotment import ship_device
from distribution.services.answers import read_answers
from distribution.services.derogations import ask_derogation, refuse_derogation
from distribution.services.stocktakes import begin_stocktake, scan_stock
from distribution.slots import Slot, slot_at
from documents.models import Mail
from lifecycle import gate
from lifecycle.actors import SYSTEM
from lifecycle.exceptions import Refused, Unknown
from lifecycle.registry import Move, Moved
from network.enums import OrganisationKind, Role
from network.models import Membership
from prescriptions.enums import NeedKind, NeedUse
from prescriptions.models import Need
from tests.distribution.hours import a_later_hour, booked, need_of, opened
from tests.distribution.shelves import Shelf, screen_of
from tests.network.factories import make_commune, make_membership
from tests.prescriptions.files import again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate
WHY = "Entretien d’embauche lundi, rien en rayon ici."


def codes(act: Callable[[], object]) -> set[str]:
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code for reason in refused.value.all}


def relay_manager(shelf: Shelf) -> Membership:
    return make_membership(Role.MANAGER, OrganisationKind.RELAY, shelf.relay.organisation)


# --- whoever sees it not, or may not


def test_whoever_does_not_see_a_device_or_its_appointment_does_nothing_with_them(shelf: Shelf) -> None:
    opened(shelf)
    held, back, other = shelf.reserved(), shelf.returned(), shelf.available()
    made = booked(shelf, held)
    allotted = shelf.allotted()
    elsewhere = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    who: dict[str, Any] = {"actor": shelf.stranger}
    hour = a_later_hour(shelf, held)
    for act in (
        lambda: ship_device(actor=elsewhere, device=allotted, point=shelf.point),
        lambda: read_answers(**who, appointment=made),
        lambda: appointments.book_appointment(**who, need=need_of(held), starts_at=hour),
        lambda: hand_overs.prepare_exchange(**who, device=other, replaces=back),
        lambda: hand_overs.exchange_device(**who, device=other, proof=HandOverProof.ATTESTED),
    ):
        with pytest.raises(Unknown):
            act()
    assert fresh(allotted).state == "allotted"
    assert Appointment.objects.count() == 1
    assert not HandOver.objects.filter(kind="exchange").exists()


def test_a_derogation_is_asked_by_who_deals_with_the_need_and_answered_of_a_need_there_is(shelf: Shelf) -> None:
    need, skills = shelf.need(), shelf.need(NeedKind.DIGITAL_SKILLS, use=NeedUse.PAPERWORK)
    ask: dict[str, Any] = {"need": need, "kind": DerogationKind.EMERGENCY, "reason": WHY}
    for nobody in (shelf.relay, shelf.pilot, shelf.technician):
        with pytest.raises(PermissionDenied):
            ask_derogation(actor=nobody, **ask)
    with pytest.raises(Unknown):
        ask_derogation(actor=shelf.stranger, **ask)
    with pytest.raises(Unknown):
        hand_overs.grant_derogation(actor=shelf.pilot, **ask | {"need": Need(pk=0)})
    assert codes(lambda: ask_derogation(actor=shelf.adviser, **ask | {"need": skills})) == {"not_equipment"}
    assert not DerogationRequest.objects.exists()

    asked = ask_derogation(actor=shelf.adviser, **ask)
    assert codes(lambda: refuse_derogation(actor=shelf.pilot, need=need, reason=" \n")) == {"reason"}
    assert again(asked).answered_at is None
    assert not Derogation.objects.exists()


def test_without_anybody_who_acts_no_note_settlement_derogation_nor_appointment_is_read(shelf: Shelf) -> None:
    opened(shelf)
    back = shelf.returned(shelf.handed_over(shelf.reserved(shelf.available(point=shelf.relay_point))))
    settled = returns.settle_return(actor=shelf.relay, device=back, kind=SettlementKind.GIVEN_UP)
    booked(shelf, shelf.reserved())
    shelf.derogate(shelf.need())
    for model in (HandOver, Settlement, Derogation, Appointment):
        assert model._base_manager.exists()
        assert not model.objects.visible_to(None).exists()  # type: ignore[attr-defined]
    another = make_membership(Role.ADVISER, OrganisationKind.RELAY)
    assert Settlement.objects.visible_to(shelf.relay).get() == settled
    assert not Settlement.objects.visible_to(another).exists()


def test_the_pilot_reads_a_stocktake_and_scans_nothing_of_it(shelf: Shelf) -> None:
    stocktake = begin_stocktake(actor=shelf.technician)
    with pytest.raises(PermissionDenied):
        scan_stock(actor=shelf.pilot, stocktake=stocktake, texts=["PRH-1"])
    assert not StocktakeScan.objects.exists()


# --- points and their hours


def test_a_point_that_is_shut_is_nothing_to_who_does_not_keep_the_list(shelf: Shelf) -> None:
    shut = points.edit_point(actor=shelf.pilot, point=shelf.relay_point, is_active=False)
    manager = relay_manager(shelf)
    day = TODAY()
    for act in (
        lambda: points.edit_point(actor=manager, point=shut, name="À moi"),
        lambda: openings.close_days(actor=manager, point=shut, first_day=day, last_day=day, reason=ClosureReason.LEAVE),
    ):
        with pytest.raises(Unknown):
            act()
    assert again(shut).name == "Relais du sud"
    assert not PointClosure.objects.exists()


def test_of_a_point_no_other_column_is_edited_by_this_door(shelf: Shelf) -> None:
    with pytest.raises(TypeError, match="distributor"):
        points.edit_point(actor=shelf.pilot, point=shelf.point, name="Autre", distributor=shelf.relay.organisation)
    assert again(shelf.point).name == "Boutique du centre"


def test_hours_in_which_no_appointment_fits_and_days_that_make_no_sense_are_refused(shelf: Shelf) -> None:
    day = TODAY()
    hours = {"weekday": 0, "starts_at": time(9), "ends_at": time(9, 20), "minutes": 30, "places": 1, "valid_from": day}
    open_hours: Callable[[], Any] = lambda: openings.open_hours(actor=shelf.pilot, point=shelf.point, **hours)  # type: ignore[arg-type]  # noqa: E731
    assert codes(open_hours) == {"too_short"}
    hours["ends_at"] = time(9, 30)
    assert open_hours().ends_at == time(9, 30)

    def close(**days: int) -> PointClosure:
        last = day + timedelta(**days)
        return openings.close_days(
            actor=shelf.pilot, point=shelf.point, first_day=day, last_day=last, reason=ClosureReason.LEAVE
        )

    assert codes(lambda: close(days=-1)) == {"dates"}
    assert codes(lambda: close(days=367)) == {"too_long"}
    assert not PointClosure.objects.exists()
    assert close(days=366).last_day == day + timedelta(days=366)


def test_hours_stopped_before_they_begin_never_were_and_what_is_gone_is_not_found(shelf: Shelf) -> None:
    day = TODAY()
    opening = openings.open_hours(
        actor=shelf.pilot,
        point=shelf.point,
        weekday=0,
        starts_at=time(9),
        ends_at=time(12),
        minutes=30,
        places=1,
        valid_from=day,
    )
    gone = again(opening)
    openings.stop_hours(actor=shelf.pilot, opening=opening, last_day=day - timedelta(days=1))
    assert not PointOpening.objects.exists()
    with pytest.raises(Unknown):
        openings.stop_hours(actor=shelf.pilot, opening=gone, last_day=day)

    closure = openings.close_days(
        actor=shelf.pilot, point=shelf.point, first_day=day, last_day=day, reason=ClosureReason.LEAVE
    )
    shut = again(closure)
    openings.open_days_again(actor=shelf.pilot, closure=closure)
    with pytest.raises(Unknown):
        openings.open_days_again(actor=shelf.pilot, closure=shut)


# --- appointments


def test_no_hour_is_offered_for_what_is_not_put_aside_at_a_point(shelf: Shelf) -> None:
    opened(shelf)
    for device in (shelf.ready(), shelf.available()):
        assert appointments.slots_for(device, actor=shelf.adviser) == []
    assert appointments.slots_for(shelf.reserved(), actor=shelf.adviser, most=1)


def test_an_hour_that_somebody_else_takes_each_time_is_refused_in_the_end(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened(shelf, places=2)
    first, second = shelf.reserved(), shelf.reserved()
    hour = a_later_hour(shelf, first)
    stale = slot_at(shelf.point, hour)
    booked(shelf, first, hour)
    read = []

    def seat_just_taken(*_: Any, **__: Any) -> Slot | None:
        read.append(hour)
        return stale

    monkeypatch.setattr(appointments, "slot_at", seat_just_taken)
    book = lambda: appointments.book_appointment(actor=shelf.adviser, need=need_of(second), starts_at=hour)  # noqa: E731
    assert codes(book) == {"seat_left"}
    assert len(read) == appointments.TRIES
    assert Appointment.objects.count() == 1


# --- what is put aside, what comes back, what is forgotten


def test_of_what_a_device_cannot_serve_only_that_is_said_and_no_rank(shelf: Shelf) -> None:
    laptop = shelf.available()
    assert shelf.need(NeedKind.TABLET)
    tablet = shelf.need(NeedKind.TABLET)
    away = make_commune()
    assert shelf.need(commune=away)
    elsewhere = shelf.need(commune=away)
    reserve = lambda need: hand_overs.reserve_device(actor=shelf.adviser, device=laptop, need=need)  # noqa: E731
    assert codes(lambda: reserve(tablet)) == {"need_kind"}
    assert codes(lambda: reserve(elsewhere)) == {"need_territory"}
    assert fresh(laptop).need is None


def test_a_screen_settled_alone_asks_nothing_of_the_social_worker(shelf: Shelf) -> None:
    sold = shelf.handed_over(shelf.reserve(shelf.on_the_shelf(shelf.desktop())))
    screen = shelf.take_back(fresh(screen_of(sold)))
    before = Mail.objects.count()
    settled = returns.settle_return(actor=shelf.adviser, device=screen, kind=SettlementKind.GIVEN_UP)
    assert settled.device == screen
    assert Mail.objects.count() == before


def test_the_mails_of_its_appointments_are_forgotten_with_a_household(shelf: Shelf) -> None:
    opened(shelf)
    held, kept = (
        shelf.reserved(need=shelf.need(email=f"{who}@exemple.test", contact_channel="email")) for who in ("un", "deux")
    )
    gone, stays = booked(shelf, held), booked(shelf, kept)
    household = need_of(held).prescription.household
    forget_households(
        Move("household", "anonymise", SYSTEM, timezone.now(), None, {}, [Moved(household.pk, "", "", 0)])
    )
    mails = Mail.objects.filter(about_machine="appointment")
    assert [one.to for one in mails.filter(about_pk=gone.pk)] == [[]]
    assert [one.to for one in mails.filter(about_pk=stays.pk)] == [["deux@exemple.test"]]


def test_a_note_of_exchange_prepared_for_one_device_serves_no_other(shelf: Shelf) -> None:
    back, noted, other = shelf.returned(), shelf.available(), shelf.available()
    hand_overs.prepare_exchange(actor=shelf.adviser, device=noted, replaces=back)
    given = {"need": back.need_id, "replaces": back.pk, "proof": HandOverProof.ATTESTED}
    with pytest.raises(Refused, match="La fiche d’échange n’est pas préparée"):
        gate.apply(other, "exchange", actor=shelf.adviser, **given)
    assert fresh(other).state == "available"
