"""What is told to a household is told in its language too: nothing is left in French, and nothing is made up."""

import csv
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import page
import pypdfium2
import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from distribution.views.own_appointment import AGREES, CHOOSE, NOT_DONE, REFUSALS
from distribution.views.own_brought_back import NOT_REPAIRED, REPAIRED
from documents.models import Document
from documents.services import forget_document
from prescriptions import documents
from prescriptions.documents import FOR_USE, draw_in_language
from prescriptions.enums import (
    LANGUAGES_IN_FRENCH,
    CodePurpose,
    DropReason,
    Loss,
    NeedKind,
    PrescriptionPaperKind,
    SheetLanguage,
)
from prescriptions.models import CodedReason, Household, PrescriptionPaper, SheetTranslation
from prescriptions.models.translation import names_in
from prescriptions.own_photos import AGAIN
from prescriptions.own_photos import TOLD as PHOTOS
from prescriptions.saying import (
    DAY,
    HOUR,
    TEMPLATE,
    VALUES,
    WEEKDAY,
    Tongue,
    TranslatableDay,
    as_parts,
    plain,
    translatable,
)
from prescriptions.telling import A_DEVICE, A_LINE, LIMITED, LIMITED_TODO, NOT_FOR_THE_HOUSEHOLD, REACHED
from tests.given import load_reference
from tests.pages import acting
from tests.prescriptions.files import Circle
from tests.prescriptions.told import TOLD, brought_to
from typography.french import in_a_sentence

pytestmark = pytest.mark.django_db
SEEDED = Path(__file__).parents[2] / "prescriptions/data/sheet_translations.csv"
TEMPLATES = Path(__file__).parents[2] / "templates"
NAMES = {"distributor", "place", "point", "amount"}
"""What is put in a sentence and is called the same in every language."""


def texts_in(told: Any, name: str = "") -> Iterator[str]:
    """The French texts that what is told is made of."""
    if isinstance(told, str):
        if told and name not in NAMES:
            yield told
    elif isinstance(told, list):
        for one in told:
            yield from texts_in(one)
    elif TEMPLATE in told and VALUES in told:
        yield told[TEMPLATE]
        for inner, value in told[VALUES].items():
            yield from texts_in(value, inner)
    elif not set(told) <= {DAY, WEEKDAY, HOUR}:
        for value in told.values():
            yield from texts_in(value)


@pytest.fixture(autouse=True)
def seeded() -> None:
    load_reference("prescriptions")


def known_in(language: str) -> set[str]:
    return {plain(french) for french in SheetTranslation.objects.texts_on(language, timezone.localdate())}


def words_of(content: bytes) -> str:
    """The text of a PDF of one page, which is proven accessible."""
    assert page.is_pdf_compliant_bytes(content, profile="ua1")
    with pypdfium2.PdfDocument(BytesIO(content)) as document:
        assert len(document) == 1
        sheet = document[0]
        text = sheet.get_textpage()
        found = plain(text.get_text_range())
        text.close()
        sheet.close()
    return found


@pytest.mark.parametrize("language", SheetLanguage)
def test_whatever_the_state_nothing_of_the_sheet_is_left_in_french(language: SheetLanguage) -> None:
    known = known_in(language)
    for state in TOLD:
        document = brought_to(state, Circle()).papers.latest("pk").document
        missing = [text for text in texts_in(document.values["told"]) if plain(text) not in known]
        assert not missing, (state, missing)


@pytest.mark.parametrize("language", SheetLanguage)
def test_every_label_that_a_sheet_may_show_is_translated(language: SheetLanguage) -> None:
    labels = CodedReason.objects.filter(purpose=CodePurpose.MISSING).exclude(code__in=NOT_FOR_THE_HOUSEHOLD)
    shown = [*labels.values_list("label", flat=True)]
    shown += CodedReason.objects.told_on(CodePurpose.REFUSAL, timezone.localdate()).values()
    shown += [*NeedKind.labels, *FOR_USE.values(), *REACHED.values(), A_DEVICE, A_LINE]
    shown += [in_a_sentence(str(label)) for label in (*DropReason.labels, *Loss.labels)]
    assert not {plain(str(one)) for one in shown} - known_in(language)


@pytest.mark.parametrize("language", SheetLanguage)
def test_whatever_is_refused_on_the_household_s_page_is_said_in_its_language(language: SheetLanguage) -> None:
    told = (*REFUSALS.values(), NOT_DONE, CHOOSE, AGREES, LIMITED_TODO, *LIMITED, *PHOTOS.values(), *AGAIN.values())
    told = (*told, NOT_REPAIRED, REPAIRED)
    assert {plain(said) for said in told} <= known_in(language)


@pytest.mark.parametrize("language", SheetLanguage)
def test_every_word_of_the_templates_is_translated(language: SheetLanguage) -> None:
    asked = {
        text for path in TEMPLATES.rglob("*.html") for text in re.findall(r'{% said_in "([^"]+)"', path.read_text())
    }
    assert len(asked) > 15
    assert not {plain(text) for text in asked} - known_in(language)


def test_each_seeded_translation_keeps_what_is_put_in_it_and_is_in_its_own_alphabet() -> None:
    alphabets = {"ar": r"[\u0600-\u06ff]", "uk": r"[\u0400-\u04ff]"}
    with SEEDED.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    by_text: dict[str, set[str]] = {}
    for row in rows:
        by_text.setdefault(row["french"], set()).add(row["language"])
        SheetTranslation(language=row["language"], french=row["french"], text=row["text"]).clean()
        bare = re.sub(r"{\w+}", "", row["text"])
        wanted = alphabets.get(row["language"])
        assert not re.search(r"\w", bare) or bool(wanted) == bool(re.search("|".join(alphabets.values()), bare)), row
        assert wanted is None or not re.search(r"\w", bare) or re.search(wanted, bare), row
    assert all(languages == set(SheetLanguage) for languages in by_text.values())


@pytest.mark.parametrize(
    "wrong", ["le {jour}", "rien", "{day} et {day}", "{day", "{day.year}", "{0}", "{day!r}", "{day:d}", "{day:>9}"]
)
def test_a_translation_that_loses_what_is_put_in_it_is_refused(wrong: str) -> None:
    row = SheetTranslation(language="en", french="avant le {day}", text=wrong)
    with pytest.raises(ValidationError, match=re.escape("{day}")):
        row.clean()
    assert names_in("before {day}") == {"day"}


def test_a_name_with_braces_is_only_a_name() -> None:
    told = as_parts(translatable("{distributor} lit.", distributor="Le {day} Solidaire"))
    assert Tongue(SheetLanguage.ENGLISH, {"{distributor} lit.": "{distributor} reads."}).say(told) == (
        "Le {day} Solidaire reads."
    )


def test_a_day_is_written_as_each_language_writes_it() -> None:
    day = as_parts(TranslatableDay.of(timezone.datetime(2026, 12, 1).date()))
    written = {language: Tongue(language, {}).say(day) for language in SheetLanguage}
    assert written[SheetLanguage.SPANISH] == "1 de diciembre de 2026"
    assert len(set(written.values())) == len(SheetLanguage)


def test_the_worker_gives_the_sheet_in_the_language_of_the_family() -> None:
    circle = Circle()
    prescription = brought_to("refused", circle)
    paper = prescription.papers.latest("pk")
    client = acting(circle.worker)
    shown = client.get(reverse("prescriptions:prescription_detail", args=[prescription.reference])).text
    for language, french in LANGUAGES_IN_FRENCH.items():
        address = reverse(
            "prescriptions:prescription_paper_in_language", args=[prescription.reference, paper.pk, language]
        )
        assert f'href="{address}" hreflang="{language}">{french}<' in shown
        response = client.get(address)
        assert "no-store" in response["Cache-Control"]
        words = words_of(b"".join(response))  # type: ignore[arg-type]
        assert prescription.reference in words
        assert not re.search(r"établi|votre|demande|feuille|page", words)
        assert re.search(r"1 ?/ ?1", words), "the number of the page, which is read from both sides"
        told = Tongue(SheetLanguage(language), SheetTranslation.objects.texts_on(language, timezone.localdate()))
        if language != SheetLanguage.ARABIC:  # what is read from the right comes out of a PDF in another order
            assert prescription.household.name in words
            assert plain(told.say("Votre demande est refusée")) in words
            assert (
                plain(told.say("Traduction faite pour vous aider\u00a0: c’est la feuille en français qui compte."))
                in words
            )


def test_neither_another_language_nor_another_paper_nor_another_s_file_is_drawn() -> None:
    circle = Circle()
    prescription = brought_to("submitted", circle)
    paper = prescription.papers.latest("pk")

    def status(actor: Any, reference: str, pk: int, language: str) -> int:
        address = reverse("prescriptions:prescription_paper_in_language", args=[reference, pk, language])
        return acting(actor).get(address).status_code

    assert status(circle.worker, prescription.reference, paper.pk, "en") == 200
    assert status(circle.worker, prescription.reference, paper.pk, "fr") == 404
    assert status(circle.worker, prescription.reference, paper.pk, "EN") == 404
    other = brought_to("submitted", Circle())
    assert status(circle.worker, other.reference, other.papers.latest("pk").pk, "en") == 404
    assert status(circle.worker, prescription.reference, other.papers.latest("pk").pk, "en") == 404
    forget_document(document=paper.document, at=timezone.now())
    assert status(circle.worker, prescription.reference, paper.pk, "en") == 404


def test_a_sheet_of_before_is_given_in_french_alone() -> None:
    circle = Circle()
    prescription = brought_to("submitted", circle)
    paper = prescription.papers.latest("pk")
    values = {name: value for name, value in paper.document.values.items() if name != "told"}
    before = Document.objects.create(
        kind=paper.document.kind, version=paper.document.version, title=paper.document.title, values=values,
        sha256="0" * 64, public_code="2222-3333-4444-5555", owner_machine="prescription", owner_pk=prescription.pk,
        created_at=timezone.now(),
    )  # fmt: skip
    old = PrescriptionPaper.objects.create(prescription=prescription, kind=PrescriptionPaperKind.FILED, document=before)
    client = acting(circle.worker)
    page_of = client.get(reverse("prescriptions:prescription_detail", args=[prescription.reference]))
    assert "qui lit mal le français" not in page_of.text
    args = [prescription.reference, old.pk, "en"]
    assert client.get(reverse("prescriptions:prescription_paper_in_language", args=args)).status_code == 404


def test_a_translation_mended_later_leaves_the_sheets_of_before_as_they_were() -> None:
    prescription = brought_to("submitted", Circle())
    document = prescription.papers.latest("pk").document
    before = words_of(draw_in_language(document, SheetLanguage.ENGLISH))
    row = SheetTranslation.objects.get(language="en", french="Votre demande est partie")
    today = timezone.localdate()
    SheetTranslation.objects.filter(pk=row.pk).update(valid_to=today)
    SheetTranslation.objects.create(
        language="en", french=row.french, text="It has left", source="essai", checked_on=today,
        valid_from=today + timezone.timedelta(days=1),
    )  # fmt: skip
    assert words_of(draw_in_language(document, SheetLanguage.ENGLISH)) == before


# --- the household's own page


def own_page_of(prescription: Any, language: str) -> str:
    code = prescription.papers.latest("pk").document.public_code
    return f"{reverse('prescriptions:own_page', args=[code])}?langue={language}"


@pytest.mark.parametrize("language", SheetLanguage)
def test_the_household_reads_its_page_in_its_language_from_the_first_line(language: SheetLanguage) -> None:
    circle = Circle()
    prescription = brought_to("incomplete", circle)
    Household.objects.filter(pk=prescription.household_id).update(birth_date="1984-03-02")
    address, client = own_page_of(prescription, language), Client()
    asked = client.get(address).text
    tongue = Tongue(language, SheetTranslation.objects.texts_on(language, timezone.localdate()))
    assert f'lang="{language}" dir="{tongue.direction}"' in asked
    assert escape(tongue.say("Votre année de naissance")) in asked
    wrong = client.post(address, {"year": "84"}, follow=True).text
    assert escape(tongue.say("Tapez les 4 chiffres de votre année de naissance.")) in wrong
    unknown = client.post(address, {"year": "1985"}, follow=True).text
    assert "Cette année ne va pas" not in unknown
    told = plain(client.post(address, {"year": "1984"}, follow=True).text)
    assert escape(tongue.say("Il manque quelque chose à votre demande")) in told
    read = re.sub(r'<div lang="fr".*?</div>', "", told[told.index("<h1>") : told.index("</main>")], flags=re.DOTALL)
    assert not re.search(r"Votre|Vous|Il manque|Qui appeler", read), "but for the text that was agreed to, folded"


def test_a_language_that_is_none_is_french_and_a_page_in_french_shows_no_other() -> None:
    prescription = brought_to("submitted", Circle())
    for asked in ("fr", "xx", "EN", "en\0", "%3Cscript%3E"):
        page_of = Client().get(own_page_of(prescription, asked)).text
        assert "Votre année de naissance" in page_of
        assert "script>" not in page_of.partition("<main")[2].partition("</main>")[0]
    for language in SheetLanguage:
        assert f'href="?langue={language}" hreflang="{language}" lang="{language}"' in page_of


def test_the_square_of_a_translated_sheet_opens_the_page_in_the_same_language(monkeypatch: pytest.MonkeyPatch) -> None:
    prescription = brought_to("submitted", Circle())
    document, seen = prescription.papers.latest("pk").document, []
    monkeypatch.setattr(documents, "render_pdf", lambda template, context, **told: seen.append(context) or b"")
    draw_in_language(document, SheetLanguage.TURKISH)
    (context,) = seen
    assert context["authenticity"].url.endswith(own_page_of(prescription, "tr"))
    assert context["authenticity"].url in context["authenticity"].qr
