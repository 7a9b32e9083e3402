"""Parameters: declared once, never without a value, refused when wrong, whoever writes."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from connectivity.parameters import NO_ANSWER_DAYS
from conventions.parameters import MAX_NONCONFORMITY, REMIND_AFTER_DAYS, REVIEW_DAYS
from desk.parameters import BENCH_DAYS
from lifecycle.versions import project_apps
from network.models import User
from reference.checks import check_declarations, check_rows
from reference.dated import gaps_between
from reference.files import PARAMETERS, ReferenceFileError, read_parameters
from reference.known import NAME, digest, raise_known, standing
from reference.loading import load_reference, write_parameters
from reference.models import Parameter, counted_in_french
from reference.parameters import parameter, parameter_family, parameters_on
from reference.registry import REGISTRY, Declaration
from tests.reference.values import LONG_AGO, SAID, make_value

DAY = timedelta(days=1)
HEADER = "code,value,valid_from,valid_to,source,checked_on\n"


@pytest.fixture
def registry() -> Iterator[None]:
    """What a test declares is taken away."""
    parameters, families = dict(REGISTRY.parameters), dict(REGISTRY.parameter_families)
    yield
    for known, before in ((REGISTRY.parameters, parameters), (REGISTRY.parameter_families, families)):
        known.clear()
        known.update(before)  # type: ignore[arg-type]


# --- the value of a day


@pytest.mark.django_db
def test_a_day_that_no_row_covers_has_the_usual_value() -> None:
    day = date(2026, 3, 2)
    assert (REVIEW_DAYS.on(day), REVIEW_DAYS.in_force(day).since) == (10, None)
    make_value(REVIEW_DAYS, 12, day, day + 9 * DAY)
    assert [REVIEW_DAYS.on(day + days * DAY) for days in (-1, 0, 9, 10)] == [10, 12, 12, 10]
    told = REVIEW_DAYS.in_force(day)
    assert (told.value, told.unit, told.since, told.source) == (12, "jours ouvrés", day, SAID["source"])


@pytest.mark.django_db
def test_a_number_is_of_the_kind_of_its_usual_value() -> None:
    make_value(REVIEW_DAYS, 12)
    make_value(MAX_NONCONFORMITY, Decimal("2.5"))
    day = date(2026, 3, 2)
    assert isinstance(REVIEW_DAYS.on(day), int)
    assert MAX_NONCONFORMITY.on(day) == Decimal("2.5")


@pytest.mark.django_db
def test_all_the_values_of_a_day_are_read_in_one_query(django_assert_num_queries: object) -> None:
    make_value(REVIEW_DAYS, 12)
    with django_assert_num_queries(1):  # type: ignore[operator]
        values = parameters_on(date(2026, 3, 2))
        assert (values[REVIEW_DAYS], values[NO_ANSWER_DAYS]) == (12, 30)


@pytest.mark.django_db
def test_an_instant_so_many_days_before_is_read_inside_a_query() -> None:
    at = timezone.now()
    User.objects.create(email="essai@exemple.test")
    for days in (BENCH_DAYS.usual, 7):
        early, late = (at - timedelta(days=days, seconds=seconds) for seconds in (1, -1))
        for instant, is_old in ((early, True), (late, False)):
            User.objects.update(last_login=instant)
            assert User.objects.filter(last_login__lte=BENCH_DAYS.before(at)).exists() == is_old
        make_value(BENCH_DAYS, 7)


# --- declarations


def test_two_parameters_never_share_a_code(registry: None) -> None:
    again = parameter(REVIEW_DAYS.code, usual=10, unit="jours ouvrés", label="Délai de relecture")
    assert again.declaration == REVIEW_DAYS.declaration
    with pytest.raises(ImproperlyConfigured, match=r"conventions\.review_working_days.*deux fois"):
        parameter(REVIEW_DAYS.code, usual=11, unit="jours ouvrés", label="Délai de relecture")
    with pytest.raises(ImproperlyConfigured, match="deux fois"):
        parameter_family("conventions", slug="a", group="B", title="C", purpose="D")


def test_what_is_declared_is_right() -> None:
    assert check_declarations() == []


@pytest.mark.parametrize(
    ("declared", "fault"),
    [
        (Declaration("conventions.Wrong Code", 1, "jours", "Faux"), "reference.E001"),
        (Declaration("unknown.days", 1, "jours", "Faux"), "reference.E002"),
        (Declaration("conventions.no_unit", 1, "", "Faux"), "reference.E003"),
        (Declaration("conventions.too_small", 0, "jours", "Faux"), "reference.E004"),
        (Declaration("conventions.too_large", 101, "%", "Faux"), "reference.E004"),
        (Declaration("conventions.no_end", 1, "cartons", "Faux"), "reference.E007"),
    ],
)
def test_what_is_declared_wrongly_is_found(registry: None, declared: Declaration, fault: str) -> None:
    REGISTRY.parameters[declared.code] = declared
    assert fault in {found.id for found in check_declarations()}


def test_a_family_without_parameter_and_an_order_of_unknown_codes_are_found(registry: None) -> None:
    parameter_family("empty", slug="a", group="B", title="C", purpose="D", falls=(("empty.first",),))
    assert {found.id for found in check_declarations()} == {"reference.E005", "reference.E006"}


@pytest.mark.django_db
def test_a_row_that_nothing_reads_and_a_row_in_another_unit_are_found(registry: None) -> None:
    load_reference()
    assert check_rows(databases=["default"]) == []
    REGISTRY.parameters.pop(REVIEW_DAYS.code)
    Parameter.objects.filter(code=NO_ANSWER_DAYS.code).update(unit="heures")
    assert {found.id for found in check_rows(databases=["default"])} == {"reference.W010", "reference.E011"}
    assert {found.id for found in run_checks(databases=["default"])} >= {"reference.W010", "reference.E011"}


# --- the database


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("conventions.unknown", 1),
        (REVIEW_DAYS.code, 0),
        (REVIEW_DAYS.code, Decimal("1.5")),
        (REMIND_AFTER_DAYS.code, -1),
        ("api.key_days", 99_999_999),
        ("accounts.invitation_days", 99_999_999),
        ("messages.from_hour", 24),
        ("messages.until_hour", 25),
        ("donations.reuse_rate_min", 101),
        ("secrecy.threshold", 4),
        ("secrecy.width", 4),
    ],
)
def test_the_database_refuses_an_unknown_code_and_a_value_of_another_kind(code: str, value: int | Decimal) -> None:
    row = Parameter(code=code, value=value, unit="jours", valid_from=LONG_AGO, **SAID)
    with pytest.raises(IntegrityError, match=NAME), transaction.atomic():
        Parameter.objects.bulk_create([row])


@pytest.mark.django_db
def test_the_database_refuses_two_values_of_one_day() -> None:
    day = date(2026, 3, 2)
    make_value(REVIEW_DAYS, 12, day, day + 9 * DAY)
    with pytest.raises(IntegrityError, match="reference_parameter_apart"), transaction.atomic():
        Parameter.objects.create(code=REVIEW_DAYS.code, value=9, valid_from=day + 9 * DAY, **SAID)
    Parameter.objects.create(code=REVIEW_DAYS.code, value=9, valid_from=day + 10 * DAY, **SAID)
    Parameter.objects.create(code=NO_ANSWER_DAYS.code, value=9, valid_from=day, **SAID)


@pytest.mark.django_db
def test_a_new_code_is_taught_to_the_database_when_it_is_migrated(registry: None) -> None:
    assert standing() == digest()
    made = parameter("conventions.made_up_days", usual=4, unit="jours", label="Essai")
    assert standing() != digest()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_value(made, 5)
    raise_known()
    assert standing() == digest()
    make_value(made, 5)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_constraint WHERE conname = %s", [NAME])
        assert cursor.fetchone() == (1,)


def test_a_row_is_judged_before_it_is_written_in_french() -> None:
    for code, value, field, told in (
        ("conventions.unknown", Decimal(1), "code", "Aucun paramètre"),
        (REVIEW_DAYS.code, Decimal("1.5"), "value", "Un nombre entier"),
        (REVIEW_DAYS.code, Decimal(0), "value", "Au moins 1\u00a0jour ouvré."),
        (REVIEW_DAYS.code, Decimal(366), "value", "Au plus 365\u00a0jours ouvrés."),
        (MAX_NONCONFORMITY.code, Decimal("100.01"), "value", "Au plus 100\u00a0%."),
        ("secrecy.threshold", Decimal(1), "value", "Au moins 5\u00a0foyers."),
    ):
        with pytest.raises(ValidationError) as refused:
            Parameter(code=code, value=value).clean()
        assert told in refused.value.message_dict[field][0]


def test_a_unit_agrees_with_its_number() -> None:
    for value, unit, told in (
        ("1", "jours ouvrés", "1\u00a0jour ouvré"),
        ("0", "points", "0\u00a0point"),
        ("1", "mois", "1\u00a0mois"),
        ("1.5", "Mo/s", "1,5\u00a0Mo/s"),
        ("2.00", "recharges", "2\u00a0recharges"),
    ):
        assert counted_in_french(Decimal(value), unit) == told


def test_every_usual_value_may_be_typed_and_the_day_of_any_length_of_time_exists() -> None:
    days = {"jours": 1, "jours ouvrés": 2, "mois": 31, "ans": 366}
    for declared in REGISTRY.parameters.values():
        assert declared.highest is not None, declared.code
        if declared.unit in days:
            assert date(2100, 1, 1) + timedelta(days=declared.highest * days[declared.unit]), declared.code


# --- files


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ("conventions.unknown,1,2026-01-01,,Loi,2026-01-01", "ligne 2.*aucun paramètre"),
        ("conventions.review_working_days,0,2026-01-01,,Loi,2026-01-01", "ligne 2.*Au moins 1"),
        (
            (
                "conventions.review_working_days,9,2026-01-01,,Loi,2026-01-01\n"
                "conventions.review_working_days,8,2026-02-01,,Loi,2026-01-01"
            ),
            "ligne 3.*recouvre",
        ),
        (
            (
                "conventions.review_working_days,9,2026-01-01,2026-01-10,Loi,2026-01-01\n"
                "conventions.review_working_days,8,2026-01-15,,Loi,2026-01-01"
            ),
            "ligne 3.*du 11/01/2026 au 14/01/2026",
        ),
    ],
)
def test_a_wrong_line_of_a_file_is_named(tmp_path: Path, lines: str, fault: str) -> None:
    (tmp_path / PARAMETERS).write_text(HEADER + lines + "\n")
    with pytest.raises(ReferenceFileError, match=fault):
        read_parameters("conventions", tmp_path)


@pytest.mark.django_db
def test_each_parameter_is_written_once_with_its_usual_value_and_not_rewritten() -> None:
    load_reference()
    today = date(2026, 11, 28)
    assert Parameter.objects.values_on(today) == {code: one.usual for code, one in REGISTRY.parameters.items()}
    assert {row.unit == REGISTRY.parameters[row.code].unit for row in Parameter.objects.all()} == {True}
    again = load_reference()
    assert {(written.created, written.changed, written.kept) for written in again} == {(0, 0, 0)}


@pytest.mark.django_db
def test_a_new_line_of_a_file_ends_the_value_before_it_and_stops_where_the_office_wrote_the_next(
    tmp_path: Path,
) -> None:
    make_value(REVIEW_DAYS, 12, date(2025, 1, 1))
    Parameter.objects.filter(code=REVIEW_DAYS.code).update(valid_to=date(2026, 12, 31))
    Parameter.objects.create(code=REVIEW_DAYS.code, value=14, valid_from=date(2027, 1, 1), **SAID)
    (tmp_path / PARAMETERS).write_text(HEADER + f"{REVIEW_DAYS.code},13,2026-06-01,,Loi,2026-05-01\n")

    write_parameters(read_parameters("conventions", tmp_path))

    spans = Parameter.objects.filter(code=REVIEW_DAYS.code).order_by("valid_from")
    assert [(row.value, row.valid_from, row.valid_to) for row in spans] == [
        (12, date(2025, 1, 1), date(2026, 5, 31)),
        (13, date(2026, 6, 1), date(2026, 12, 31)),
        (14, date(2027, 1, 1), None),
    ]


def test_each_app_has_its_values_in_its_own_file() -> None:
    where = {line.key["code"]: config.label for config in project_apps() for line in read_parameters(config.label)}
    assert where.keys() == REGISTRY.parameters.keys()


# --- gaps


@pytest.mark.parametrize(
    ("spans", "gaps"),
    [
        ([(1, None)], []),
        ([(1, 9), (10, None)], []),
        ([(1, 9), (12, None)], [(10, 11)]),
        ([(1, 9)], [(10, None)]),
        ([(1, 3), (6, 9), (10, None)], []),
        ([(12, None), (1, 20)], []),
    ],
)
def test_the_days_from_today_on_that_no_value_covers(
    spans: list[tuple[int, int | None]], gaps: list[tuple[int, int | None]]
) -> None:
    def day(number: int | None) -> date | None:
        return None if number is None else date(2026, 1, number)

    asked = [(date(2026, 1, begins), day(ends)) for begins, ends in spans]
    assert gaps_between(asked, date(2026, 1, 7)) == [(day(begins), day(ends)) for begins, ends in gaps]
