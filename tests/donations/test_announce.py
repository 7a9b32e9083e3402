"""Describing a lot and offering it."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from documents.models import Mail
from donations.enums import DonationState, DonorKind
from donations.machine import donation_rules as rules
from donations.models import Donation, DonationLine
from donations.services.donations import (
    announce_donation,
    create_donation,
    edit_donation,
    record_transfer_decision,
)
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.enums import LegalNature, OrganisationKind, Role
from tests.donations.scene import Scene, again, first_line, laptops, public_scene, screens
from tests.network.factories import make_commune, make_epci, make_membership

pytestmark = pytest.mark.django_db


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_a_contact_of_the_donor_opens_a_draft_with_its_lines() -> None:
    scene = Scene(lines=(laptops(5), screens(2)))

    donation = scene.draft(access="Quai n° 3", peripherals=12)

    assert donation.state == DonationState.DRAFT
    assert donation.created_by == scene.contact
    assert donation.donor_kind == DonorKind.PRIVATE
    assert donation.reference.startswith("D-")
    assert sorted(donation.lines.values_list("type", "quantity")) == [("laptop", 5), ("screen", 2)]


def test_nobody_opens_a_draft_for_another_donor() -> None:
    with pytest.raises(PermissionDenied):
        create_donation(actor=Scene().contact, donor=Scene().donor)


def test_the_pilot_opens_a_draft_for_a_donor() -> None:
    scene = Scene()

    assert create_donation(actor=scene.pilot, donor=scene.donor).state == DonationState.DRAFT


def test_a_technician_does_not_open_a_draft() -> None:
    scene = Scene()

    with pytest.raises(PermissionDenied):
        create_donation(actor=scene.north.technician, donor=scene.donor)


def test_a_line_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError):
        Scene(lines=(laptops(0),)).draft()


def test_a_draft_is_described_again_lines_included() -> None:
    scene = Scene()
    donation = scene.draft()

    edit_donation(actor=scene.contact, donation=donation, lines=[screens(4)], description="Salle 12")

    assert again(donation).description == "Salle 12"
    assert [line.type for line in donation.lines.all()] == ["screen"]


def test_a_draft_of_another_donor_is_unknown() -> None:
    with pytest.raises(Unknown):
        edit_donation(actor=Scene().contact, donation=Scene().draft(), description="…")


def test_a_lot_is_announced_and_the_pilot_told() -> None:
    scene = Scene(lines=(laptops(5), laptops(3, purchase_year=2019), screens(2)))
    pilot = scene.pilot
    donation = scene.announced()

    assert donation.state == DonationState.ANNOUNCED
    assert donation.announced_by == scene.contact
    entry = donation.journal.get(verb="announce")
    assert entry.values == {"laptop": 8, "desktop": 0, "tablet": 0, "smartphone": 0, "screen": 2}
    mail = Mail.objects.get(about_machine="donation", about_pk=donation.pk)
    assert mail.to == [pilot.user.email]
    assert donation.reference in mail.subject


def test_the_epci_and_the_donor_kind_are_written_at_announcement_in_row_and_journal() -> None:
    epci = make_epci()
    scene = public_scene()
    donation = scene.draft(commune=make_commune(epci=epci))
    assert donation.origin_epci is None

    donation = announce_donation(actor=scene.contact, donation=donation)

    assert (donation.origin_epci, donation.donor_kind) == (epci, DonorKind.PUBLIC)
    entry = donation.journal.get(verb="announce")
    assert (entry.origin_epci, entry.donor_kind) == (epci, DonorKind.PUBLIC)


def test_an_association_counts_as_a_private_donor() -> None:
    assert Scene(LegalNature.ASSOCIATION).announced().donor_kind == DonorKind.PRIVATE


def test_a_site_outside_the_departement_is_counted_apart() -> None:
    donation = Scene().announced(commune=None, outside=True, pick_up_postcode="62000", pick_up_city="Ville-Exemple")

    assert donation.origin_epci is None
    assert donation.outside


def test_a_commune_says_that_the_site_is_inside() -> None:
    scene = Scene()

    donation = scene.draft(outside=True)

    assert not donation.outside
    assert donation.pick_up_city == scene.commune.name


@pytest.mark.parametrize(
    ("missing", "rule"),
    [
        ({"pick_up_address": ""}, rules.ADDRESS_GIVEN),
        ({"pick_up_postcode": ""}, rules.ADDRESS_GIVEN),
        ({"commune": None, "pick_up_city": "Ville-Exemple"}, rules.COMMUNE_KNOWN),
        ({"commune": None}, rules.ADDRESS_GIVEN),
    ],
)
def test_announce_is_refused_without_a_known_site(missing: dict[str, object], rule: rules.Requirement) -> None:
    scene = Scene()
    donation = scene.draft(**missing)

    with pytest.raises(Refused) as refused:
        announce_donation(actor=scene.contact, donation=donation)

    assert rule.reason in refused.value.all


def test_announce_is_refused_without_siret() -> None:
    scene = Scene()
    donation = scene.draft()
    scene.donor.siret = ""
    scene.donor.save()

    with pytest.raises(Refused) as refused:
        announce_donation(actor=scene.contact, donation=donation)

    assert refused.value.all == [rules.DONOR_SIRET.reason]


def test_announce_is_refused_when_the_organisation_is_no_donor() -> None:
    scene = Scene()
    donation = create_donation(actor=scene.pilot, donor=scene.north.organisation, lines=scene.lines, **scene.site())
    scene.north.organisation.siret = "00000000000017"
    scene.north.organisation.save()

    with pytest.raises(Refused) as refused:
        announce_donation(actor=scene.pilot, donation=donation)

    assert codes(refused) == {"donor"}


def test_announce_is_refused_without_a_line() -> None:
    scene = Scene(lines=())
    donation = scene.draft()

    with pytest.raises(Refused) as refused:
        announce_donation(actor=scene.contact, donation=donation)

    assert refused.value.all == [rules.HAS_LINES.reason]


def test_announce_is_refused_for_a_machine_bought_tomorrow() -> None:
    scene = Scene(lines=(laptops(purchase_year=timezone.localdate().year + 1),))
    donation = scene.draft()

    with pytest.raises(Refused) as refused:
        announce_donation(actor=scene.contact, donation=donation)

    assert refused.value.all == [rules.YEARS_POSSIBLE.reason]


def test_quantities_that_are_not_those_of_the_lines_do_not_enter_the_journal() -> None:
    scene = Scene()
    donation = scene.draft()

    with pytest.raises(Refused) as refused:
        gate.apply(donation, "announce", actor=scene.contact, **dict.fromkeys(rules.TYPES, 1))
    with pytest.raises(Refused):
        gate.apply(donation, "announce", actor=scene.contact)

    assert refused.value.all == [rules.ANNOUNCED_QUANTITIES.reason]
    assert again(donation).state == DonationState.DRAFT


def test_a_set_announces_those_that_can_be_and_says_why_for_the_others() -> None:
    scene = Scene()
    full, empty = scene.draft(), Scene.draft(scene_without_lines(scene))
    quantities = rules.announced_by_type([full.pk, empty.pk])

    outcome = gate.apply_many(
        Donation.objects.filter(pk__in=(full.pk, empty.pk)),
        "announce",
        actor=scene.contact,
        per_row=quantities,
    )

    assert outcome.moved == [full.pk]
    assert outcome.refused == {empty.pk: (rules.HAS_LINES.reason,)}


def scene_without_lines(scene: Scene) -> Scene:
    bare = Scene(lines=())
    bare.__dict__ |= {"donor": scene.donor, "contact": scene.contact}
    return bare


def test_the_action_bar_says_what_a_draft_lacks() -> None:
    scene = Scene(lines=())

    action = next(a for a in gate.actions_for(scene.draft(), scene.contact) if a.verb == "announce")

    assert not action.allowed
    assert action.reasons == (rules.HAS_LINES.reason,)


def test_an_announced_lot_is_not_described_again() -> None:
    scene = Scene()
    donation = scene.announced()

    with pytest.raises(Refused) as refused:
        edit_donation(actor=scene.contact, donation=donation, description="…")

    assert codes(refused) == {"already_announced"}


@pytest.mark.parametrize("change", ["update", "delete", "insert"])
def test_the_database_keeps_the_lines_of_an_announced_lot(change: str) -> None:
    donation = Scene().announced()
    line = first_line(donation)

    with pytest.raises(IntegrityError, match="garde ses lignes"), transaction.atomic():  # noqa: PT012
        if change == "update":
            DonationLine.objects.filter(pk=line.pk).update(quantity=9)
        elif change == "delete":
            DonationLine.objects.filter(pk=line.pk).delete()
        else:
            DonationLine.objects.create(
                donation=donation, type="screen", quantity=1, purchase_year=2020, condition="working"
            )


@pytest.mark.parametrize("column", ["pick_up_postcode", "pick_up_address"])
def test_the_database_keeps_the_site_of_an_announced_lot(column: str) -> None:
    donation = Scene().announced()

    with pytest.raises(IntegrityError, match="garde son donateur"), transaction.atomic():
        Donation.objects.filter(pk=donation.pk).update(**{column: "59999"})


@pytest.mark.parametrize("column", ["announced_at", "qualified_at", "state", "allocation_round"])
def test_the_wall_refuses_a_stamp_without_its_journal_row(column: str) -> None:
    donation = Scene().announced()
    value = {"state": "qualified", "allocation_round": 4}.get(column, timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        Donation.objects.filter(pk=donation.pk).update(**{column: value})


def test_the_transfer_decision_is_noted_until_the_lot_is_decided() -> None:
    scene = public_scene()
    donation = scene.announced(transfer_reference="")

    record_transfer_decision(
        actor=scene.contact, donation=donation, reference="2026-04-12", decided_on=date(2026, 4, 12)
    )

    assert again(donation).transfer_reference == "2026-04-12"


def test_who_sees_a_draft() -> None:
    scene = Scene()
    scene.draft()
    others = [
        make_membership(Role.MANAGER, OrganisationKind.PREFECTURE),
        make_membership(Role.WORKER, OrganisationKind.PRESCRIBER),
        make_membership(Role.MANAGER, OrganisationKind.EPCI),
        scene.north.manager,
        Scene().contact,
    ]

    assert Donation.objects.visible_to(scene.contact).count() == 1
    assert Donation.objects.visible_to(scene.pilot).count() == 1
    assert not any(Donation.objects.visible_to(other).exists() for other in [*others, None])
