"""Reference data in the pilot's hands: versions along time, nothing rewritten that served, every change traced."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import ConditionRule
from connectivity.models import MobileCoverage, Offer, TechnologyShare
from conventions.models import ClauseText, PriceCeiling
from desk.models import ReferenceAction, ReferenceChange
from desk.services.reference import add_version, check_rows, correct_row, withdraw_version
from desk.views.administration import PER_PAGE
from donations.models import OrganisationCount
from network.enums import OrganisationKind, Role
from network.models import Commune, Membership
from prescriptions.models import AgreementText
from reference.dated import Dated, fingerprint
from reference.families import Family, families
from refurb.models import Checklist, Grading, GradingScale
from tests.connectivity.lines import Line
from tests.costs import assert_same_queries
from tests.given import load_reference
from tests.network.factories import make_commune, make_membership
from tests.refurb.devices import Bench, load_numbers

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
FAMILIES = families()
BY_SLUG = {family.slug: family for family in FAMILIES}
CEILINGS = BY_SLUG["plafonds-de-prix"]


@pytest.fixture
def ceiling() -> PriceCeiling:
    load_reference("conventions")
    return PriceCeiling.objects.get(type="laptop")


def everything() -> None:
    Commune.objects.filter(code="59001").exists() or make_commune(code="59001")
    load_reference()
    dated = {"valid_from": date(2026, 1, 1), "source": "Essai", "checked_on": date(2026, 1, 1)}
    if not OrganisationCount.objects.exists():  # its file says nothing: the pilot writes these numbers
        OrganisationCount.objects.create(epci=make_commune().epci, size="under_10", organisations=12, **dated)
    if not TechnologyShare.objects.exists():  # nor do these: he imports them
        told = {"commune": Commune.objects.get(code="59001"), "observed_on": date(2026, 1, 1), **dated}
        TechnologyShare.objects.create(access="fibre", share=80, **told)
        MobileCoverage.objects.create(operator_name="Orange", level="good", **told)


def address(name: str, *arguments: Any) -> str:
    return reverse(f"desk:{name}", args=arguments)


def next_one(row: PriceCeiling, begins: date, amount: int = 190, ends: date | None = None) -> PriceCeiling:
    return PriceCeiling(
        type=row.type, amount=amount, valid_from=begins, valid_to=ends, source="Décret", checked_on=timezone.localdate()
    )


# --- every kind of dated rows


def test_every_kind_of_dated_rows_has_its_family() -> None:
    def kinds(model: type[Dated]) -> set[type[Dated]]:
        found = set(model.__subclasses__())
        return {one for one in found if one.__module__.split(".")[0] != "tests"}.union(*map(kinds, found), set())

    stored = {model for model in kinds(Dated) if not model._meta.abstract}
    assert {family.model for family in FAMILIES} == stored
    assert len({family.slug for family in FAMILIES}) == len(FAMILIES)


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.slug)
def test_each_family_opens_and_its_forms_take_back_what_they_show(office: Client, family: Family, today: date) -> None:
    """A new version typed as proposed, with a source, passes; each page says what it is about."""
    everything()
    row = family.among("en-vigueur", today).order_by("-pk")[0]
    asked = {"nom": family.name(row)} if family.among("en-vigueur", today).count() > PER_PAGE else {}
    listed = office.get(address("reference_list", family.slug), asked).content.decode()
    assert family.name(row).replace("'", "&#x27;") in listed
    assert office.get(address("reference_detail", family.slug, row.pk)).status_code == 200
    page = office.get(address("reference_replace", family.slug, row.pk))
    typed = filled(page) | {"source": "Délibération du 12 mai", "valid_from": f"{today + 30 * DAY}"}
    if "version" in typed:
        typed["version"] = "2099-1"
    if family.slug == "grilles-de-classement":
        typed["code"] = "nouvelle-grille"
    before = [[str(line) for line in declared.of(row)] for declared in family.lines]
    answer = office.post(address("reference_replace", family.slug, row.pk), typed)
    if family.preview is not None:
        assert answer.context["preview"], answer.context["form"].errors
        typed["apercu-lu"] = answer.context["seen"]
        answer = office.post(address("reference_replace", family.slug, row.pk), typed)
    assert answer.status_code == 302, answer.context["form"].errors
    made = family.model._default_manager.get(source="Délibération du 12 mai")
    assert family.model._default_manager.get(pk=row.pk).valid_to == today + 29 * DAY
    assert [[str(line) for line in declared.of(made)] for declared in family.lines] == before
    assert office.get(address("reference_correct", family.slug, made.pk)).status_code == 200


def filled(page: Any) -> dict[str, Any]:
    """What a browser would send of the page as it is shown."""
    forms = [page.context["form"]]
    for formset in page.context["formsets"]:
        forms += [formset.management_form, *formset.forms]
    data: dict[str, Any] = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                shown = field.field.prepare_value(value) if not isinstance(value, list) else value
                data[field.html_name] = field.field.widget.format_value(shown) if isinstance(shown, date) else shown
    return {name: value for name, value in data.items() if value is not None}


def test_a_scale_is_replaced_with_the_same_sum(office: Client, today: date) -> None:
    load_reference("refurb")
    scale = GradingScale.objects.get(code="ec-pc-2025")
    url = address("reference_replace", "grilles-de-classement", scale.pk)
    typed = filled(office.get(url)) | {"code": "ec-pc-2027", "source": "Emmaüs Connect", "valid_from": f"{today + DAY}"}
    office.post(url, typed)
    made = GradingScale.objects.get(code="ec-pc-2027").as_scale()
    former = scale.as_scale()
    assert [(one.code, set(one.steps), one.factor) for one in made.criteria] == [
        (one.code, set(one.steps), one.factor) for one in former.criteria
    ]
    assert (made.caps, made.levels) == (former.caps, former.levels)


def test_a_scale_that_cannot_be_computed_with_is_told_before_it_grades(office: Client, today: date) -> None:
    load_reference("refurb")
    scale = GradingScale.objects.get(code="ec-pc-2025")
    url = address("reference_replace", "grilles-de-classement", scale.pk)
    typed = filled(office.get(url)) | {"code": "ec-pc-2027", "source": "Essai", "valid_from": f"{today + DAY}"}
    typed |= {"gradingcap-0-grade": "Z", "gradingcriterion-0-steps": ""}
    told = office.post(url, typed).content.decode()
    assert "n’existe pas dans la grille" in told
    assert "écrivez ses paliers" in told
    told = office.post(url, typed | {"gradingcriterion-0-steps": "huit points"}).content.decode()
    assert "«\u00a0huit points\u00a0» ne se lit pas" in told
    assert not GradingScale.objects.filter(code="ec-pc-2027").exists()


# --- a new version


def test_a_new_version_ends_the_former_one_the_day_before(
    ceiling: PriceCeiling, pilot: Membership, today: date
) -> None:
    add_version(family=CEILINGS, row=next_one(ceiling, today + 10 * DAY), by=pilot)
    assert PriceCeiling.objects.get(pk=ceiling.pk).valid_to == today + 9 * DAY
    assert PriceCeiling.objects.amounts_on(today)["laptop"] == 180
    assert PriceCeiling.objects.amounts_on(today + 10 * DAY)["laptop"] == 190
    traces = ReferenceChange.objects.order_by("pk")
    assert [change.action for change in traces] == [ReferenceAction.ENDED, ReferenceAction.REPLACED]
    assert all(change.by == pilot for change in traces)
    assert "Plafond TTC\u00a0: 180\u00a0€ → 190\u00a0€" in traces[1].said


def test_what_was_decided_stays_a_new_version_never_begins_in_the_past(
    ceiling: PriceCeiling, pilot: Membership, today: date
) -> None:
    with pytest.raises(ValidationError) as refused:
        add_version(family=CEILINGS, row=next_one(ceiling, today - DAY), by=pilot)
    assert "aujourd’hui au plus tôt" in refused.value.message_dict["valid_from"][0]
    assert PriceCeiling.objects.filter(type="laptop").count() == 1
    assert not ReferenceChange.objects.exists()


def test_two_versions_never_hold_on_the_same_day(ceiling: PriceCeiling, pilot: Membership, today: date) -> None:
    add_version(family=CEILINGS, row=next_one(ceiling, today + 40 * DAY), by=pilot)
    with pytest.raises(ValidationError) as refused:
        add_version(family=CEILINGS, row=next_one(ceiling, today + 10 * DAY, 185), by=pilot)
    assert "se recouvrent" in refused.value.message_dict["valid_to"][0]
    add_version(family=CEILINGS, row=next_one(ceiling, today + 10 * DAY, 185, today + 39 * DAY), by=pilot)
    assert [PriceCeiling.objects.amounts_on(today + days * DAY)["laptop"] for days in (9, 10, 39, 40)] == [
        180,
        185,
        185,
        190,
    ]


def test_a_version_to_come_is_given_up_and_the_former_one_goes_on(
    ceiling: PriceCeiling, pilot: Membership, today: date
) -> None:
    made = add_version(family=CEILINGS, row=next_one(ceiling, today + 10 * DAY), by=pilot)
    withdraw_version(family=CEILINGS, row=made, by=pilot)
    assert PriceCeiling.objects.get(type="laptop").valid_to is None
    with pytest.raises(ValidationError):
        withdraw_version(family=CEILINGS, row=ceiling, by=pilot)


def test_the_files_loaded_again_leave_the_versions_of_the_office(
    ceiling: PriceCeiling, pilot: Membership, today: date
) -> None:
    add_version(family=CEILINGS, row=next_one(ceiling, today + DAY), by=pilot)
    load_reference("conventions")
    assert PriceCeiling.objects.get(pk=ceiling.pk).valid_to == today
    assert PriceCeiling.objects.filter(type="laptop").count() == 2


def test_a_new_text_has_its_own_fingerprint_and_a_new_checklist_the_next_number(
    pilot: Membership, office: Client, today: date
) -> None:
    load_reference("prescriptions")
    load_reference("refurb")
    text = AgreementText.objects.get(valid_to=None)
    url = address("reference_replace", "textes-d-accord", text.pk)
    told = {"version": "2027-1", "body": "Autre texte", "source": "DPO", "valid_from": f"{today + DAY}"}
    office.post(url, filled(office.get(url)) | told)
    made = AgreementText.objects.get(version="2027-1")
    assert made.sha256 == fingerprint(made.body)
    assert AgreementText.objects.on(today + DAY).first() == made

    checklist = Checklist.objects.get(type="laptop")
    url = address("reference_replace", "listes-de-tests", checklist.pk)
    office.post(url, filled(office.get(url)) | {"source": "COTECH", "valid_from": f"{today + DAY}"})
    assert Checklist.objects.get(type="laptop", source="COTECH").version == checklist.version + 1


# --- a correction


def test_what_a_grading_leans_on_is_never_rewritten(office: Client, pilot: Membership) -> None:
    load_numbers()
    bench = Bench()
    bench.prepared(bench.in_process())
    scale = Grading.objects.get().scale
    family = BY_SLUG["grilles-de-classement"]
    page = office.get(address("reference_correct", family.slug, scale.pk))
    assert set(page.context["form"].fields) == {"valid_to", "source", "checked_on"}
    assert page.context["formsets"] == []
    scale.name = "Autre nom"
    with pytest.raises(ValidationError):
        correct_row(family=family, row=scale, changed=["name"], by=pilot)
    with pytest.raises(ValidationError):
        correct_row(family=family, row=scale, changed=["source"], by=pilot, lines=lambda row: None)
    office.post(
        address("reference_correct", family.slug, scale.pk),
        {"source": "Emmaüs Connect, page lue", "checked_on": f"{timezone.localdate()}", "name": "Autre nom"},
    )
    kept = GradingScale.objects.get(pk=scale.pk)
    assert (kept.source, kept.name) == ("Emmaüs Connect, page lue", "Emmaüs Connect PC 2025-26")


def test_an_offer_nobody_chose_is_corrected_and_one_that_was_chosen_is_not(office: Client) -> None:
    line = Line()
    line.chosen()
    chosen = line.offer
    free = Offer.objects.create(
        **{
            field.name: getattr(chosen, field.name)
            for field in Offer._meta.concrete_fields
            if field.name not in ("id", "code")
        },
        code="libre",
    )
    page = office.get(address("reference_correct", "offres", free.pk))
    assert "price" in page.context["form"].fields
    typed = filled(page) | {"price": "12,50", "source": "Site de l’opérateur"}
    typed |= {"offercondition-0-rule": ConditionRule.TENANT, "offercondition-0-fresh_days": "60"}
    assert office.post(address("reference_correct", "offres", free.pk), typed).status_code == 302
    corrected = Offer.objects.get(pk=free.pk)
    assert corrected.price == Decimal("12.50")
    assert [(one.rule, one.fresh_days) for one in corrected.conditions.all()] == [(ConditionRule.TENANT, 60)]
    assert "price" not in office.get(address("reference_correct", "offres", chosen.pk)).context["form"].fields


def test_a_number_that_was_in_force_is_not_corrected_but_one_written_this_morning_is(
    office: Client, ceiling: PriceCeiling, pilot: Membership, today: date
) -> None:
    made = add_version(family=CEILINGS, row=next_one(ceiling, today, 1900), by=pilot)
    page = office.get(address("reference_correct", CEILINGS.slug, made.pk))
    office.post(address("reference_correct", CEILINGS.slug, made.pk), filled(page) | {"amount": "190"})
    assert PriceCeiling.objects.get(pk=made.pk).amount == 190
    assert "amount" not in office.get(address("reference_correct", CEILINGS.slug, ceiling.pk)).context["form"].fields


def test_an_end_is_never_written_in_the_past_nor_taken_from_it(
    ceiling: PriceCeiling, pilot: Membership, today: date
) -> None:
    ceiling.valid_to = today - 30 * DAY
    with pytest.raises(ValidationError, match="hier au plus tôt"):
        correct_row(family=CEILINGS, row=ceiling, changed=["valid_to"], by=pilot)
    PriceCeiling.objects.filter(pk=ceiling.pk).update(valid_to=today - 30 * DAY)
    ceiling.valid_to = None
    with pytest.raises(ValidationError, match="sa fin ne change plus"):
        correct_row(family=CEILINGS, row=ceiling, changed=["valid_to"], by=pilot)


# --- a check, a trace


def test_a_source_read_today_is_noted_in_one_click(office: Client, ceiling: PriceCeiling, pilot: Membership) -> None:
    PriceCeiling.objects.update(checked_on=date(2024, 1, 1))
    home = office.get(address("administration")).content.decode()
    assert "n’a pas été relue depuis 12 mois" in home
    url = address("reference_check", CEILINGS.slug)
    assert office.get(url).status_code == 405
    office.post(url, {"row": [ceiling.pk], "suite": "https://ailleurs.example/"})
    assert PriceCeiling.objects.get(pk=ceiling.pk).checked_on == timezone.localdate()
    assert ReferenceChange.objects.get().action == ReferenceAction.CHECKED
    page = office.get(address("reference_detail", CEILINGS.slug, ceiling.pk)).content.decode()
    assert "Vérification" in page
    assert str(pilot.user) in page


def test_a_source_that_is_too_long_is_said_with_what_was_typed(office: Client, ceiling: PriceCeiling) -> None:
    url, pasted = address("reference_check", CEILINGS.slug), "https://exemple.fr/" + "a" * 250
    page = office.post(url, {"row": [ceiling.pk], "source": pasted}, follow=True).content.decode()
    assert f"250 caractères au plus, {len(pasted)} sont tapés. Rien n’est noté." in page
    assert pasted in page
    assert not ReferenceChange.objects.exists()


def test_a_trace_is_never_rewritten(ceiling: PriceCeiling, pilot: Membership) -> None:
    check_rows(family=CEILINGS, keys=[ceiling.pk], by=pilot)
    with pytest.raises(DatabaseError), transaction.atomic():
        ReferenceChange.objects.update(said="Rien")


# --- what is typed stays, what is wrong is said beside its field


def test_a_wrong_form_keeps_what_was_typed_and_says_why_in_french(office: Client, ceiling: PriceCeiling) -> None:
    url = address("reference_replace", CEILINGS.slug, ceiling.pk)
    typed = filled(office.get(url)) | {
        "amount": "-5",
        "source": "",
        "valid_from": "2020-01-01",
        "condition": "avec chargeur",
    }
    page = office.post(url, typed)
    told = page.content.decode()
    assert page.status_code == 200
    assert "Un plafond est plus grand que zéro." in told
    assert 'value="avec chargeur"' in told
    assert "<title>Erreur" in told.replace("\n", "")
    page = office.post(url, typed | {"amount": "190", "source": "Décret", "valid_from": "2023-01-01"})
    assert "aujourd’hui au plus tôt" in page.content.decode()


def test_a_line_written_twice_is_told(office: Client) -> None:
    load_reference("connectivity")
    offer = Offer.objects.get(code="coup-de-pouce")
    url = address("reference_replace", "offres", offer.pk)
    page = office.get(url)
    count = int(page.context["formsets"][0].total_form_count())
    typed = filled(page) | {"source": "Orange", f"offercondition-{count - 1}-rule": "family_quotient"}
    answer = office.post(url, typed)
    assert "écrit deux fois" in answer.content.decode()
    assert Offer.objects.filter(code="coup-de-pouce").count() == 1


def test_a_new_article_is_added_and_one_that_exists_is_not_doubled(office: Client, ceiling: PriceCeiling) -> None:
    url = address("reference_add", "articles-des-conventions")
    typed = filled(office.get(url)) | {
        "code": "energy",
        "title": "Énergie",
        "body": "…",
        "position": 20,
        "source": "COPIL",
    }
    assert office.post(url, typed).status_code == 302
    assert ClauseText.objects.get(code="energy").title == "Énergie"
    assert "se recouvrent" in office.post(url, typed | {"valid_from": f"{timezone.localdate() - DAY}"}).content.decode()


def test_a_territory_is_an_arrondissement_or_an_epci(office: Client) -> None:
    commune: Commune = make_commune()
    url = address("reference_add", "priorites-territoriales")
    both = {"arrondissement_code": commune.epci.arrondissement.code, "epci_siren": commune.epci.siren}
    typed = filled(office.get(url)) | both | {"label": "Pays d’essai", "points": 3, "source": "COPIL"}
    assert "pas les deux" in office.post(url, typed).content.decode()
    assert office.post(url, typed | {"epci_siren": ""}).status_code == 302


# --- who, and at what cost


@pytest.mark.parametrize(
    ("role", "kind"), [(one.role, one.kind) for one in Membership.every_role() if one.kind != "departement"]
)
def test_nobody_but_the_pilot_opens_administration(client: Client, role: str, kind: str) -> None:
    client.force_login(make_membership(role, kind).user)
    assert client.get(address("administration")).status_code == 403
    assert client.get(address("territory")).status_code == 403
    assert client.get(address("reference_list", CEILINGS.slug)).status_code == 403
    assert client.post(address("reference_check", CEILINGS.slug), {"row": [1]}).status_code == 403


def test_the_services_refuse_the_others_themselves(ceiling: PriceCeiling, today: date) -> None:
    stranger = make_membership(Role.MANAGER, OrganisationKind.EPCI)
    with pytest.raises(PermissionDenied):
        add_version(family=CEILINGS, row=next_one(ceiling, today + DAY), by=stranger)
    with pytest.raises(PermissionDenied):
        check_rows(family=CEILINGS, keys=[ceiling.pk], by=stranger)


def test_what_does_not_exist_is_a_404(office: Client, ceiling: PriceCeiling) -> None:
    assert office.get(address("reference_list", "inconnue")).status_code == 404
    assert office.get(address("reference_list", CEILINGS.slug) + "?etat=jamais").status_code == 404
    assert office.get(address("reference_detail", CEILINGS.slug, 0)).status_code == 404


def test_a_list_costs_the_same_with_one_row_and_with_fifty(office: Client) -> None:
    commune = make_commune(code="59001")
    load_reference("connectivity")
    closure = commune.copper_closures.get()

    def close(count: int) -> None:
        for _ in range(count):
            closure.pk, closure.commune = None, make_commune()
            closure.save()

    assert_same_queries(close, lambda: office.get(address("reference_list", "fermetures-du-cuivre")), rows=40)
    everything()
    office.get(address("administration"))
    with CaptureQueriesContext(connection) as asked:
        office.get(address("administration"))
    assert len(asked) <= 12
