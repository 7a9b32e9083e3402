"""Closures of copper from a file: foreseen, then versions of the calendar; the same file changes nothing."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from connectivity.models import CopperClosure, ImportedClosure
from desk.models import ReferenceAction, ReferenceChange
from imports.models import Import
from network.enums import OrganisationKind, Role
from tests.connectivity.lines import close_copper
from tests.imports.files import csv_file
from tests.network.factories import make_commune, make_membership
from tests.pages import acting, read
from typography.french import written_day

pytestmark = pytest.mark.django_db
PAGE = reverse("desk:closures_import")
HEAD = ("code_insee", "fermeture_technique", "lot", "source")


def pilot() -> Client:
    return acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))


def bring(client: Client, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Import:
    file = SimpleUploadedFile("cuivre.csv", csv_file((head, *rows)), content_type="text/csv")
    answer = client.post(PAGE, {"deposit": file})
    assert answer.status_code == 302, answer.content.decode()
    return Import.objects.latest("pk")


def shown(client: Client, source: Import) -> str:
    return read(client, reverse("imports:import_detail", args=[source.pk]))


def take(client: Client, source: Import) -> None:
    client.post(reverse("imports:import_apply", args=[source.pk]), follow=True)


def today() -> dict[str, tuple[int, date, date]]:
    rows = CopperClosure.objects.on(timezone.localdate()).select_related("commune")
    return {row.commune.name: (row.lot, row.commercial_on, row.technical_on) for row in rows}


def test_a_file_is_foreseen_then_each_line_is_a_version_and_what_was_announced_stays() -> None:
    known, new = make_commune(name="Essai-les-Bains"), make_commune(name="Autre-Essai")
    before = close_copper(known, date(2028, 1, 31))
    client = pilot()

    source = bring(
        client, (known.code, "31/01/2029", "3", "Orange, mars"), (new.name, "2030-01-31", "5", "Orange, mars")
    )

    assert f"{written_day(before.technical_on)} jusqu’ici" in shown(client, source)
    assert today() == {known.name: (3, before.commercial_on, before.technical_on)}
    take(client, source)
    assert today() == {
        known.name: (3, date(2028, 1, 31), date(2029, 1, 31)),
        new.name: (5, date(2029, 1, 31), date(2030, 1, 31)),
    }
    before.refresh_from_db()
    assert before.valid_to == timezone.localdate() - timedelta(days=1)
    assert ReferenceAction.REPLACED in ReferenceChange.objects.values_list("action", flat=True)


def test_the_same_file_twice_changes_nothing_and_a_file_that_says_the_same_neither() -> None:
    commune, client = make_commune(name="Essai-les-Bains"), pilot()
    row = (commune.code, "31/01/2029", "3", "Orange")
    take(client, bring(client, row))
    count, traces = CopperClosure.objects.count(), ReferenceChange.objects.count()
    source = bring(client, row)
    assert "déjà" in shown(client, source).lower()
    other = bring(client, (commune.name, "2029-01-31", "3", "Une autre source"))
    assert "Déjà ces dates." in shown(client, other)
    take(client, other)
    assert (CopperClosure.objects.count(), ReferenceChange.objects.count()) == (count, traces)
    assert ImportedClosure.objects.count() == 1


def test_what_is_wrong_is_told_line_by_line_and_the_rest_is_taken() -> None:
    good, ahead = make_commune(name="Essai-les-Bains"), make_commune(name="Essai-le-Haut")
    close_copper(ahead, date(2029, 1, 31), valid_from=timezone.localdate() + timedelta(days=9))
    client = pilot()
    source = bring(
        client,
        (good.code, "31/01/2029", "2028-01-31", "3", "Orange"),
        (good.name, "31/01/2030", "", "3", "Orange"),
        ("Nulle-Part", "31/01/2029", "", "3", "Orange"),
        (ahead.code, "31/01/2030", "", "3", "Orange"),
        (good.code, "31/01/2029", "2030-01-31", "3", "Orange"),
        (good.code, "31/02/2029", "", "3", "Orange"),
        (good.code, "31/01/0029", "", "9" * 7, "Orange"),
        head=("code_insee", "fermeture_technique", "fermeture_commerciale", "lot", "source"),
    )
    page = shown(client, source)
    for sentence in (
        "Même commune que la ligne",
        "n’est pas une commune du département",
        "déjà écrites pour un jour à venir",
        "La fin de vente vient après l’arrêt du réseau",
    ):
        assert sentence in page, sentence
    take(client, source)
    assert today() == {good.name: (3, date(2028, 1, 31), date(2029, 1, 31))}


def test_only_the_pilot_brings_closures() -> None:
    worker = acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))
    assert worker.get(PAGE).status_code in (403, 404)
    assert "Importer" in read(pilot(), reverse("desk:reference_list", args=["fermetures-du-cuivre"]))


def test_what_was_written_today_is_told_at_its_line_and_a_lot_is_read_however_it_is_written() -> None:
    known, new = make_commune(name="Essai-les-Bains"), make_commune(name="Autre-Essai")
    client = pilot()
    take(client, bring(client, (known.code, "31/01/2029", "Lot 3", "Orange")))
    source = bring(client, (known.code, "31/01/2030", "LOT 3", "Orange"), (new.code, "31/01/2030", "lot 4", "Orange"))
    assert "D’autres dates sont écrites d’aujourd’hui" in shown(client, source)
    take(client, source)
    assert today() == {
        known.name: (3, date(2028, 1, 31), date(2029, 1, 31)),
        new.name: (4, date(2029, 1, 31), date(2030, 1, 31)),
    }
