"""What may be deposited is told from the content, and a refusal is a sentence."""

import io
import zipfile
from typing import Any

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile

from documents.enums import ContentType
from documents.exceptions import FileRefused
from documents.forms import DepositField
from documents.readers import signature
from documents.readers.signature import clean_name, recognise, with_ending
from documents.services import check_file
from tests.documents.samples import CALENDAR, EXECUTABLE, JPEG, NWIPE_LOG, PDF, png, workbook


@pytest.mark.parametrize(
    ("content", "name", "kind"),
    [
        (PDF, "certificat.PDF", ContentType.PDF),
        (png(), "photo.png", ContentType.PNG),
        (JPEG, "photo.jpeg", ContentType.JPEG),
        (NWIPE_LOG, "nwipe_log_2026", ContentType.TEXT),
        ("étiquette;série\n".encode(), "liste.csv", ContentType.CSV),
        ("étiquette;série\n".encode("cp1252"), "liste.csv", ContentType.CSV),
        ("\ufeffétiquette".encode(), "liste.csv", ContentType.CSV),
        (workbook(), "liste.xlsx", ContentType.XLSX),
        (b'{"serial": "X"}', "lshw.json", ContentType.TEXT),
        (CALENDAR, "enlevement.ics", ContentType.CALENDAR),
    ],
)
def test_each_accepted_kind_is_recognised(content: bytes, name: str, kind: ContentType) -> None:
    assert recognise(content, name) == kind


def test_what_the_browser_says_only_tells_csv_from_text_for_a_name_without_ending() -> None:
    assert recognise(b"a;b", "liste", "text/csv") == ContentType.CSV
    assert recognise(b"a;b", "liste.txt", "text/csv") == ContentType.TEXT
    assert recognise(PDF, "liste", "text/csv") == ContentType.PDF


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (EXECUTABLE, "certificat.pdf", "Le contenu de « certificat.pdf » n’est pas un fichier de type PDF."),
        (EXECUTABLE, "nwipe.exe", "n’est pas d’un type accepté. Déposez un fichier PDF, PNG"),
        (PDF, "photo.png", "finit par « .png », mais le contenu est de type PDF"),
        (PDF[:-8], "coupé.pdf", "Le PDF « coupé.pdf » est incomplet"),
        (b"<html>", "page.html", "n’est pas d’un type accepté"),
        (b"MZ plain text", "outil.bat", "n’est pas d’un type accepté"),
        ("série".encode("utf-16"), "liste.csv", "n’est pas un fichier de type CSV"),
        (workbook("xl/vbaProject.bin"), "liste.xlsx", "contient des macros"),
        (b"PK\x03\x04 broken", "liste.xlsx", "n’est pas un fichier de type classeur XLSX"),
        (b"\x81\x8d\x9d", "liste.csv", "n’est pas un fichier de type CSV"),
        (b"SUMMARY:rien", "enlevement.ics", "n’est pas un fichier de type calendrier"),
        (CALENDAR, "notes.txt", "finit par « .txt », mais le contenu est de type calendrier"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(content: bytes, name: str, sentence: str) -> None:
    with pytest.raises(FileRefused) as refusal:
        recognise(content, name)
    assert sentence in refusal.value.message.replace("\u00a0", " ")


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with pytest.raises(FileRefused):
        recognise(content.getvalue(), "liste.xlsx")


def test_a_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signature, "UNPACKED_LIMIT", 3)
    with pytest.raises(FileRefused, match="trop grand une fois décompressé"):
        recognise(workbook(), "liste.xlsx")


def test_an_empty_file_and_one_too_large_are_refused(settings: Any) -> None:
    settings.DOCUMENTS_MAX_BYTES = 2 * 1024 * 1024
    with pytest.raises(FileRefused, match="est vide"):
        check_file(content=b"", name="a.txt")
    with pytest.raises(FileRefused) as refusal:
        check_file(content=b"a" * (2 * 1024 * 1024 + 1), name="a.txt")
    assert "dépasse 2\u00a0Mo" in refusal.value.message


def test_a_use_may_accept_fewer_kinds() -> None:
    with pytest.raises(FileRefused, match="est de type texte"):
        check_file(content=b"a", name="a.txt", accept=(ContentType.PDF, ContentType.PNG))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Martin\\preuve.pdf", "preuve.pdf"),
        ("  .cache\n\t.txt ", "cache .txt"),
        ("fac\u202etxt.exe.pdf", "fac txt.exe.pdf"),
        ("e\u0301cran.png", "écran.png"),
        ("", "fichier"),
        ("/", "fichier"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_loses_its_folders_and_what_turns_text_around(given: str, kept: str) -> None:
    assert clean_name(given) == kept


def test_a_name_without_ending_gets_that_of_its_kind() -> None:
    assert with_ending("nwipe_log", ContentType.TEXT) == "nwipe_log.txt"
    assert with_ending("a.log", ContentType.TEXT) == "a.log"


class ProofForm(forms.Form):
    proof = DepositField(accept=(ContentType.PDF,))


def test_a_form_shows_the_sentence_of_the_refusal() -> None:
    form = ProofForm(files={"proof": SimpleUploadedFile("preuve.pdf", EXECUTABLE, "application/pdf")})
    assert "n’est pas un fichier de type PDF" in form.errors["proof"][0].replace("\u00a0", " ")


def test_people_deposit_no_calendar() -> None:
    with pytest.raises(FileRefused, match="est de type calendrier"):
        DepositField().clean(SimpleUploadedFile("enlevement.ics", CALENDAR))


def test_a_form_gives_the_accepted_file_rewound() -> None:
    form = ProofForm(files={"proof": SimpleUploadedFile("preuve.pdf", PDF)})
    assert form.is_valid()
    assert form.cleaned_data["proof"].read() == PDF
    assert 'accept=".pdf"' in str(form["proof"])
