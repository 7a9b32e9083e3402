"""The reference data of the house: lists one can search, delays of the first page, what asks to be read again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from connectivity.models import CopperClosure
from connectivity.parameters import FIRST_REMINDER_DAYS
from conventions.models import PriceCeiling
from conventions.parameters import REVIEW_DAYS
from desk.parameters import QUIET_DAYS
from desk.services.reference import add_version, withdraw_version
from desk.todo.limits import limits_on
from network.enums import OrganisationKind
from network.models import Commune, Membership
from prescriptions.parameters import COMPLETE_FIRST_DAYS, COMPLETE_LAST_DAYS, LINK_DAYS
from reference.families import families
from reference.files import Dates
from reference.loading import load_reference, write_lines
from reference.models import Parameter
from reference.registry import declared_parameters
from tests.desk.test_reference_data import address, everything
from tests.network.factories import make_commune, make_organisation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
BY_SLUG = {family.slug: family for family in families()}


def test_a_line_that_a_file_says_twice_is_one_row_which_says_the_last(today: date) -> None:
    lines = [({"type": "laptop"}, {"amount": amount}, Dates(today, None, "Comité", today)) for amount in (40, 50)]
    written = write_lines(PriceCeiling, lines)
    assert (written.created, written.changed) == (1, 1)
    assert PriceCeiling.objects.get().amount == 50


def test_the_closures_of_copper_are_found_by_commune_or_by_epci(office: Client, today: date) -> None:
    for name in ("Saint-Amand-les-Eaux", "Marcq-en-Barœul", "Féron"):
        CopperClosure.objects.create(
            commune=make_commune(name=name),
            lot=1,
            commercial_on=today,
            technical_on=today,
            reliability="check",
            valid_from=today,
            source="Arcep",
            checked_on=today,
        )

    def listed(typed: str) -> list[str]:
        page = office.get(address("reference_list", "fermetures-du-cuivre"), {"nom": typed})
        return [row["name"] for row in page.context["rows"]]

    assert [name.partition(" (")[0] for name in listed("saint amand")] == ["Saint-Amand-les-Eaux"]
    assert len(listed("baroeul")) == len(listed("FERON")) == 1
    epci = Commune.objects.get(name="Féron").epci
    assert len(listed(epci.name)) == CopperClosure.objects.filter(commune__epci=epci).count()
    assert len(listed("")) == 3
    assert listed("ailleurs") == []
    whole = " ".join(["ailleurs"] * 20)
    page = office.get(address("reference_list", "fermetures-du-cuivre"), {"nom": whole})
    assert page.context["typed"] == whole, "what is typed is looked for whole"


def test_the_delays_are_rows_that_say_what_holds_without_them(today: date) -> None:
    everything()
    usual = {code: declared.usual for code, declared in declared_parameters().items()}
    assert Parameter.objects.values_on(today) == usual
    told = limits_on(timezone.now())
    assert (told[QUIET_DAYS], told.days(QUIET_DAYS).days) == (60, 60)
    Parameter.objects.all().delete()
    again = limits_on(timezone.now())
    assert (again[QUIET_DAYS], again.days(QUIET_DAYS).days) == (60, 60)
    assert (FIRST_REMINDER_DAYS.on(today), REVIEW_DAYS.on(today)) == (5, 10)


def test_a_number_under_a_code_is_the_one_of_the_day(today: date) -> None:
    dates = {"unit": "jours", "source": "Décision d’essai", "checked_on": today}
    code, yesterday = QUIET_DAYS.code, today - DAY
    assert QUIET_DAYS.on(today) == QUIET_DAYS.usual
    Parameter.objects.create(code=code, value=40, valid_from=date(2020, 1, 1), valid_to=yesterday, **dates)
    Parameter.objects.create(code=code, value=50, valid_from=today, **dates)
    assert [QUIET_DAYS.on(day) for day in (yesterday, today)] == [40, 50]
    past = {"valid_from": date(2019, 1, 1), "valid_to": date(2019, 2, 1)}
    overlap = {"valid_from": yesterday, "valid_to": yesterday}
    for wrong in (
        {"code": "todo.unknown_days", "value": 1, **past},
        {"code": code, "value": 0, **past},
        {"code": code, "value": Decimal("1.5"), **past},
        {"code": code, "value": 45, **overlap},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Parameter.objects.bulk_create([Parameter(**wrong, **dates)])


def test_a_threshold_told_otherwise_changes_what_the_first_page_shows(office: Client, pilot: Membership) -> None:
    everything()
    make_organisation(OrganisationKind.PRESCRIBER)
    assert "Prescripteurs sans activité depuis 60\u00a0jours" in office.get("/").content.decode()
    row, today = Parameter.objects.get(code=QUIET_DAYS.code), timezone.localdate()
    changed = Parameter(code=row.code, value=45, valid_from=today, source="Comité technique", checked_on=today)
    add_version(family=BY_SLUG["seuils-d-a-faire"], row=changed, by=pilot, replaces=row)
    assert "Prescripteurs sans activité depuis 45\u00a0jours" in office.get("/").content.decode()


def test_what_ends_or_is_to_be_confirmed_is_told_on_the_first_page_of_the_pilot(office: Client, today: date) -> None:
    load_reference("conventions")
    load_reference("connectivity")
    ending, ended = PriceCeiling.objects.filter(type__in=("laptop", "tablet")).order_by("type")
    PriceCeiling.objects.filter(pk=ending.pk).update(valid_to=today + DAY)
    PriceCeiling.objects.filter(pk=ended.pk).update(valid_to=today - DAY)
    page = office.get("/")
    told = next(one for one in page.context["blocks"] if one.block.key == "valeurs")
    lines = [(line.title, line.about, line.is_late) for line in told.lines]
    assert lines[:2] == [
        ("Plafonds de prix", "1\u00a0valeur finie sans suite", True),
        ("Plafonds de prix", "1\u00a0valeur finit d’ici 60 jours", False),
    ]
    assert {title for title, about, _ in lines if about.endswith("à confirmer")} >= {"Offres des opérateurs"}
    for line in told.lines:
        listed = office.get(line.url).context["page"].paginator.count
        assert line.about.startswith(f"{listed}\u00a0")
    assert office.get(told.block.address).context["page"].paginator.count == told.count
    assert "1 valeur finie sans suite." in office.get(address("administration")).content.decode()


def test_what_ended_for_good_is_not_told_for_ever(today: date) -> None:
    load_reference("conventions")
    load_reference("prescriptions")
    long_ago, family = today - 61 * DAY, BY_SLUG["motifs"]
    family.model.objects.update(valid_from=long_ago - DAY, valid_to=long_ago)
    Parameter.objects.filter(code=LINK_DAYS.code).update(valid_from=long_ago - DAY, valid_to=long_ago)
    assert not family.among("finie", today).exists()
    assert BY_SLUG["reglages-des-prescriptions"].among("finie", today).get().code == LINK_DAYS.code


def test_a_second_reminder_is_never_planned_before_the_first(office: Client, pilot: Membership, today: date) -> None:
    everything()
    family, first = BY_SLUG["reglages-des-prescriptions"], Parameter.objects.get(code=COMPLETE_FIRST_DAYS.code)
    last = Parameter.objects.get(code=COMPLETE_LAST_DAYS.code)

    def written(row: Parameter, value: int) -> str:
        page = address("reference_replace", family.slug, row.pk)
        typed = {"value": value, "valid_from": f"{today + DAY}", "source": "Comité", "checked_on": f"{today}"}
        answer = office.post(page, typed)
        return "" if answer.status_code == 302 else str(answer.context["form"].errors.get("value", ""))

    sentence = (
        "«\u00a0Premier rappel avant la fin du délai pour compléter\u00a0» vaut 15\u00a0jours\u00a0: il faut moins ici."
    )
    assert sentence in written(last, 15)
    assert "vaut 30\u00a0jours\u00a0: il faut moins ici." in written(first, 40)
    assert "vaut 5\u00a0jours\u00a0: il faut plus ici." in written(first, 5)
    assert written(first, 25) == ""
    assert written(last, 20) == ""
    to_come = Parameter.objects.get(code=first.code, value=25)
    with pytest.raises(ValidationError, match=r"sans cette version, l’ordre ne tient plus"):
        withdraw_version(family=family, row=to_come, by=pilot)
    assert Parameter.objects.filter(pk=to_come.pk).exists()


@pytest.mark.parametrize(
    ("slug", "code", "value"),
    [
        ("delais-des-connexions", "connectivity.second_reminder_days", 5),
        ("delais-des-connexions", "connectivity.last_renewal_days", 60),
        ("delais-des-connexions", "connectivity.second_copper_months", 2),
        ("regles-des-conventions", "conventions.first_reminder_days", 90),
    ],
)
def test_every_kind_of_reminders_keeps_its_order(
    pilot: Membership, today: date, slug: str, code: str, value: int
) -> None:
    everything()
    family = BY_SLUG[slug]
    row = family.rows.get(code=code)
    row.pk, row.value, row.valid_from = None, value, today + DAY
    with pytest.raises(ValidationError, match=r"il faut (plus|moins) ici"):
        add_version(family=family, row=row, by=pilot)


def test_the_codes_that_follow_one_another_exist(today: date) -> None:
    everything()
    for family in BY_SLUG.values():
        for codes in family.falls:
            values = dict(family.rows.filter(code__in=codes).values_list("code", "value"))
            told = [values[code] for code in codes]
            assert told == sorted(set(told), reverse=True), family.slug
