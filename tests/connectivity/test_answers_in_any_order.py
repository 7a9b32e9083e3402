"""Files of answers cut, shuffled, sent twice: where requests end depends on what was answered, and on nothing else."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from calendars.working_days import add_working_days
from connectivity.enums import ConnectionState, OperatorAnswer
from connectivity.models import ConnectionEntry, ConnectionFile
from connectivity.readers.answers import COLUMNS, read_answers, written
from connectivity.services.answers import ALREADY, import_answers, preview_answers
from tests.connectivity.lines import Line, again
from tests.distribution.hours import last_working_day
from tests.prescriptions.files import Circle
from tests.remembered import from_nothing

S = ConnectionState


def content(rows: list[dict[str, str]]) -> bytes:
    return written([COLUMNS, *([row.get(name, "") for name in COLUMNS] for row in rows)])


def life(line: Line, file: ConnectionFile, number: str) -> list[dict[str, str]]:
    """The answers that lead a request to a line that works."""
    day = f"{line.today():%d/%m/%Y}"
    return [
        {"reference": file.reference, "reponse": "accepter", "reference_operateur": number},
        {"reference": file.reference, "reponse": "planifier", "date": day},
        {"reference": file.reference, "reponse": "ligne active", "date": day, "prix": "9,90"},
    ]


def take(line: Line, rows: list[dict[str, str]]) -> list[Any]:
    return import_answers(actor=line.agent, lines=read_answers(content(rows)), at=line.at)


def several(count: int = 3) -> tuple[Line, list[ConnectionFile]]:
    """Requests sent to one operator on a day that is worked: a visit may be planned on it."""
    line = Line(circle=Circle(at=last_working_day()))
    files = [line.sent()]
    for _ in range(count - 1):
        other = Line(circle=line.circle)
        other.__dict__["offer"] = line.offer
        files.append(other.sent())
    return line, files


@pytest.mark.django_db
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_the_end_depends_only_on_what_was_answered(data: st.DataObject) -> None:
    with from_nothing():
        line, (first, second, third) = several()
        rows = [
            *life(line, first, "A1"),
            *life(line, second, "A2")[:2],
            {"reference": third.reference, "reponse": "signaler un problème", "motif": "Déjà client"},
        ]
        shuffled = data.draw(st.permutations(rows + rows[: data.draw(st.integers(0, 3))]))
        cut = data.draw(st.integers(0, len(shuffled)))
        for part in (shuffled[:cut], shuffled[cut:], shuffled):
            if part:
                take(line, part)
        assert [again(one).state for one in (first, second, third)] == [S.ACTIVE, S.SCHEDULED, S.PROBLEM]
        moves = ConnectionEntry.objects.filter(object__in=[first, second, third]).count()
        last = take(line, shuffled)
        late = {one.line.answer for one in last if one.sentence != ALREADY}
        assert late <= {OperatorAnswer.ACCEPT, OperatorAnswer.SCHEDULE}, "what came after the line worked is told so"
        assert all(one.sentence for one in last)
        assert ConnectionEntry.objects.filter(object__in=[first, second, third]).count() == moves


@pytest.mark.django_db
def test_a_line_without_an_end_of_the_right_is_known_when_it_comes_again() -> None:
    line, (file,) = several(1)
    rows = life(line, file, "A1")
    take(line, rows)
    assert again(file).entitlement_ends_on is not None  # by the rule of the offer
    assert {one.sentence for one in take(line, rows)} == {ALREADY}


@pytest.mark.django_db
def test_two_lines_that_contradict_each_other_are_both_told_and_neither_is_done() -> None:
    line, (file, other) = several(2)
    rows = [
        {"reference": file.reference, "reponse": "accepter", "reference_operateur": "A1"},
        {"reference": file.reference, "reponse": "accepter", "reference_operateur": "B2"},
        {"reference": other.reference, "reponse": "accepter", "reference_operateur": "C3"},
    ]
    for act in (preview_answers, import_answers):
        results = act(actor=line.agent, lines=read_answers(content(rows)), at=line.at)
        assert [one.done for one in results] == [False, False, True]
        assert "La ligne 3 dit autre chose" in results[0].sentence
        assert "La ligne 2 dit autre chose" in results[1].sentence
    assert [again(one).state for one in (file, other)] == [S.SENT, S.ACCEPTED]


@pytest.mark.django_db
def test_an_operator_may_still_go_back_to_a_day_it_had_given_before() -> None:
    line, (file,) = several(1)
    accept, first, _ = life(line, file, "A1")
    second = first | {"date": f"{add_working_days(line.today(), 7):%d/%m/%Y}"}
    take(line, [accept, first])
    take(line, [second])
    take(line, [first])
    assert again(file).appointment_on == line.today()


@pytest.mark.django_db
@pytest.mark.parametrize("turned", [False, True])
def test_a_request_that_is_refused_and_taken_in_one_file_is_told_and_neither_is_done(turned: bool) -> None:
    line, (file, other, third) = several(3)
    refuse = {"reponse": "refuser", "motif": "Logement non desservi"}
    rows = [
        {"reference": file.reference, "reponse": "accepter", "reference_operateur": "A1"},
        {"reference": file.reference} | refuse,
        life(line, other, "B1")[2],
        {"reference": other.reference} | refuse,
        {"reference": third.reference, "reponse": "accepter", "reference_operateur": "C1"},
        {"reference": third.reference, "reponse": "signaler un problème", "motif": "Déjà client"},
        {"reference": third.reference} | refuse,
    ]
    rows = rows[::-1] if turned else rows
    for act in (preview_answers, import_answers):
        results = act(actor=line.agent, lines=read_answers(content(rows)), at=line.at)
        done = [one.done for one in results]
        assert (done[::-1] if turned else done) == [False] * 4 + [True] * 3, [one.sentence for one in results]
    assert [again(one).state for one in (file, other, third)] == [S.SENT, S.SENT, S.REFUSED]
