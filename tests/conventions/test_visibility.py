"""Who sees a convention and what hangs from it; the reserve; what the database refuses."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from conventions.enums import Party, ReviewSubject
from conventions.models import (
    ClauseText,
    Convention,
    ConventionClause,
    ConventionPaper,
    ConventionPrice,
    ConventionTerm,
    PlannedQuota,
    PriceCeiling,
    Quota,
    QuotaChange,
    Review,
    ReviewerNamed,
    ReviewPoint,
    Signature,
    SignatureDeposit,
)
from conventions.services.drafting import DraftReviewer
from conventions.services.quotas import set_reserve
from lifecycle.actors import SYSTEM
from lifecycle.verification import verify_journal
from network.enums import ROLES_BY_KIND, OrganisationKind, Role
from network.models import Membership
from reference.models import Parameter
from tests.conventions.conventions import Treaty, party
from tests.given import load_reference
from tests.network.factories import make_membership

pytestmark = pytest.mark.django_db
K = OrganisationKind
MEMBERS = (Role.MANAGER, Role.REVIEWER, Role.SIGNATORY)


def sees(actor: Membership, convention: Convention) -> bool:
    return Convention.objects.visible_to(actor).filter(pk=convention.pk).exists()


def test_a_draft_is_the_affair_of_the_epci() -> None:
    scene = Treaty()
    draft = scene.draft()

    for actor in (scene.pilot, scene.manager, scene.lawyer, scene.signatories[Party.EPCI]):
        assert sees(actor, draft)
    others = (scene.workshop_reviewer, scene.distributor_reviewer, scene.signatories[Party.DISTRIBUTOR])
    assert not any(sees(actor, draft) for actor in others)
    scene.submit(draft)
    assert all(sees(actor, draft) for actor in others)


@pytest.mark.parametrize("kind", list(K), ids=lambda kind: kind.value)
def test_the_people_of_the_three_parties_see_theirs_and_nobody_else_any(kind: OrganisationKind) -> None:
    scene = Treaty()
    convention = scene.signing()
    own = {K.EPCI: scene.epci_party, K.RECONDITIONER: scene.workshop, K.DISTRIBUTOR: scene.distributor}
    for role in ROLES_BY_KIND[kind]:
        elsewhere = make_membership(role, kind)
        steers = kind == K.DEPARTEMENT and role in (Role.PILOT, Role.MANAGER)
        assert sees(elsewhere, convention) is steers
        if kind in own:
            member = make_membership(role, kind, own[kind])
            assert sees(member, convention) is (role in MEMBERS)
            for model in (Review, Signature, ConventionPaper):
                seen: Any = model.objects.visible_to(member)  # type: ignore[attr-defined]
                assert seen.exists() is (role in MEMBERS)
                assert not model.objects.visible_to(elsewhere).exists()  # type: ignore[attr-defined]
    assert not Convention.objects.visible_to(None).exists()
    assert Convention.objects.visible_to(SYSTEM).exists()


def test_a_party_in_another_of_its_kinds_sees_nothing() -> None:
    scene = Treaty()
    convention = scene.signing()
    scene.distributor.kinds = [K.DISTRIBUTOR, K.DONOR]
    scene.distributor.save()

    assert not sees(make_membership(Role.MANAGER, K.DONOR, scene.distributor), convention)


def test_a_shared_officer_sees_what_he_is_asked_to_read() -> None:
    scene, other = Treaty(), Treaty()
    shared = party(K.EPCI)
    officer = make_membership(Role.REVIEWER, K.EPCI, shared)
    named = [DraftReviewer(ReviewSubject.DATA_PROTECTION, shared, officer)]
    draft = scene.draft(scene.terms(reviewers=named))
    assert not sees(officer, draft)

    convention = scene.submit(draft)

    assert sees(officer, convention)
    assert not sees(officer, other.in_review())


def test_quotas_are_seen_by_the_parties_and_the_reserve_by_workshops() -> None:
    scene = Treaty()
    scene.active()
    reserve = set_reserve(actor=scene.pilot, type="laptop", year=2026, total=30)
    quota = Quota.objects.exclude(pk=reserve.pk).get()

    def seen(actor: Membership) -> set[int]:
        return set(Quota.objects.visible_to(actor).values_list("pk", flat=True))

    assert seen(scene.pilot) == {quota.pk, reserve.pk}
    assert seen(scene.workshop_reviewer) == {quota.pk, reserve.pk}
    assert seen(scene.manager) == seen(scene.distributor_reviewer) == {quota.pk}
    assert seen(Treaty().workshop_reviewer) == {reserve.pk}
    assert seen(make_membership(Role.WORKER, K.PRESCRIBER)) == set()


def test_the_pilot_alone_sets_the_reserve_and_each_change_is_kept() -> None:
    scene = Treaty()

    for total in (30, 45, 45):
        quota = set_reserve(actor=scene.pilot, type="tablet", year=2026, total=total)

    assert quota.total == 45
    assert list(quota.changes.order_by("pk").values_list("before", "after")) == [(None, 30), (30, 45)]
    with pytest.raises(ValidationError):
        set_reserve(actor=scene.pilot, type="toaster", year=2026, total=1)
    with pytest.raises(PermissionDenied):
        set_reserve(actor=scene.manager, type="tablet", year=2026, total=1)


# --- what the database refuses


@pytest.mark.parametrize("model", [ConventionClause, ConventionPrice, PlannedQuota, ReviewerNamed])
def test_the_terms_of_a_submitted_text_do_not_change(model: Any) -> None:
    scene = Treaty()
    convention = scene.in_review()
    row = model.objects.filter(convention=convention).first()

    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.filter(pk=row.pk).delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save()
    row.pk = None
    with pytest.raises(DatabaseError), transaction.atomic():
        row.save(force_insert=True)


@pytest.mark.parametrize(
    "change",
    [{"state": "active"}, {"ends_on": "2030-01-01"}, {"title": "Autre"}, {"act_number": "9"}, {"amends_id": 1}],
    ids=lambda change: next(iter(change)),
)
def test_a_convention_changes_through_the_gate_alone(change: dict[str, Any]) -> None:
    convention = Treaty().signing()

    with pytest.raises(DatabaseError), transaction.atomic():
        Convention.objects.filter(pk=convention.pk).update(**change)


def test_evidence_is_only_added_to() -> None:
    scene = Treaty()
    requested = scene.changes_requested()
    convention = scene.active()
    scene.deposit(scene.signing(), Party.RECONDITIONER)

    for model in (ConventionPaper, ConventionTerm, QuotaChange, SignatureDeposit, ReviewPoint):
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.all().delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        ConventionTerm.objects.filter(convention=convention).update(amount=1)
    points = ReviewPoint.objects.filter(review__convention=requested)
    with pytest.raises(DatabaseError), transaction.atomic():
        points.update(text="Autre chose")
    points.update(text="")


def test_the_journals_hold() -> None:
    scene = Treaty()
    scene.amended(scene.active(), scene.terms(reviewers=None))

    for model in (Convention, Review, Signature):
        faults: list[object] = []
        assert verify_journal(model, faults.append) > 0
        assert faults == []


# --- reference


def test_the_reference_files_are_read_again_without_change() -> None:
    load_reference("conventions")
    again = load_reference("conventions")

    assert {written.changed + written.created for written in again} == {0}
    assert PriceCeiling.objects.exists()
    assert Parameter.objects.filter(code__startswith="conventions.").count() == 19
    for clause in ClauseText.objects.all():
        assert clause.source
        assert " :" not in clause.body
        assert "comme neuf" not in clause.body or "n’est employée" in clause.body
