"""The three ways an operator answers give the same result: a screen, a signed link, a file."""

import re
from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from procrastinate.contrib.django.models import ProcrastinateJob

from calendars.working_days import add_working_days
from connectivity.enums import (
    ConnectionState,
    EndReason,
    OperatorAnswer,
    OperatorRefusalCode,
    ProblemCode,
    TechnicianSlot,
)
from connectivity.models import ConnectionEntry, ConnectionFile, OperatorLink, Transmission
from connectivity.parameters import OPERATOR_LINK_DAYS
from connectivity.readers.answers import TO_FILL, AnswersUnreadable, by_words, plainly, read_answers, written
from connectivity.services.answers import (
    ALREADY,
    NOT_YOURS,
    TO_BE_DONE,
    answer_connection,
    import_answers,
    preview_answers,
    queue_rows,
)
from connectivity.services.links import actor_of, ask_again, link_of
from documents.models import Mail
from lifecycle.exceptions import Refused, Unknown
from prescriptions.models import HouseholdAccess
from tests.connectivity.lines import Line, again, make_offer
from tests.refurb.pages import acting, read

pytestmark = pytest.mark.django_db
S = ConnectionState


def token_of(connection: ConnectionFile) -> str:
    """The token of the last link that was written to the operator."""
    mail = Mail.objects.filter(about_pk=connection.pk, body__contains="/connexions/lien/").latest("pk")
    found = re.search(r"/connexions/lien/([^/\s]+)/", mail.body)
    assert found is not None
    return found[1]


def lines_of(*rows: dict[str, str]) -> bytes:
    header = sorted({name for row in rows for name in row})
    return written([header, *([row.get(name, "") for name in header] for row in rows)])


# --- one result


def by_screen(line: Line, connection: ConnectionFile) -> None:
    url = reverse("connectivity:connection_accept", args=[connection.reference])
    assert acting(line.agent).post(url, {"operator_reference": "OP-5"}).status_code == 302


def by_link(line: Line, connection: ConnectionFile) -> None:
    url = reverse("connectivity:link", args=[token_of(connection)])
    page = Client().post(url, {"answer": "accept", "step": "answer", "operator_reference": "OP-5"})
    assert "rouvrir le lien" in page.content.decode()


def by_file(line: Line, connection: ConnectionFile) -> None:
    content = lines_of({"reference": connection.reference, "reponse": "Accepter", "reference_operateur": "OP-5"})
    assert [one.done for one in import_answers(actor=line.agent, lines=read_answers(content))] == [True]


@pytest.mark.parametrize("answer", [by_screen, by_link, by_file])
def test_the_three_ways_give_the_same_result(answer: Any) -> None:
    line = Line()
    connection = line.sent()
    answer(line, connection)

    assert (again(connection).state, again(connection).operator_reference) == (S.ACCEPTED, "OP-5")
    entry = ConnectionEntry.objects.get(object=connection, verb="accept")
    assert entry.organisation == line.operator.pk
    assert entry.via == (str(OperatorLink.objects.get().pk) if answer is by_link else "")


def test_only_what_was_sent_to_it_is_an_operators_to_answer() -> None:
    line, other = Line(), Line()
    connection = line.sent()
    with pytest.raises(Unknown):
        answer_connection(actor=other.agent, connection=connection, answer=OperatorAnswer.REFUSE, refusal="duplicate")
    with pytest.raises(PermissionDenied):
        answer_connection(actor=line.worker, connection=connection, answer=OperatorAnswer.REFUSE, refusal="duplicate")


# --- the link


def test_a_link_shows_nothing_before_its_button_and_answers_by_post_only() -> None:
    line = Line()
    connection = line.sent()
    url, client = reverse("connectivity:link", args=[token_of(connection)]), Client()
    household = line.need.prescription.household

    closed = client.get(url)
    assert household.last_name not in closed.content.decode()
    assert closed.headers["Referrer-Policy"] == "same-origin"
    assert again(connection).state == S.SENT
    opened = client.post(url).content.decode()
    assert household.last_name in opened
    assert "Quotient" not in opened
    asked = client.post(url, {"answer": "report_problem"}).content.decode()
    assert 'name="problem"' in asked
    wrong = client.post(url, {"answer": "report_problem", "step": "answer", "problem": ""}).content.decode()
    assert "<title>Erreur" in wrong
    client.post(url, {"answer": "report_problem", "step": "answer", "problem": "duplicate", "note": "Voir 12."})
    assert (again(connection).state, again(connection).operator_note) == (S.PROBLEM, "Voir 12.")


def test_a_link_to_a_stopped_request_says_what_was_reported_and_who_acts_now() -> None:
    connection = Line().sent()
    url, client = reverse("connectivity:link", args=[token_of(connection)]), Client()
    client.post(url, {"answer": "report_problem", "step": "answer", "problem": "duplicate", "note": "Voir 12."})
    page = client.post(reverse("connectivity:link", args=[token_of(connection)])).content.decode()
    assert "En attente du travailleur social" in page
    assert "demande en double, «\u00a0Voir 12.\u00a0»" in page
    assert "btn-primary" not in page, "refusing is possible, and not what is asked"


def test_a_person_is_named_in_one_order_wherever_an_operator_reads_of_her() -> None:
    line = Line()
    connection = line.sent()
    household = line.need.prescription.household
    client, url = acting(line.agent), reverse("connectivity:link", args=[token_of(connection)])
    pages = {
        "first page": read(client, reverse("desk:home")),
        "queue": read(client, reverse("connectivity:queue"), tous="1"),
        "request": read(client, reverse("connectivity:connection_detail", args=[connection.reference])),
        "link": Client().post(url).content.decode(),
    }
    assert household.name == f"{household.first_name} {household.last_name}"
    for where, page in pages.items():
        assert household.name in page, where
        assert f"{household.last_name} {household.first_name}" not in page, where


def test_what_is_read_by_a_link_is_in_the_log_of_accesses_with_the_link_and_its_operator() -> None:
    line = Line()
    connection = line.sent()
    household, link = line.need.prescription.household, OperatorLink.objects.get()
    url, client = reverse("connectivity:link", args=[token_of(connection)]), Client()
    client.get(url)
    assert not HouseholdAccess.objects.filter(actor=None).exists(), "the envelope names nobody"
    client.post(url)
    access = HouseholdAccess.objects.get(household=household, what="connection_link")
    assert (access.actor, access.organisation, access.via) == (None, line.operator, str(link.pk))
    assert str(access.by) == f"par un lien envoyé à {line.operator}"


@pytest.mark.parametrize(
    ("prepare", "said", "state"),
    [
        (Line.sent, {"answer": "refuse", "refusal": "no_coverage"}, S.REFUSED),
        (
            Line.accepted,
            {"answer": "schedule", "appointment_on": "today", "appointment_slot": "day", "day_confirmed": "on"},
            S.SCHEDULED,
        ),
        (
            Line.scheduled,
            {"answer": "activate", "started_on": "today", "monthly_price": "5,50", "early_confirmed": "on"},
            S.ACTIVE,
        ),
    ],
)
def test_every_answer_can_be_given_by_the_link(prepare: Any, said: dict[str, str], state: str) -> None:
    line = Line()
    connection = prepare(line)
    url = reverse("connectivity:link", args=[token_of(connection)])
    told = {name: f"{line.today()}" if value == "today" else value for name, value in said.items()}
    page = Client().post(url, {"step": "answer", **told}).content.decode()
    assert again(connection).state == state, page


def test_a_link_expires_and_another_may_be_asked_to_the_same_address_once_an_hour() -> None:
    line = Line()
    connection = line.sent()
    token, url = token_of(connection), reverse("connectivity:link", args=[token_of(connection)])
    OperatorLink.objects.update(
        sent_at=timezone.now() - timedelta(days=2 * OPERATOR_LINK_DAYS.usual),
        expires_at=timezone.now() - timedelta(days=1),
    )

    assert Client().get(url).status_code == 410
    assert Client().post(url, {"answer": "refuse", "step": "answer", "refusal": "duplicate"}).status_code == 410
    assert again(connection).state == S.SENT
    for _ in range(2):
        page = Client().post(reverse("connectivity:link_again", args=[token]))
        assert "un autre lien part" in page.content.decode()
    assert OperatorLink.objects.filter(file=connection).count() == 2
    assert token_of(connection) != token
    assert link_of(token=token_of(connection)) is not None
    assert Client().post(reverse("connectivity:link_again", args=["nothing"])).status_code == 200


def test_a_link_opens_no_more_once_the_file_left_the_operator() -> None:
    line = Line()
    connection = line.sent()
    token = token_of(connection)
    link = link_of(token=token)
    assert link is not None
    line.choose(line.report(connection), make_offer())
    assert link_of(token=token) is None
    assert ask_again(token=token, at=timezone.now() + timedelta(days=1)) is None
    actor = actor_of(link)
    assert not ConnectionFile.objects.visible_to(actor).exists()
    assert not Transmission.objects.visible_to(actor).exists()
    with pytest.raises(Unknown):
        answer_connection(actor=actor, connection=connection, answer=OperatorAnswer.REFUSE, refusal="duplicate")


def test_a_link_answers_its_own_file_alone() -> None:
    line = Line()
    mine = line.sent()
    other = Line(circle=line.circle)
    other.__dict__["offer"] = line.offer
    theirs = other.sent()
    link = link_of(token=token_of(mine))
    assert link is not None
    assert list(ConnectionFile.objects.visible_to(actor_of(link))) == [mine]
    with pytest.raises(Unknown):
        answer_connection(actor=actor_of(link), connection=theirs, answer=OperatorAnswer.REFUSE, refusal="duplicate")


def test_no_link_is_written_to_an_operator_without_an_address() -> None:
    line = Line()
    type(line.operator).objects.filter(pk=line.operator.pk).update(email="")
    line.sent()
    assert not OperatorLink.objects.exists()


# --- the file


def test_every_line_is_done_or_told_why_not_and_nothing_is_lost() -> None:
    line = Line()
    sent = [line.sent()]
    for _ in range(3):
        other = Line(circle=line.circle)
        other.__dict__["offer"] = line.offer
        sent.append(other.sent())
    tomorrow = f"{add_working_days(line.today(), 1):%d/%m/%Y}"
    content = lines_of(
        {"reference": sent[0].reference, "reponse": "accepter", "reference_operateur": "A1"},
        {"reference": sent[0].reference, "reponse": "planifier", "date": tomorrow, "moment": "le matin"},
        {"reference": sent[1].reference.lower(), "reponse": "Signaler un problème", "motif": "Déjà client"},
        {"reference": sent[2].reference, "reponse": "Refuser", "motif": "il fait beau"},
        {"reference": "L-0000-0000", "reponse": "Refuser", "motif": "duplicate"},
        {"reference": sent[3].reference, "reponse": "Planifier", "date": "demain"},
        {"reference": sent[3].reference, "reponse": "Peut-être"},
        {"reference": sent[3].reference, "reponse": ""},
    )
    results = import_answers(actor=line.agent, lines=read_answers(content))

    assert [one.done for one in results] == [True, True, True, False, False, False, False]
    assert [again(one).state for one in sent] == [S.SCHEDULED, S.PROBLEM, S.SENT, S.SENT]
    assert again(sent[0]).appointment_slot == "morning"
    assert "Motif inconnu" in results[3].sentence
    assert results[4].sentence == NOT_YOURS
    assert "24/11/2026" in results[5].sentence
    assert "Réponse inconnue" in results[6].sentence

    twice = import_answers(actor=line.agent, lines=read_answers(content))
    assert twice[0].sentence == twice[1].sentence == twice[2].sentence == ALREADY  # the first went further since


def test_a_file_of_another_operator_does_nothing() -> None:
    line, other = Line(), Line()
    content = lines_of({"reference": line.sent().reference, "reponse": "refuser", "motif": "duplicate"})
    assert [one.sentence for one in import_answers(actor=other.agent, lines=read_answers(content))] == [NOT_YOURS]


def test_a_price_and_dates_are_read_as_people_write_them() -> None:
    row = {"reference": "L-1", "reponse": "ligne active", "date": "2026-11-24", "prix": "15,99 €", "fin_du_droit": ""}
    (line,) = read_answers(lines_of(row))
    assert line.values["monthly_price"] == Decimal("15.99")
    assert line.values["entitlement_ends_on"] is None
    for wrong in ({"prix": "gratuit"}, {"prix": "-2"}, {"prix": "1e9"}, {"date": "31/02/2026"}, {"date": ""}):
        assert read_answers(lines_of(row | wrong))[0].fault


@pytest.mark.parametrize(
    "wrong",
    [
        {"date": "0001-01-01"},
        {"date": "01/01/0001"},
        {"date": "2026-99999999999999999999-01"},
        {"date": f"2026-1-{'9' * 5000}"},
        {"date": "２０２６-11-24"},
        {"date": "2026-²-01"},
        {"prix": "-0"},
        {"prix": "1_0"},
        {"prix": "1e1"},
        {"prix": "NaN"},
        {"fin_du_droit": "9999-99-99"},
    ],
)
def test_an_absurd_date_or_price_is_a_fault_of_its_line(wrong: dict[str, str]) -> None:
    row = {"reference": "L-1", "reponse": "ligne active", "date": "2026-11-24", "prix": "15,99", "fin_du_droit": ""}
    (line,) = read_answers(lines_of(row | wrong))
    assert "à écrire comme" in line.fault or "Prix impossible" in line.fault
    assert len(line.fault) < 200
    assert line.cells[next(iter(wrong))] == next(iter(wrong.values())), "what was written is given back"


def test_what_is_too_long_is_said_and_never_cut() -> None:
    for row, name, longest in (
        ({"reponse": "accepter", "reference_operateur": "R" * 41}, "reference_operateur", 40),
        ({"reponse": "signaler un problème", "motif": "duplicate", "commentaire": "c" * 301}, "commentaire", 300),
        ({"reponse": "refuser", "motif": "duplicate", "commentaire": "c" * 301}, "commentaire", 300),
        ({"reponse": "ligne terminée", "motif": "cancelled", "commentaire": "c" * 1001}, "commentaire", 1000),
    ):
        (line,) = read_answers(lines_of({"reference": "L-1", **row}))
        assert f"«\u00a0{name}\u00a0»\u00a0: {longest} caractères au plus" in line.fault
        assert line.cells[name] == row[name]


@given(content=st.binary(max_size=400) | st.text(max_size=400).map(lambda text: text.encode("utf-8", "replace")))
def test_whatever_bytes_come_the_reader_answers_or_says_why_not(content: bytes) -> None:
    with suppress(AnswersUnreadable):
        read_answers(content)


ODD = st.text(alphabet="0123456789-/.,€eE²٣ naN_'+=", max_size=30) | st.sampled_from(
    ["0001-01-01", "9999-12-31", "2026-11-24", "24/11/2026", "-0", "0", "1e400", "9" * 400]
)


@given(
    answer=st.sampled_from([*OperatorAnswer.values, *(str(one.label) for one in OperatorAnswer)]),
    cells=st.fixed_dictionaries(dict.fromkeys(("date", "prix", "fin_du_droit", "motif", "moment", "commentaire"), ODD)),
)
def test_whatever_a_line_says_its_values_are_sound_or_its_fault_is_told(answer: str, cells: dict[str, str]) -> None:
    (line,) = read_answers(lines_of({"reference": "L-1", "reponse": answer, **cells}))
    if line.fault:
        return
    for value in line.values.values():
        assert not isinstance(value, date) or value.year >= 2000
        assert not isinstance(value, Decimal) or (not value.is_signed() and value < 10_000)


def test_an_absurd_line_holds_back_nothing_of_the_file_and_moves_nothing() -> None:
    line = Line()
    first = line.scheduled()
    others = []
    for _ in range(4):
        other = Line(circle=line.circle)
        other.__dict__["offer"] = line.offer
        others.append(other.sent())
    before = line.today() - timedelta(days=1)
    active = {"reponse": "ligne active", "prix": "9,90"}
    content = lines_of(
        {"reference": first.reference, **active, "date": "0001-01-01", "prix": "-0"},
        {"reference": first.reference, **active, "date": f"{before}"},
        {"reference": first.reference, **active, "date": "9999-12-31"},
        {"reference": first.reference, **active, "date": f"{line.today()}", "fin_du_droit": "9999-12-31"},
        {"reference": others[0].reference, "reponse": "accepter", "reference_operateur": "R" * 500},
        {"reference": others[1].reference, "reponse": "refuser", "motif": "duplicate"},
    )
    told = [import_answers(actor=line.agent, lines=[one]) for one in read_answers(content)]
    results = [result for (result,) in told]
    assert [one.done for one in results] == [False, False, False, False, False, True]
    assert "avant d’avoir été demandée" in results[1].sentence
    assert "aujourd’hui ou avant" in results[2].sentence
    assert "trop lointain" in results[3].sentence
    assert [again(one).state for one in (first, *others)] == [S.SCHEDULED, S.SENT, S.REFUSED, S.SENT, S.SENT]


@pytest.mark.parametrize("encode", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
def test_a_file_is_read_whatever_the_spreadsheet(encode: str, sign: str) -> None:
    text = sign.join(("Référence", "Réponse", "Motif")) + "\r\n" + sign.join(("l-1", "Refuser", "Déjà client")) + "\r\n"
    (line,) = read_answers(text.encode(encode))
    assert (line.reference, line.values) == ("L-1", {"refusal": "already_customer", "note": ""})


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a;b\n1;2\n", b"reference\nL-1\n", b"\xff\xfe\x00"])
def test_a_file_that_does_not_read_says_why(content: bytes) -> None:
    with pytest.raises(AnswersUnreadable, match="Il manque la colonne"):
        read_answers(content)


def test_a_file_too_long_is_to_be_shared() -> None:
    with pytest.raises(AnswersUnreadable, match="partagez-le"):
        read_answers(b"reference;reponse\n" + b"L-1;refuser\n" * 2001)


def test_the_export_holds_the_queue_oldest_first_and_no_formula() -> None:
    line = Line(person={"last_name": "=cmd|'/c calc'!A1", "first_name": "+33"})
    sent = line.sent()
    header, row = queue_rows(actor=line.agent)

    assert row[0] == sent.reference
    cells = written([header, row]).decode("utf-8-sig")
    assert "'=cmd" in cells
    assert "'+33" in cells
    assert not re.search(r"(^|;)[=+@-]", cells)
    assert "Quotient" not in cells


def test_the_exported_file_filled_in_is_the_one_that_is_read() -> None:
    line = Line()
    line.sent()
    header, row = queue_rows(actor=line.agent)
    row[header.index("reponse")], row[header.index("reference_operateur")] = "Accepter", "-12"
    (result,) = import_answers(actor=line.agent, lines=read_answers(written([header, row])))
    assert result.done
    assert ConnectionFile.objects.get().operator_reference == "-12"


# --- the screens of the queue


def test_the_queue_shows_what_waits_the_oldest_first_and_its_file() -> None:
    line = Line()
    first = line.sent()
    other = Line(circle=line.circle)
    other.__dict__["offer"] = line.offer
    second = other.sent()
    client = acting(line.agent)

    page = read(client, reverse("connectivity:queue"))
    assert "Référence" in page
    assert page.index(first.reference) < page.index(second.reference)
    assert line.need.prescription.household.last_name in page
    export = client.get(reverse("connectivity:queue_export"))
    assert first.reference.encode() in export.content
    assert export.headers["Content-Disposition"].startswith("attachment")
    assert export.headers["Cache-Control"] == "private, no-store"


def test_the_page_of_a_file_tells_each_line_and_gives_the_wrong_ones_back() -> None:
    line = Line()
    sent = line.sent()
    rows = [
        ["reference", "reponse", "motif"],
        [sent.reference, "refuser", "duplicate"],
        ["L-9", "refuser", "duplicate"],
    ]
    client, url = acting(line.agent), reverse("connectivity:queue_import")
    page = client.get(url).content.decode()
    assert [str(answer.label) for answer, *_ in TO_FILL] == list(OperatorAnswer.labels)
    assert all(str(word.label) in unescape(page) for *_, words in TO_FILL for word in words)

    typed = {"text": written(rows).decode("utf-8-sig")}
    page = client.post(url, typed).content.decode()
    assert "Rien n’est encore enregistré" in page
    assert "1 ligne juste, 1 à corriger" in page
    assert again(sent).state == S.SENT

    (every,) = re.findall(r'<textarea name="text" hidden>(.*?)</textarea>', page, re.DOTALL)
    page = client.post(url, {"text": unescape(every), "confirmed": "1"}).content.decode()

    assert "1 ligne enregistrée, 1 à corriger" in page
    assert NOT_YOURS in page
    assert "L-9;refuser" in page
    assert again(sent).state == S.REFUSED
    assert "Déposez un fichier" in client.post(url, {}).content.decode()
    assert "Il manque la colonne" in client.post(url, {"text": "a;b"}).content.decode()
    assert client.get(url).status_code == 200


def test_a_refusal_of_the_gate_is_a_sentence_in_the_result() -> None:
    line = Line()
    active = line.active()
    content = lines_of({"reference": active.reference, "reponse": "refuser", "motif": "duplicate"})
    (result,) = import_answers(actor=line.agent, lines=read_answers(content))
    assert "n’est pas possible depuis l’état" in result.sentence
    with pytest.raises(Refused):
        answer_connection(actor=line.agent, connection=active, answer=OperatorAnswer.REFUSE, refusal="duplicate")


def test_what_is_shown_first_is_what_is_done_and_leaves_nothing_behind() -> None:
    line = Line()
    sent = line.sent()
    tomorrow = f"{add_working_days(line.today(), 1):%d/%m/%Y}"
    lines = read_answers(
        lines_of(
            {"reference": sent.reference, "reponse": "accepter", "reference_operateur": "A1"},
            {"reference": sent.reference, "reponse": "planifier", "date": tomorrow, "moment": "matin"},
            {"reference": sent.reference, "reponse": "ligne terminée", "motif": "cancelled"},
        )
    )
    mails, jobs = Mail.objects.count(), ProcrastinateJob.objects.count()
    entries = sent.journal.count()
    shown = preview_answers(actor=line.agent, lines=lines)
    assert [one.sentence for one in shown[:2]] == [TO_BE_DONE, TO_BE_DONE]
    assert (again(sent).state, sent.journal.count()) == (S.SENT, entries)
    assert (Mail.objects.count(), ProcrastinateJob.objects.count()) == (mails, jobs)
    done = import_answers(actor=line.agent, lines=lines)
    assert [one.done for one in done] == [one.done for one in shown]
    assert done[2].sentence == shown[2].sentence


def test_words_are_read_as_people_write_them_and_lead_each_to_one_code() -> None:
    row = {"reference": "L-1", "reponse": "PLANIFIER", "date": "24/11/2026"}
    for said, slot in (("matin", "morning"), ("Le Matin", "morning"), ("l'après-midi", "afternoon"), ("", "day")):
        (line,) = read_answers(lines_of(row | {"moment": said}))
        assert line.values["appointment_slot"] == slot, said
    for choices in (OperatorAnswer, TechnicianSlot, ProblemCode, OperatorRefusalCode, EndReason):
        assert len(set(by_words(choices).values())) == len(choices)
        assert all(by_words(choices)[plainly(str(one.label))] == one.value for one in choices)


@pytest.mark.parametrize(
    ("answer", "code"), [("refuser", OperatorRefusalCode.OTHER), ("signaler un problème", ProblemCode.OTHER)]
)
def test_what_is_other_is_said_in_words_that_whoever_follows_the_household_reads(answer: str, code: str) -> None:
    line = Line()
    sent = line.sent()
    row = {"reference": sent.reference, "reponse": answer, "motif": code}
    (result,) = import_answers(actor=line.agent, lines=read_answers(lines_of(row)))
    assert (result.done, "écrivez de quoi il s’agit" in result.sentence) == (False, True)
    (result,) = import_answers(
        actor=line.agent, lines=read_answers(lines_of(row | {"commentaire": "Dossier en deuil"}))
    )
    assert result.done, result.sentence
    page = acting(line.worker).get(reverse("connectivity:connection_detail", args=[sent.reference])).content.decode()
    assert "Dossier en deuil" in page


def test_an_operator_does_not_answer_in_the_place_of_the_clock() -> None:
    line = Line()
    row = {"reference": line.sent().reference, "reponse": "refuser", "motif": "Sans réponse dans le délai"}
    (read,) = read_answers(lines_of(row))
    assert "Motif inconnu" in read.fault
    assert "Sans réponse" not in read.fault.partition("Attendu")[2]


def test_an_operator_finds_its_lines_that_work_and_no_other() -> None:
    line, other = Line(), Line()
    own, others = line.active(), other.active()
    client = acting(line.agent)
    page = client.get(reverse("connectivity:queue"), {"state": "active"}).content.decode()
    assert own.reference in page
    assert others.reference not in page
    assert own.reference not in client.get(reverse("connectivity:queue"), {"state": ""}).content.decode()
