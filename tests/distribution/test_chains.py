"""Where a device, a lot, a delivery and a convention stand on the chain, and what it names to whom."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from conventions.enums import Party
from conventions.models import Convention, Quota
from conventions.services.drafting import Plan
from conventions.services.endings import agree_end_convention
from distribution.panels import convention_panel
from distribution.progress import convention_chain, delivery_chain, device_chain, donation_chain
from lifecycle import gate
from lifecycle.registry import Chain
from network.enums import OrganisationKind, Role
from network.models import Membership
from refurb.enums import WithdrawalReason
from refurb.models import Device, Erasure
from refurb.services.devices import receive_device
from tests.conventions.conventions import Treaty, ended_alone, midday
from tests.distribution.shelves import Shelf, delivery_of
from tests.donations.scene import load_law, public_scene
from tests.network.factories import make_membership
from tests.refurb.devices import from_lot, given_to, load_numbers, new_tag, private_lot
from tests.refurb.pages import acting, page_of, read
from typography.french import day, moment

pytestmark = pytest.mark.django_db
KINDS = ("laptop", "desktop")


@pytest.fixture(autouse=True)
def law(db: None) -> None:
    load_law()
    load_numbers()


def codes(chain: Chain | None) -> list[str]:
    assert chain is not None
    return [link.code for link in chain.links]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda shelf: shelf.ready(), ["done", "now", "ahead", "ahead", "ahead"]),
        (lambda shelf: shelf.allotted(), ["done", "done", "now", "ahead", "ahead"]),
        (lambda shelf: shelf.shipped(), ["done", "done", "done", "now", "ahead"]),
        (lambda shelf: shelf.reserved(), ["done", "done", "done", "now", "ahead"]),
        (lambda shelf: shelf.handed_over(), ["done", "done", "done", "done", "done"]),
        (lambda shelf: shelf.returned(), ["done", "done", "done", "now", "ahead"]),
        (lambda shelf: shelf.missing(shelf.shipped()), ["done", "done", "done", "stopped", "none"]),
    ],
    ids=["ready", "allotted", "shipped", "reserved", "handed_over", "returned", "missing"],
)
def test_a_device_stands_at_one_link(shelf: Shelf, make: Callable[[Shelf], Device], expected: list[str]) -> None:
    device = make(shelf)
    assert codes(device_chain(device, shelf.pilot)) == expected


def test_a_device_that_left_has_nothing_ahead() -> None:
    bench = given_to(public_scene())
    device = bench.in_process()
    bench.no_storage(device)
    device = bench.recycle(bench.unusable(device))
    drawn = device_chain(device, bench.technician)
    assert codes(drawn) == ["done", "stopped", "none", "none", "none"]
    assert drawn.links[1].said == "recyclé (DEEE)"


def test_the_first_missing_requirement_is_told_in_words_until_nothing_is() -> None:
    bench = given_to(public_scene())
    device = bench.in_process()
    page = read(acting(bench.technician), page_of(device, "device_detail"))
    missing = device_chain(device, bench.technician).missing
    assert "stockage" in missing
    assert f"Avant le maillon suivant\u00a0:</strong> {missing}." in page
    assert device_chain(bench.prepared(device), bench.technician).missing != missing


@pytest.mark.parametrize("how", ["found", "refused"])
def test_a_device_whose_proofs_fell_waits_for_its_proofs_and_no_place(shelf: Shelf, how: str) -> None:
    bench, device = shelf.bench, shelf.ready()
    assert device_chain(device, shelf.pilot).missing == "une place dans une convention"
    if how == "found":
        bench.drive(device)
    else:
        erasure = Erasure.objects.accepted().get(device=device)
        bench.erase(erasure.drive, supersedes=erasure, verification_errors=3)
    missing = device_chain(device, shelf.pilot).missing
    assert missing == "que l’atelier le remette en traitement et le prouve effacé\u00a0: ses preuves ne tiennent plus"
    assert "une place dans une convention" not in read(acting(bench.technician), page_of(device, "device_detail"))
    back = gate.apply(device, "reopen", actor=bench.technician, reason="proof")
    assert "disque" in device_chain(back, shelf.pilot).missing


def test_an_allotted_device_whose_proofs_fell_does_not_wait_to_be_shipped(shelf: Shelf) -> None:
    device = shelf.allotted()
    shelf.bench.drive(device)
    assert "ses preuves ne tiennent plus" in device_chain(device, shelf.pilot).missing


def test_the_text_alternative_is_one_sentence_and_the_drawing_is_hidden(shelf: Shelf) -> None:
    device = shelf.available()
    sentence = device_chain(device, shelf.adviser).sentence
    assert sentence.endswith("\u00a0; Foyer, à venir.")
    assert ". " not in sentence.replace(". 20", "")
    assert "Point de distribution" in sentence
    assert ", étape en cours, " in sentence
    page = read(acting(shelf.adviser), page_of(device, "device_detail"))
    assert page.count('class="chain"') == 1
    assert f'<p class="visually-hidden">{sentence}</p>' in page


def test_the_household_is_led_to_by_its_need_for_those_who_serve_it_alone(shelf: Shelf) -> None:
    device = shelf.handed_over()
    need = device.need
    contact = make_membership(Role.CONTACT, OrganisationKind.DONOR)
    readers: dict[str, Membership] = {"technician": shelf.technician, "adviser": shelf.adviser, "donor": contact}
    told = {who: device_chain(device, reader) for who, reader in readers.items()}
    assert told["adviser"].links[4].url == f"/besoins/{need.reference}/"
    for who in ("technician", "donor"):
        assert told[who].links[4].name == told[who].links[4].url == "", who
    for drawn in told.values():
        assert need.prescription.household.last_name not in drawn.sentence
        assert need.prescription.reference not in drawn.sentence


def test_a_donor_reads_how_far_its_device_went_without_territory_convention_nor_point(shelf: Shelf) -> None:
    device = shelf.available()
    contact = make_membership(Role.CONTACT, OrganisationKind.DONOR)
    drawn = device_chain(device, contact)
    assert device.convention is not None
    assert device.convention.reference not in drawn.sentence
    assert drawn.links[2].name == "", "a territory where few are served"
    assert drawn.links[3].name == ""
    assert drawn.missing == ""


def test_the_donor_is_told_to_those_who_see_its_lot_alone(shelf: Shelf) -> None:
    device = from_lot(private_lot())
    assert device.donation is not None
    assert device_chain(device, shelf.adviser).links[0].name == ""
    first = device_chain(device, shelf.pilot).links[0]
    assert (first.name, first.url) == (str(device.donation.donor), f"/lots/{device.donation.reference}/")


def test_a_lot_counts_its_devices_at_each_link() -> None:
    scene = private_lot(quantity=2)
    donation = from_lot(scene).donation
    assert donation is not None
    drawn = donation_chain(donation, scene.pilot)
    assert codes(drawn) == ["done", "now", "ahead", "ahead", "ahead"]
    assert drawn.links[0].name == str(donation.donor)
    assert drawn.links[1].said == "2 appareils à l’atelier, ou en route"


def test_a_lot_waits_for_its_deed_then_for_a_date() -> None:
    scene = private_lot()
    donation = scene.qualified()
    assert donation_chain(donation, scene.pilot).missing == "l’acte de don accepté, puis une date d’enlèvement"
    scene.accept(donation)
    assert donation_chain(donation, scene.pilot).missing == "une date d’enlèvement"


def test_a_delivery_waits_for_its_point_until_it_is_ticked_off(shelf: Shelf) -> None:
    shipped = shelf.shipped()
    assert codes(delivery_chain(delivery_of(shipped), shelf.adviser))[3] == "now"
    assert delivery_chain(delivery_of(shipped), shelf.adviser).missing == "le pointage à l’arrivée"
    available = shelf.available()
    assert delivery_chain(delivery_of(available), shelf.adviser).missing == ""


def test_a_convention_tells_its_quotas_used_and_what_is_awaited(shelf: Shelf) -> None:
    shelf.handed_over()
    drawn = convention_chain(shelf.convention, shelf.manager)
    assert drawn is not None
    assert drawn.links[2].said.startswith("1 affecté sur ")
    assert drawn.links[4].said == "1 appareil remis à un foyer"
    assert "à affecter" in drawn.missing


def test_a_convention_has_to_allot_what_is_left_of_each_quota_of_the_year_and_nothing_else() -> None:
    """What one type has too many is not taken from another; a year that is over hands nothing to the next one."""
    today = timezone.localdate()
    begun = add_months(today, -13)
    treaty = Treaty(starts_on=begun, ends_on=add_months(begun, 36) - timedelta(days=1), at=midday(begun))
    convention = treaty.active(
        terms=treaty.terms(quotas=[Plan(kind, year, 20) for kind in KINDS for year in (1, 2, 3)])
    )
    quotas = Quota.objects.filter(convention=convention)
    quotas.filter(year=2, type="desktop").update(total=3, used=5)
    last = quotas.filter(year=2).first().ends_on  # type: ignore[union-attr]

    def missing() -> str:
        drawn = convention_chain(convention, treaty.pilot)
        assert drawn is not None
        return drawn.missing

    assert missing() == f"20 appareils à affecter d’ici le {day(last)}, pour tenir les quotas de l’année"

    quotas.filter(year=2, type="laptop").update(used=20)
    assert missing().startswith(f"l’année suivante, le {day(last + timedelta(days=1))}")

    quotas.filter(year=3).update(used=20)
    assert missing() == "un avenant, toutes les places sont prises"


def test_a_screen_that_goes_with_its_desktop_is_told_beside_the_quotas_where_totals_differ(shelf: Shelf) -> None:
    shelf.allotted(shelf.desktop())
    convention = shelf.convention
    detail = reverse("conventions:convention_detail", args=[convention.reference])
    own = make_membership(Role.MANAGER, OrganisationKind.EPCI, convention.epci_party)

    for reader in (own, shelf.pilot):
        page = read(acting(reader), detail)
        assert "1 appareil affecté, et 1 écran, avec son ordinateur, hors quota" in page.replace("\u00a0", " ")
        assert "Dont 1 écran, avec son ordinateur, hors quota." in page.replace("\u00a0", " ")


def test_a_suspended_convention_waits_for_its_resumption_and_asks_for_no_device() -> None:
    treaty = Treaty()
    convention = gate.apply(treaty.active(), "suspend", actor=treaty.pilot, reason="storage")
    drawn = convention_chain(convention, treaty.pilot)
    assert drawn is not None
    assert drawn.missing == "la reprise, par le responsable de l’EPCI ou le pilote"


def test_a_convention_not_yet_in_force_tells_what_it_waits_for() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    drawn = convention_chain(convention, treaty.pilot)
    assert drawn is not None
    assert codes(drawn)[2] == "now"
    assert drawn.missing == "la mise en relecture du projet"


def ended(treaty: Treaty, convention: Convention) -> Convention:
    """By the agreement of its three parties."""
    gate.apply(convention, "propose_end", actor=treaty.signatories[Party.EPCI])
    for party in (Party.RECONDITIONER, Party.DISTRIBUTOR):
        agree_end_convention(actor=treaty.signatories[party], convention=convention)
    return Convention.objects.get(pk=convention.pk)


def test_a_convention_that_ended_tells_what_was_and_nothing_that_is_to_come() -> None:
    treaty = Treaty(quotas={"laptop": 20})
    convention = ended(treaty, treaty.active())

    drawn = convention_chain(convention, treaty.pilot)
    assert drawn is not None
    assert drawn.missing == ""
    assert codes(drawn) == ["none", "none", "done", "none", "none"]
    assert "étape en cours" not in drawn.sentence
    assert "à venir" not in drawn.sentence
    page = read(acting(treaty.pilot), reverse("conventions:convention_detail", args=[convention.reference]))
    assert "0 sur 20, 20 jamais affectés" in page.replace("\u00a0", " ")
    assert "n’est encore affecté" not in page
    assert "Aucun appareil ne compte dans cette convention, qui a pris fin." in page
    assert "<dt>Préavis</dt>" not in page, "an agreement needs no notice"
    assert "<dt>Fin proposée aux parties</dt>" in page


def test_what_is_at_a_point_when_its_convention_ends_may_still_come_to_a_household(shelf: Shelf) -> None:
    device = shelf.available()
    convention = device.convention
    assert convention is not None
    signatory = make_membership(Role.SIGNATORY, OrganisationKind.DISTRIBUTOR, shelf.distributor)
    ended_alone(convention, signatory)

    drawn = convention_chain(Convention.objects.get(pk=convention.pk), shelf.pilot)

    assert codes(drawn) == ["done", "done", "done", "now", "ahead"]
    detail = reverse("conventions:convention_detail", args=[convention.reference])
    page = read(acting(shelf.pilot), detail)
    assert "<dt>Préavis</dt>" in page
    assert "plus rien n’est attendu" not in page
    last = day(timezone.localdate() + timedelta(days=89))
    assert f"la remise de 1 appareil jusqu’au {last} inclus" in page
    own = make_membership(Role.MANAGER, OrganisationKind.EPCI, convention.epci_party)
    for reader in (shelf.pilot, signatory, own):
        told = read(acting(reader), detail)
        assert f"peut être remis jusqu’au {last} inclus, puis est à renvoyer à l’atelier" in told, reader
    assert "la remise de 1 appareil" not in read(acting(own), detail), "how many are outside tells how many are not"


def test_a_convention_under_which_nothing_left_waits_for_nothing_once_it_ended() -> None:
    treaty = Treaty()
    convention = ended(treaty, treaty.active())
    page = read(acting(treaty.pilot), reverse("conventions:convention_detail", args=[convention.reference]))
    assert f"a pris fin le {day(convention.ended_on)}\u00a0: plus rien n’est attendu" in page


def test_a_convention_that_ended_before_its_first_day_is_not_under_way() -> None:
    treaty = Treaty()
    convention = ended(treaty, treaty.signed())
    drawn = convention_chain(convention, treaty.pilot)
    assert codes(drawn) == ["none", "none", "stopped", "none", "none"]
    assert "jamais ouvert" in read(acting(treaty.pilot), reverse("conventions:convention_detail", args=[convention]))


def test_a_chain_costs_the_same_for_one_device_and_for_many(shelf: Shelf) -> None:
    shelf.available()

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            convention_chain(shelf.convention, shelf.manager)
        return len(queries)

    cost()
    one = cost()
    for _ in range(3):
        shelf.available()
    assert cost() == one <= 5


def test_nothing_is_to_come_of_a_lot_whose_devices_were_all_recycled_or_given_back() -> None:
    scene = private_lot(quantity=2)
    bench = given_to(scene)
    first = from_lot(scene)
    donation = first.donation
    assert donation is not None
    gate.apply(first, "return_to_donor", actor=bench.manager, reason=WithdrawalReason.LEASED)
    second = receive_device(actor=bench.technician, line=donation.lines.get(), tag=new_tag())
    other = gate.apply(second, "start", actor=bench.technician)
    bench.no_storage(other)
    other = bench.unusable(other)
    drawn = donation_chain(donation, scene.contact)
    assert codes(drawn) == ["done", "now", "none", "none", "none"], "what cannot be used again goes no further"

    bench.recycle(other)

    drawn = donation_chain(donation, scene.contact)
    assert codes(drawn) == ["done", "done", "none", "none", "none"]
    assert [link.said for link in drawn.links[1:]] == ["passé", *["pas concerné"] * 3]


def test_what_left_the_chain_has_nothing_to_come() -> None:
    scene = private_lot()
    bench = given_to(scene)
    device = gate.apply(from_lot(scene), "return_to_donor", actor=bench.manager, reason=WithdrawalReason.LEASED)

    drawn = device_chain(device, scene.contact)

    assert "à venir" not in drawn.sentence
    assert [link.said for link in drawn.links[2:]] == ["pas concerné"] * 3


def test_what_is_left_to_fetch_is_told_beside_what_the_deed_gives_where_the_two_are_not_the_same() -> None:
    scene = private_lot(quantity=10)
    donation = scene.qualified(split=True)
    scene.accept(donation)
    north, south = scene.north.manager, scene.south.manager

    def said(actor: Membership) -> str:
        return donation_chain(donation, actor).links[0].said

    assert said(scene.contact) == said(scene.pilot) == "10 appareils à enlever"
    assert said(north) == "5 appareils à enlever par votre atelier, sur 10 à l’acte de don"
    deed = reverse("donations:donation_accept_deed", args=[donation.reference])
    assert "En tout\u00a0: 10 appareils donnés, tous ateliers ensemble." in read(acting(north), deed)
    scene.schedule(donation, scene.south)
    scene.schedule(donation, scene.north)
    scene.count(donation, scene.south)
    assert said(scene.contact) == "5 appareils à enlever, sur 10 à l’acte de don"
    assert "à enlever" not in said(south)


# --- what reports hide is told nowhere else


def test_an_epci_reads_on_its_convention_no_number_that_its_reports_hide(shelf: Shelf) -> None:
    shelf.handed_over()
    shelf.reserved()
    shelf.allotted()
    party = shelf.convention.epci_party
    epci = make_membership(Role.MANAGER, OrganisationKind.EPCI, party)

    drawn = convention_chain(shelf.convention, epci)
    shown = convention_panel(shelf.convention, epci)

    assert drawn is not None
    assert drawn.links[2].said.startswith("3 affectés sur ")
    assert [link.said for link in drawn.links[3:]] == ["dans les rapports", "dans les rapports"]
    assert shown is not None
    assert shown["context"]["lines"] == [("Affectés, où qu’ils soient", [3], 3)], "no subtraction tells it either"
    page = read(acting(epci), reverse("conventions:convention_detail", args=[shelf.convention.reference]))
    assert "Remis au bénéficiaire" not in page
    assert "1 appareil remis" not in page
    told = convention_chain(shelf.convention, shelf.pilot)
    assert told is not None
    assert told.links[4].said == "1 appareil remis à un foyer"


def test_a_donor_reads_of_a_device_that_was_given_neither_where_nor_by_whom_nor_at_what_hour() -> None:
    """Who counts his devices by territory would count the households of a small one."""
    scene = private_lot()
    shelf = Shelf(given_to(scene))
    started = gate.apply(from_lot(scene), "start", actor=scene.north.technician)
    ready = shelf.bench.recondition(shelf.bench.prepared(started), 30)
    device = shelf.handed_over(shelf.reserved(shelf.on_the_shelf(ready)))
    assert device.donation is not None
    contact = make_membership(Role.CONTACT, OrganisationKind.DONOR, device.donation.donor)
    pages = [
        read(acting(one), reverse("refurb:device_detail", args=[device.reference])) for one in (contact, shelf.pilot)
    ]
    assert device.handed_over_at is not None
    for secret in (str(device.convention_epci), str(shelf.adviser.organisation)):
        assert secret not in pages[0], secret
        assert secret in pages[1], secret
    told = [page.partition("<strong>Remis au foyer</strong>")[2].partition("</li>")[0] for page in pages]
    assert moment(device.handed_over_at) in told[1]
    assert f">{day(device.handed_over_at)}</time>" in told[0]
    assert str(shelf.technician.organisation) in pages[0], "who erased it is told"
