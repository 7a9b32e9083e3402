"""Deciding line by line, and giving the lot to workshops."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from documents.models import Mail
from donations.enums import Destination, DonationState, LineRefusalCode
from donations.machine import donation_rules as rules
from donations.models import Allocation, Donation, LineDecision
from donations.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from donations.services.donations import Ruling, qualify_donation
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.machine import verbs_of
from network.enums import OrganisationKind, Role
from reference.models import Parameter
from refurb.enums import DeviceState
from refurb.models import Device
from tests.donations.scene import Scene, again, laptops, load_law, public_scene, screens
from tests.network.factories import make_membership, make_organisation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def test_every_accepted_unit_becomes_a_declared_device() -> None:
    scene = Scene(lines=(laptops(3, model_name="Exemple 14"), screens(2)))

    donation = scene.qualified()

    assert donation.state == DonationState.QUALIFIED
    devices = Device.objects.filter(donation=donation)
    assert sorted(devices.values_list("type", "state")) == [("laptop", "declared")] * 3 + [("screen", "declared")] * 2
    device = devices.filter(type="laptop").first()
    assert device is not None
    assert device.workshop == scene.north.organisation
    assert (device.donor_kind, device.origin_epci) == (donation.donor_kind, donation.origin_epci)
    assert (device.line, device.model) == (donation.lines.get(type="laptop"), "Exemple 14")
    assert device.journal.get().cause_entry == donation.journal.get(verb="qualify").pk


def test_only_accepted_units_become_devices_and_the_journal_keeps_their_number() -> None:
    scene = Scene(lines=(laptops(5), screens(4)))

    donation = scene.qualified(accept={0: 3, 1: 0})

    assert Device.objects.filter(donation=donation).count() == 3
    entry = donation.journal.get(verb="qualify")
    assert entry.values == {"laptop": 3, "desktop": 0, "tablet": 0, "smartphone": 0, "screen": 0}


def test_a_line_is_split_between_two_workshops() -> None:
    scene = Scene(lines=(laptops(5),))

    donation = scene.qualified(split=True)

    homes = Device.objects.filter(donation=donation).order_by().values_list("workshop", flat=True)
    assert sorted(homes) == sorted([scene.north.pk] * 3 + [scene.south.pk] * 2)
    assert set(donation.workshops()) == {scene.north.organisation, scene.south.organisation}


def test_the_decision_is_kept_with_who_and_when_and_waits_for_the_committee() -> None:
    scene = Scene(lines=(laptops(5),))

    donation = scene.qualified(accept={0: 2})

    decision = LineDecision.objects.get(line__donation=donation)
    assert (decision.accepted, decision.code) == (2, LineRefusalCode.CONDITION)
    assert decision.decided_by == scene.pilot
    assert donation.to_ratify
    assert donation.qualified_by == scene.pilot


def test_donor_and_workshops_are_told_each_what_is_theirs() -> None:
    scene = Scene(lines=(laptops(5),))
    people = [scene.contact, scene.north.manager, scene.south.manager]
    scene.north.technician  # noqa: B018
    announced = Mail.objects.count()

    donation = scene.qualified(split=True)

    mails = Mail.objects.filter(about_pk=donation.pk).order_by("pk")[announced:]
    told = {mail.to[0]: mail for mail in mails if mail.to[0] != scene.pilot.user.email}
    assert set(told) == {person.user.email for person in people}
    assert "3 × ordinateur portable" in told[scene.north.manager.user.email].body
    assert "2 × ordinateur portable" in told[scene.south.manager.user.email].body
    assert "acte de don" in told[scene.contact.user.email].body
    assert all(f"http://localhost:8000/lots/{donation.reference}/" in mail.body for mail in told.values())


def test_no_task_carries_anything_but_keys() -> None:
    scene = Scene()
    scene.north.manager  # noqa: B018

    scene.qualified()

    jobs = list(ProcrastinateJob.objects.values_list("args", flat=True))
    assert jobs
    assert all(isinstance(value, int) for args in jobs for value in args.values())


def test_only_the_pilot_qualifies() -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(PermissionDenied):
        qualify_donation(actor=scene.contact, donation=donation, rulings=scene.rulings(donation))
    with pytest.raises(Unknown):
        qualify_donation(actor=scene.north.manager, donation=donation, rulings=[])


def refusals(scene: Scene, donation: Donation, rulings: list[Ruling], **values: Any) -> list[str]:
    """Qualify, expect a refusal, check that nothing was kept, and return the codes."""
    with pytest.raises(Refused) as refused:
        qualify_donation(actor=scene.pilot, donation=donation, rulings=rulings, **values)
    assert again(donation).state == DonationState.ANNOUNCED
    assert not LineDecision.objects.filter(line__donation=donation).exists()
    assert not Allocation.objects.filter(donation=donation).exists()
    assert not Device.objects.filter(donation=donation).exists()
    assert all(reason.sentence for reason in refused.value.all)
    return [reason.code for reason in refused.value.all]


def test_every_line_waits_for_its_decision() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.announced()

    assert refusals(scene, donation, scene.rulings(donation)[:1]) == ["every_line_decided"]


def test_a_refusal_names_its_lines() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(donation)[:1])

    assert "2 × écran" in refused.value.all[0].sentence
    assert "3 × ordinateur" not in refused.value.all[0].sentence


def test_more_than_announced_is_not_accepted() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.announced()
    ruling = replace(scene.rulings(donation)[0], accepted=4, shares={scene.north.pk: 4})

    assert refusals(scene, donation, [ruling]) == ["within_announced"]


@pytest.mark.parametrize("accepted", [0, 2])
def test_what_is_refused_says_why(accepted: int) -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.announced()
    ruling, other = scene.rulings(donation)
    ruling = replace(ruling, accepted=accepted, code="", shares={scene.north.pk: accepted})

    assert refusals(scene, donation, [ruling, other]) == ["refusal_coded"]


def test_a_lot_of_which_nothing_is_accepted_is_declined_instead() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.announced()

    assert refusals(scene, donation, scene.rulings(donation, accept={0: 0})) == ["something_accepted"]


def test_the_shares_make_the_total() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.announced()
    ruling = replace(scene.rulings(donation)[0], shares={scene.north.pk: 1, scene.south.pk: 1})

    assert refusals(scene, donation, [ruling]) == ["wholly_shared"]


def test_a_refused_line_has_no_share() -> None:
    scene = Scene(lines=(laptops(3), screens(2)))
    donation = scene.announced()
    ruling, other = scene.rulings(donation, accept={1: 0})

    assert refusals(scene, donation, [ruling, replace(other, shares={scene.north.pk: 1})]) == ["wholly_shared"]


def close(scene: Scene) -> int:
    scene.north.organisation.is_active = False
    scene.north.organisation.save()
    return scene.north.pk


@pytest.mark.parametrize("home", [close, lambda scene: make_organisation(OrganisationKind.RECYCLER).pk])
def test_a_lot_goes_to_active_workshops_only(home: Callable[[Scene], int]) -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.announced()
    ruling = replace(scene.rulings(donation)[0], shares={home(scene): 3})

    assert refusals(scene, donation, [ruling]) == ["shared_between_workshops"]


def old(years: int) -> int:
    return timezone.localdate().year - years


def test_a_machine_surely_over_ten_years_old_is_not_accepted_for_reuse() -> None:
    scene = Scene(lines=(laptops(3, purchase_year=old(11)),))
    donation = scene.announced()

    assert refusals(scene, donation, scene.rulings(donation)) == ["old_to_recycling"]


def test_it_is_accepted_for_recycling_and_its_units_are_followed_too() -> None:
    scene = Scene(lines=(laptops(3, purchase_year=old(11)),))
    donation = scene.announced()
    ruling = replace(scene.rulings(donation)[0], destination=Destination.RECYCLING)

    qualify_donation(actor=scene.pilot, donation=donation, rulings=[ruling])

    assert Device.objects.filter(donation=donation).count() == 3


def test_a_machine_of_ten_years_may_still_be_reused() -> None:
    assert Scene(lines=(laptops(3, purchase_year=old(10)),)).qualified().state == DonationState.QUALIFIED


def test_without_a_row_in_force_the_usual_age_limit_holds() -> None:
    Parameter.objects.filter(code=DEVICE_AGE.code).delete()
    scene = Scene(lines=(laptops(3, purchase_year=old(11)),))
    donation = scene.announced()

    assert refusals(scene, donation, scene.rulings(donation)) == ["old_to_recycling"]
    Parameter.objects.filter(code=DEVICE_AGE.code).delete()
    young = Scene(lines=(laptops(3, purchase_year=old(10)),))
    assert young.qualified().state == DonationState.QUALIFIED


def test_the_value_of_a_public_gift_stays_under_the_ceiling_of_the_day() -> None:
    scene = public_scene(laptops(3, unit_value=Decimal("300.01")))
    donation = scene.announced_before_the_law()

    assert refusals(scene, donation, scene.rulings(donation)) == ["value_under_ceiling"]
    alone = public_scene(laptops(1, unit_value=Decimal("300.01")))
    donation = alone.announced_before_the_law()
    assert refusals(alone, donation, alone.rulings(donation)) == ["value_under_ceiling"]


def test_a_public_gift_of_exactly_the_ceiling_passes() -> None:
    scene = public_scene(laptops(3, unit_value=Decimal(300)))

    assert scene.qualified().state == DonationState.QUALIFIED


def test_the_value_of_a_public_gift_is_known() -> None:
    scene = public_scene(laptops(3))
    donation = scene.announced()

    assert refusals(scene, donation, scene.rulings(donation)) == ["value_under_ceiling"]


def test_without_a_row_in_force_the_usual_ceiling_of_a_public_gift_holds() -> None:
    dear = public_scene(laptops(3, unit_value=Decimal("300.01")))
    donation = dear.announced_before_the_law()
    Parameter.objects.filter(code=PUBLIC_GIFT_VALUE.code).delete()

    assert refusals(dear, donation, dear.rulings(donation)) == ["value_under_ceiling"]
    assert public_scene(laptops(3, unit_value=Decimal(300))).qualified().state == DonationState.QUALIFIED


def test_a_refused_line_of_a_public_donor_may_be_worth_more() -> None:
    scene = public_scene(laptops(3, unit_value=Decimal(100)), screens(2, unit_value=Decimal(900)))
    donation = scene.announced_before_the_law()

    qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(donation, accept={1: 0}))

    assert Device.objects.filter(donation=donation).count() == 3


def test_a_company_gives_machines_of_any_value() -> None:
    scene = Scene(lines=(laptops(3, unit_value=Decimal(900)),))

    assert scene.qualified().state == DonationState.QUALIFIED


def test_a_public_donor_gives_by_a_decision() -> None:
    scene = public_scene()
    donation = scene.announced(transfer_reference="")

    assert refusals(scene, donation, scene.rulings(donation)) == ["transfer_decided"]


def test_the_pilot_may_note_the_decision_while_qualifying() -> None:
    scene = public_scene()
    donation = scene.announced(transfer_reference="")

    donation = qualify_donation(
        actor=scene.pilot, donation=donation, rulings=scene.rulings(donation), transfer_reference="D-7"
    )

    assert donation.transfer_reference == "D-7"
    with pytest.raises(IntegrityError, match="décision de cession"), transaction.atomic():
        Donation.objects.filter(pk=donation.pk).update(transfer_reference="")


def test_a_line_of_another_lot_is_unknown() -> None:
    scene = Scene()
    donation, other = scene.announced(), scene.announced()

    with pytest.raises(Unknown):
        qualify_donation(actor=scene.pilot, donation=donation, rulings=scene.rulings(other))


def test_a_lot_is_qualified_once() -> None:
    scene = Scene()
    donation = scene.announced()
    rulings = scene.rulings(donation)
    qualify_donation(actor=scene.pilot, donation=donation, rulings=rulings)

    with pytest.raises(Refused) as refused:
        qualify_donation(actor=scene.pilot, donation=donation, rulings=rulings)

    assert refused.value.all[0].code == "state"


def test_the_gate_itself_refuses_what_the_service_did_not_prepare() -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "qualify", actor=scene.pilot, **rules.announced_by_type([donation.pk])[donation.pk])

    assert {"every_line_decided", "something_accepted", "accepted_quantities"} <= {
        reason.code for reason in refused.value.all
    }


def test_a_set_qualifies_the_lots_that_are_decided() -> None:
    scene = Scene()
    decided, undecided = scene.announced(), scene.announced()
    line = decided.lines.get()
    LineDecision.objects.create(line=line, accepted=3, decided_at=timezone.now())
    Allocation.objects.create(donation=decided, line=line, workshop=scene.north.organisation, quantity=3, round=1)
    lots = Donation.objects.filter(pk__in=(decided.pk, undecided.pk))

    outcome = gate.apply_many(
        lots,
        "qualify",
        actor=scene.pilot,
        per_row=rules.accepted_by_type([decided.pk, undecided.pk]),
    )

    assert outcome.moved == [decided.pk]
    assert "every_line_decided" in {reason.code for reason in outcome.refused[undecided.pk]}
    assert Device.objects.filter(donation=decided).count() == 3


def test_the_pilot_is_offered_to_qualify_before_any_decision_is_written() -> None:
    scene = Scene()

    actions = {action.verb: action for action in gate.actions_for(scene.announced(), scene.pilot)}

    assert actions["qualify"].allowed
    assert actions["decline"].allowed


def test_every_rule_of_the_decision_waits_for_what_is_given() -> None:
    qualify = verbs_of(Donation)["qualify"]

    assert all(rule.needs == rules.TYPES for rule in qualify.requires)


def test_two_hundred_units_cost_as_many_queries_as_one() -> None:
    def cost(quantity: int) -> int:
        scene = Scene(lines=(laptops(quantity),))
        people = (scene.contact, scene.pilot, scene.north.manager)
        assert all(people)
        donation = scene.announced()
        rulings = scene.rulings(donation)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            qualify_donation(actor=scene.pilot, donation=donation, rulings=rulings)
        assert Device.objects.filter(donation=donation).count() == quantity
        return len(queries)

    cost(1)
    assert cost(200) <= cost(1) + 2


@pytest.mark.parametrize("model", [LineDecision, Allocation])
def test_decisions_and_shares_are_only_added_to(model: type) -> None:
    Scene().qualified()
    row = model.objects.first()

    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError, match="que par ajout"), transaction.atomic():
        row.save()


def test_assigned_workshops_see_the_lot_and_their_devices_others_do_not() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.qualified(split=True)
    outsider = make_membership(Role.MANAGER, OrganisationKind.RECONDITIONER)

    assert donation in Donation.objects.visible_to(scene.north.technician)
    assert donation in Donation.objects.visible_to(scene.south.manager)
    assert not Donation.objects.visible_to(outsider).exists()
    assert Device.objects.visible_to(scene.north.manager).count() == 2
    assert Device.objects.filter(state=DeviceState.DECLARED).count() == 4
