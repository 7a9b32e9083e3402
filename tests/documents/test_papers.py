"""Papers: values frozen with their hash, drawn once, accessible, the same bytes for the same content."""

import hashlib
import logging
import os
import re
import subprocess
import sys
import threading
import time
import zlib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import page
import pypdfium2 as pdfium
import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from procrastinate.contrib.django.models import ProcrastinateJob

from documents import paper
from documents.codes import qr_svg
from documents.exceptions import ForbiddenResource
from documents.kinds import all_kinds, current_kind, register_kind
from documents.models import Document, StoredFile
from documents.responses import document_response
from documents.services import (
    forget_document,
    freeze_document,
    papers,
    render_document,
    render_pdf,
    verify_document,
)
from documents.services.papers import canonical
from documents.tasks import remove_forgotten_content
from network.models import Membership
from tests.documents.pdfs import small_pdf
from tests.documents.worker import run_worker

AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
VALUES = {
    "reference": "A-7K3M-2QXZ",
    "date": date(2026, 11, 3),
    "rows": [{"tag": "T-0001", "type": "Ordinateur portable", "price": Decimal("45.00")}],
}


def draw(template: str = "tests/paper.html", rows: int = 1, **fields: Any) -> bytes:
    context = {
        "values": {"rows": [VALUES["rows"][0]] * rows},
        "qr": qr_svg("https://exemple.test/7K3M", alt="Code qui mène à la page de vérification"),
    }
    given = {"title": "Fiche d’essai", "identifier": "7K3M-2QXZ", "date": AT}
    return render_pdf(template, context, **given | fields)


def a_document(kind: str, **fields: Any) -> Document:
    return freeze_document(kind=kind, owner=("device", 12), values=VALUES, by=None, at=AT, **fields)


@pytest.mark.usefixtures("paper_kind")
@pytest.mark.parametrize(
    ("at", "said"),
    [
        (datetime(2026, 11, 30, 23, 10, tzinfo=UTC), "établi le 1er décembre 2026"),
        (datetime(2026, 12, 1, 23, 30, tzinfo=UTC), "établi le 2 décembre 2026"),
    ],
)
def test_a_paper_made_at_night_bears_the_day_of_paris(at: datetime, said: str) -> None:
    with pdfium.PdfDocument(draw(date=at)) as pdf:
        assert said in " ".join(pdf[0].get_textpage().get_text_range().split())


# --- the drawing ---------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 60])
def test_a_paper_is_valid_pdf_ua_without_a_warning(
    paper_kind: str, rows: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, logger="weasyprint"):
        report = page.validate_pdf_bytes(draw(rows=rows), profile="ua1")
    assert [failure.message for failure in report.failures] == []
    assert report.document.page_count == (3 if rows == 60 else 1)
    assert caplog.messages == []


def test_the_same_content_gives_the_same_bytes_whoever_draws_it(paper_kind: str) -> None:
    assert draw() == draw()
    assert draw() != draw(identifier="other")
    assert draw() != draw(date=AT.replace(year=2025))


def test_another_process_with_other_settings_of_the_machine_draws_the_same_bytes(paper_kind: str) -> None:
    script = (
        "import hashlib, django; django.setup()\n"
        "from django.conf import settings\n"
        f"settings.TEMPLATES[0]['DIRS'].append({str(Path(__file__).parent / 'templates')!r})\n"
        "from tests.documents.test_papers import draw\n"
        "print(hashlib.sha256(draw()).hexdigest())"
    )
    time.sleep(1)
    elsewhere = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "LANG": "C", "TZ": "America/Lima"},
    )
    assert elsewhere.stdout.strip() == hashlib.sha256(draw()).hexdigest()


def test_no_font_of_the_machine_enters_a_paper(paper_kind: str) -> None:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", draw(), re.DOTALL)
    objects = b"".join(zlib.decompressobj().decompress(stream) for stream in streams if stream.startswith(b"\x78"))
    names = set(re.findall(rb"/BaseFont\s*/\w+\+([\w-]+)", objects))
    assert names == {b"Maillon", b"Maillon-Italic", b"Maillon-Semi-Bold"}


@pytest.mark.parametrize(
    "address",
    [
        "http://exemple.test/a.png",
        "https://exemple.test/a.png",
        "file:///etc/passwd",
        "/etc/passwd",
        "a.png",
        "ftp://exemple.test/a.png",
        "static:../../config/settings/base.py",
        "static:nowhere.png",
        "font:../__init__.py",
    ],
)
def test_a_paper_asks_for_nothing_outside_maillon(paper_kind: str, address: str, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "outside.html").write_text(
        f'{{% extends "documents/base.html" %}}{{% block content %}}<img src="{address}" alt="Dehors">{{% endblock %}}'
    )
    settings.TEMPLATES[0]["DIRS"].append(tmp_path)
    with pytest.raises(ForbiddenResource):
        draw("outside.html")


def test_a_style_that_asks_for_the_network_is_refused_too(paper_kind: str, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "outside.html").write_text(
        '{% extends "documents/base.html" %}{% block style %}'
        '<style>@import url("https://exemple.test/a.css");</style>{% endblock %}'
    )
    settings.TEMPLATES[0]["DIRS"].append(tmp_path)
    with pytest.raises(ForbiddenResource):
        draw("outside.html")


def test_a_template_that_is_no_paper_of_ours_is_refused(paper_kind: str, tmp_path: Path, settings: Any) -> None:
    (tmp_path / "bare.html").write_text("<html><body>{{ title }}</body></html>")
    settings.TEMPLATES[0]["DIRS"].append(tmp_path)
    with pytest.raises(ValueError, match="must extend documents/base"):
        draw("bare.html")


def test_a_qr_code_carries_its_own_image_and_says_where_it_leads() -> None:
    code = qr_svg("https://exemple.test/7K3M", alt="Page de « vérification » <b>")
    assert code == qr_svg("https://exemple.test/7K3M", alt="Page de « vérification » <b>")
    assert 'src="data:image/svg+xml' in code
    assert 'alt="Page de « vérification » &lt;b&gt;"' in code


# --- the frozen values -----------------------------------------------------------


def test_a_document_freezes_its_values_as_the_database_gives_them_back(paper_kind: str, technician: Membership) -> None:
    document = freeze_document(
        kind=paper_kind, owner=("device", 12), values=VALUES, by=technician, at=AT, title="Fiche A"
    )
    reread = Document.objects.get(pk=document.pk)
    assert reread.values["date"] == "2026-11-03"
    assert reread.values["rows"][0]["price"] == "45.00"
    assert (reread.title, reread.version, reread.created_by) == ("Fiche A", 1, technician)
    assert (reread.owner_machine, reread.owner_pk, reread.created_at) == ("device", 12, AT)
    assert verify_document(reread)


def test_the_hash_of_values_does_not_depend_on_their_order() -> None:
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()


@pytest.mark.parametrize(
    "wrong", [{"price": 45.0}, {"rows": [{"price": 0.1}]}, {"price": float("nan")}, {"o": object()}]
)
def test_values_that_do_not_read_back_the_same_are_refused(db: None, paper_kind: str, wrong: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        freeze_document(kind=paper_kind, owner=("device", 1), values=wrong, by=None)


def test_a_kind_that_no_app_declared_is_refused(db: None, paper_kind: str) -> None:
    with pytest.raises(KeyError, match="'unknown'"):
        freeze_document(kind="unknown", owner=("device", 1), values={}, by=None)


def test_public_codes_are_unguessable_and_never_the_same(db: None, paper_kind: str) -> None:
    codes = {a_document(paper_kind).public_code for _ in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 19 for code in codes)


def test_a_new_version_of_a_kind_leaves_the_papers_of_the_old_one_to_their_template(db: None, paper_kind: str) -> None:
    old = a_document(paper_kind)
    register_kind(paper_kind, "Fiche d’essai", "tests/paper2.html", version=2)
    assert current_kind(paper_kind).version == 2
    assert a_document(paper_kind).declared_kind.template == "tests/paper2.html"
    assert old.declared_kind.template == "tests/paper.html"
    assert [kind.version for kind in all_kinds()] == [1, 2]


def test_a_kind_is_declared_once(paper_kind: str) -> None:
    register_kind(paper_kind, "Fiche d’essai", "tests/paper.html")
    with pytest.raises(ValueError, match="declared otherwise"):
        register_kind(paper_kind, "Autre", "tests/paper.html")


@pytest.mark.parametrize(
    "change", ["values = '{}'", "title = 'Autre'", "sha256 = ''", "owner_pk = 13", "public_code = 'X'"]
)
def test_the_database_refuses_to_change_a_document(db: None, paper_kind: str, change: str) -> None:
    a_document(paper_kind)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE documents_document SET {change}")


# --- drawn once --------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_worker_draws_a_document_after_the_commit(paper_kind: str) -> None:
    document = a_document(paper_kind)
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"document": document.pk}]
    run_worker()
    drawn = Document.objects.get(pk=document.pk)
    assert drawn.rendered is not None
    assert drawn.rendered.name == "Fiche d’essai.pdf"
    assert verify_document(drawn)


def test_drawing_twice_gives_the_first_file(db: None, paper_kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_document(paper_kind)
    first = render_document(document).rendered
    monkeypatch.setattr(papers, "render_pdf", lambda *args, **kwargs: pytest.fail("drawn again"))
    assert render_document(document).rendered == first


@pytest.mark.django_db(transaction=True)
def test_two_connections_that_open_a_document_at_once_draw_it_once(
    paper_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = a_document(paper_kind)
    drawn: list[str] = []
    files: list[int | None] = []

    def slow(*args: Any, **kwargs: Any) -> bytes:
        drawn.append("once")
        time.sleep(0.3)
        return paper.render_pdf(*args, **kwargs)

    def open_it() -> None:
        try:
            files.append(render_document(document).rendered_id)
        finally:
            connection.close()

    monkeypatch.setattr(papers, "render_pdf", slow)
    openers = [threading.Thread(target=open_it) for _ in range(3)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join(20)
    assert drawn == ["once"]
    assert len(files) == 3
    assert len(set(files)) == 1
    assert StoredFile.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_document_is_not_drawn_inside_the_caller_s_transaction(paper_kind: str) -> None:
    document = a_document(paper_kind)
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        render_document(document)


def test_the_database_refuses_to_draw_a_document_again(db: None, paper_kind: str) -> None:
    document, other = render_document(a_document(paper_kind)), render_document(a_document(paper_kind))
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(rendered=other.rendered)


def test_a_document_is_served_drawn_at_its_first_opening(db: None, paper_kind: str) -> None:
    response = document_response(a_document(paper_kind))
    content = b"".join(response)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("inline")
    assert page.is_pdf_compliant_bytes(content, profile="ua1")


def test_a_document_whose_pdf_changed_on_disk_is_no_longer_proven(db: None, paper_kind: str) -> None:
    document = render_document(a_document(paper_kind))
    assert document.rendered is not None
    Path(default_storage.path(document.rendered.file.name)).write_bytes(b"%PDF-altered")
    assert not verify_document(document)


# --- forgotten -------------------------------------------------------------------------


def test_forgetting_a_document_erases_values_title_and_file_and_keeps_the_hashes(db: None, paper_kind: str) -> None:
    document = render_document(a_document(paper_kind))
    file = document.rendered
    assert file is not None
    forgotten = forget_document(document=document, at=AT)
    remove_forgotten_content(file=file.pk)
    assert (forgotten.values, forgotten.title, forgotten.forgotten_at) == ({}, "", AT)
    assert (forgotten.sha256, forgotten.public_code) == (document.sha256, document.public_code)
    assert StoredFile.objects.get().forgotten_at == AT
    assert not verify_document(forgotten)
    assert forget_document(document=document).forgotten_at == AT
    with pytest.raises(Http404, match="effacé"):
        document_response(Document.objects.get(pk=document.pk))


def test_a_document_forgotten_before_it_was_drawn_is_never_drawn(db: None, paper_kind: str) -> None:
    document = a_document(paper_kind)
    forget_document(document=document)
    assert render_document(document).rendered is None
    with pytest.raises(Http404):
        document_response(Document.objects.get(pk=document.pk))


@pytest.mark.django_db
def test_an_act_that_was_never_drawn_is_drawn_before_its_values_are_forgotten(
    paper_kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn_with: list[Any] = []

    def drawing(paper: Document) -> bytes:
        drawn_with.append(paper.values)
        return small_pdf(paper.public_code)

    monkeypatch.setattr(papers, "draw_document", drawing)
    forgotten = forget_document(document=a_document(paper_kind), at=AT, keep_act=True)
    assert [values["reference"] for values in drawn_with] == [VALUES["reference"]]
    assert (forgotten.values, forgotten.title, forgotten.forgotten_at) == ({}, "", AT)
    assert forgotten.rendered is not None
    assert forgotten.rendered.forgotten_at is None
    assert verify_document(forgotten), "others are bound by it: its PDF still proves it"
