"""The pages of conventions: who sees what, who is asked what, and what each verb asks."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.enums import ConventionState, Party, SuspendReason
from conventions.models import Convention, Quota
from conventions.parameters import SIGNATURE_DAYS, YEAR_ENDING_DAYS
from conventions.services.drafting import Plan
from conventions.services.quotas import set_reserve
from conventions.templatetags.conventions import working_days
from lifecycle import gate
from network.models import Membership
from tests.conventions.conventions import Treaty, again, midday, without_delay
from tests.conventions.pages import acting, answered, done, page_of, read
from tests.costs import assert_same_queries
from tests.documents.pdfs import small_pdf
from tests.network.factories import make_membership
from tests.pages import crawling
from tests.reference.values import set_value
from typography.french import day

pytestmark = pytest.mark.django_db
LIST, INBOX = "conventions:convention_list", "conventions:inbox"
VERBS = (
    "submit", "reopen", "open_signature", "activate", "succeed", "suspend", "resume", "give_notice", "terminate",
    "abandon",
)  # fmt: skip


def step(page: str) -> str:
    """What the page says of who acts next."""
    start = page.index("À vous d’agir") if "À vous d’agir" in page else page.index('class="waiting"')
    return page[start : start + 400]


# --- the list and the inbox


def test_each_sees_the_conventions_of_his_organisation_and_the_pilot_all() -> None:
    treaty, other = Treaty(), Treaty()
    draft, asked, elsewhere = treaty.draft(), treaty.in_review(), other.in_review()

    def listed(member: Membership) -> set[str]:
        page = read(acting(member), reverse(LIST))
        return {row.reference for row in (draft, asked, elsewhere) if row.reference in page}

    assert listed(treaty.pilot) == {draft.reference, asked.reference, elsewhere.reference}
    assert listed(treaty.manager) == listed(treaty.lawyer) == {draft.reference, asked.reference}
    assert listed(treaty.workshop_reviewer) == {asked.reference}
    assert listed(other.signatories[Party.EPCI]) == {elsewhere.reference}
    for stranger in (("technician", "reconditioner"), ("observer", "epci"), ("worker", "prescriber")):
        assert "ne suit pas les conventions" in read(acting(make_membership(*stranger)), reverse(LIST))


def test_the_list_is_narrowed_and_sorted() -> None:
    treaty = Treaty()
    draft, active = treaty.draft(), treaty.active()
    client = acting(treaty.pilot)

    def found(**query: str) -> set[str]:
        page = read(client, reverse(LIST), **query)
        return {row.reference for row in (draft, active) if row.reference in page}

    assert found(state="draft") == {draft.reference}
    assert found(epci=str(treaty.epci.pk)) == {draft.reference, active.reference}
    assert found(on=timezone.localdate().isoformat()) == {active.reference}
    assert found(nature="amendments") == set()
    for sort in ("ends_on", "-ends_on", "epci_party", "workshop", "state", "reference"):
        assert found(sort=sort) == {draft.reference, active.reference}


def test_what_was_suspended_on_a_day_is_not_in_force_on_that_day_though_it_was_resumed_since() -> None:
    today = timezone.localdate()
    treaty = Treaty(at=midday(today - timedelta(days=30)))
    convention = treaty.active()
    gate.apply(convention, "suspend", actor=treaty.pilot, reason="supply", at=midday(today - timedelta(days=20)))
    gate.apply(again(convention), "resume", actor=treaty.pilot, reason="settled", at=midday(today - timedelta(days=10)))

    def in_force(days: int) -> bool:
        on = (today - timedelta(days=days)).isoformat()
        return convention.reference in read(acting(treaty.pilot), reverse(LIST), on=on)

    assert [in_force(days) for days in (25, 20, 15, 10, 5)] == [True, False, False, True, True]


def test_the_list_and_the_inbox_cost_the_same_with_one_and_with_many() -> None:
    treaty = Treaty()
    client = acting(treaty.lawyer)

    def make(count: int) -> None:
        for _ in range(count):
            treaty.in_review()

    def ask() -> None:
        read(client, reverse(LIST))
        read(client, reverse(INBOX))

    assert_same_queries(make, ask, rows=4)


def test_the_inbox_says_what_is_asked_and_for_when() -> None:
    treaty, other = Treaty(), Treaty()
    convention, elsewhere = treaty.in_review(), other.in_review()
    review = treaty.reviews(convention)[0]

    page = read(acting(treaty.lawyer), reverse(INBOX))

    assert "Relecture juridique" in page
    assert convention.reference in page
    assert "jours ouvrés" in page
    assert page_of(review, "review_answer") in page
    assert elsewhere.reference not in page
    assert "Rien ne vous attend" in read(acting(treaty.signatories[Party.EPCI]), reverse(INBOX))
    assert "ne relit pas" in read(acting(make_membership("worker", "prescriber")), reverse(INBOX))


def test_who_is_asked_by_name_is_not_offered_to_take_charge_of_it_and_reads_who_did() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    lawyer, manager = acting(treaty.lawyer), acting(treaty.manager)
    pages = (reverse(INBOX), page_of(convention, "convention_detail"))
    assert not any("Je m’en charge" in read(lawyer, page) for page in pages)
    offered = read(manager, reverse(INBOX))
    assert "Je m’en charge" in offered
    done(manager, offered[offered.index("/conventions/taches/") :].split('"')[0])
    assert all(f"{treaty.manager.user} s’en charge" in read(lawyer, page) for page in pages)


def test_a_task_is_taken_in_charge_and_given_back_on_the_page() -> None:
    treaty = Treaty()
    treaty.in_review()
    lawyer, manager = acting(treaty.lawyer), acting(treaty.manager)
    page = read(manager, reverse(INBOX))
    claim = page[page.index("/conventions/taches/") :].split('"')[0]

    assert done(manager, claim) == reverse(INBOX)
    assert "Vous vous en chargez" in read(manager, reverse(INBOX))
    assert f"{treaty.manager.user} s’en charge" in read(lawyer, reverse(INBOX))
    assert done(lawyer, claim, back="https://ailleurs.test/") == reverse(INBOX)
    assert "s’en charge déjà" in read(lawyer, reverse(INBOX))
    done(manager, claim.replace("prendre", "rendre"))
    assert "s’en charge" not in read(lawyer, reverse(INBOX))
    done(lawyer, claim)
    assert "Vous vous en chargez" in read(lawyer, reverse(INBOX)), (
        "what is held can be given back, asked by name or not"
    )
    assert acting(Treaty().lawyer).post(claim).status_code == 404
    assert lawyer.get(claim).status_code == 405


# --- one convention


@pytest.mark.parametrize(
    "stage", ["draft", "in_review", "changes_requested", "approved", "signing", "signed", "active"]
)
def test_one_convention_says_who_acts_next_at_every_stage(stage: str) -> None:
    treaty = Treaty(starts_on=timezone.localdate() + timedelta(days=9)) if stage == "signed" else Treaty()
    convention = getattr(treaty, stage)()
    sign_by = add_working_days(timezone.localdate(), int(SIGNATURE_DAYS.on(timezone.localdate())))
    yours = {
        "draft": (treaty.manager, "soumettez-le aux relecteurs"),
        "in_review": (treaty.lawyer, "donnez votre avis (relecture juridique)"),
        "changes_requested": (treaty.manager, "répondez au point des relecteurs"),
        "approved": (treaty.manager, "inscrivez la délibération"),
        "signing": (
            treaty.signatories[Party.EPCI],
            f"lisez le document et signez-le pour le {day(sign_by)}, {working_days(sign_by)}",
        ),
    }
    awaited = {
        "draft": (treaty.pilot, ""),
        "in_review": (treaty.signatories[Party.EPCI], "En attente de"),
        "changes_requested": (treaty.lawyer, "En attente d’une nouvelle version"),
        "approved": (treaty.lawyer, "En attente de la délibération"),
        "signing": (treaty.manager, "En attente de la signature d’"),
        "signed": (treaty.manager, "Elle entre en vigueur le"),
        "active": (treaty.lawyer, "En vigueur jusqu’au"),
    }

    if stage in yours:
        member, told = yours[stage]
        said = step(read(acting(member), page_of(convention, "convention_detail")))
        assert said.startswith("À vous d’agir")
        assert told in said
    member, told = awaited[stage]
    page = read(acting(member), page_of(convention, "convention_detail"))
    assert told in page
    if stage == "signing":
        assert f", pour le {day(sign_by)}" in step(page)
    assert 'aria-current="step"' in page or stage == "active"


def test_only_who_writes_a_text_is_led_to_the_pages_where_it_is_written() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    written = [page_of(convention, f"convention_{name}") for name in ("edit", "points")]

    for member in (treaty.lawyer, treaty.distributor_reviewer):
        page = read(acting(member), page_of(convention, "convention_detail"))
        assert not any(f'href="{url}"' in page for url in written)
    page = read(acting(treaty.manager), page_of(convention, "convention_detail"))
    assert all(f'href="{url}"' in page for url in written)


def test_the_page_of_a_convention_costs_the_same_whatever_it_holds() -> None:
    treaty = Treaty()
    client = acting(treaty.lawyer)
    convention = treaty.changes_requested()
    treaty.answer_points(convention)

    def rounds(count: int) -> None:
        for _ in range(count):
            treaty.submit(again(convention))
            for review in treaty.reviews(convention):
                treaty.answer(review, favourable=False)
            treaty.answer_points(again(convention))

    assert_same_queries(rounds, lambda: read(client, page_of(convention, "convention_detail")), rows=3)


def test_the_names_of_reviewers_stay_in_their_organisation() -> None:
    treaty = Treaty()
    convention = treaty.approved()

    assert str(treaty.lawyer.user) in read(acting(treaty.manager), page_of(convention, "convention_detail"))
    assert str(treaty.lawyer.user) not in read(
        acting(treaty.workshop_reviewer), page_of(convention, "convention_detail")
    )


# --- walls


def addresses(treaty: Treaty, convention: Convention) -> list[str]:
    """Every page about one convention, its reviews and its signatures."""
    names = ["detail", "edit", *VERBS]
    found = [page_of(convention, f"convention_{name}") for name in names]
    found += [page_of(convention, page) for page in ("amendment_create", "convention_points", "convention_project")]
    found += [page_of(review, "review_answer") for review in convention.reviews.all()]
    for signature in convention.signatures.all():
        found += [page_of(signature, f"signature_{name}") for name in ("sign", "deposit", "confirm")]
        found += [page_of(signature, "signature_deposited", deposit.pk) for deposit in signature.deposits.all()]
    found += [page_of(convention, "convention_paper", paper.pk) for paper in convention.papers.all()]
    return found


STRANGERS = [
    ("manager", "epci"),
    ("reviewer", "epci"),
    ("signatory", "epci"),
    ("observer", "epci"),
    ("manager", "reconditioner"),
    ("signatory", "reconditioner"),
    ("technician", "reconditioner"),
    ("manager", "distributor"),
    ("adviser", "distributor"),
    ("adviser", "relay"),
    ("worker", "prescriber"),
    ("contact", "donor"),
    ("agent", "operator"),
    ("manager", "recycler"),
    ("observer", "departement"),
    ("manager", "prefecture"),
    ("manager", "funder"),
]


def test_no_page_about_a_convention_opens_to_whom_it_does_not_concern() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    treaty.deposit(convention, Party.EPCI)
    pages = addresses(treaty, convention)
    strangers = [make_membership(*stranger) for stranger in STRANGERS]
    strangers += [
        make_membership("observer", "epci", treaty.epci_party),
        make_membership("technician", "reconditioner", treaty.workshop),
        make_membership("adviser", "distributor", treaty.distributor),
    ]

    for stranger in strangers:
        with crawling(stranger) as client:
            for page in pages:
                assert client.get(page).status_code == 404, (str(stranger.title), page)
                assert client.post(page).status_code in (404, 405), (str(stranger.title), page)


@pytest.mark.parametrize("who", ["workshop_reviewer", "distributor_reviewer"])
def test_a_draft_is_unknown_to_the_other_parties(who: str) -> None:
    treaty = Treaty()
    convention = treaty.draft()
    client = acting(getattr(treaty, who))

    for page in addresses(treaty, convention):
        assert client.get(page).status_code == 404, page


def test_whoever_reads_a_convention_prints_its_project_until_there_is_a_document() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    lawyer = acting(treaty.lawyer)
    project = page_of(convention, "convention_project")

    assert project in read(lawyer, page_of(convention, "convention_detail"))
    assert project in read(lawyer, page_of(treaty.reviews(convention)[0], "review_answer"))
    printed = lawyer.get(project)
    assert printed.headers["Content-Type"] == "application/pdf"
    assert printed.headers["Cache-Control"] == "private, no-store"

    treaty.open_signature(treaty.approve(convention))
    assert lawyer.get(project).status_code == 302
    assert project not in read(lawyer, page_of(convention, "convention_detail"))


def test_what_is_not_ones_to_do_is_refused() -> None:
    treaty = Treaty()
    convention = treaty.signing()

    def answers(member: Membership, *names: str) -> set[int]:
        client = acting(member)
        return {client.get(page_of(convention, f"convention_{name}")).status_code for name in names}

    writing = ("edit", "submit", "reopen", "suspend", "resume", "abandon")
    assert answers(treaty.lawyer, *writing, "points", "open_signature", "activate", "succeed") == {403}
    assert answers(treaty.workshop_reviewer, *writing, "terminate") == {403}
    assert answers(treaty.signatories[Party.RECONDITIONER], *writing) == {403}
    assert answers(treaty.pilot, "open_signature", "activate", "terminate") == {403}
    assert answers(treaty.signatories[Party.RECONDITIONER], "terminate") == {200}
    assert answers(treaty.manager, "reopen", "abandon", "open_signature") == {200}


def test_who_opens_a_text_again_reads_how_many_signatures_fall() -> None:
    treaty = Treaty()
    convention = treaty.signing()
    url = page_of(convention, "convention_reopen")

    treaty.sign(convention, Party.EPCI)
    assert "La signature déjà donnée sera caduque." in read(client_of(treaty), url)
    treaty.sign(convention, Party.RECONDITIONER)
    assert "Les 2 signatures déjà données seront caduques." in read(client_of(treaty), url)


def test_who_opens_a_text_again_reads_that_the_act_is_forgotten_and_may_take_it_again() -> None:
    treaty = Treaty()
    convention = treaty.open_signature(treaty.approved(), act_number="26-140")
    today = timezone.localdate()
    client, url = client_of(treaty), page_of(convention, "convention_open_signature")
    told = f"L’acte n° 26-140 du {day(today)} ne sera plus retenu"
    assert told in read(client, page_of(convention, "convention_reopen"))
    treaty.reopen(convention)
    treaty.approve(treaty.submit(again(convention)))

    page = read(client, url)
    assert f"n° 26-140, {day(today)}\u00a0; exécutoire le {day(today)}" in page
    assert 'value="26-140"' not in page, "nobody says for the EPCI that it holds"
    assert "?reprendre=acte" in page
    page = read(client, f"{url}?reprendre=acte")
    assert 'value="26-140"' in page
    assert page.count(f'value="{today.isoformat()}"') == 2
    assert "N’ouvrez la signature que s’il autorise ce texte." in page


def test_no_act_is_spoken_of_where_none_was_recorded() -> None:
    treaty = Treaty()
    convention = treaty.approved()
    client = client_of(treaty)

    assert "L’acte n°" not in read(client, page_of(convention, "convention_reopen"))
    page = read(client, f"{page_of(convention, 'convention_open_signature')}?reprendre=acte")
    assert "l’acte inscrit était" not in page


def test_a_review_is_answered_by_whom_it_is_asked() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    review = treaty.reviews(convention)[0]

    def answer(member: Membership) -> int:
        return acting(member).get(page_of(review, "review_answer")).status_code

    assert answer(treaty.lawyer) == answer(treaty.manager) == 200
    assert answer(make_membership("reviewer", "epci", treaty.epci_party)) == 403
    assert answer(treaty.workshop_reviewer) == answer(treaty.pilot) == 403


def test_the_lists_of_the_pilot_are_for_the_pilot() -> None:
    treaty = Treaty()
    pilot = acting(treaty.pilot)
    for name in ("ending_list", "reserve"):
        assert pilot.get(reverse(f"conventions:{name}")).status_code == 200
        for member in (treaty.manager, treaty.workshop_reviewer, make_membership("observer", "departement")):
            assert acting(member).get(reverse(f"conventions:{name}")).status_code == 403


def test_preparing_is_for_the_epci_and_the_pilot() -> None:
    treaty = Treaty()
    url = reverse("conventions:convention_create")
    assert acting(treaty.lawyer).get(url).status_code == 403
    assert acting(treaty.workshop_reviewer).get(url).status_code == 403
    assert acting(treaty.manager).get(url).status_code == 200
    assert acting(treaty.pilot).get(url).status_code == 200


# --- the verbs


def client_of(treaty: Treaty) -> Client:
    return acting(treaty.manager)


def test_submitting_says_to_whom_then_asks_them() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    page = read(client_of(treaty), page_of(convention, "convention_submit"))
    assert str(treaty.lawyer.user) in page
    assert treaty.workshop.name in page

    done(client_of(treaty), page_of(convention, "convention_submit"))

    assert again(convention).state == ConventionState.IN_REVIEW


def test_a_draft_that_is_not_complete_says_what_is_missing_and_where() -> None:
    treaty = Treaty()
    convention = treaty.draft(ends_on=None)

    page = read(client_of(treaty), page_of(convention, "convention_submit"))

    assert "Ce qui manque avant de pouvoir le faire" in page
    assert "le dernier jour de la convention" in page
    assert page_of(convention, "convention_edit") in page
    answered(client_of(treaty), page_of(convention, "convention_submit"))
    assert again(convention).state == ConventionState.DRAFT


def test_the_act_opens_the_signature_and_a_date_to_come_is_told_beside_its_field() -> None:
    treaty = Treaty()
    convention = treaty.approved()
    url = page_of(convention, "convention_open_signature")
    today = timezone.localdate()
    tomorrow = today + timedelta(days=1)
    act = {"act_body": "council", "act_number": "2026-11-042", "act_on": today.isoformat()}

    page = answered(client_of(treaty), url, **act, act_executory_on=tomorrow.isoformat())
    assert "au plus tard ce jour" in page
    assert "2026-11-042" in page
    old = act | {"act_on": "2020-01-01", "act_executory_on": "2020-01-01"}
    page = answered(client_of(treaty), url, **old)
    assert "L’acte ne peut pas dater d’avant le jour où le projet a été préparé" in page.partition('id="id_act_on"')[0]
    done(client_of(treaty), url, **act, act_executory_on=today.isoformat())

    assert again(convention).state == ConventionState.SIGNING
    assert "2026-11-042" in read(client_of(treaty), page_of(convention, "convention_detail"))


@pytest.mark.parametrize(
    ("verb", "stage", "reason", "state"),
    [
        ("reopen", "approved", "terms", ConventionState.CHANGES_REQUESTED),
        ("suspend", "active", "supply", ConventionState.SUSPENDED),
        ("abandon", "draft", "duplicate", ConventionState.ABANDONED),
    ],
)
def test_a_reason_is_asked_then_kept(verb: str, stage: str, reason: str, state: str) -> None:
    treaty = Treaty()
    convention = getattr(treaty, stage)()
    url = page_of(convention, f"convention_{verb}")

    assert "Dites pourquoi" in answered(client_of(treaty), url, comment="mot gardé")
    assert "mot gardé" in answered(client_of(treaty), url, comment="mot gardé")
    done(client_of(treaty), url, reason=reason)

    assert again(convention).state == state


def test_a_suspended_convention_resumes_and_a_signatory_terminates_it() -> None:
    treaty = Treaty()
    convention = treaty.active()
    done(client_of(treaty), page_of(convention, "convention_suspend"), reason="supply")
    assert "Suspendue" in read(client_of(treaty), page_of(convention, "convention_detail"))
    done(client_of(treaty), page_of(convention, "convention_resume"), reason="settled")
    signatory = acting(treaty.signatories[Party.DISTRIBUTOR])
    paper, end = page_of(convention, "convention_give_notice"), page_of(convention, "convention_terminate")
    for page in (paper, end):
        assert "sans délai, mais donné par les trois" in read(signatory, page)
    assert "agreement" not in read(signatory, paper)
    typed = {"reason": "notice", "notice_on": timezone.localdate().isoformat()}
    assert "Déposez le préavis" in answered(signatory, paper, **typed)
    file = SimpleUploadedFile("preavis.pdf", small_pdf("preavis"), content_type="application/pdf")
    done(signatory, paper, deposit=file, **typed)
    assert "délai prévu n’est pas écoulé" in answered(signatory, end)
    without_delay()
    done(signatory, page_of(convention, "convention_take_back_notice"))
    file = SimpleUploadedFile("preavis.pdf", small_pdf("preavis"), content_type="application/pdf")
    done(signatory, paper, deposit=file, **typed)
    done(signatory, end)

    assert again(convention).state == ConventionState.TERMINATED


def test_a_signed_convention_comes_into_force_and_shows_its_quotas() -> None:
    treaty = Treaty(quotas={"laptop": 20})
    convention = treaty.signed()
    done(client_of(treaty), page_of(convention, "convention_activate"))
    Quota.objects.filter(convention=convention).update(used=13)

    page = read(client_of(treaty), page_of(convention, "convention_detail"))

    assert "13 sur 20" in page
    assert "reste 7" in page


def test_a_verb_that_is_not_possible_now_says_so() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    assert "n’est pas possible depuis l’état" in read(
        client_of(treaty), page_of(convention, "convention_open_signature")
    )


def test_the_pilot_records_the_successor_of_an_epci() -> None:
    treaty, other = Treaty(), Treaty()
    convention = treaty.active()
    assert other.epci_party is not None

    done(acting(treaty.pilot), page_of(convention, "convention_succeed"), successor=other.epci_party.pk)

    assert again(convention).succeeded_by == other.epci_party
    assert convention.reference in read(acting(other.manager), reverse(LIST))


# --- the pilot


def test_the_pilot_sees_conventions_near_their_end_and_quotas_nearly_used() -> None:
    today = timezone.localdate()
    soon = Treaty(ends_on=today + timedelta(days=60)).active()
    far = Treaty(ends_on=today + timedelta(days=700)).active()
    used = Treaty(ends_on=today + timedelta(days=700), quotas={"laptop": 10}).active()
    Quota.objects.filter(convention=used, year=1).update(used=9)
    pilot = acting(make_membership("pilot", "departement"))

    page = read(pilot, reverse("conventions:ending_list"))
    assert soon.reference in page
    assert "dans 60\u00a0jours" in page
    assert used.reference in page
    assert "9 sur 10" in page
    assert far.reference not in page
    assert far.reference in read(pilot, reverse("conventions:ending_list"), tous="1")


def test_the_pilot_sees_the_places_of_a_year_that_ends_soon_and_until_when_they_may_be_taken() -> None:
    today = timezone.localdate()
    begun = today - timedelta(days=330)
    planned = [Plan("laptop", 1, 20), Plan("tablet", 1, 6), Plan("laptop", 2, 20)]
    old = Treaty(
        starts_on=begun, ends_on=begun + timedelta(days=700), at=timezone.now() - timedelta(days=330), quotas=planned
    ).active()
    Quota.objects.filter(convention=old, year=1, type="laptop").update(used=8)
    Quota.objects.filter(convention=old, year=1, type="tablet").update(used=7)
    young = Treaty(ends_on=today + timedelta(days=700), quotas=[Plan("laptop", 1, 10), Plan("laptop", 2, 10)]).active()
    last = Quota.objects.get(convention=old, year=1, type="laptop").ends_on
    client, index = acting(make_membership("pilot", "departement")), reverse("conventions:ending_list")
    told = f"12 appareils à affecter d’ici le {day(last)}"

    page = read(client, index)
    assert f"{told} (dans {(last - today).days}\u00a0jours)" in page
    assert young.reference not in page
    assert f"{old.reference}, {told}" in read(client, "/")
    file = b"".join(client.get(index, {"export": "csv"}).streaming_content).decode()
    assert f";12;{last:%d/%m/%Y}" in file, "each in its cell; a type above its quota takes nothing from another"

    gate.apply(old, "suspend", actor=make_membership("pilot", "departement"), reason=SuspendReason.DISPUTE)
    lost = f"12 appareils perdus si elle n’est pas reprise d’ici le {day(last)}"
    page = read(client, index)
    assert lost in page
    assert told not in page
    assert f"{old.reference}, {lost}" in read(client, "/")

    Quota.objects.filter(convention=old, year=1).update(used=F("total"))
    assert "perdus si" not in read(client, index), "what was taken is not lost"


def test_from_when_the_places_of_a_year_are_told_is_a_number_with_a_date() -> None:
    today = timezone.localdate()
    Treaty(quotas=[Plan("laptop", 1, 10), Plan("laptop", 2, 10)], ends_on=today + timedelta(days=700)).active()
    client, index = acting(make_membership("pilot", "departement")), reverse("conventions:ending_list")
    assert "10 appareils à affecter" not in read(client, index)
    set_value(YEAR_ENDING_DAYS, 366)
    assert "10 appareils à affecter" in read(client, index)


def test_the_pilot_sets_the_reserve_of_a_year() -> None:
    pilot = make_membership("pilot", "departement")
    year = timezone.localdate().year
    set_reserve(actor=pilot, type="tablet", year=year, total=4)
    url = reverse("conventions:reserve")

    assert "Assurez-vous" in answered(acting(pilot), url, laptop="-3", tablet="")
    done(acting(pilot), url, laptop="12", tablet="")
    done(acting(pilot), f"{url}?annee={year + 1}", laptop="7")

    held = {(row.type, row.year): row.total for row in Quota.objects.reserve()}
    assert held == {("laptop", year): 12, ("tablet", year): 4, ("laptop", year + 1): 7}


def test_a_review_asked_of_someone_else_is_not_the_manager_s_to_do() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    assert "À vous d’agir" in read(acting(treaty.lawyer), page_of(convention, "convention_detail"))
    assert "À vous d’agir" not in read(acting(treaty.manager), page_of(convention, "convention_detail"))


def test_a_signed_convention_whose_day_has_come_is_the_manager_s_to_put_in_force() -> None:
    treaty = Treaty()
    convention = treaty.signed()
    page = read(acting(treaty.manager), page_of(convention, "convention_detail"))
    assert "la date d’effet est là, mettez-la en vigueur" in page


def test_whoever_records_the_act_reads_of_when_the_text_is_that_it_approves() -> None:
    treaty = Treaty()
    convention = treaty.approved()
    page = read(acting(treaty.manager), page_of(convention, "convention_open_signature"))
    assert f"soumise le {day(timezone.localdate())}. Un acte plus ancien" in page
    assert "ne vaut que s’il autorise les modifications faites depuis" in page
