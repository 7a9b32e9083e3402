"""Every requirement of a convention refuses with its sentence and lets pass, one row and a set."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from calendars.working_days import add_months
from conventions.enums import (
    ClauseCode,
    ConventionState,
    Party,
    ReviewSubject,
    TextReopenReason,
)
from conventions.machine import draft_rules, rules
from conventions.models import Convention, PriceCeiling
from conventions.parameters import LONGEST_YEARS, SHORTEST_MONTHS
from conventions.services.conventions import (
    create_convention,
    edit_convention,
    open_signature_convention,
)
from conventions.services.drafting import DraftReviewer, DraftTerms, Plan, Price
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.machine import Context, Requirement
from lifecycle.previews import missing_before
from network.enums import OrganisationKind
from network.models import User
from network.services.memberships import close_membership
from tests.conventions.conventions import Treaty, again, party
from tests.conventions.pages import acting, page_of, read
from tests.reference.values import set_value

pytestmark = pytest.mark.django_db
S = ConventionState


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def sentences(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


# --- create, edit


def test_the_articles_of_the_model_of_the_day_are_there_from_the_start() -> None:
    convention = Treaty().draft()

    assert convention.state == S.DRAFT
    assert convention.reference.startswith("C-")
    mandatory = set(convention.clauses.filter(mandatory=True).values_list("code", flat=True))
    assert mandatory == set(ClauseCode.values)
    assert convention.max_nonconformity == Decimal(5)


def test_the_pilot_prepares_one_and_nobody_for_another_epci() -> None:
    scene, other = Treaty(), Treaty()
    assert scene.epci_party is not None

    made = create_convention(actor=scene.pilot, epci_party=scene.epci_party, title="Essai")

    assert made.created_by == scene.pilot
    for actor in (other.manager, scene.lawyer, scene.signatories[Party.RECONDITIONER]):
        with pytest.raises(PermissionDenied):
            create_convention(actor=actor, epci_party=scene.epci_party, title="Essai")


def test_an_epci_without_territory_prepares_none() -> None:
    scene = Treaty()

    for wrong in (party(OrganisationKind.EPCI), party(OrganisationKind.DONOR, epci=scene.epci)):
        with pytest.raises(Refused) as refused:
            create_convention(actor=scene.pilot, epci_party=wrong, title="Essai")
        assert sentences(refused) == {draft_rules.EPCI_KNOWN.sentence}


def test_a_draft_is_written_again_and_a_submitted_text_is_not() -> None:
    scene = Treaty()
    convention = scene.draft()

    edited = edit_convention(
        actor=scene.manager,
        convention=convention,
        title="Titre neuf",
        terms=DraftTerms(texts={"warranty": "Vingt-quatre mois."}, quotas=[Plan("tablet", 1, 7)]),
    )

    assert edited.title == "Titre neuf"
    assert edited.workshop == scene.workshop
    assert edited.clauses.get(code="warranty").text == "Vingt-quatre mois."
    assert list(edited.planned_quotas.values_list("type", "total")) == [("tablet", 7)]
    scene.prices = {"tablet": 60}
    submitted = scene.submit(edited)
    with pytest.raises(Refused) as refused:
        edit_convention(actor=scene.manager, convention=submitted, title="Trop tard")
    assert codes(refused) == {"state"}


# --- submit


def _without(**heading: Any) -> Callable[[Treaty], Convention]:
    return lambda scene: scene.draft(**heading)


def _with(**terms: Any) -> Callable[[Treaty], Convention]:
    return lambda scene: scene.draft(scene.terms(**terms))


def _cut(days: int) -> Callable[[Treaty], Convention]:
    return lambda scene: scene.draft(ends_on=(scene.starts_on or date.min) + timedelta(days=days))


def _no_siret(scene: Treaty) -> Convention:
    scene.workshop.siret = ""
    scene.workshop.save()
    return scene.draft()


def _same_twice(scene: Treaty) -> Convention:
    scene.workshop.kinds = [OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR]
    scene.workshop.save()
    return scene.draft(distributor=scene.workshop)


def _closed_signatory(scene: Treaty) -> Convention:
    convention = scene.draft()
    close_membership(membership=scene.signatories[Party.DISTRIBUTOR])
    return convention


def _closed_reviewer(scene: Treaty) -> Convention:
    assert scene.epci_party is not None
    convention = scene.draft(
        scene.terms(reviewers=[DraftReviewer(ReviewSubject.LEGAL, scene.epci_party, scene.lawyer)])
    )
    close_membership(membership=scene.lawyer)
    return convention


BEYOND = "Un quota porte sur une année que la convention n’atteint pas\u00a0: ordinateur portable, année 3."
OVER = (
    "Un prix de la grille dépasse le plafond légal du jour (décret du 7 novembre 2022)\u00a0: ordinateur portable,"
    " 180,01\u00a0€ pour un plafond de 180\u00a0€."
)
FAULTS: dict[str, tuple[Callable[[Treaty], Convention], Requirement | str]] = {
    "no workshop": (_without(workshop=None), draft_rules.PARTIES_KNOWN),
    "the same organisation twice": (_same_twice, draft_rules.PARTIES_KNOWN),
    "no siret": (_no_siret, draft_rules.PARTIES_SIRET),
    "no signatory": (_without(epci_signatory=None), draft_rules.SIGNATORIES_KNOWN),
    "a signatory who left": (_closed_signatory, draft_rules.SIGNATORIES_KNOWN),
    "no date": (_without(ends_on=None), draft_rules.DATES_KNOWN),
    "shorter than a month": (_cut(20), draft_rules.LONG_ENOUGH),
    "longer than three years": (_cut(1200), draft_rules.NOT_TOO_LONG),
    "a year without quota": (_cut(500), draft_rules.QUOTAS_PLANNED),
    "no quota": (_with(quotas=[]), draft_rules.QUOTAS_PLANNED),
    "a quota of zero": (_with(quotas=[Plan("laptop", 1, 0)]), draft_rules.QUOTAS_PLANNED),
    "a quota after the end": (_with(quotas=[Plan("laptop", 1, 5), Plan("laptop", 3, 5)]), BEYOND),
    "no price": (_with(prices=[]), draft_rules.PRICED),
    "a price over the ceiling": (_with(prices=[Price("laptop", Decimal("180.01"))]), OVER),
    "a reviewer who left": (_closed_reviewer, draft_rules.REVIEWERS_OPEN),
    "an article to fill": (_with(texts={"object": "Objet [à compléter]"}), draft_rules.NOTHING_TO_FILL),
    **{
        f"no {code.value}": (_with(texts={code.value: "  "}), requirement)
        for code, requirement in zip(ClauseCode, draft_rules.MANDATORY_FILLED, strict=True)
    },
}


@pytest.mark.parametrize(("fault", "requirement"), FAULTS.values(), ids=FAULTS)
def test_what_is_missing_is_said_before_a_text_is_submitted(
    fault: Callable[[Treaty], Convention], requirement: Requirement | str
) -> None:
    scene = Treaty()
    convention = fault(scene)

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "submit", actor=scene.manager)

    now = Context(timezone.now(), scene.manager)
    assert (requirement if isinstance(requirement, str) else requirement.reason_in(now).sentence) in sentences(refused)
    assert again(convention).state == S.DRAFT


def test_how_long_a_convention_lasts_is_told_as_the_rows_of_the_day_say() -> None:
    scene = Treaty()
    convention = _cut(500)(scene)
    set_value(LONGEST_YEARS, 1)

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "submit", actor=scene.manager)
    assert "Une convention dure au plus 1\u00a0an, avenants compris." in sentences(refused)
    set_value(SHORTEST_MONTHS, 24)
    missing = {reason.sentence for reason in missing_before(again(convention), "submit")}
    assert "Une convention dure au moins 24\u00a0mois." in missing


def test_a_rate_of_non_conformity_is_missing() -> None:
    scene = Treaty()
    convention = edit_convention(actor=scene.manager, convention=scene.draft(), max_nonconformity=None)

    with pytest.raises(Refused) as refused:
        scene.submit(convention)

    assert sentences(refused) == {draft_rules.NONCONFORMITY_KNOWN.sentence}


def test_the_ceiling_is_that_of_the_day() -> None:
    scene = Treaty(prices={"laptop": 180})
    convention = scene.draft()
    today = timezone.localdate()
    PriceCeiling.objects.create(type="laptop", amount=150, valid_from=today, source="essai", checked_on=today)

    with pytest.raises(Refused) as refused:
        scene.submit(convention)

    (told,) = sentences(refused)
    assert told.endswith("ordinateur portable, 180\u00a0€ pour un plafond de 150\u00a0€.")


def test_each_line_that_is_refused_is_named_and_of_a_set_each_convention_reads_its_own() -> None:
    scene = Treaty()
    plans = [Plan("laptop", 1, 5), Plan("tablet", 2, 5), Plan("laptop", 3, 5)]
    prices = [Price("laptop", Decimal(181)), Price("tablet", Decimal(500), "B"), Price("desktop", Decimal(1))]
    first = scene.draft(scene.terms(quotas=plans, prices=prices))
    second = scene.draft(scene.terms(prices=[Price("laptop", Decimal(190))]))

    outcome = gate.apply_many(Convention.objects.filter(pk__in=[first.pk, second.pk]), "submit", actor=scene.manager)

    told = {
        pk: {reason.code: reason.sentence for reason in reasons if reason.code in ("quotas_within", "under_ceiling")}
        for pk, reasons in outcome.refused.items()
    }
    assert told[first.pk]["quotas_within"].endswith(
        "n’atteint pas\u00a0: tablette, année 2\u00a0; ordinateur portable, année 3."
    )
    assert (
        "ordinateur portable, 181\u00a0€ pour un plafond de 180\u00a0€\u00a0; tablette, grade B, 500\u00a0€ pour"
        in (told[first.pk]["under_ceiling"])
    )
    assert set(told[second.pk]) == {"under_ceiling"}
    assert "190\u00a0€ pour un plafond de 180\u00a0€." in told[second.pk]["under_ceiling"]
    general = {reason.sentence for reason in missing_before(first, "submit")}
    assert general >= {draft_rules.QUOTAS_WITHIN.sentence, draft_rules.UNDER_CEILING.sentence}


@pytest.mark.parametrize(
    "months", [pytest.param(1, id="exactly one month"), pytest.param(36, id="exactly three years")]
)
def test_one_month_and_three_years_are_within_bounds(months: int) -> None:
    start = date(2027, 1, 31)
    scene = Treaty(starts_on=start, ends_on=add_months(start, months) - timedelta(days=1), is_test=months == 1)

    assert scene.in_review().state == S.IN_REVIEW


def test_a_set_is_submitted_but_for_the_faulty_one() -> None:
    scene = Treaty()
    good, bad = scene.draft(), scene.draft(workshop=None)

    outcome = gate.apply_many(Convention.objects.filter(pk__in=[good.pk, bad.pk]), "submit", actor=scene.manager)

    assert outcome.moved == [good.pk]
    assert draft_rules.PARTIES_KNOWN.code in {reason.code for reason in outcome.refused[bad.pk]}
    assert again(good).state == S.IN_REVIEW
    assert again(bad).state == S.DRAFT


# --- reopen, open_signature


def test_a_text_is_reopened_with_a_reason_and_its_signatures_are_void() -> None:
    scene = Treaty()
    convention = scene.signing()
    scene.sign(convention, Party.EPCI)

    with pytest.raises(Refused) as refused:
        gate.apply(convention, "reopen", actor=scene.manager, reason="whim")
    assert sentences(refused) == {rules.REOPEN_REASON.sentence}
    reopened = gate.apply(convention, "reopen", actor=scene.manager, reason=TextReopenReason.SIGNATORY)

    assert reopened.state == S.CHANGES_REQUESTED
    assert set(convention.signatures.values_list("state", flat=True)) == {"void"}
    assert (reopened.act_number, reopened.act_on) == ("", None)
    assert scene.carry(reopened).state == S.SIGNED


@pytest.mark.parametrize(
    ("changes", "requirement"),
    [
        ({"act_body": "mayor"}, rules.ACT_BODY),
        ({"act_number": "  "}, rules.ACT_NUMBER),
        ({"act_on": None}, rules.ACT_DATES),
        ({"act_executory_on": timezone.localdate() + timedelta(days=2)}, rules.ACT_DATES),
        ({"act_executory_on": date(2020, 1, 1)}, rules.ACT_DATES),
        ({"act_on": timezone.localdate() - timedelta(days=1)}, rules.ACT_AFTER_TEXT),
        ({"act_on": date(2020, 1, 1), "act_executory_on": date(2020, 1, 1)}, rules.ACT_AFTER_TEXT),
    ],
)
def test_the_signature_opens_on_an_executory_act(changes: dict[str, Any], requirement: Requirement) -> None:
    scene = Treaty()
    convention = scene.approved()

    with pytest.raises(Refused) as refused:
        open_signature_convention(actor=scene.manager, convention=convention, **scene.act(**changes))

    assert sentences(refused) == {requirement.sentence}


def test_the_epci_alone_opens_the_signature() -> None:
    scene = Treaty()
    convention = scene.approved()

    for actor in (scene.pilot, scene.signatories[Party.EPCI], scene.workshop_reviewer):
        with pytest.raises(PermissionDenied):
            open_signature_convention(actor=actor, convention=convention, **scene.act())


def test_the_signature_does_not_open_for_a_signatory_who_left() -> None:
    scene = Treaty()
    convention = scene.approved()
    close_membership(membership=scene.signatories[Party.RECONDITIONER])

    with pytest.raises(Refused) as refused:
        scene.open_signature(convention)

    assert sentences(refused) == {draft_rules.SIGNATORIES_KNOWN.sentence}


@pytest.mark.parametrize("names", [{"first_name": ""}, {"last_name": ""}])
def test_a_text_is_submitted_once_the_names_of_all_who_sign_it_are_known(names: dict[str, str]) -> None:
    scene = Treaty()
    convention = scene.draft()
    user = scene.signatories[Party.DISTRIBUTOR].user
    given = {name: getattr(user, name) for name in names}
    User.objects.filter(pk=user.pk).update(**names)

    with pytest.raises(Refused) as refused:
        scene.submit(convention)
    (reason,) = refused.value.all
    assert reason == draft_rules.SIGNATORIES_NAMED.reason
    assert "dans «\u00a0Mon compte\u00a0»" in reason.lifted_by
    assert reason.sentence in read(acting(scene.manager), page_of(convention, "convention_submit"))

    User.objects.filter(pk=user.pk).update(**given)
    approved = scene.approve(scene.submit(convention))
    User.objects.filter(pk=user.pk).update(**names)
    with pytest.raises(Refused):
        scene.open_signature(approved)
