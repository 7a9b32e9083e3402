"""A line that was accepted for recycling by mistake is used again: whoever may, of which lines, and what follows."""

from dataclasses import replace
from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from desk.services.meetings import to_ratify
from documents.models import Mail
from donations.enums import Destination, DonationPaperKind, DonationState, RedirectReason
from donations.models import Donation, LineRedirection
from donations.reuse_duty import reuse_gauge
from donations.services.donations import qualify_donation, redirect_donation
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.enums import LegalNature
from refurb.enums import UndoRejectReason, UnusableReason
from refurb.models import Device
from refurb.services import devices
from tests.donations.scene import Scene, again, first_line, laptops, public_scene
from tests.donations.test_given_back import told_by
from tests.pages import acting, answered, done, read
from tests.refurb.devices import Bench, fresh, given_to, load_numbers, new_tag
from tests.refurb.pages import page_of
from typography.french import written_day

pytestmark = pytest.mark.django_db
THIS_YEAR = timezone.localdate().year


@pytest.fixture(autouse=True)
def numbers(db: None) -> None:
    load_numbers()


def recycled(scene: Scene, *, to_ratify: bool = False) -> Donation:
    """A lot of which every line was accepted for recycling, picked up."""
    donation = scene.announced()
    rulings = [replace(ruling, destination=Destination.RECYCLING) for ruling in scene.rulings(donation)]
    qualify_donation(actor=scene.pilot, donation=donation, rulings=rulings, to_ratify=to_ratify)
    scene.accept(again(donation))
    scene.schedule(again(donation), scene.north)
    scene.count(again(donation), scene.north, None)
    return again(donation)


def on_the_bench(bench: Bench, donation: Donation) -> Device:
    received = devices.receive_device(actor=bench.technician, line=first_line(donation), tag=new_tag())
    return bench.prepared(gate.apply(received, "start", actor=bench.technician))


def redirected(scene: Scene, donation: Donation, reason: str = RedirectReason.ENTRY) -> Donation:
    lines = [first_line(donation).pk]
    return redirect_donation(actor=scene.pilot, donation=donation, lines=lines, reason=reason)


def test_its_devices_are_reconditioned_once_it_is_used_again_and_its_donor_and_workshop_are_told() -> None:
    scene = Scene(lines=(laptops(1),))
    donation, bench = recycled(scene), given_to(scene)
    device = on_the_bench(bench, donation)
    with pytest.raises(Refused, match="accepté pour le recyclage"):
        bench.recondition(device)
    redirected(scene, donation)
    assert bench.recondition(fresh(device)).state == "ready"
    told = {mail.subject.partition(" : ")[2]: set(mail.to) for mail in Mail.objects.all()}
    assert told["ce qui allait au recyclage sera réemployé"] == {scene.contact.user.email}
    assert told["à réemployer, et non à recycler"] == {bench.manager.user.email}


def test_what_the_workshop_had_rejected_for_that_alone_is_taken_back_and_reconditioned() -> None:
    scene = Scene(lines=(laptops(1),))
    donation, bench = recycled(scene), given_to(scene)
    device = bench.unusable(on_the_bench(bench, donation))
    redirected(scene, donation)
    gate.apply(device, "undo_reject", actor=bench.manager, reason=UndoRejectReason.REDIRECTED)
    gate.apply(device, "start", actor=bench.technician)
    assert bench.recondition(fresh(device)).state == "ready"


def test_the_workshop_rejects_for_that_alone_what_was_accepted_for_recycling_and_nothing_else() -> None:
    scene = Scene(lines=(laptops(1),))
    donation, bench = recycled(scene), given_to(scene)
    told = {"actor": bench.technician, "reason": UnusableReason.RECYCLING}
    assert gate.apply(on_the_bench(bench, donation), "reject", **told).unusable_reason == "recycling"
    with pytest.raises(Refused, match="n’est pas acceptée pour le recyclage"):
        gate.apply(bench.in_process(), "reject", **told)


def test_a_line_over_the_age_limit_stays_for_recycling() -> None:
    scene = Scene(lines=(laptops(1, purchase_year=THIS_YEAR - 15),))
    donation = recycled(scene)
    with pytest.raises(Refused, match="reste pour le recyclage"):
        redirected(scene, donation)
    assert not LineRedirection.objects.exists()
    page = page_of(donation, "donation_redirect")
    assert page not in read(acting(scene.pilot), page_of(donation, "donation_detail")), "no line of it may be"


def test_the_line_of_another_lot_one_that_is_reused_and_no_line_are_refused() -> None:
    scene = Scene(lines=(laptops(1),))
    donation, other = recycled(scene), Scene(lines=(laptops(1),))
    strange = first_line(recycled(other)).pk
    for lines in ([], [strange], [first_line(donation).pk, strange]):
        with pytest.raises(Refused, match="Choisissez une ligne au moins"):
            redirect_donation(actor=scene.pilot, donation=donation, lines=lines, reason=RedirectReason.ENTRY)
    redirected(scene, donation)
    with pytest.raises(Refused, match="n’est accepté pour le recyclage"):
        redirected(scene, donation)


def test_another_reason_is_explained() -> None:
    scene = Scene(lines=(laptops(1),))
    with pytest.raises(Refused, match="commentaire"):
        redirected(scene, recycled(scene), RedirectReason.OTHER)


def test_the_pilot_alone_redirects() -> None:
    scene = Scene(lines=(laptops(1),))
    donation = recycled(scene)
    for actor in (scene.contact, scene.north.manager, scene.north.technician):
        with pytest.raises(PermissionDenied):
            redirect_donation(
                actor=actor, donation=donation, lines=[first_line(donation).pk], reason=RedirectReason.ENTRY
            )


def test_a_decision_of_the_committee_that_the_pilot_changes_alone_comes_before_the_next_one() -> None:
    scene = Scene(lines=(laptops(1),))
    donation = recycled(scene)
    assert donation not in to_ratify()
    redirected(scene, donation)
    assert donation in to_ratify()


def test_the_statement_of_a_balanced_lot_is_made_anew_and_replaces_the_other() -> None:
    scene = Scene(lines=(laptops(1),))
    donation, bench = recycled(scene), given_to(scene)
    on_the_bench(bench, donation)
    gate.apply(donation, "reconcile", actor=bench.manager)
    redirected(scene, donation)
    said = donation.papers.filter(kind=DonationPaperKind.OUTCOME).order_by("pk")
    assert [paper.document.values["lines"][0]["destination"] for paper in said] == ["Recyclage", "Réemploi"]
    assert again(donation).state == DonationState.RECONCILED
    assert "remplacé" in read(acting(scene.contact), page_of(donation, "donation_detail"))
    before, after = (paper.document.values["lines"][0]["redirected"] for paper in said)
    assert (before, after) == ("", written_day(timezone.localdate()))
    assert "rendu au réemploi le" in told_by(said[1].document)


def test_the_gauge_of_a_public_donor_counts_it_as_reused_from_then_on() -> None:
    scene = public_scene()
    assert scene.legal_nature == LegalNature.PUBLIC
    donation, today = recycled(scene), date(THIS_YEAR, 12, 31)
    gauge = reuse_gauge(scene.donor, today)
    assert gauge is not None
    assert gauge.given == 0
    redirected(scene, donation)
    gauge = reuse_gauge(scene.donor, today)
    assert gauge is not None
    assert gauge.given == first_line(donation).quantity


def test_the_pilot_does_it_by_the_page_of_the_lot_which_then_says_so() -> None:
    scene = Scene(lines=(laptops(1), laptops(2, purchase_year=THIS_YEAR - 15)))
    donation = recycled(scene)
    client, page = acting(scene.pilot), page_of(donation, "donation_redirect")
    assert page in read(client, page_of(donation, "donation_detail"))
    assert page not in read(acting(scene.north.manager), page_of(donation, "donation_detail"))
    young, old = donation.lines.order_by("pk")
    assert str(young) in read(client, page)
    assert str(old) not in read(client, page), "what is too old is not offered to be refused"
    with pytest.raises(Refused, match=f"Décochez\u00a0: {old}") as refused:
        redirect_donation(actor=scene.pilot, donation=donation, lines=[young.pk, old.pk], reason=RedirectReason.ENTRY)
    assert str(young) not in refused.value.all[0].sentence
    assert "Choisissez une ligne au moins" in answered(client, page, reason="entry")
    done(client, page, lines=[young.pk], reason="entry")
    assert [row.line for row in LineRedirection.objects.all()] == [young]
    assert "rendu au réemploi le" in read(client, page_of(donation, "donation_detail"))
    assert "Lignes rendues au réemploi\u00a0: erreur de saisie" in read(client, page_of(donation, "donation_detail"))


def test_what_was_redirected_is_neither_changed_nor_taken_away_whoever_writes() -> None:
    scene = Scene(lines=(laptops(1),))
    redirected(scene, recycled(scene))
    for statement in (
        "DELETE FROM donations_lineredirection",
        "UPDATE donations_lineredirection SET redirected_at = now()",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
