"""Amendments: the same circuit, dated terms written on what they amend, and an end with it."""

import re
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from conventions.enums import ConventionState, Party, TerminateReason, TermKind
from conventions.machine import draft_rules, rules
from conventions.models import Convention, ConventionTerm, PlannedQuota, Quota, QuotaChange
from conventions.services.conventions import (
    create_amendment,
)
from conventions.services.drafting import DraftArticle, DraftTerms, Plan, Price, edit_convention
from conventions.services.quotas import set_reserve
from documents.models import Mail
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from lifecycle.machine import Context, Requirement
from network.models import Membership
from tests.conventions.conventions import Treaty, again, ended_alone, midday
from tests.conventions.pages import acting, done, page_of, read
from typography.french import written_day

pytestmark = pytest.mark.django_db
S = ConventionState
MORE = DraftTerms(quotas=[Plan("laptop", 1, 50)])


def sentences(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


def test_a_quota_is_raised_and_a_type_added() -> None:
    scene = Treaty()
    convention = scene.active()

    amendment = scene.amended(convention, DraftTerms(quotas=[Plan("laptop", 1, 50), Plan("tablet", 1, 5)]))

    assert amendment.state == S.ACTIVE
    assert not amendment.quotas.exists()
    assert sorted(convention.quotas.values_list("type", "total")) == [("laptop", 50), ("tablet", 5)]
    change = QuotaChange.objects.get(before=20)
    assert (change.after, change.act) == (50, amendment)


def test_a_quota_may_fall_below_what_is_used() -> None:
    scene = Treaty()
    convention = scene.active()
    Quota.objects.filter(convention=convention).update(used=12)

    scene.amended(convention, DraftTerms(quotas=[Plan("laptop", 1, 10)]))

    quota = convention.quotas.get()
    assert (quota.total, quota.used, quota.room) == (10, 12, 0)
    assert not Quota.objects.with_room().filter(pk=quota.pk).exists()


def test_prices_hold_from_the_day_the_amendment_takes_effect() -> None:
    start = timezone.localdate() - timedelta(days=30)
    scene = Treaty(starts_on=start)
    convention = scene.active()

    scene.amended(convention, DraftTerms(prices=[Price("laptop", Decimal(70)), Price("laptop", Decimal(60), "C")]))

    today = timezone.localdate()
    assert convention.terms.prices_on(today - timedelta(days=1))["laptop", ""] == 100
    now = convention.terms.prices_on(today)
    assert (now["laptop", ""], now["laptop", "C"], now["tablet", ""]) == (70, 60, 60)
    assert convention.terms.prices_on(start - timedelta(days=1)) == {}


def test_a_later_end_lengthens_the_last_year_and_opens_another() -> None:
    start = timezone.localdate()
    scene = Treaty(starts_on=start, ends_on=add_months(start, 6))
    convention = scene.active()
    later = add_months(start, 20)

    scene.amended(convention, DraftTerms(quotas=[Plan("laptop", 2, 9)]), ends_on=later)

    amended = again(convention)
    assert amended.ends_on == later
    one_day = timedelta(days=1)
    assert list(convention.quotas.order_by("year").values_list("year", "ends_on", "total")) == [
        (1, add_months(start, 12) - one_day, 20),
        (2, later, 9),
    ]
    assert convention.terms.on(start).get(kind=TermKind.END).day == later
    assert convention.journal.filter(verb="amend").count() == 1


def test_the_rate_of_non_conformity_changes_and_stays_when_it_is_not_said() -> None:
    scene = Treaty()
    convention = scene.active()

    scene.amended(convention, DraftTerms(), max_nonconformity=Decimal(3))
    assert again(convention).max_nonconformity == 3
    scene.amended(convention, MORE)
    assert again(convention).max_nonconformity == 3


def test_an_end_that_its_document_does_not_change_is_left_to_the_amendment_that_changed_it() -> None:
    start = timezone.localdate()
    scene = Treaty(starts_on=start, ends_on=add_months(start, 6))
    convention = scene.active()
    silent = scene.carry(scene.amendment(convention, MORE))
    later = add_months(start, 9)
    extension = scene.amended(convention, DraftTerms(), ends_on=later)

    gate.apply(silent, "activate", actor=scene.manager)

    assert again(convention).ends_on == later
    assert convention.quotas.get().ends_on == later
    assert convention.terms.on(start).get(kind=TermKind.END).day == later
    said = [mail.body.replace("\u00a0", " ") for mail in Mail.objects.about("convention", silent.pk)]
    assert not any(written_day(add_months(start, 6)).replace("\u00a0", " ") in body for body in said)
    told = Mail.objects.filter(subject__startswith="En vigueur", body__contains="La convention modifiée prend")
    assert {mail.about_pk for mail in told} == {extension.pk}


@pytest.mark.parametrize("stage", ["draft", "in_review", "approved", "reopened"])
def test_an_amendment_silent_on_the_end_never_takes_back_an_extension(stage: str) -> None:
    start = timezone.localdate()
    scene = Treaty(starts_on=start, ends_on=add_months(start, 6))
    convention = scene.active()
    silent = scene.amendment(convention, MORE)
    if stage != "draft":
        silent = scene.submit(silent)
    if stage in ("approved", "reopened"):
        silent = scene.approve(silent)
    if stage == "reopened":
        silent = scene.open_signature(silent)
    later = add_months(start, 9)
    scene.amended(convention, DraftTerms(), ends_on=later)

    if stage == "reopened":
        silent = scene.reopen(again(silent))
    if stage in ("draft", "reopened"):
        silent = scene.submit(again(silent))
    if stage != "approved":
        silent = scene.approve(again(silent))
    signed = scene.sign_all(scene.open_signature(again(silent)))
    gate.apply(signed, "activate", actor=scene.manager)

    assert not signed.document.values["ends_changed"]
    assert again(convention).ends_on == later


def test_what_is_written_on_a_page_opened_before_an_extension_does_not_take_it_back() -> None:
    start = timezone.localdate()
    scene = Treaty(starts_on=start, ends_on=add_months(start, 6))
    opened_before = scene.active()
    later = add_months(start, 9)
    scene.amended(opened_before, DraftTerms(), ends_on=later)

    draft = scene.amendment(opened_before, MORE)

    assert draft.ends_on == later
    assert edit_convention(actor=scene.manager, convention=draft, ends_on=None).ends_on == later


def test_the_last_day_left_empty_in_an_amendment_stays_that_of_the_convention() -> None:
    start = timezone.localdate()
    scene = Treaty(starts_on=start, ends_on=add_months(start, 6))
    convention = scene.active()
    amendment = scene.amendment(convention, MORE)
    manager, edit = acting(scene.manager), page_of(amendment, "convention_edit")
    response = manager.get(edit)
    assert "Vide si l’avenant ne change pas la durée" in response.content.decode()
    form = response.context["form"]
    assert form["ends_on"].value() is None
    typed = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    typed |= {"starts_on": start.isoformat(), "quota_laptop_1": 50}

    done(manager, edit, **typed)
    assert again(amendment).ends_on == convention.ends_on
    done(manager, edit, **typed, ends_on=add_months(start, 9).isoformat())
    assert again(amendment).ends_on == add_months(start, 9)
    assert manager.get(edit).context["form"]["ends_on"].value() == add_months(start, 9)


@pytest.mark.parametrize(
    ("terms", "starts", "ends", "requirement"),
    [
        pytest.param(DraftTerms(), 0, None, draft_rules.AMENDMENT_CHANGES, id="nothing changes"),
        pytest.param(MORE, -1, None, draft_rules.AMENDMENT_WITHIN, id="before the beginning"),
        pytest.param(MORE, 400, 400, draft_rules.AMENDMENT_WITHIN, id="after the end"),
        pytest.param(MORE, 0, 3 * 366, draft_rules.NOT_TOO_LONG, id="more than three years in all"),
        pytest.param(DraftTerms(quotas=[Plan("laptop", 2, 9)]), 0, None,
                     "n’atteint pas\u00a0: ordinateur portable, année 2.", id="a year too far"),
        pytest.param(DraftTerms(prices=[Price("laptop", Decimal(500))]), 0, None,
                     "ordinateur portable, 500\u00a0€ pour un plafond de 180\u00a0€.", id="too dear"),
        pytest.param(DraftTerms(articles=[DraftArticle("visits", "Visites", "[à compléter]")]), 0, None,
                     draft_rules.NOTHING_TO_FILL, id="to fill"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_before_an_amendment_is_submitted(
    terms: DraftTerms, starts: int, ends: int | None, requirement: Requirement | str
) -> None:
    scene = Treaty()
    convention = scene.active()
    first = convention.starts_on
    assert first is not None
    draft = scene.amendment(
        convention,
        terms,
        first + timedelta(days=starts),
        ends_on=first + timedelta(days=ends) if ends else None,
    )

    with pytest.raises(Refused) as refused:
        scene.submit(draft)

    now = Context(timezone.now(), scene.manager)
    sentence = requirement if isinstance(requirement, str) else requirement.reason_in(now).sentence
    assert any(told.endswith(sentence) for told in sentences(refused))


def test_an_article_is_added_by_an_amendment() -> None:
    scene = Treaty()
    article = DraftArticle("visits", "Visites", "Chaque partie peut visiter l’atelier.")

    amendment = scene.amended(scene.active(), DraftTerms(articles=[article]))

    assert list(amendment.clauses.values_list("code", "text")) == [("visits", article.text)]


def test_only_what_is_alive_is_amended_and_never_an_amendment() -> None:
    scene = Treaty()
    day = timezone.localdate()
    for wrong in (scene.signed(), scene.amended(scene.active(), MORE)):
        with pytest.raises(Refused) as refused:
            create_amendment(actor=scene.manager, convention=wrong, title="Avenant", starts_on=day)
        assert sentences(refused) == {draft_rules.AMENDED_ALIVE.sentence}


def test_an_amendment_follows_what_it_amends_in_all_things() -> None:
    scene = Treaty()
    amendment = scene.amended(scene.active(), MORE)

    with pytest.raises(Refused) as refused:
        gate.apply(amendment, "suspend", actor=scene.manager, reason="supply")
    assert sentences(refused) == {rules.NOT_AMENDMENT.sentence}
    with pytest.raises(Refused) as refused:
        ended_alone(amendment, scene.manager)
    assert sentences(refused) == {rules.AMENDMENT_NOT_ALONE.sentence}
    assert not Convention.objects.in_force_on(timezone.localdate()).filter(pk=amendment.pk).exists()


def _three_amendments(scene: Treaty, convention: Convention) -> tuple[Convention, Convention, Convention]:
    """One in force, one signed for later, one under review."""
    active = scene.amended(convention, MORE)
    later = timezone.localdate(scene.at) + timedelta(days=60)
    signed = scene.carry(scene.amendment(convention, MORE, later))
    pending = scene.submit(scene.amendment(convention, MORE))
    return active, signed, pending


def test_amendments_end_with_a_convention_that_is_terminated() -> None:
    scene = Treaty()
    convention = scene.active()
    amendments = _three_amendments(scene, convention)

    ended_alone(convention, scene.manager)

    assert [again(row).state for row in amendments] == [S.TERMINATED, S.TERMINATED, S.ABANDONED]
    assert again(amendments[0]).ended_because == TerminateReason.AMENDED_ENDED
    assert not amendments[2].reviews.filter(state="asked").exists()


@pytest.mark.usefixtures("days_to_come")
def test_amendments_end_with_conventions_that_expire_together() -> None:
    first = date(2027, 1, 1)
    scenes = [Treaty(starts_on=first, ends_on=date(2027, 1, 31), at=midday(first)) for _ in range(2)]
    families = []
    for scene in scenes:
        convention = scene.active()
        families.append((convention, scene.amended(convention, MORE), scene.amendment(convention, MORE)))

    run_clock(at=midday(date(2027, 2, 10)))

    for convention, active, draft in families:
        assert [again(row).state for row in (convention, active, draft)] == [S.EXPIRED, S.EXPIRED, S.ABANDONED]
        entry = active.journal.get(verb="expire")
        assert entry.cause_entry == convention.journal.get(verb="expire").pk


@pytest.mark.usefixtures("days_to_come")
def test_the_clock_puts_amendments_into_force_in_their_order() -> None:
    first = date(2027, 1, 1)
    scene = Treaty(starts_on=first, ends_on=date(2027, 12, 31), at=midday(first))
    convention = scene.active()
    scene.carry(scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 40)]), date(2027, 3, 1)))
    scene.carry(scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 30)]), date(2027, 2, 1)))

    run_clock(at=midday(date(2027, 1, 31)))
    assert convention.quotas.get().total == 20
    run_clock(at=midday(date(2027, 3, 11)))

    assert convention.quotas.get().total == 40
    assert ConventionTerm.objects.filter(convention=convention, kind=TermKind.QUOTA).count() == 3
    assert convention.terms.on(date(2027, 2, 15)).get(kind=TermKind.QUOTA).amount == 30


def test_whoever_writes_or_reads_an_amendment_sees_what_it_changes() -> None:
    scene = Treaty()
    convention = scene.active()
    Quota.objects.filter(convention=convention).update(used=12)
    terms = DraftTerms(quotas=[Plan("laptop", 1, 50), Plan("tablet", 1, 5)], prices=[Price("laptop", Decimal(70))])
    amendment = scene.amendment(convention, terms)

    form = read(acting(scene.manager), page_of(amendment, "convention_edit"))
    assert ">20 prévus, 12 affectés</span>" in form
    assert "Aujourd’hui\u00a0: 100\u00a0€. Plafond légal\u00a0: 180\u00a0€." in form
    assert "Les années sont celles de la convention modifiée" in form
    page = read(acting(scene.manager), page_of(amendment, "convention_detail"))
    assert "au lieu de 20<" in page
    assert "au lieu de 100\u00a0€" in page

    amendment = scene.submit(amendment)
    review = next(review for review in scene.reviews(amendment) if review.party == "reconditioner")
    page = read(acting(scene.workshop_reviewer), page_of(review, "review_answer"))
    assert "Année 1, ordinateur portable\u00a0: 50, au lieu de 20, 12 déjà affectés</li>" in page
    assert "Année 1, tablette\u00a0: 5</li>" in page
    assert "Ordinateur portable\u00a0: 70\u00a0€, au lieu de 100\u00a0€</li>" in page


def test_an_amendment_in_force_says_what_it_wrote_and_is_signed_by_its_name() -> None:
    scene = Treaty()
    convention = scene.active()
    amendment = scene.amendment(convention, MORE)
    signing = scene.open_signature(scene.approve(scene.submit(amendment)))
    signature = scene.signature(signing, Party.EPCI)

    page = read(acting(signature.signatory), page_of(signature, "signature_sign"))
    assert "Signer l’avenant</button>" in page
    assert "la convention (PDF)" not in page
    page = read(acting(scene.manager), page_of(scene.amended(convention, MORE), "convention_detail"))
    assert "au lieu de" not in page
    assert "pas encore ouvert" not in page, "its places are those of the convention, and open"
    assert f'comptés sur <a href="{page_of(convention, "convention_detail")}#quotas">' in page


def test_what_comes_after_an_amendment_is_not_what_comes_after_a_convention() -> None:
    scene = Treaty()
    amendment = scene.amendment(scene.active(), MORE)
    for page in (page_of(scene.active(), "amendment_create"), page_of(amendment, "convention_edit")):
        assert "les quotas s’ouvrent" not in read(acting(scene.manager), page)


def test_a_quota_under_what_is_taken_is_said_to_its_writer_and_to_its_reviewer() -> None:
    scene = Treaty(quotas={"laptop": 200, "tablet": 30})
    convention = scene.active()
    Quota.objects.filter(convention=convention, type="laptop").update(used=120)
    Quota.objects.filter(convention=convention, type="tablet").update(used=10)
    amendment = scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 100), Plan("tablet", 1, 10)]))
    writer = acting(scene.manager)

    editor = read(writer, page_of(amendment, "convention_edit")).replace("\u00a0", " ")
    assert "200 prévus, 120 affectés. 100 est en dessous : aucun autre ne s’affectera." in editor
    assert "10 est en dessous" not in editor
    sheet = read(writer, page_of(amendment, "convention_detail"))
    assert sheet.count("le quota tombe en dessous") == 1
    assert "120 déjà affectés" in sheet
    asked = read(writer, page_of(amendment, "convention_submit")).replace("\u00a0", " ")
    assert "Année 1, ordinateur portable : 100, pour 120 déjà affectés" in asked
    assert "tablette : 10, pour" not in asked

    reviewed = scene.submit(amendment)
    mine = scene.reviews(reviewed)[0]
    page = read(acting(mine.asked_of or scene.workshop_reviewer), page_of(mine, "review_answer"))
    assert "au lieu de 200, 120 déjà affectés" in page
    assert page.count("en dessous de ce qui est affecté") == 1


def test_the_totals_of_the_editor_are_those_that_the_amendment_would_give() -> None:
    scene = Treaty(quotas={"laptop": 200, "tablet": 30, "smartphone": 100})
    amendment = scene.amendment(scene.active(), DraftTerms(quotas=[Plan("laptop", 1, 350)]))
    page = read(acting(scene.manager), page_of(amendment, "convention_edit"))
    assert re.findall(r"data-total-column><strong>([^<]*)<", page) == ["480", "0", "0", "480"]
    assert re.findall(r"data-total-row>([^<]*)<", page) == ["350", "0", "30", "100"]
    assert 'data-unchanged="30"' in page


def test_zero_typed_in_the_editor_is_no_empty_box() -> None:
    scene = Treaty(quotas={"laptop": 200, "tablet": 30})
    amendment = scene.amendment(scene.active(), DraftTerms(quotas=[Plan("tablet", 1, 0)]))
    page = read(acting(scene.manager), page_of(amendment, "convention_edit"))
    assert re.findall(r"data-total-column><strong>([^<]*)<", page) == ["200", "0", "0", "200"]


def test_the_document_of_an_amendment_is_called_an_amendment_on_its_page() -> None:
    scene = Treaty()
    amendment = scene.amended(scene.active(), MORE)
    papers = read(acting(scene.manager), page_of(amendment, "convention_detail")).partition('id="papers"')[2]
    assert "Avenant du" in papers
    assert "Convention du" not in papers


def test_no_quota_counts_screens_anywhere() -> None:
    scene = Treaty()
    convention = scene.active()
    amendment = scene.amendment(convention, MORE)
    draft = scene.draft()
    for member, url in (
        (scene.manager, page_of(draft, "convention_edit")),
        (scene.manager, page_of(amendment, "convention_edit")),
        (scene.pilot, reverse("conventions:reserve")),
    ):
        page = read(acting(member), url)
        assert "Tablette" in page
        assert 'name="quota_screen_1"' not in page
        assert 'name="screen"' not in page
    for write in (
        lambda: edit_convention(actor=scene.manager, convention=draft, terms=DraftTerms(quotas=[Plan("screen", 1, 5)])),
        lambda: set_reserve(actor=scene.pilot, type="screen", year=timezone.localdate().year, total=5),
    ):
        with pytest.raises(ValidationError):
            write()
    for rows in (PlannedQuota.objects.filter(convention=draft), Quota.objects.filter(convention=convention)):
        with pytest.raises(IntegrityError, match="_type"), transaction.atomic():
            rows.update(type="screen")


def test_an_amendment_counts_what_is_taken_of_its_own_type_and_no_other() -> None:
    scene = Treaty(quotas={"laptop": 20, "desktop": 10})
    convention = scene.active()
    Quota.objects.filter(convention=convention, type="desktop").update(used=7)
    amendment = scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 40), Plan("desktop", 1, 12)]))

    page = read(acting(scene.manager), page_of(amendment, "convention_submit"))
    told = read(acting(scene.manager), page_of(amendment, "convention_detail")).replace("\u00a0", " ")

    assert "0 déjà affecté," in told
    assert "7 déjà affectés," in told
    assert "pour 7 déjà affectés" not in page


def test_an_amendment_begins_with_the_reviewers_of_the_convention_who_are_still_there() -> None:
    treaty = Treaty()
    convention = treaty.active()
    client, begin = acting(treaty.manager), page_of(convention, "amendment_create")
    for is_there in (True, False):
        Membership.objects.filter(pk=treaty.lawyer.pk).update(closed_at=None if is_there else timezone.now())
        done(client, begin, title=f"Avenant {is_there}", starts_on=str(timezone.localdate()))
        amendment = Convention.objects.filter(amends=convention).latest("pk")
        named = list(amendment.reviewers_named.values_list("subject", "membership"))
        assert named == ([("legal", treaty.lawyer.pk)] if is_there else [])
