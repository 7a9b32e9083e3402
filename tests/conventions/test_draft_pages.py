"""Writing a convention on its pages: begin, complete, submit; amendments; nothing typed is lost."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.enums import ConventionState, Party, ReviewSubject
from conventions.models import Convention
from conventions.parameters import REVIEW_DAYS, SIGNATURE_DAYS
from conventions.services.drafting import DraftArticle, DraftTerms, Plan
from tests.conventions.conventions import Treaty, again
from tests.conventions.pages import acting, answered, done, page_of, read
from typography.french import day

pytestmark = pytest.mark.django_db
CREATE = "conventions:convention_create"


def typed(page: str) -> dict[str, Any]:
    """What a page would post if nothing were touched: its boxes with what is in them."""
    boxes: dict[str, Any] = {}
    for chunk in page.split("<input")[1:]:
        tag = chunk.split(">")[0]
        name, value = attribute(tag, "name"), attribute(tag, "value")
        if name and 'type="checkbox"' not in tag and name != "csrfmiddlewaretoken":
            boxes[name] = unescape(value)
    for chunk in page.split("<textarea")[1:]:
        name = attribute(chunk.split(">")[0], "name")
        boxes[name] = unescape(chunk.split(">", 1)[1].split("</textarea>")[0].lstrip("\n"))
    for chunk in page.split("<select")[1:]:
        name = attribute(chunk.split(">")[0], "name")
        options = chunk.split("</select>")[0].split("<option")[1:]
        chosen = [attribute(option.split(">")[0], "value") for option in options if " selected" in option.split(">")[0]]
        boxes[name] = chosen[0] if chosen else ""
    return boxes


def attribute(tag: str, name: str) -> str:
    """An attribute of a tag, empty when it is not there."""
    return tag.split(f' {name}="')[1].split('"', maxsplit=1)[0] if f' {name}="' in tag else ""


def test_the_manager_begins_with_a_title_then_writes_the_rest() -> None:
    treaty = Treaty()
    client = acting(treaty.manager)

    assert "Ce champ est obligatoire" in answered(client, reverse(CREATE), starts_on="2027-01-01")
    location = done(client, reverse(CREATE), title="Équipement des foyers", workshop=treaty.workshop.pk)

    convention = Convention.objects.get()
    assert location == page_of(convention, "convention_edit")
    assert convention.epci_party == treaty.epci_party
    assert convention.workshop == treaty.workshop
    page = read(client, location)
    assert "Garantie" in page
    assert "Enregistrez d’abord la partie" in page


def test_the_pilot_prepares_one_on_behalf_of_an_epci() -> None:
    treaty = Treaty()
    assert treaty.epci_party is not None

    done(acting(treaty.pilot), reverse(CREATE), title="Pour eux", epci_party=treaty.epci_party.pk)

    assert Convention.objects.get().epci_party == treaty.epci_party


def test_the_whole_draft_is_written_on_one_page_and_submitted() -> None:
    treaty = Treaty()
    client = acting(treaty.manager)
    done(client, reverse(CREATE), title="Équipement", workshop=treaty.workshop.pk, distributor=treaty.distributor.pk)
    convention = Convention.objects.get()
    url, today = page_of(convention, "convention_edit"), timezone.localdate()
    signatories = {
        "epci_signatory": treaty.signatories[Party.EPCI].pk,
        "workshop_signatory": treaty.signatories[Party.RECONDITIONER].pk,
        "distributor_signatory": treaty.signatories[Party.DISTRIBUTOR].pk,
    }
    boxes = typed(read(client, url)) | signatories
    boxes |= {
        "starts_on": today.isoformat(),
        "ends_on": (today + timedelta(days=364)).isoformat(),
        "max_nonconformity": "4,5",
        "quota_laptop_1": "30",
        "price_laptop": "99,50",
        "grade_type_1": "laptop",
        "grade_name_1": "C",
        "grade_amount_1": "60",
        "clause_warranty": "La garantie court pendant vingt-quatre mois.",
        "reviewer_legal": f"m:{treaty.lawyer.pk}",
        "reviewer_digital": f"o:{convention.epci_party_id}",
    }

    assert done(client, url, **boxes, submit_next="1") == page_of(convention, "convention_submit")

    written = again(convention)
    assert written.max_nonconformity == Decimal("4.5")
    assert set(written.prices.values_list("type", "grade", "amount")) == {
        ("laptop", "", Decimal("99.50")),
        ("laptop", "C", Decimal("60.00")),
    }
    assert list(written.planned_quotas.values_list("type", "year", "total")) == [("laptop", 1, 30)]
    assert written.clauses.get(code="warranty").text == "La garantie court pendant vingt-quatre mois."
    named = {row.subject: row for row in written.reviewers_named.all()}
    assert named[ReviewSubject.LEGAL].membership == treaty.lawyer
    assert named[ReviewSubject.DIGITAL].membership is None
    done(client, page_of(convention, "convention_submit"))
    assert again(convention).state == ConventionState.IN_REVIEW
    assert len(treaty.reviews(convention)) == 4


def test_saving_what_was_read_changes_nothing() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    client, url = acting(treaty.manager), page_of(convention, "convention_edit")
    clauses = list(convention.clauses.values_list("code", "text"))

    done(client, url, **typed(read(client, url)))

    kept = again(convention)
    assert [(code, text.split()) for code, text in kept.clauses.values_list("code", "text")] == [
        (code, text.split()) for code, text in clauses
    ]
    assert kept.title == convention.title
    assert kept.epci_signatory == convention.epci_signatory
    assert kept.prices.count() == convention.prices.count() == 5
    assert kept.planned_quotas.count() == 1
    assert kept.reviewers_named.count() == 1


def test_the_grid_of_quotas_has_its_totals_and_each_article_is_read_before_it_is_rewritten() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    client, url = acting(treaty.manager), page_of(convention, "convention_edit")
    boxes = typed(read(client, url))
    grid = {"quota_laptop_1": "30", "quota_laptop_2": "20", "quota_tablet_2": "1000", "quota_tablet_3": "mille"}
    page = answered(client, url, **boxes | grid)
    assert page.count("data-total-row>50<") == 1
    assert page.count("data-total-row>1\u202f000<") == 1
    assert re.findall(r"data-total-column><strong>([^<]*)<", page) == [
        "30",
        "1\u202f020",
        "0",
        "1\u202f050",
    ]
    assert page.count("Modifier cet article") == convention.clauses.exclude(text="").count()
    assert "Ce qui vient ensuite" in page


def test_what_was_typed_is_still_there_after_an_error() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    client, url = acting(treaty.manager), page_of(convention, "convention_edit")
    boxes = typed(read(client, url))

    page = answered(client, url, **boxes | {"title": "", "price_laptop": "beaucoup", "clause_waste": "Mots à garder."})
    assert "Mots à garder." in page
    assert "beaucoup" in page
    page = answered(client, url, **boxes | {"grade_type_1": "laptop", "grade_name_1": "A"})
    assert "Une ligne par grade dit le type, le grade et le prix." in page
    assert again(convention).title == convention.title


def test_a_signatory_of_another_organisation_is_refused_beside_the_field() -> None:
    treaty, other = Treaty(), Treaty()
    convention = treaty.draft()
    client, url = acting(treaty.manager), page_of(convention, "convention_edit")
    boxes = typed(read(client, url)) | {"workshop_signatory": other.signatories[Party.RECONDITIONER].pk}

    assert "Cette personne ne signe pas pour l’organisation choisie" in answered(client, url, **boxes)


def test_a_date_of_end_before_the_beginning_is_told() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    client, url = acting(treaty.manager), page_of(convention, "convention_edit")
    before = (timezone.localdate() - timedelta(days=9)).isoformat()

    assert "Le dernier jour vient après la date d’effet" in answered(
        client, url, **typed(read(client, url)) | {"ends_on": before}
    )


def test_a_text_under_review_does_not_change() -> None:
    treaty = Treaty()
    convention = treaty.in_review()
    assert done(acting(treaty.manager), page_of(convention, "convention_edit")) == page_of(
        convention, "convention_detail"
    )


def test_an_amendment_holds_only_what_it_changes() -> None:
    treaty = Treaty()
    convention = treaty.active()
    client, today = acting(treaty.manager), timezone.localdate()
    url = page_of(convention, "amendment_create")
    assert "Préparer un avenant" in read(client, page_of(convention, "convention_detail"))

    early = (today - timedelta(days=30)).isoformat()
    assert "pendant la durée de la convention" in answered(client, url, title="Avenant", starts_on=early)
    done(client, url, title="Avenant n°\u00a01", starts_on=today.isoformat())
    amendment = Convention.objects.get(amends=convention)
    edit = page_of(amendment, "convention_edit")
    boxes = typed(read(client, edit)) | {"quota_laptop_1": "50", "clause_warranty": "Trente mois."}
    done(client, edit, **boxes)

    assert list(amendment.planned_quotas.values_list("type", "year", "total")) == [("laptop", 1, 50)]
    assert list(amendment.clauses.values_list("code", "text")) == [("warranty", "Trente mois.")]
    assert amendment.prices.count() == 0
    assert "Avenant" in read(client, page_of(amendment, "convention_detail"))


def test_an_amendment_is_written_beside_the_words_of_today_those_of_another_amendment_included() -> None:
    treaty = Treaty(quotas={"laptop": 1})
    convention = treaty.active()
    first = convention.clauses.get(code="warranty").text.splitlines()[0]
    assert first
    treaty.amended(convention, DraftTerms(articles=[DraftArticle("warranty", "Garantie", "Trente mois.")]))
    draft = treaty.amendment(convention, DraftTerms())

    page = read(acting(treaty.manager), page_of(draft, "convention_edit"))

    boxes = page.partition('id="clauses"')[2]
    assert "Rédaction d’aujourd’hui" in boxes
    assert "Trente mois." in boxes
    assert first not in boxes
    assert boxes.count("inchangé</span>") == convention.clauses.count()
    assert "1 prévu, 0 affecté" in page


def test_an_amendment_is_of_a_convention_in_force() -> None:
    treaty = Treaty()
    convention = treaty.approved()
    url = page_of(convention, "amendment_create")
    assert done(acting(treaty.manager), url) == page_of(convention, "convention_detail")
    assert acting(treaty.lawyer).get(url).status_code == 403


def test_a_price_over_the_ceiling_is_named_on_its_line_and_kept() -> None:
    treaty = Treaty(prices={"laptop": 185, "tablet": 60})
    convention = treaty.draft()
    client = acting(treaty.manager)

    page = read(client, page_of(convention, "convention_edit")).replace("\u00a0", " ")
    assert "185 € dépasse le plafond légal : 180 €. À corriger avant la relecture." in page
    assert page.count("dépasse le plafond légal") == 1
    detail = read(client, page_of(convention, "convention_detail")).replace("\u00a0", " ")
    assert detail.count("au-dessus du plafond légal, 180 €") == 1


def test_who_is_refused_a_submission_reads_which_price_is_too_dear_and_by_what_ceiling() -> None:
    treaty = Treaty(prices={"laptop": 181, "tablet": 60})
    convention = treaty.draft()

    page = read(acting(treaty.manager), page_of(convention, "convention_submit")).replace("\u00a0", " ")

    assert "ordinateur portable, 181 € pour un plafond de 180 €." in page
    assert f"{page_of(convention, 'convention_edit')}#prices" in page


@pytest.mark.parametrize(
    ("shift", "told"),
    [
        pytest.param(-1, "peut passer avant la dernière signature", id="the day before"),
        pytest.param(0, "", id="the day of the last signature"),
        pytest.param(None, "est déjà passée", id="yesterday"),
    ],
)
def test_who_submits_a_text_reads_that_its_date_of_effect_comes_before_the_last_signature(
    shift: int | None, told: str
) -> None:
    today = timezone.localdate()
    read_by = add_working_days(today, int(REVIEW_DAYS.on(today)))
    signed_by = add_working_days(read_by, int(SIGNATURE_DAYS.on(today)))
    starts_on = today - timedelta(days=1) if shift is None else signed_by + timedelta(days=shift)
    treaty = Treaty(starts_on=starts_on)
    convention = treaty.draft()

    page = read(acting(treaty.manager), page_of(convention, "convention_submit"))

    assert ("La date d’effet, " in page) is bool(told)
    assert told in page
    if told:
        assert f"La date d’effet, {day(starts_on)}, {told}" in page
        assert f"celle-ci vient le {day(signed_by)}" in page
        assert "l’année 1 court dès la date d’effet" in page
        assert f"{page_of(convention, 'convention_edit')}#id_starts_on" in page


def test_of_an_amendment_that_takes_effect_before_its_signatures_no_year_is_told() -> None:
    treaty = Treaty()
    draft = treaty.amendment(treaty.active(), DraftTerms(quotas=[Plan("laptop", 1, 50)]))

    page = read(acting(treaty.manager), page_of(draft, "convention_submit"))

    assert "L’avenant ne change rien avant la dernière signature." in page
    assert "l’année 1 court" not in page


def as_a_browser_sends(boxes: dict[str, Any]) -> dict[str, Any]:
    """The same boxes with the line breaks that every browser writes when it sends a form."""
    return {name: re.sub("\r?\n", "\r\n", said) if isinstance(said, str) else said for name, said in boxes.items()}


def test_an_article_that_nobody_touched_keeps_its_line_breaks_when_its_draft_is_saved_in_a_browser() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    treaty.answer_points(convention)
    before = dict(convention.clauses.values_list("code", "text"))
    assert any("\n" in text for text in before.values())
    client, edit = acting(treaty.pilot), page_of(convention, "convention_edit")

    done(client, edit, **as_a_browser_sends(typed(read(client, edit)) | {"quota_laptop_1": "41"}))

    assert dict(convention.clauses.values_list("code", "text")) == before
    review = next(review for review in treaty.reviews(treaty.submit(again(convention))) if review.asked_of)
    page = read(acting(treaty.lawyer), page_of(review, "review_answer"))
    assert ">modifié</span>" not in page
    assert "Comparer à la version" not in page
    assert re.search(r"<ins>Quota de l’année 1, ordinateur portable\s:\s41</ins>", page)


def test_an_article_is_changed_only_when_its_words_are_however_it_was_written_down() -> None:
    treaty = Treaty()
    convention = treaty.changes_requested()
    treaty.answer_points(convention)
    clauses = {clause.code: clause for clause in convention.clauses.all()}
    for code, text in {code: clause.text for code, clause in clauses.items()}.items():
        convention.clauses.filter(code=code).update(text=text.replace("\n", "\r\n").replace(". ", ".  ") + "\r\n ")
    words = clauses["warranty"].text.split()
    convention.clauses.filter(code="warranty").update(text="\r\n".join([*words, "Trois", "mots", "ajoutés."]))

    review = next(review for review in treaty.reviews(treaty.submit(again(convention))) if review.asked_of)
    page = read(acting(treaty.lawyer), page_of(review, "review_answer"))

    assert page.count(">modifié</span>") == 1
    compared = page.partition("Comparer à la version n° 1")[2].partition("</details>")[0]
    assert compared.count("<ins>") == 1
    assert "<del>" not in compared
    assert "Trois\nmots\najoutés." in compared


def test_of_a_draft_open_in_two_tabs_the_later_save_keeps_the_earlier_one_and_asks_where_both_wrote() -> None:
    treaty = Treaty()
    convention = treaty.draft()
    client, url = acting(treaty.manager), page_of(convention, "convention_edit")
    first, second = typed(read(client, url)), typed(read(client, url))

    done(client, url, **first | {"title": "Premier", "clause_warranty": "Douze mois.", "quota_laptop_1": "12"})

    apart = answered(client, url, **second | {"title": "Second", "price_laptop": "71", "quota_laptop_2": "7"})
    assert "Changé entre-temps\u00a0: «\u00a0Premier\u00a0» est enregistré." in apart
    assert 'value="Second"' in apart
    assert again(convention).title == "Premier"
    done(client, url, **typed(apart))

    kept = again(convention)
    assert kept.title == "Second"
    assert kept.clauses.get(code="warranty").text == "Douze mois."
    assert kept.prices.get(type="laptop", grade="").amount == Decimal(71)
    assert set(kept.planned_quotas.values_list("type", "year", "total")) == {("laptop", 1, 12), ("laptop", 2, 7)}
