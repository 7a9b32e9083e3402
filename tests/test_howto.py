"""How one adds an action, a list, a mail: what the how-tos show stands in the files that they name, and works."""

import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from desk.scores_import import SCORES
from documents.models import Mail
from donations.followers import tell_declined
from imports.kinds import kind_of
from lifecycle.machine import verbs_of
from lifecycle.registry import followers
from network.enums import OrganisationKind, Role
from refurb.models import Device, ProcessorScore
from tests.connectivity.lines import close_copper
from tests.desk.list_rows import LISTS
from tests.donations.scene import Scene
from tests.network.factories import make_commune, make_membership
from tests.pages import acting, read
from tests.refurb.devices import Bench, load_numbers

PROJECT = Path(settings.BASE_DIR)
FOLDER = PROJECT / "docs" / "howto"
RUN_APART = {
    "ajouter-un-etat.md": "tests/lifecycle/test_howto.py",
    "ajouter-un-verbe.md": "tests/lifecycle/test_howto.py",
    "ajouter-une-valeur-datee.md": "tests/reference/test_howto.py",
}
"""How-tos whose code is run as it is written, by a test of its own."""
HOWTOS = [path for path in sorted(FOLDER.glob("*.md")) if path.name not in RUN_APART]
BLOCK = re.compile(r"^\*\*`([^`\n]+)`\*\*\n\n```\w*\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^```\w", re.MULTILINE)
LINK = re.compile(r"\]\(([\w-]+\.md)\)")


def flat(text: str) -> str:
    """Lines without their indentation: an extract is shown at the margin."""
    return "\n".join(line.strip() for line in text.strip().splitlines())


@cache
def shown_in(howto: str) -> dict[str, list[str]]:
    """What a how-to shows of each file."""
    found: dict[str, list[str]] = {}
    for path, extract in BLOCK.findall((FOLDER / howto).read_text()):
        found.setdefault(path, []).append(extract)
    return found


@pytest.mark.parametrize("howto", HOWTOS, ids=lambda path: path.stem)
def test_what_a_howto_shows_stands_in_the_file_it_names(howto: Path) -> None:
    text = howto.read_text()
    assert len(BLOCK.findall(text)) == len(FENCE.findall(text)) > 0, "each extract is under the name of its file"
    for path, extracts in shown_in(howto.name).items():
        for extract in extracts:
            assert flat(extract) in flat((PROJECT / path).read_text()), (path, extract)
    assert all((FOLDER / link).exists() for link in LINK.findall(text))


def test_what_is_run_apart_has_its_test() -> None:
    for howto, test in RUN_APART.items():
        assert howto in (PROJECT / test).read_text()


def test_an_action_touches_at_most_six_files() -> None:
    assert len(shown_in("ajouter-une-action.md")) <= 6


@pytest.mark.django_db
def test_the_action_shown_is_a_page_that_does_the_verb_and_says_so() -> None:
    load_numbers()
    bench = Bench()
    device = bench.ready()
    address = reverse("refurb:device_reopen", args=[device.reference])
    declared = verbs_of(Device)["reopen"]
    client = acting(bench.technician)

    assert address == f"/appareils/{device.reference}/rouvrir/"
    page = read(client, address)
    assert declared.label in page
    assert "Défaut découvert" in page
    assert "Dites pourquoi l’appareil revient en traitement." in client.post(address, {}).content.decode()

    after = client.post(address, {"reason": "defect"}, follow=True).content.decode()

    assert f"{device}\u00a0: {declared.done[0].lower()}{declared.done[1:]}." in after
    assert Device.objects.get(pk=device.pk).journal.latest("seq").values["reason"] == "defect"


@pytest.mark.django_db
def test_the_list_shown_opens_filters_and_is_among_those_that_the_tests_of_all_lists_know() -> None:
    assert "connectivity:closure_list" in LISTS
    worker = make_membership(Role.WORKER, OrganisationKind.PRESCRIBER)
    today = timezone.localdate()
    near, far = (make_commune(name=name) for name in ("Exempleville", "Autrebourg"))
    for commune in (near, far):
        close_copper(commune, today)

    page = read(acting(worker), reverse("connectivity:closure_list"), commune="exemple")

    assert "Exempleville" in page
    assert "Autrebourg" not in page


@pytest.mark.django_db
def test_the_mail_shown_leaves_with_its_verb() -> None:
    assert tell_declined in followers("donation", "decline")
    scene = Scene()

    donation = scene.declined()

    mail = Mail.objects.get(about_machine="donation", about_pk=donation.pk, to__contains=[scene.contact.user.email])
    assert f"Votre lot {donation.reference} ne peut pas être repris" == mail.subject


@pytest.mark.django_db
def test_the_import_shown_reads_a_file_refuses_a_line_in_its_words_and_waits() -> None:
    assert kind_of(SCORES.code) is SCORES
    howto = (FOLDER / "ajouter-un-fichier-a-importer.md").read_text()
    assert all(f"`{name}`" in howto for name in ("check", "apply", "finish", "discard", "stands", "sees"))
    file = SimpleUploadedFile("scores.csv", b"Nom;PassMark;Origine\nIntel Core i5-8350U;6264;Essai\n;12;Essai\n")
    browser = acting(make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT))

    page = browser.post(reverse("desk:scores_import"), {"deposit": file}, follow=True).content.decode()

    assert "Le nom du processeur manque." in page
    assert not ProcessorScore.objects.filter(name="Intel Core i5-8350U", score=6264).exists()
