"""Giving a lot to other workshops, declining it, taking it back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from documents.models import Mail
from donations.enums import DeclineReason, DonationState, ReassignReason, WithdrawReason
from donations.models import Donation, PickUp
from donations.services.donations import reassign_donation
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import OrganisationKind
from network.models import Organisation
from refurb.enums import DeviceState, WithdrawalReason
from refurb.models import Device
from tests.donations.scene import Scene, Workshop, again, first_line, laptops, load_law, screens
from tests.network.factories import make_organisation
from tests.pages import acting, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()


def homes(donation: Donation) -> list[int]:
    return sorted(Device.objects.filter(donation=donation).values_list("workshop", flat=True))


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [reason.code for reason in refused.value.all]


def told(donation: Donation, template_word: str) -> set[str]:
    mails = Mail.objects.filter(about_pk=donation.pk, subject__contains=template_word)
    return {address for mail in mails for address in mail.to}


def arrive(donation: Donation, workshop: Workshop) -> Device:
    """A unit is brought and scanned before any pick-up is recorded."""
    device = Device.objects.filter(donation=donation, workshop=workshop.organisation).first()
    assert device is not None
    return gate.apply(device, "receive", actor=workshop.technician, tag="T-1")


# --- reassign


def test_the_pilot_gives_the_lot_to_another_workshop_and_the_devices_follow() -> None:
    scene = Scene(lines=(laptops(3),))
    donation = scene.qualified()
    line = first_line(donation)

    donation = reassign_donation(
        actor=scene.pilot,
        donation=donation,
        shares={line.pk: {scene.north.pk: 1, scene.south.pk: 2}},
        reason=ReassignReason.CAPACITY,
    )

    assert donation.state == DonationState.QUALIFIED
    assert donation.allocation_round == 2
    assert homes(donation) == sorted([scene.north.pk, scene.south.pk, scene.south.pk])
    assert donation.journal.get(verb="reassign").values == {"reason": "capacity"}
    moved = Device.objects.filter(donation=donation, workshop=scene.south.organisation).first()
    assert moved is not None
    entry = moved.journal.get(verb="reassign")
    assert entry.values == {"workshop": scene.south.pk, "stamps": {"workshop": scene.south.pk}}
    assert entry.cause_entry == donation.journal.get(verb="reassign").pk
    kept = Device.objects.get(donation=donation, workshop=scene.north.organisation)
    assert not kept.journal.filter(verb="reassign").exists()


def test_what_was_planned_is_cancelled_and_the_deed_is_to_be_accepted_again() -> None:
    scene = Scene()
    donation = scene.scheduled()
    line = first_line(donation)

    donation = reassign_donation(
        actor=scene.pilot,
        donation=donation,
        shares={line.pk: {scene.south.pk: 3}},
        reason=ReassignReason.DISTANCE,
    )

    assert donation.scheduled_at is None
    pick_up = PickUp.objects.get(donation=donation)
    assert pick_up.cancelled_at is not None
    assert pick_up.revision == 1
    with pytest.raises(Refused) as refused:
        scene.schedule(donation, scene.south)
    assert codes(refused) == ["deed_accepted"]
    scene.accept(donation)
    assert scene.schedule(donation, scene.south).state == DonationState.SCHEDULED


def test_donor_new_and_former_workshops_are_told() -> None:
    scene = Scene()
    people = (scene.contact, scene.north.manager, scene.south.manager)
    donation = scene.scheduled()

    reassign_donation(
        actor=scene.pilot,
        donation=donation,
        shares={first_line(donation).pk: {scene.south.pk: 3}},
        reason=ReassignReason.BALANCE,
    )

    contact, north, south = (person.user.email for person in people)
    assert told(donation, "à accepter de nouveau") == {contact}
    assert told(donation, "est annulé") == {contact}
    assert told(donation, "plus rien à enlever") == {north}
    assert south in told(donation, "un enlèvement à planifier")


def test_a_workshop_gives_up_its_own_share() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.qualified(split=True)
    line = first_line(donation)

    reassign_donation(
        actor=scene.north.manager,
        donation=donation,
        shares={line.pk: {scene.south.pk: 4}},
        reason=ReassignReason.CAPACITY,
    )

    assert homes(donation) == [scene.south.pk] * 4
    assert not Donation.objects.visible_to(scene.north.manager).exists()


def test_a_workshop_takes_nothing_from_another() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.qualified(split=True)

    with pytest.raises(Refused) as refused:
        reassign_donation(
            actor=scene.north.manager,
            donation=donation,
            shares={first_line(donation).pk: {scene.north.pk: 4}},
            reason=ReassignReason.CAPACITY,
        )

    assert codes(refused) == ["own_share_only"]
    assert again(donation).allocation_round == 1


def test_a_workshop_gives_up_its_share_of_one_line_and_keeps_that_of_another() -> None:
    scene = Scene(lines=(laptops(4), screens(2)))
    donation = scene.qualified(split=True)
    first, second = donation.lines.order_by("pk")

    reassign_donation(
        actor=scene.north.manager,
        donation=donation,
        shares={first.pk: {scene.south.pk: 4}, second.pk: {scene.north.pk: 1, scene.south.pk: 1}},
        reason=ReassignReason.CAPACITY,
    )

    assert homes(donation) == sorted([scene.south.pk] * 5 + [scene.north.pk])


def test_a_workshop_takes_not_even_the_only_unit_of_another() -> None:
    scene = Scene(lines=(laptops(2),))
    donation = scene.qualified(split=True)

    with pytest.raises(Refused) as refused:
        reassign_donation(
            actor=scene.north.manager,
            donation=donation,
            shares={first_line(donation).pk: {make_organisation(OrganisationKind.RECONDITIONER).pk: 2}},
            reason=ReassignReason.CAPACITY,
        )

    assert codes(refused) == ["own_share_only"]


def test_a_technician_or_another_workshop_does_not_reassign() -> None:
    scene = Scene()
    donation = scene.qualified()
    shares = {first_line(donation).pk: {scene.south.pk: 3}}

    with pytest.raises(PermissionDenied):
        reassign_donation(actor=scene.north.technician, donation=donation, shares=shares, reason="capacity")
    with pytest.raises(Unknown):
        reassign_donation(actor=scene.south.manager, donation=donation, shares=shares, reason="capacity")


@pytest.mark.parametrize(
    ("quantity", "home", "reason", "code"),
    [
        (2, None, "capacity", "wholly_shared"),
        (3, OrganisationKind.RECYCLER, "capacity", "shared_between_workshops"),
        (3, None, "", "reason"),
        (3, None, "whim", "reason"),
    ],
)
def test_reassign_is_refused(quantity: int, home: OrganisationKind | None, reason: str, code: str) -> None:
    scene = Scene()
    donation = scene.qualified()
    to: Organisation = make_organisation(home) if home else scene.south.organisation

    with pytest.raises(Refused) as refused:
        reassign_donation(
            actor=scene.pilot,
            donation=donation,
            shares={first_line(donation).pk: {to.pk: quantity}},
            reason=reason,
        )

    assert codes(refused)[0] == code
    assert homes(donation) == [scene.north.pk] * 3


def test_reassign_is_refused_once_a_pick_up_is_done() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north)

    with pytest.raises(Refused) as refused:
        reassign_donation(
            actor=scene.pilot,
            donation=donation,
            shares={first_line(donation).pk: {scene.south.pk: 4}},
            reason="capacity",
        )

    assert codes(refused)[0] == "nothing_picked_up"


def test_reassign_is_refused_once_a_unit_has_arrived() -> None:
    scene = Scene()
    donation = scene.qualified()
    arrive(donation, scene.north)

    with pytest.raises(Refused) as refused:
        reassign_donation(
            actor=scene.pilot,
            donation=donation,
            shares={first_line(donation).pk: {scene.south.pk: 3}},
            reason="capacity",
        )

    assert codes(refused) == ["nothing_arrived"]


def test_a_set_is_reassigned_where_shares_are_ready() -> None:
    scene = Scene()
    ready, bare = scene.qualified(), scene.qualified()
    ready.allocations.create(line=first_line(ready), workshop=scene.south.organisation, quantity=3, round=2)

    outcome = gate.apply_many(
        Donation.objects.filter(pk__in=(ready.pk, bare.pk)), "reassign", actor=scene.pilot, reason="balance"
    )

    assert outcome.moved == [ready.pk]
    assert [reason.code for reason in outcome.refused[bare.pk]] == ["wholly_shared"]
    assert homes(ready) == [scene.south.pk] * 3


# --- decline


def test_the_pilot_declines_a_lot_and_the_donor_learns_where_to_recycle() -> None:
    scene = Scene()
    recycler = make_organisation(OrganisationKind.RECYCLER, phone="03 00 00 00 00")
    recycler.communes_served.add(scene.commune)
    make_organisation(OrganisationKind.RECYCLER)

    donation = scene.declined()

    assert donation.state == DonationState.DECLINED
    assert donation.decline_reason == DeclineReason.TOO_OLD
    mail = Mail.objects.get(about_pk=donation.pk, subject__contains="ne peut pas être repris")
    assert mail.to == [scene.contact.user.email]
    assert "matériel trop ancien" in mail.body
    assert recycler.name in mail.body
    assert mail.body.count("\n- ") == 1


def test_without_a_recycler_of_the_commune_all_are_named() -> None:
    scene = Scene()
    recyclers = [make_organisation(OrganisationKind.RECYCLER) for _ in range(2)]

    donation = scene.declined()

    body = Mail.objects.get(about_pk=donation.pk, subject__contains="ne peut pas être repris").body
    assert all(recycler.name in body for recycler in recyclers)


def test_declining_a_qualified_lot_withdraws_its_devices_and_tells_the_workshop() -> None:
    scene = Scene()
    manager = scene.north.manager
    donation = scene.qualified()

    donation = gate.apply(donation, "decline", actor=scene.pilot, reason=DeclineReason.TITLE)

    devices = Device.objects.filter(donation=donation)
    assert {(d.state, d.withdrawal_reason) for d in devices} == {
        (DeviceState.WITHDRAWN, WithdrawalReason.DONATION_DECLINED)
    }
    device = devices.first()
    assert device is not None
    assert device.journal.get(verb="withdraw").cause_entry == donation.journal.get(verb="decline").pk
    assert manager.user.email in told(donation, "plus rien à enlever")


@pytest.mark.parametrize("reason", ["", "whim"])
def test_decline_asks_for_a_coded_reason(reason: str) -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "decline", actor=scene.pilot, reason=reason)

    assert codes(refused) == ["reason"]


def test_a_donor_does_not_decline() -> None:
    scene = Scene()

    with pytest.raises(PermissionDenied):
        gate.apply(scene.announced(), "decline", actor=scene.contact, reason=DeclineReason.OTHER, comment="Dit")


def test_a_scheduled_lot_is_not_declined() -> None:
    scene = Scene()

    with pytest.raises(Refused) as refused:
        gate.apply(scene.scheduled(), "decline", actor=scene.pilot, reason=DeclineReason.OTHER, comment="Dit")

    assert codes(refused) == ["state"]


def test_decline_is_refused_once_a_unit_has_arrived() -> None:
    scene = Scene()
    donation = scene.qualified()
    arrive(donation, scene.north)

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "decline", actor=scene.pilot, reason=DeclineReason.OTHER, comment="Dit")

    assert codes(refused) == ["nothing_arrived"]


def test_a_set_is_declined_less_those_that_cannot_be() -> None:
    scene = Scene()
    announced, qualified, gone, draft = scene.announced(), scene.qualified(), scene.declined(), scene.draft()
    lots = Donation.objects.filter(pk__in=[lot.pk for lot in (announced, qualified, gone, draft)])

    outcome = gate.apply_many(lots, "decline", actor=scene.pilot, reason=DeclineReason.NO_WORKSHOP)

    assert sorted(outcome.moved) == sorted([announced.pk, qualified.pk])
    assert {reason.code for reasons in outcome.refused.values() for reason in reasons} == {"state"}
    device = Device.objects.filter(donation=qualified).first()
    assert device is not None
    assert device.state == DeviceState.WITHDRAWN
    assert device.journal.get(verb="withdraw").cause_entry == qualified.journal.get(verb="decline").pk


# --- withdraw


@pytest.mark.parametrize("situation", ["draft", "announced", "qualified", "scheduled"])
def test_a_donor_takes_its_lot_back(situation: str) -> None:
    scene = Scene(lines=(laptops(3), screens(1)))
    donation = getattr(scene, situation)()

    donation = gate.apply(donation, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)

    assert donation.state == DonationState.WITHDRAWN
    assert donation.withdraw_reason == WithdrawReason.KEPT
    assert donation.withdrawn_by == scene.contact
    assert {d.withdrawal_reason for d in Device.objects.filter(donation=donation)} <= {
        WithdrawalReason.DONATION_WITHDRAWN
    }
    assert not Device.objects.filter(donation=donation).exclude(state=DeviceState.WITHDRAWN).exists()
    assert not PickUp.objects.filter(donation=donation, cancelled_at=None).exists()


def test_withdrawing_a_draft_troubles_nobody() -> None:
    scene = Scene()
    assert scene.pilot

    gate.apply(scene.draft(), "withdraw", actor=scene.contact, reason=WithdrawReason.ENTRY)

    assert not Mail.objects.exists()


def test_withdrawing_a_scheduled_lot_tells_pilot_and_workshop() -> None:
    scene = Scene()
    manager = scene.north.manager
    donation = scene.scheduled()

    gate.apply(donation, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)

    assert told(donation, "retire son offre") == {scene.pilot.user.email}
    assert told(donation, "plus rien à enlever") == {manager.user.email}


@pytest.mark.parametrize("situation", ["draft", "announced", "scheduled"])
def test_a_donor_whose_lot_is_withdrawn_by_the_pilot_is_told_and_takes_nothing_back_itself(situation: str) -> None:
    scene = Scene()
    donation = getattr(scene, situation)()
    asked = read(acting(scene.pilot), reverse("donations:donation_withdraw", args=[donation.reference]))
    assert ("seul le donateur est prévenu" if situation == "draft" else "comme le donateur") in asked

    gate.apply(donation, "withdraw", actor=scene.pilot, reason=WithdrawReason.ENTRY)

    assert told(donation, "est retiré") == {scene.contact.user.email}
    assert told(donation, "retire son offre") == set()


def test_withdraw_is_refused_once_a_pick_up_is_done() -> None:
    scene = Scene(lines=(laptops(4),))
    donation = scene.scheduled(split=True)
    scene.count(donation, scene.north)

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)

    assert codes(refused) == ["nothing_picked_up", "nothing_arrived"]


def test_withdraw_asks_for_a_coded_reason() -> None:
    scene = Scene()

    with pytest.raises(Refused) as refused:
        gate.apply(scene.draft(), "withdraw", actor=scene.contact, reason="")

    assert codes(refused) == ["reason"]


def test_another_donor_or_a_workshop_does_not_withdraw() -> None:
    scene = Scene()
    donation = scene.qualified()

    with pytest.raises(Unknown):
        gate.apply(donation, "withdraw", actor=Scene().contact, reason=WithdrawReason.KEPT)
    with pytest.raises(PermissionDenied):
        gate.apply(donation, "withdraw", actor=scene.north.manager, reason=WithdrawReason.KEPT)


def test_a_set_is_withdrawn_less_what_is_already_picked_up() -> None:
    scene = Scene(lines=(laptops(4),))
    draft, announced, started = scene.draft(), scene.announced(), scene.scheduled(split=True)
    scene.count(started, scene.north)
    lots = Donation.objects.filter(pk__in=[lot.pk for lot in (draft, announced, started)])

    outcome = gate.apply_many(lots, "withdraw", actor=scene.contact, reason=WithdrawReason.KEPT)

    assert sorted(outcome.moved) == sorted([draft.pk, announced.pk])
    assert [reason.code for reason in outcome.refused[started.pk]] == [
        "nothing_picked_up",
        "nothing_arrived",
    ]


def test_a_comment_is_kept_apart_from_the_journal() -> None:
    scene = Scene()

    donation = gate.apply(
        scene.draft(), "withdraw", actor=scene.contact, reason=WithdrawReason.OTHER, comment="Déménagement"
    )

    entry = donation.journal.get(verb="withdraw")
    assert entry.comment_digest
    assert "Déménagement" not in str(entry.values)
