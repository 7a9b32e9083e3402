"""The guide: chapters written in files, read at the right place from each page."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from desk.guide.chapters import FOLDER, GLOSSARY, chapter_of, chapters, help_on, read_chapter
from network.models import Membership
from tests.network.factories import make_membership
from tests.test_consistency import PAGES

TEXT = """# Le guide de l’essai
<!-- roles: technician@reconditioner manager@reconditioner -->

Une phrase.

## L’établi
<!-- refurb:bench refurb:device_scan -->

Voir [le rayon](conseiller.md#le-rayon) et ![L’établi](images/essai.png).

### Un détail

| Touche | Effet |
|---|---|
| Entrée | valide |
"""


@pytest.fixture(autouse=True)
def _plain_files(settings: object) -> None:
    """Pictures are led to by their name: nothing is collected for a test."""
    settings.STORAGES = {  # type: ignore[attr-defined]
        **settings.STORAGES,  # type: ignore[attr-defined]
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


def test_a_chapter_says_whose_it_is_and_which_page_each_section_explains() -> None:
    chapter = read_chapter("essai", TEXT)
    assert chapter.title == "Le guide de l’essai"
    assert chapter.roles == {"technician@reconditioner", "manager@reconditioner"}
    assert [(section.anchor, section.pages) for section in chapter.sections] == [
        ("letabli", {"refurb:bench", "refurb:device_scan"}),
        ("un-detail", frozenset()),
    ]
    assert chapter.section_on("refurb:device_scan") == chapter.sections[0]
    assert chapter.section_on("distribution:shelf") is None


def test_the_text_of_a_chapter_shows_neither_its_title_nor_its_notes() -> None:
    html = read_chapter("essai", TEXT).html
    assert "<h1" not in html
    assert "refurb:bench" not in html
    assert '<h2 id="letabli">L’établi</h2>' in html
    assert '<th scope="col">Touche</th>' in html
    assert '<td data-label="Effet">valide</td>' in html


def test_links_between_files_lead_to_pages_and_pictures_to_static_files() -> None:
    html = read_chapter("essai", TEXT).html
    assert f'href="{reverse("desk:guide_chapter", args=["conseiller"])}#le-rayon"' in html
    assert re.search(r'src="[^"]*guide/essai\.png" alt="L’établi"', html)


def test_a_picture_says_its_size_so_that_nothing_moves_when_it_comes() -> None:
    name = min(path.name for path in Path(FOLDER / "images").glob("*.png"))
    html = read_chapter("essai", f"# Titre\n\n![Une image](images/{name})\n").html
    with Image.open(FOLDER / "images" / name) as picture:
        assert f'width="{picture.width}" height="{picture.height}"' in html


def test_html_in_a_chapter_is_only_text() -> None:
    assert "<script" not in read_chapter("essai", "# Titre\n\n<script>alert(1)</script>\n").html


def test_a_chapter_without_a_title_is_refused() -> None:
    with pytest.raises(ValueError, match=r"essai\.md"):
        read_chapter("essai", "Une phrase sans titre.\n")


@pytest.mark.parametrize("role", [(one.role, one.kind) for one in Membership.every_role()], ids="-".join)
def test_each_role_has_a_chapter_of_its_own(role: tuple[str, str]) -> None:
    assert chapter_of(*role) is not None


def test_each_page_of_the_work_is_explained_somewhere() -> None:
    told = {page for chapter in chapters().values() for section in chapter.sections for page in section.pages}
    names = {name for name, _ in PAGES}
    assert told <= names, f"no such page: {sorted(told - names)}"
    untold = {name for name in names - told if not name.startswith(("admin:", "desk:guide", "None"))}
    assert untold == set()


def test_pictures_and_chapters_that_are_named_exist_and_nothing_else_is_kept() -> None:
    named = set()
    for path in [*FOLDER.glob("*.md"), FOLDER.parent / f"{GLOSSARY}.md"]:
        text = path.read_text()
        named |= set(re.findall(r"\(images/([\w.-]+)\)", text))
        for slug, anchor in re.findall(r"\((?:\.\./|guide/)?([a-z-]+)\.md(?:#([\w-]+))?\)", text):
            anchors = {section.anchor for section in chapters()[slug].sections}
            assert not anchor or anchor in anchors, f"{path.name} leads to {slug}.md#{anchor}"
    assert named == {path.name for path in Path(FOLDER / "images").iterdir() if path.suffix in {".png", ".webp"}}


@pytest.mark.django_db
def test_the_help_link_of_a_page_leads_to_the_section_of_ones_own_chapter(client: Client) -> None:
    client.force_login(make_membership("technician", "reconditioner").user)
    address = help_on("refurb:bench", "technician", "reconditioner")
    assert "#" in address
    assert f'href="{address}"' in client.get(reverse("refurb:bench")).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("page", "anchor"),
    [
        ("account_change_password", "changer-dadresse-ou-de-mot-de-passe"),
        ("account_email", "changer-dadresse-ou-de-mot-de-passe"),
        ("mfa_activate_totp", "le-second-facteur"),
        ("account_login", "se-connecter"),
        ("account_reset_password", "se-connecter"),
    ],
)
def test_help_on_a_page_of_the_account_opens_its_paragraph_whoever_asks(client: Client, page: str, anchor: str) -> None:
    assert help_on(page).endswith(f"#{anchor}")
    assert help_on(page, "technician", "reconditioner") == help_on(page)
    if page == "account_login":
        assert f'href="{help_on(page)}"' in client.get(reverse(page)).content.decode()


@pytest.mark.django_db
def test_an_anonymous_reads_every_chapter_and_the_glossary(client: Client) -> None:
    index = client.get(reverse("desk:guide")).content.decode()
    for chapter in chapters().values():
        assert chapter.url in index
        assert client.get(chapter.url).status_code == 200
    assert GLOSSARY in chapters()
    assert client.get(reverse("desk:guide_chapter", args=["inconnu"])).status_code == 404


def test_each_picture_stands_in_a_paragraph_of_its_own() -> None:
    pictures = [
        (path.name, text[max(0, at.start() - 2) : at.start()])
        for path in sorted(FOLDER.glob("*.md"))
        for text in [path.read_text()]
        for at in re.finditer(r"!\[", text)
    ]
    assert len(pictures) > 10
    assert {(name, before) for name, before in pictures if before != "\n\n"} == set()
