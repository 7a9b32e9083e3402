"""An end agreed on is agreed on by three; every end has its dated paper; a stuck circuit moves."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.enums import ConventionPaperKind, ConventionState, Party, TerminateReason
from conventions.machine import draft_rules, ending_rules
from conventions.models import Convention, EndConsent, PriceCeiling
from conventions.services.conventions import (
    agree_end_convention,
    record_end_convention,
)
from conventions.services.endings import agreement_of
from documents.authenticity import proof_of
from documents.models import Mail
from documents.services import open_file
from lifecycle import gate
from lifecycle.exceptions import Refused
from reference.models import Parameter
from tests.conventions.conventions import Treaty, again, drawn, ended_alone
from tests.conventions.pages import acting, answered, done, page_of, read
from tests.documents.pdfs import scan_of, scan_with
from typography.french import of

pytestmark = pytest.mark.django_db
S = ConventionState


def sentences(refused: Any) -> set[str]:
    return {reason.sentence for reason in refused.value.all}


def proposed(scene: Treaty) -> Convention:
    """In force, and its distributor proposes to end it."""
    convention = scene.active()
    return gate.apply(convention, "propose_end", actor=scene.signatories[Party.DISTRIBUTOR])


def test_one_party_alone_does_not_end_it_by_agreement() -> None:
    scene = Treaty()
    alone = scene.active()

    for convention in (alone, gate.apply(alone, "propose_end", actor=scene.signatories[Party.DISTRIBUTOR])):
        for actor in scene.signatories.values():
            with pytest.raises(Refused) as refused:
                gate.apply(
                    convention,
                    "terminate",
                    actor=actor,
                    reason=TerminateReason.AGREEMENT,
                    notice_on=timezone.localdate(),
                )
            assert sentences(refused) == {ending_rules.AGREED.sentence}
    assert again(convention).state == S.ACTIVE


def test_the_three_agree_and_it_ends_with_its_paper() -> None:
    scene = Treaty()
    assert scene.pilot
    convention = proposed(scene)
    assert Mail.objects.filter(subject__startswith="Fin d’un commun accord proposée").count() == 4

    with pytest.raises(Refused) as refused:
        agree_end_convention(actor=scene.signatories[Party.DISTRIBUTOR], convention=convention)
    assert sentences(refused) == {ending_rules.CONSENT.sentence}
    assert agree_end_convention(actor=scene.signatories[Party.EPCI], convention=convention).state == S.ACTIVE
    ended = agree_end_convention(actor=scene.signatories[Party.RECONDITIONER], convention=convention)

    assert (ended.state, ended.ended_because, ended.ended_on) == (
        S.TERMINATED,
        TerminateReason.AGREEMENT,
        timezone.localdate(),
    )
    paper = ended.papers.get(kind=ConventionPaperKind.END).document
    assert [consent["party"] for consent in paper.values["consents"]] == ["Distributeur", "EPCI", "Reconditionneur"]
    assert paper.values["fates"] == []


def test_each_is_asked_of_a_proposed_end_only_what_is_theirs_to_do() -> None:
    scene = Treaty()
    pilot = scene.pilot
    convention = proposed(scene)
    told = {
        address: mail.body
        for mail in Mail.objects.filter(subject__startswith="Fin d’un commun accord proposée")
        for address in mail.to
    }
    agree, record = page_of(convention, "convention_agree_end"), page_of(convention, "convention_record_end")

    for party in (Party.EPCI, Party.RECONDITIONER):
        asked = scene.signatories[party]
        assert agree in told[asked.user.email]
        assert "accord attendu" in read(acting(asked), agree)
    proposer = told[scene.signatories[Party.DISTRIBUTOR].user.email]
    assert agree not in proposer
    assert "Donner son accord" not in proposer
    assert page_of(convention, "convention_detail") in proposer
    assert agree not in told[pilot.user.email]
    assert record in told[pilot.user.email]
    assert read(acting(pilot), record)


def test_whoever_is_no_party_agrees_to_nothing() -> None:
    scene = Treaty()
    convention = proposed(scene)

    for actor in (scene.pilot, scene.lawyer, scene.workshop_reviewer):
        with pytest.raises(PermissionDenied):
            agree_end_convention(actor=actor, convention=convention)
    with pytest.raises(PermissionDenied):
        record_end_convention(
            actor=scene.signatories[Party.EPCI],
            convention=convention,
            party=Party.EPCI,
            content=scan_of(drawn(agreement_of(convention))),
            name="accord.pdf",
        )
    assert EndConsent.objects.count() == 1


def test_one_who_declines_keeps_it_alive_and_former_agreements_count_no_more() -> None:
    scene = Treaty()
    convention = proposed(scene)
    agree_end_convention(actor=scene.signatories[Party.EPCI], convention=convention)
    gate.apply(convention, "decline_end", actor=scene.signatories[Party.RECONDITIONER], reason="disagrees")
    with pytest.raises(Refused):
        agree_end_convention(actor=scene.signatories[Party.RECONDITIONER], convention=convention)

    again_proposed = gate.apply(convention, "propose_end", actor=scene.signatories[Party.RECONDITIONER])

    agree_end_convention(actor=scene.signatories[Party.EPCI], convention=again_proposed)
    assert again(convention).state == S.ACTIVE, "the distributor agreed to another proposal"


def test_what_a_party_signed_by_hand_is_recorded_by_the_pilot_with_the_code_of_the_agreement() -> None:
    scene = Treaty()
    convention = proposed(scene)
    document = drawn(agreement_of(convention))
    given: dict[str, Any] = {"actor": scene.pilot, "convention": convention, "party": Party.EPCI, "name": "accord.pdf"}
    assert document.rendered is not None

    for content in (scan_with(), scan_of(drawn(convention.document)), open_file(document.rendered).read()):
        with pytest.raises(Refused) as refused:
            record_end_convention(**given, content=content)
        assert {reason.field for reason in refused.value.all} == {"deposit"}
    record_end_convention(**given, content=scan_of(document))
    agree_end_convention(actor=scene.signatories[Party.RECONDITIONER], convention=convention)

    ended = again(convention)
    assert ended.state == S.TERMINATED
    consents = ended.papers.get(kind=ConventionPaperKind.END).document.values["consents"]
    assert [consent["on_paper"] for consent in consents] == [False, True, False]


def test_an_end_that_was_set_aside_awaits_no_agreement_and_says_of_none_that_it_was_given() -> None:
    scene = Treaty()
    convention = proposed(scene)
    url = page_of(convention, "convention_agree_end")
    agree_end_convention(actor=scene.signatories[Party.EPCI], convention=convention)
    gate.apply(convention, "decline_end", actor=scene.signatories[Party.RECONDITIONER], reason="disagrees")

    for party in Party:
        client = acting(scene.signatories[party])
        for page in (read(client, url), answered(client, url)):
            assert "Aucune fin n’est proposée aux parties." in page
            assert "a déjà donné son accord" not in page
            assert "accord attendu" not in page


def test_an_end_put_aside_says_by_which_party_and_why() -> None:
    scene = Treaty()
    assert scene.pilot
    convention = proposed(scene)
    with pytest.raises(Refused) as refused:
        gate.apply(convention, "decline_end", actor=scene.signatories[Party.RECONDITIONER], reason="")
    assert sentences(refused) == {ending_rules.DECLINE_REASON.sentence}
    gate.apply(convention, "decline_end", actor=scene.signatories[Party.RECONDITIONER], reason="other_terms")

    mails = Mail.objects.filter(subject__startswith="La convention continue")
    assert mails.count() == 4
    for mail in mails:
        assert f"{scene.workshop} écarte la fin" in mail.body
        assert "à une autre date ou à d’autres conditions" in mail.body
    page = read(acting(scene.manager), page_of(convention, "convention_detail"))
    assert "à une autre date ou à d’autres conditions" in page


def test_the_pages_of_an_agreed_end() -> None:
    scene = Treaty()
    convention = scene.active()
    first, second, third = (acting(scene.signatories[party]) for party in Party)
    done(first, page_of(convention, "convention_propose_end"))

    detail = page_of(convention, "convention_detail")
    assert "dites si votre partie est d’accord" in read(second, detail)
    awaited = f"en attente {of(str(scene.workshop))} et {scene.distributor}"
    assert awaited in read(first, detail)
    asked = [read(one, reverse("desk:home")) for one in (first, second, third)]
    assert ["Donner son accord pour finir" in page for page in asked] == [False, True, True]
    page = read(second, page_of(convention, "convention_agree_end"))
    assert "accord attendu" in page
    done(second, page_of(convention, "convention_decline_end"), reason="other_terms")
    assert "dites si votre partie est d’accord" not in read(second, detail)
    done(first, page_of(convention, "convention_propose_end"))
    done(second, page_of(convention, "convention_agree_end"))
    drawn(agreement_of(again(convention)))
    assert "Déposez l’accord signé." in answered(
        acting(scene.pilot), page_of(convention, "convention_record_end"), party="distributor"
    )
    done(third, page_of(convention, "convention_agree_end"))
    assert again(convention).state == S.TERMINATED
    assert "Donner son accord pour finir" not in read(third, reverse("desk:home"))
    assert "Constat de fin" in read(first, detail)


def test_the_papers_of_an_end_that_was_declined_are_told_apart_from_the_one_that_holds() -> None:
    scene = Treaty()
    convention = proposed(scene)
    gate.apply(convention, "decline_end", actor=scene.signatories[Party.EPCI], reason="disagrees")
    gate.apply(again(convention), "propose_end", actor=scene.signatories[Party.EPCI])
    page = read(acting(scene.manager), page_of(convention, "convention_detail"))
    assert page.count("Accord de fin du") == 2
    assert page.count("écarté, sans effet") == 1
    for party in (Party.RECONDITIONER, Party.DISTRIBUTOR):
        agree_end_convention(actor=scene.signatories[party], convention=convention)
    assert read(acting(scene.manager), page_of(convention, "convention_detail")).count("écarté, sans effet") == 1


def test_a_suspended_convention_whose_end_is_proposed_is_still_told_suspended() -> None:
    scene = Treaty()
    suspended = gate.apply(scene.active(), "suspend", actor=scene.pilot, reason="storage")
    convention = gate.apply(suspended, "propose_end", actor=scene.signatories[Party.EPCI])
    agree_end_convention(actor=scene.signatories[Party.RECONDITIONER], convention=convention)

    for reader in (scene.pilot, scene.signatories[Party.EPCI], scene.signatories[Party.DISTRIBUTOR]):
        page = read(acting(reader), page_of(convention, "convention_detail"))
        assert re.search("[Ss]uspendue\u00a0: [^<]*une fin d’un commun accord est proposée", page, re.IGNORECASE), (
            reader
        )
    assert f"en attente {of(str(scene.distributor))}" in read(
        acting(scene.pilot), page_of(convention, "convention_detail")
    )


@pytest.mark.parametrize("reason", [TerminateReason.NOTICE, TerminateReason.BREACH])
def test_an_end_by_one_party_has_its_paper_too(reason: str) -> None:
    scene = Treaty()
    convention = scene.active()
    ended = ended_alone(convention, scene.signatories[Party.EPCI], reason)

    values = ended.papers.get(kind=ConventionPaperKind.END).document.values
    assert values["reason"] == TerminateReason(reason).label
    assert values["consents"] == []


def test_the_public_page_tells_what_has_become_of_a_convention() -> None:
    scene = Treaty()
    convention = scene.signing()
    code = drawn(convention.document).public_code

    def told() -> str:
        proof = proof_of(code)
        assert proof is not None
        return proof.standing.replace("\u00a0", " ")

    assert "n’est pas signé par les trois parties" in told()
    scene.sign_all(convention)
    assert "prend effet le" in told()
    activated = again(convention)
    activate = page_of(activated, "convention_activate")
    done(acting(scene.manager), activate)
    assert told() == ""
    done(acting(scene.manager), page_of(activated, "convention_suspend"), reason="supply")
    assert "est suspendue depuis le" in told()
    done(acting(scene.manager), page_of(activated, "convention_resume"), reason="settled")
    for party in Party:
        url = "convention_propose_end" if party == Party.EPCI else "convention_agree_end"
        done(acting(scene.signatories[party]), page_of(activated, url))
    assert "a pris fin : son dernier jour d’effet" in told()
    page = acting(scene.manager).get(f"/verifier/{code}/").content.decode()
    assert "a pris fin" in page


def standing_of(code: str) -> str:
    proof = proof_of(code)
    assert proof is not None
    return proof.standing.replace("\u00a0", " ")


def test_the_public_page_tells_what_came_of_an_agreement_to_end() -> None:
    scene = Treaty()
    convention = proposed(scene)
    first = agreement_of(convention)
    assert first is not None
    assert "toutes les parties n’ont pas encore donné leur accord" in standing_of(first.public_code)
    gate.apply(convention, "decline_end", actor=scene.signatories[Party.EPCI], reason="disagrees")
    assert "cette fin a été refusée ou retirée" in standing_of(first.public_code)
    anew = gate.apply(again(convention), "propose_end", actor=scene.signatories[Party.EPCI])
    second = agreement_of(anew)
    assert second is not None
    assert "un accord de fin plus récent le remplace" in standing_of(first.public_code)
    for party in (Party.RECONDITIONER, Party.DISTRIBUTOR):
        agree_end_convention(actor=scene.signatories[party], convention=convention)
    assert "a pris fin par cet accord : son dernier jour" in standing_of(second.public_code)
    assert "plus récent le remplace" in standing_of(first.public_code)


def test_an_agreement_says_when_the_convention_ended_otherwise() -> None:
    scene = Treaty()
    convention = proposed(scene)
    document = agreement_of(convention)
    assert document is not None
    ended_alone(convention, scene.signatories[Party.EPCI], TerminateReason.BREACH)
    assert "a pris fin autrement" in standing_of(document.public_code)


def test_the_public_page_tells_that_another_convention_replaced_it() -> None:
    scene = Treaty()
    convention = scene.active()
    code = drawn(convention.document).public_code
    ended_alone(convention, scene.signatories[Party.EPCI], TerminateReason.BREACH)
    assert "la remplace" not in standing_of(code)
    scene.signed(starts_on=timezone.localdate() + timedelta(days=1), ends_on=scene.ends_on + timedelta(days=1))

    assert "Une autre, signée par les mêmes parties, la remplace à partir du" in standing_of(code)


def test_no_row_in_force_shortens_no_notice_and_closes_nothing() -> None:
    """A gap between two rows, or none at all: the usual numbers hold."""
    scene = Treaty()
    convention = scene.active()
    Parameter.objects.all().delete()

    day = timezone.localdate()
    for ago, reason, days in ((0, "notice", 90), (0, "breach", 30), (90, "notice", 10)):
        given_on = day - timedelta(days=ago)
        assert ending_rules.alone_from(given_on, day, reason, day) == day + timedelta(days=days)
    gate.apply(convention, "propose_end", actor=scene.signatories[Party.EPCI])
    for party in (Party.RECONDITIONER, Party.DISTRIBUTOR):
        agree_end_convention(actor=scene.signatories[party], convention=convention)
    now = timezone.now()
    assert Convention.objects.handing_over(now + timedelta(days=89)).exists()
    assert not Convention.objects.handing_over(now + timedelta(days=91)).exists()


def test_a_review_without_a_row_is_due_in_two_weeks_of_work_and_no_grid_passes_without_a_ceiling() -> None:
    scene = Treaty()
    draft = scene.draft()
    Parameter.objects.all().delete()
    day = timezone.localdate()
    PriceCeiling.objects.filter(type="tablet").update(valid_to=day - timedelta(days=1))

    with pytest.raises(Refused) as refused:
        scene.submit(draft)
    assert sentences(refused) == {draft_rules.CEILINGS_KNOWN.sentence}
    PriceCeiling.objects.filter(type="tablet").update(valid_to=None)
    convention = scene.submit(draft)
    assert {review.due_on for review in scene.reviews(convention)} == {add_working_days(day, 10)}
