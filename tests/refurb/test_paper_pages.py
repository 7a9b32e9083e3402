"""The papers of devices and lots, opened from their pages by those who may read them."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from documents.services import forget_document
from donations.enums import DonationPaperKind
from donations.models import Donation, DonationPaper
from lifecycle import gate
from refurb.models import Device, DevicePaper
from refurb.services import devices
from tests.donations.scene import Scene, first_line, laptops
from tests.refurb.devices import Bench, given_to, load_numbers, new_tag
from tests.refurb.pages import acting, page_of, read

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def numbers() -> None:
    load_numbers()


def reconciled(scene: Scene) -> tuple[Donation, Device]:
    """A lot of one device, reconditioned, then balanced."""
    bench = given_to(scene)
    donation = scene.collected()
    received = devices.receive_device(actor=bench.technician, line=first_line(donation), tag=new_tag())
    device = bench.recondition(bench.prepared(gate.apply(received, "start", actor=bench.technician)))
    return gate.apply(donation, "reconcile", actor=scene.north.manager), device


def test_the_certificate_of_a_device_is_opened_from_its_page_by_those_who_see_the_device() -> None:
    scene = Scene(lines=(laptops(1),))
    _, device = reconciled(scene)
    url = page_of(device, "device_paper", DevicePaper.objects.get(device=device).pk)

    for actor in (scene.north.technician, scene.contact, scene.pilot):
        client = acting(actor)
        assert f'href="{url}"' in read(client, page_of(device, "device_detail"))
        opened = client.get(url)
        assert (opened.status_code, opened["Content-Type"]) == (200, "application/pdf")
    for stranger in (scene.south.technician, Scene().contact):
        assert acting(stranger).get(url).status_code == 404


def test_a_paper_is_not_opened_from_the_page_of_another_device() -> None:
    bench = Bench()
    device, other = bench.ready(), bench.ready()
    url = page_of(other, "device_paper", DevicePaper.objects.get(device=device).pk)
    assert acting(bench.technician).get(url).status_code == 404


def test_a_certificate_that_a_later_one_replaces_says_so() -> None:
    bench = Bench()
    device = bench.ready()
    gate.apply(device, "reopen", actor=bench.technician, reason="grade")
    bench.recondition(device)

    page = read(acting(bench.technician), page_of(device, "device_detail"))

    links = re.findall(r">(Certificat d’effacement du [^<]+ \(PDF\))</a>", page)
    assert len(links) == 2
    assert page.count("remplacé depuis") == 1


def test_the_certificate_and_the_deed_of_a_lot_are_opened_from_its_page() -> None:
    scene = Scene(lines=(laptops(1),))
    donation, _ = reconciled(scene)

    for actor in (scene.contact, scene.north.manager, scene.pilot):
        client = acting(actor)
        page = read(client, page_of(donation, "donation_detail"))
        for kind in (DonationPaperKind.ERASURE, DonationPaperKind.DEED):
            paper = DonationPaper.objects.get(donation=donation, kind=kind)
            url = page_of(donation, "donation_paper", paper.pk)
            assert f'href="{url}"' in page
            assert client.get(url)["Content-Type"] == "application/pdf"


def test_a_forgotten_certificate_says_that_it_was_erased() -> None:
    bench = Bench()
    device = bench.ready()
    paper = DevicePaper.objects.get(device=device)
    forget_document(document=paper.document)

    client = acting(bench.technician)

    assert "effacé sur demande" in read(client, page_of(device, "device_detail"))
    assert client.get(page_of(device, "device_paper", paper.pk)).status_code == 404


def test_the_code_of_a_certificate_leads_an_anonymous_to_its_public_page(client: Client) -> None:
    bench = Bench()
    device = bench.ready()
    document = DevicePaper.objects.get(device=device).document

    page = client.get(reverse("documents:authenticity", args=[document.public_code])).content.decode()

    assert "Certificat d’effacement" in page
    assert bench.workshop.organisation.name in page
    assert device.tag not in page
