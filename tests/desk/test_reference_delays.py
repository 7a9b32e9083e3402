"""The reference data of the house: lists one can search, delays of the first page, what asks to be read again."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from connectivity.enums import USUAL_TERMS
from connectivity.models import ConnectionTerm, CopperClosure
from connectivity.services.reference import load_connectivity_reference
from conventions.enums import USUAL_RULES
from conventions.models import ConventionRule, PriceCeiling
from conventions.services.reference import load_conventions_reference
from desk.enums import USUAL, ThresholdCode
from desk.models import TodoThreshold
from desk.reference.declared import BY_SLUG
from desk.services.reference import add_version, withdraw_version
from desk.todo.limits import limits_on
from network.enums import OrganisationKind
from network.models import Commune, Membership
from network.readers.dated import Dates
from network.services.reference import write_lines
from prescriptions.models import Setting
from prescriptions.services.reference import load_prescriptions_reference
from tests.desk.test_reference_data import address, everything
from tests.network.factories import make_commune, make_organisation

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_a_line_that_a_file_says_twice_is_one_row_which_says_the_last(today: date) -> None:
    lines = [({"code": "quiet_days"}, {"value": days}, Dates(today, None, "Comité", today)) for days in (40, 50)]
    written = write_lines(TodoThreshold, lines)
    assert (written.created, written.changed) == (1, 1)
    assert TodoThreshold.objects.get().value == 50


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


def test_the_delays_are_rows_that_say_what_holds_without_them(today: date) -> None:
    everything()
    for model, usual in ((ConnectionTerm, USUAL_TERMS), (TodoThreshold, USUAL), (ConventionRule, USUAL_RULES)):
        assert dict(model.objects.on(today).values_list("code", "value")) == usual
    told = limits_on(timezone.now())
    assert (told.terms, ConnectionTerm.objects.values_on(today)) == (USUAL_TERMS, USUAL_TERMS)
    assert {code: told.days[code].days for code in USUAL} == USUAL
    for model in (ConnectionTerm, TodoThreshold, Setting, ConventionRule):
        model.objects.all().delete()
    assert limits_on(timezone.now()) == told
    assert ConnectionTerm.objects.values_on(today) == USUAL_TERMS
    assert {code: ConventionRule.objects.value_of(code, today) for code in USUAL_RULES} == USUAL_RULES


def test_a_number_under_a_code_is_the_one_of_the_day(today: date) -> None:
    dates = {"source": "Décision d’essai", "checked_on": today}
    code, yesterday = ThresholdCode.QUIET, today - timedelta(days=1)
    TodoThreshold.objects.all().delete()
    assert TodoThreshold.objects.value_of(code, today) == USUAL[code]
    TodoThreshold.objects.create(code=code, value=40, valid_from=date(2020, 1, 1), valid_to=yesterday, **dates)
    TodoThreshold.objects.create(code=code, value=50, valid_from=today, **dates)
    assert [TodoThreshold.objects.value_of(code, day) for day in (yesterday, today)] == [40, 50]
    for wrong in ({"code": "unknown", "value": 1}, {"code": code, "value": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            TodoThreshold.objects.create(**wrong, valid_from=date(2019, 1, 1), valid_to=date(2019, 2, 1), **dates)


def test_a_threshold_told_otherwise_changes_what_the_first_page_shows(office: Client, pilot: Membership) -> None:
    everything()
    make_organisation(OrganisationKind.PRESCRIBER)
    assert "Prescripteurs sans activité depuis 60\u00a0jours" in office.get("/").content.decode()
    row, today = TodoThreshold.objects.get(code="quiet_days"), timezone.localdate()
    changed = TodoThreshold(code=row.code, value=45, valid_from=today, source="Comité technique", checked_on=today)
    add_version(family=BY_SLUG["seuils-d-a-faire"], row=changed, by=pilot, replaces=row)
    assert "Prescripteurs sans activité depuis 45\u00a0jours" in office.get("/").content.decode()


def test_what_ends_or_is_to_be_confirmed_is_told_on_the_first_page_of_the_pilot(office: Client, today: date) -> None:
    load_conventions_reference()
    load_connectivity_reference()
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
    load_conventions_reference()
    load_prescriptions_reference()
    long_ago, family = today - 61 * DAY, BY_SLUG["motifs"]
    family.model.objects.update(valid_from=long_ago - DAY, valid_to=long_ago)
    Setting.objects.filter(code="link_days").update(valid_from=long_ago - DAY, valid_to=long_ago)
    assert not family.among("finie", today).exists()
    assert BY_SLUG["reglages-des-prescriptions"].among("finie", today).get().code == "link_days"


def test_a_second_reminder_is_never_planned_before_the_first(office: Client, pilot: Membership, today: date) -> None:
    everything()
    family, first = BY_SLUG["reglages-des-prescriptions"], Setting.objects.get(code="complete_first_days")
    last = Setting.objects.get(code="complete_last_days")

    def written(row: Setting, value: int) -> str:
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
    to_come = Setting.objects.get(code=first.code, value=25)
    with pytest.raises(ValidationError, match=r"sans cette version, l’ordre ne tient plus"):
        withdraw_version(family=family, row=to_come, by=pilot)
    assert Setting.objects.filter(pk=to_come.pk).exists()


@pytest.mark.parametrize(
    ("slug", "code", "value"),
    [
        ("delais-des-connexions", "second_reminder_days", 5),
        ("delais-des-connexions", "last_renewal_days", 60),
        ("delais-des-connexions", "second_copper_months", 2),
        ("regles-des-conventions", "first_reminder_days", 90),
    ],
)
def test_every_kind_of_reminders_keeps_its_order(
    pilot: Membership, today: date, slug: str, code: str, value: int
) -> None:
    everything()
    family = BY_SLUG[slug]
    row = family.model._default_manager.get(code=code)
    row.pk, row.value, row.valid_from = None, value, today + DAY
    with pytest.raises(ValidationError, match=r"il faut (plus|moins) ici"):
        add_version(family=family, row=row, by=pilot)


def test_the_codes_that_follow_one_another_exist(today: date) -> None:
    everything()
    for family in BY_SLUG.values():
        for codes in family.falls:
            values = dict(family.model._default_manager.filter(code__in=codes).values_list("code", "value"))
            told = [values[code] for code in codes]
            assert told == sorted(set(told), reverse=True), family.slug
