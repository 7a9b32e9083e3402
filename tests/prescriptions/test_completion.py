"""What the distributor misses is an exchange: each point has its answer, and what changed since is read beside it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from network.models import Membership
from prescriptions.completion import Round, rounds_of
from prescriptions.enums import (
    CodePurpose,
    CompletionSaid,
    DropReason,
    FilePart,
    IdentityReason,
    NeedKind,
    NeedUse,
    PrescriptionState,
)
from prescriptions.models import OWN_WORDS, CodedReason, CompletionAnswer, HouseholdCorrection, Prescription
from prescriptions.services.completion import answer_point
from prescriptions.services.households import attach_household, edit_household, move_household, open_identity
from prescriptions.services.needs import ask_need, drop_need
from prescriptions.services.prescriptions import ask_completion_prescription
from prescriptions.views.completion import PLACES
from tests.network.factories import make_commune
from tests.prescriptions.files import Circle, again
from tests.prescriptions.pages import acting, answered, done, page_of, read

pytestmark = pytest.mark.django_db
DONE, CANNOT = CompletionSaid.DONE, CompletionSaid.CANNOT
NIR = "2 69 05 49 588 157 80"
ANSWERED = "La caisse envoie l’attestation vendredi."
STORY = "vécu-indicible"
ASKED = ("contact", "income_seen", "use")


@pytest.fixture
def circle() -> Circle:
    return Circle()


def ask(circle: Circle, *codes: str, words: str = "", prescription: Prescription | None = None) -> Prescription:
    """A file of which these points are missing, and what the adviser wrote in words of his own."""
    prescription = prescription or circle.submitted(story=f"Elle a un {STORY}")
    asked: Prescription = ask_completion_prescription(
        actor=circle.adviser, prescription=prescription, missing=codes, words=words
    )
    return asked


def answer(circle: Circle, prescription: Prescription, code: str, said: str = DONE, words: str = "") -> Any:
    return answer_point(actor=circle.worker, prescription=prescription, code=code, said=said, words=words)


def last(prescription: Prescription, actor: Membership) -> Round:
    return rounds_of(prescription, actor)[0]


def why_not(act: Callable[[], object]) -> dict[str, str]:
    """What refused it: ``{code: sentence}``."""
    with pytest.raises(Refused) as refused:
        act()
    return {reason.code: reason.sentence for reason in refused.value.all}


# --- no file is filed again as it was


def test_a_file_is_not_filed_again_while_a_point_has_no_answer(circle: Circle) -> None:
    prescription = ask(circle, *ASKED, words="Quel âge ont les enfants ?")
    circle.see_fact(prescription, proof="Attestation de droits")
    said = why_not(lambda: circle.submit(prescription))
    assert said == {
        "completion": "4 points demandés par le distributeur n’ont pas de réponse\u00a0: répondez à chacun."
    }
    answer(circle, prescription, "income_seen")
    answer(circle, prescription, "contact", CANNOT, "Le foyer n’a plus de téléphone.")
    answer(circle, prescription, "use", DONE, "Vu avec la mère.")
    assert "Un point demandé" in why_not(lambda: circle.submit(prescription))["completion"]
    answer(circle, prescription, OWN_WORDS, DONE, "6 et 9 ans.")
    assert circle.submit(prescription).state == PrescriptionState.SUBMITTED


def test_a_set_leaves_behind_the_files_that_did_not_answer(circle: Circle) -> None:
    ready, silent = ask(circle, "use"), ask(circle, "use", prescription=circle.submitted())
    circle.answer(ready)
    outcome = gate.preview(Prescription.objects.all(), "submit", actor=circle.worker)
    assert {reason.code for reason in outcome.refused[silent.pk]} >= {"completion"}
    assert "completion" not in {reason.code for reason in outcome.refused.get(ready.pk, ())}


def test_each_round_is_answered_anew(circle: Circle) -> None:
    prescription = circle.submit(circle.answer(ask(circle, "use")))
    prescription = ask(circle, "use", prescription=prescription)
    assert set(why_not(lambda: circle.submit(prescription))) == {"completion"}
    circle.submit(circle.answer(prescription))
    two, one = rounds_of(prescription, circle.adviser)
    assert one.request.asked_at < two.request.asked_at
    assert one.sent_back_at is not None
    assert two.sent_back_at is not None
    assert one.sent_back_at < two.request.asked_at < two.sent_back_at
    assert [(point.code, point.answer is not None) for each in (one, two) for point in each.points] == [
        ("use", True)
    ] * 2


# --- what is an answer


def test_an_answer_without_a_word_needs_something_that_changed_where_it_was_asked(circle: Circle) -> None:
    prescription = ask(circle, *ASKED)
    circle.see_fact(prescription, proof="Attestation de droits")
    assert "Rien n’a changé à cet endroit" in why_not(lambda: answer(circle, prescription, "use"))["say_what"]
    assert set(why_not(lambda: answer(circle, prescription, "use", CANNOT))) == {"say_why"}
    assert set(why_not(lambda: answer(circle, prescription, "use", CANNOT, "  "))) == {"say_why"}
    assert answer(circle, prescription, "income_seen").said == DONE
    assert answer(circle, prescription, "use", CANNOT, "Le foyer hésite.").words == "Le foyer hésite."


def test_the_same_fact_written_again_is_no_change(circle: Circle) -> None:
    prescription = ask(circle, "income_seen")
    circle.see_fact(prescription)
    assert set(why_not(lambda: answer(circle, prescription, "income_seen"))) == {"say_what"}


def test_what_was_in_the_file_before_it_was_asked_is_no_answer(circle: Circle) -> None:
    prescription = ask(circle, "income_seen", "agreement", "use")
    for code in ("income_seen", "agreement", "use"):
        assert set(why_not(lambda code=code: answer(circle, prescription, code))) == {"say_what"}  # type: ignore[misc]


def of_another(circle: Circle, prescription: Prescription) -> None:
    other = circle.household()
    attach_household(actor=circle.worker, household=prescription.household, same_as=other)


def taken_back(circle: Circle, prescription: Prescription) -> None:
    drop_need(actor=circle.worker, need=prescription.needs.get(), reason=DropReason.NO_LONGER_NEEDED)


def corrected(**person: Any) -> Callable[[Circle, Prescription], object]:
    return lambda circle, prescription: edit_household(actor=circle.worker, household=prescription.household, **person)


CHANGES: list[tuple[str, Callable[[Circle, Prescription], object], str]] = [
    ("contact", corrected(phone="0699000777"), "Corrigé : téléphone"),
    ("contact", corrected(email="foyer@exemple.test", contact_channel="email"), "Corrigé : courriel, comment"),
    ("members", corrected(adults=2, children=2), "Corrigé : adultes"),
    ("address_seen", corrected(address="3 rue des Essais", postcode="59000"), "Corrigé : adresse, code postal"),
    (
        "address_seen",
        lambda circle, prescription: move_household(
            actor=circle.worker,
            household=prescription.household,
            commune=make_commune(),
            moved_on=timezone.localdate(),
        ),
        "Commune : ",
    ),
    (
        "address_seen",
        lambda circle, prescription: edit_household(
            actor=circle.worker, household=prescription.household, commune=make_commune()
        ),
        "Commune : ",
    ),
    ("income_seen", lambda circle, prescription: circle.see_fact(prescription, proof="Attestation"), "Attestation"),
    ("agreement", lambda circle, prescription: circle.agree(prescription), "Accord donné de nouveau"),
    (
        "use",
        lambda circle, prescription: ask_need(
            actor=circle.worker, prescription=prescription, kind=NeedKind.TABLET, use=NeedUse.SOCIAL
        ),
        "Besoin ajouté : Tablette, pour : lien social",
    ),
    ("use", taken_back, "Besoin retiré : Ordinateur"),
    ("double", of_another, "Un dossier qui ressemble : même foyer"),
]


@pytest.mark.parametrize(("code", "change", "said"), CHANGES)
def test_what_changed_since_is_told_under_the_point_that_asked_for_it(
    circle: Circle, code: str, change: Callable[[Circle, Prescription], object], said: str
) -> None:
    prescription = ask(circle, code, "contact" if code != "contact" else "use")
    change(circle, again(prescription))
    answer(circle, prescription, code)
    point, other = last(prescription, circle.worker).points
    assert [said in one.said.replace("\u00a0", " ") for one in point.changes] == [True]
    assert other.changes == ()


def test_what_nobody_asked_for_is_told_apart(circle: Circle) -> None:
    prescription = ask(circle, "use", words="Et le reste ?")
    corrected(phone="0699000778", children=0)(circle, prescription)
    asked = last(prescription, circle.worker)
    assert [point.changes for point in asked.points] == [(), ()]
    assert [one.part for one in asked.others] == [FilePart.CONTACT, FilePart.MEMBERS]
    said = why_not(lambda: answer(circle, prescription, OWN_WORDS))
    assert set(said) == {"in_words"}, "what was asked in words is answered in words"


def test_an_answer_is_one_of_the_points_by_the_prescriber_while_the_file_is_to_complete(circle: Circle) -> None:
    prescription = ask(circle, "use")
    for code in ("contact", OWN_WORDS, "nonsense"):
        with pytest.raises(Unknown):
            answer(circle, prescription, code, DONE, "Fait")
    with pytest.raises(ValidationError):
        answer(circle, prescription, "use", "maybe", "Fait")
    for actor, error in (
        (circle.adviser, PermissionDenied),
        (circle.pilot, PermissionDenied),
        (Circle().worker, Unknown),
    ):
        with pytest.raises(error):
            answer_point(actor=actor, prescription=prescription, code="use", said=DONE, words="Fait")
    circle.submit(circle.answer(prescription))
    assert set(why_not(lambda: answer(circle, prescription, "use", DONE, "Fait"))) == {"nothing_asked"}


def test_no_social_security_number_is_let_in_an_answer(circle: Circle) -> None:
    prescription = ask(circle, "use")
    with pytest.raises(ValidationError):
        answer(circle, prescription, "use", DONE, f"Voici : {NIR}")
    row = answer(circle, prescription, "use", DONE, "Fait")
    row.pk, row.words = None, NIR
    with pytest.raises(IntegrityError, match="nir"), transaction.atomic():
        row.save()


def test_an_answer_is_only_added_to_and_the_last_one_counts(circle: Circle) -> None:
    prescription = ask(circle, "use")
    answer(circle, prescription, "use", CANNOT, "Injoignable.")
    answer(circle, prescription, "use", DONE, "Joint ce matin.")
    (point,) = last(prescription, circle.worker).points
    assert point.answer is not None
    assert (point.answer.said, point.answer.words) == (DONE, "Joint ce matin.")
    for change in ({"said": CANNOT}, {"words": "Autre chose"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CompletionAnswer.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        CompletionAnswer.objects.all().delete()


# --- what was corrected, never what it said


def test_a_correction_is_noted_once_something_was_filed_and_says_only_what(circle: Circle) -> None:
    draft = circle.draft()
    corrected(phone="0699000779")(circle, draft)
    assert not HouseholdCorrection.objects.exists()
    submitted = circle.submit(draft)
    corrected(phone="0699000779", children=2)(circle, submitted)
    assert not HouseholdCorrection.objects.exists(), "nothing says anything else than before"
    corrected(phone="0699000780", children=3, last_name="Corrigée")(circle, submitted)
    row = HouseholdCorrection.objects.get()
    assert (sorted(row.columns), row.corrected_by) == (["children", "last_name", "phone"], circle.worker)
    with pytest.raises(IntegrityError), transaction.atomic():
        HouseholdCorrection.objects.update(columns=[])


# --- the page of the worker


def links(page: str) -> list[str]:
    return re.findall(r'<a class="btn btn-outline-primary btn-sm" href="([^"]+)"', page)


def test_each_point_leads_to_the_spot_that_answers_it(circle: Circle) -> None:
    codes = CodedReason.objects.parts_by(timezone.localdate())
    assert set(codes.values()) == {*FilePart} - {FilePart.IDENTITY}
    prescription = ask(circle, *codes, words="Autre chose")
    client = acting(circle.worker)
    found = links(read(client, page_of(prescription, "prescription_completion")))
    places = [PLACES[FilePart(part)] for part in codes.values()]
    wanted = [page_of(prescription, name.partition(":")[2]) + (f"#{spot}" if spot else "") for name, spot in places]
    assert found == [*wanted, page_of(prescription, "prescription_submit")]
    for part, (name, spot) in PLACES.items():
        page = read(client, page_of(prescription, name.partition(":")[2]))
        assert not spot or f'id="{spot}"' in page, part


def test_the_step_of_the_household_says_what_another_commune_does_once_filed_and_leads_to_a_move(
    circle: Circle,
) -> None:
    told = "Une autre commune écrite ici corrige celle qui était notée"
    client = acting(circle.worker)
    assert told not in read(client, page_of(circle.draft(), "prescription_home"))

    prescription = ask(circle, "address_seen")
    page = read(client, page_of(prescription, "prescription_home"))
    assert told in page
    move = page_of(prescription.household, "household_move")
    assert f'href="{move}"' in page
    assert "déménagement" in read(client, move)

    there = make_commune()
    done(client, page_of(prescription, "prescription_home"), commune=there.name, postcode="59000", adults="1")
    household = again(prescription.household)
    assert [one.commune for one in household.residences.told_last()] == [there], "as the page says: put right"


def test_a_code_that_no_part_of_the_file_answers_leads_to_the_whole_of_it(circle: Circle) -> None:
    CodedReason.objects.create(
        purpose=CodePurpose.MISSING,
        code="visit",
        label="Une visite au point",
        valid_from="2021-01-01",
        source="Essai",
        checked_on="2026-01-01",
    )
    prescription = ask(circle, "visit")
    page = read(acting(circle.worker), page_of(prescription, "prescription_completion"))
    assert links(page) == [page_of(prescription, "prescription_submit")]


def test_to_complete_leads_to_what_was_asked_even_when_a_file_looks_like_it(circle: Circle) -> None:
    twin = {"last_name": "Jumelle", "birth_date": "1980-03-07", "phone": "0699000123"}
    prescription = ask(circle, "income_seen", prescription=circle.submitted(household=circle.household(**twin)))
    circle.household(**twin)
    client, points = acting(circle.worker), page_of(prescription, "prescription_completion")
    assert client.get(page_of(prescription, "prescription_edit")).headers["Location"] == points
    person = {"last_name": "Jumelle", "first_name": "Dominique", "phone": "0699000123", "contact_channel": "sms"}
    assert done(client, page_of(prescription, "prescription_person"), **person) == points
    assert f'href="{page_of(prescription, "prescription_edit")}"' in read(client, reverse("desk:home"))
    body = Mail.objects.about("prescription", prescription.pk).latest("pk").body
    assert points in body


def test_points_are_answered_some_now_and_the_others_later_then_the_file_is_read_again(circle: Circle) -> None:
    prescription = ask(circle, "income_seen", "use", words="Et le bail ?")
    client, points = acting(circle.worker), page_of(prescription, "prescription_completion")
    assert "Rien n’a changé à cet endroit" in answered(client, points, said_1="done")
    assert "Dites pourquoi" in answered(client, points, said_1="cannot")
    assert "Dites si c’est fait" in answered(client, points, words_2="Vu")
    assert "Répondez à un point au moins" in answered(client, points)
    assert "décret n° 2019-341" in answered(client, points, said_1="done", words_1=f"C’est {NIR}")
    assert done(client, points, said_1="cannot", words_1=ANSWERED) == points
    assert "Il reste 2 points sans réponse" in read(client, points)
    everything = {"said_1": "cannot", "words_1": ANSWERED, "said_2": "done", "words_2": "Vu", "said_3": "done"}
    summary = page_of(prescription, "prescription_submit")
    assert done(client, points, **everything, words_3="Il est signé.") == summary
    assert CompletionAnswer.objects.count() == 3, "what was answered and did not change is not written twice"
    page = read(client, summary)
    for told in (ANSWERED, "Il est signé.", points):
        assert told in page
    page = read(client, page_of(prescription, "prescription_detail"))
    assert "relisez la demande, puis déposez-la de nouveau" in page
    done(client, summary, distributor=circle.distributor.pk)
    assert client.get(points).headers["Location"] == page_of(prescription, "prescription_detail")


def test_only_its_prescriber_answers(circle: Circle) -> None:
    url = page_of(ask(circle, "use"), "prescription_completion")
    assert {role: acting(getattr(circle, role)).get(url).status_code for role in ("adviser", "pilot", "relay")} == {
        "adviser": 403,
        "pilot": 403,
        "relay": 404,
    }


# --- who reads the exchange


def sent_back(circle: Circle) -> Prescription:
    prescription = ask(circle, "income_seen", words="Quel loyer ?")
    circle.see_fact(prescription, proof="Attestation de droits")
    answer(circle, prescription, "income_seen")
    answer(circle, prescription, OWN_WORDS, CANNOT, ANSWERED)
    return circle.submit(prescription)


def test_whoever_decides_reads_each_answer_and_what_changed_beside_it(circle: Circle) -> None:
    prescription = sent_back(circle)
    body = Mail.objects.about("prescription", prescription.pk).latest("pk")
    assert "a répondu à ce que vous demandiez" in body.body
    assert "a répondu, renvoyée" in read(acting(circle.adviser), reverse("desk:home"))
    open_identity(actor=circle.pilot, household=prescription.household, reason=IdentityReason.CONTROL)
    for role in ("adviser", "pilot"):
        client = acting(getattr(circle, role))
        for name in ("detail", "accept", "refuse", "ask_completion"):
            page = read(client, page_of(prescription, f"prescription_{name}"))
            for told in ("Un justificatif de ressources", "Quel loyer ?", ANSWERED, "Attestation de droits", "fait"):
                assert told in page, (role, name, told)
            assert STORY not in page


def test_a_pilot_who_gave_no_reason_reads_the_points_and_none_of_the_words(circle: Circle) -> None:
    prescription = sent_back(circle)
    for name in ("detail", "accept"):
        page = read(acting(circle.pilot), page_of(prescription, f"prescription_{name}"))
        for told in ("Un justificatif de ressources", "Ce n’est pas possible", "Un point écrit en clair."):
            assert told in page, (name, told)
        for hidden in ("Quel loyer", ANSWERED):
            assert hidden not in page, (name, hidden)


def test_an_answer_is_not_read_outside_before_the_file_is_sent_back(circle: Circle) -> None:
    prescription = ask(circle, "use")
    answer(circle, prescription, "use", CANNOT, ANSWERED)
    for actor in (circle.adviser, circle.pilot):
        assert not CompletionAnswer.objects.visible_to(actor).exists()
        page = read(acting(actor), page_of(prescription, "prescription_detail"))
        assert "L’usage prévu" in page
        assert ANSWERED not in page
    assert CompletionAnswer.objects.visible_to(circle.manager).exists()
    circle.submit(prescription)
    assert CompletionAnswer.objects.visible_to(circle.adviser).exists()


def test_a_relay_reads_nothing_of_the_exchange(circle: Circle) -> None:
    prescription = circle.accept(sent_back(circle))
    page = read(acting(circle.relay), page_of(prescription, "prescription_detail"))
    for hidden in ("Quel loyer ?", ANSWERED, "Un justificatif de ressources", "Attestation de droits"):
        assert hidden not in page
    assert rounds_of(prescription, circle.relay) == []


def test_every_round_is_read_the_last_one_open_and_all_folded_once_decided(circle: Circle) -> None:
    prescription = ask(circle, words="Et encore ?", prescription=sent_back(circle))
    circle.submit(circle.answer(prescription, "Cette fois, oui."))
    client, url = acting(circle.adviser), page_of(prescription, "prescription_detail")
    page = read(client, url)
    exchange = page[page.index('id="exchange"') :]
    before, _, after = exchange.partition("<details")
    assert "Cette fois, oui." in before
    assert ANSWERED not in before
    assert ANSWERED in after
    circle.accept(prescription)
    page = read(client, url)
    exchange = page[page.index('id="exchange"') :]
    assert "Cette fois, oui." not in exchange.partition("<details")[0]
    assert "Cette fois, oui." in exchange


def test_the_rounds_of_a_file_are_read_in_as_many_queries_as_one(circle: Circle) -> None:
    def queries(prescription: Prescription) -> int:
        with CaptureQueriesContext(connection) as seen:
            rounds_of(prescription, circle.adviser)
        return len(seen)

    prescription = sent_back(circle)
    rounds_of(prescription, circle.adviser)
    one = queries(prescription)
    for _ in range(3):
        prescription = circle.submit(circle.answer(ask(circle, "use", prescription=prescription)))
    assert queries(prescription) == one
    assert queries(circle.submitted()) == 1
