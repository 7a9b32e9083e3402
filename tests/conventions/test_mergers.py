"""An EPCI merges while a convention or an amendment of it is written, read or signed: its successor has it all."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from conventions.acts import former_act
from conventions.enums import ConventionState, Party, ReviewSubject
from conventions.models import Convention
from conventions.services.circuit import answer_review
from conventions.services.drafting import DraftReviewer, DraftTerms, Plan, create_convention, edit_convention
from conventions.views.inbox import items_of
from documents.models import Mail
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.verification import verify_journal
from network.enums import OrganisationKind, Role
from network.models import Epci, Membership, Organisation
from network.services.mergers import declare_merger
from tests.conventions.conventions import Treaty, again, drawn, party
from tests.conventions.pages import acting, page_of, read
from tests.network.factories import make_epci, make_membership
from typography.french import written_day

pytestmark = pytest.mark.django_db
S = ConventionState
STAGES = ["draft", "in_review", "changes_requested", "approved", "signing", "signed", "active"]


class Heir:
    """The EPCI that succeeds, with its people."""

    def __init__(self) -> None:
        self.epci: Epci = make_epci(name="Communauté qui succède", short_name="Qui succède")
        self.organisation: Organisation = party(OrganisationKind.EPCI, epci=self.epci, name="Communauté qui succède")
        self.manager = self._member(Role.MANAGER)
        self.lawyer = self._member(Role.REVIEWER)
        self.signatory = self._member(Role.SIGNATORY)

    def _member(self, role: Role) -> Membership:
        return make_membership(role, OrganisationKind.EPCI, self.organisation)

    def merge(self, scene: Treaty) -> None:
        declare_merger(actor=scene.pilot, epci=scene.epci, successor=self.epci, organisation=self.organisation)

    def submit(self, convention: Convention) -> Convention:
        """In its own name: its lawyer reads, its signatory signs."""
        named = [DraftReviewer(ReviewSubject.LEGAL, self.organisation, self.lawyer)]
        edit_convention(
            actor=self.manager,
            convention=convention,
            terms=DraftTerms(reviewers=named),
            epci_signatory=self.signatory,
        )
        return gate.apply(again(convention), "submit", actor=self.manager)

    def carry(self, scene: Treaty, convention: Convention) -> Convention:
        """From its submission to three signatures."""
        scene.manager = self.manager  # type: ignore[misc]  # who acts for the EPCI from now on
        scene.lawyer = self.lawyer  # type: ignore[misc]
        return scene.open_signature(scene.approve(self.submit(convention)))


def asked(*people: Membership) -> list[str]:
    return [item.name for member in people for item in items_of(member)]


def amendment(scene: Treaty, convention: Convention) -> Convention:
    return scene.amendment(convention, DraftTerms(quotas=[Plan("laptop", 1, 30)]))


@pytest.mark.parametrize("stage", STAGES)
def test_nothing_is_left_to_do_at_the_old_epci_and_the_successor_acts(stage: str) -> None:
    scene, heir = Treaty(), Heir()
    convention = getattr(scene, stage)()

    heir.merge(scene)

    held = again(convention)
    assert (held.epci, held.succeeded_by) == (heir.epci, heir.organisation)
    assert asked(scene.manager, scene.lawyer, scene.signatories[Party.EPCI]) == []
    assert not held.reviews.filter(state="asked").exists()
    assert not held.signatures.filter(state="asked").exists()
    kept = S(stage) if stage in ("draft", "changes_requested", "signed", "active") else S.CHANGES_REQUESTED
    assert held.state == kept
    assert held.journal.filter(verb="take_over").exists() == (stage in ("in_review", "approved", "signing"))
    if stage in ("in_review", "changes_requested", "approved", "signing"):
        answers = stage == "changes_requested"
        verb = "Répondre aux relecteurs et" if answers else "Reprendre le texte et le"
        assert asked(heir.manager) == [f"{verb} soumettre de nouveau"]
    faults: list[Any] = []
    verify_journal(Convention, faults.append)
    assert faults == []


def test_the_reconditioner_signs_with_the_name_of_the_successor() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.signing()
    former = convention.document
    scene.sign(convention, Party.EPCI)
    assert asked(scene.signatories[Party.RECONDITIONER]) == ["Signer la convention"]

    heir.merge(scene)
    assert asked(scene.signatories[Party.RECONDITIONER]) == []
    told = Mail.objects.filter(subject__startswith="Texte à reprendre après une fusion d’EPCI")
    assert any(scene.signatories[Party.RECONDITIONER].user.email in mail.to for mail in told)
    with pytest.raises(PermissionDenied):
        gate.apply(again(convention), "submit", actor=scene.manager)
    submitted = heir.submit(convention)
    assert asked(heir.lawyer) == ["Relecture juridique"]
    assert asked(scene.lawyer) == []
    scene.manager, scene.lawyer = heir.manager, heir.lawyer  # type: ignore[misc]
    signing = scene.open_signature(scene.approve(submitted))

    document = drawn(signing.document)
    assert former is not None
    assert document.pk != former.pk
    first = document.values["parties"][0]
    assert (first["name"], first["signatory"]) == (heir.organisation.name, heir.signatory.user.get_full_name())
    assert document.values["territory"] == heir.epci.name
    assert asked(scene.signatories[Party.RECONDITIONER]) == ["Signer la convention"]
    assert asked(heir.signatory) == ["Signer la convention"]
    signed = scene.sign_all(signing)
    active = gate.apply(signed, "activate", actor=heir.manager)
    assert (active.state, active.epci) == (S.ACTIVE, heir.epci)


def test_who_was_to_sign_for_an_epci_that_merged_is_promised_nothing() -> None:
    scene, heir = Treaty(), Heir()
    signature = scene.signature(scene.signing(), Party.EPCI)
    heir.merge(scene)

    page = read(acting(signature.signatory), reverse("conventions:signature_sign", args=[signature.reference]))

    assert "repris au nom de l’EPCI qui succède" in page
    assert "vous sera soumis" not in page
    assert f"Le texte ne nomme encore personne pour signer au nom de {heir.organisation}." in page


def test_the_successor_is_not_offered_the_act_of_the_epci_that_is_no_more() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.signing()
    scene.reopen(convention)
    assert former_act(again(convention))
    scene.open_signature(scene.approve(scene.submit(again(convention))))

    heir.merge(scene)
    heir.submit(convention)

    assert former_act(again(convention)) is None


def test_nor_is_it_offered_the_act_of_a_text_that_was_opened_again_before_the_merger() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.signing()
    scene.reopen(convention)

    heir.merge(scene)

    assert former_act(again(convention)) is None


def told_of_the_merger(convention: Convention) -> dict[str, str]:
    mails = Mail.objects.filter(
        about_machine="convention", about_pk=convention.pk, subject__startswith="Texte à reprendre après une fusion"
    )
    return {address: mail.body for mail in mails for address in mail.to}


@pytest.mark.parametrize("read_again", [False, True])
def test_a_merger_tells_that_the_act_of_the_epci_that_is_no_more_is_not_retained(read_again: bool) -> None:
    scene, heir = Treaty(), Heir()
    assert scene.pilot
    convention = scene.open_signature(scene.approved(), act_number="26-140")
    if read_again:
        scene.reopen(convention)
        scene.submit(again(convention))

    heir.merge(scene)

    told = told_of_the_merger(convention)
    act = f"L’acte n° 26-140 du {written_day(timezone.localdate())}, de l’EPCI qui n’existe plus, n’est plus retenu."
    assert f"{act} Votre EPCI délibère sur le nouveau texte" in told[heir.manager.user.email]
    for informed in (scene.manager, scene.pilot):
        assert act in told[informed.user.email]
        assert "Votre EPCI délibère" not in told[informed.user.email]
    for party_told in (Party.RECONDITIONER, Party.DISTRIBUTOR):
        assert "L’acte" not in told[scene.signatories[party_told].user.email]


def test_a_merger_speaks_of_no_act_where_none_was_recorded_nor_twice_of_the_same() -> None:
    scene, first, last = Treaty(), Heir(), Heir()
    convention = scene.signing()
    first.merge(scene)
    first.submit(again(convention))
    declare_merger(actor=scene.pilot, epci=first.epci, successor=last.epci, organisation=last.organisation)
    assert "L’acte" not in told_of_the_merger(convention)[last.manager.user.email]

    scene, heir = Treaty(), Heir()
    convention = scene.in_review()
    heir.merge(scene)
    assert "L’acte" not in told_of_the_merger(convention)[heir.manager.user.email]


@pytest.mark.parametrize("stage", ["draft", "in_review", "approved", "signing", "signed"])
def test_an_amendment_under_way_goes_with_its_convention(stage: str) -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.active()
    changed = amendment(scene, convention)
    steps = [scene.submit, scene.approve, scene.open_signature, scene.sign_all]
    for step in steps[: ["draft", "in_review", "approved", "signing", "signed"].index(stage)]:
        changed = step(changed)
    assert changed.state == stage

    heir.merge(scene)

    held = again(changed)
    assert (held.epci, held.succeeded_by) == (heir.epci, heir.organisation)
    assert asked(scene.manager, scene.lawyer, scene.signatories[Party.EPCI]) == []
    if stage != "signed":
        held = heir.carry(scene, held)
        held = scene.sign_all(held)
    assert gate.apply(held, "activate", actor=heir.manager).state == S.ACTIVE
    assert again(convention).quotas.get(type="laptop").total == 30


def test_a_succession_established_by_hand_takes_amendments_along_and_no_amendment_alone() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.active()
    changed = scene.submit(amendment(scene, convention))

    with pytest.raises(Exception, match="suit la convention"):
        gate.apply(changed, "succeed", actor=scene.pilot, successor=heir.organisation)
    gate.apply(convention, "succeed", actor=scene.pilot, successor=heir.organisation)

    assert again(changed).succeeded_by == heir.organisation
    assert again(changed).state == S.CHANGES_REQUESTED


def test_a_second_merger_takes_everything_further() -> None:
    scene, first, last = Treaty(), Heir(), Heir()
    convention = scene.in_review()
    first.merge(scene)
    first.submit(again(convention))
    declare_merger(actor=scene.pilot, epci=first.epci, successor=last.epci, organisation=last.organisation)

    assert again(convention).succeeded_by == last.organisation
    assert asked(first.manager, first.lawyer, first.signatory) == []
    assert asked(last.manager) == ["Reprendre le texte et le soumettre de nouveau"]
    last.submit(again(convention))
    review = again(convention).reviews.get(state="asked", subject=ReviewSubject.LEGAL)
    assert answer_review(actor=last.lawyer, review=review, favourable=True).state == "favourable"


def test_what_is_over_stays_in_the_name_of_the_old_epci() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.signing()
    gate.apply(convention, "abandon", actor=scene.manager, reason="party_left")
    heir.merge(scene)
    assert (again(convention).epci, again(convention).succeeded_by) == (scene.epci, None)


def test_an_epci_that_merged_is_offered_no_convention_and_is_told_at_the_start_who_succeeds_it() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.active()
    manager = acting(scene.manager)
    new = reverse("conventions:convention_create")
    for page in ("/", reverse("conventions:convention_list")):
        assert new in read(manager, page)

    heir.merge(scene)

    for page in ("/", reverse("conventions:convention_list"), page_of(convention, "convention_detail")):
        assert new not in read(manager, page)
        assert new in read(acting(heir.manager), "/")
    for asked_by in (manager.get, manager.post):
        told = asked_by(new, follow=True).content.decode()
        assert "Communauté qui succède lui succède, et prépare les conventions de ce territoire." in told
        assert "a fusionné\u00a0:" in told
    assert Convention.objects.filter(state="draft").count() == 0


def test_nobody_prepares_a_convention_for_an_epci_that_merged_and_its_successor_does() -> None:
    scene, heir = Treaty(), Heir()
    former = scene.epci_party
    assert former is not None
    heir.merge(scene)
    form = read(acting(scene.pilot), reverse("conventions:convention_create"))
    assert f'<option value="{former.pk}"' not in form
    assert f'<option value="{heir.organisation.pk}"' in form
    for actor in (scene.manager, scene.pilot):
        with pytest.raises(Refused) as refused:
            create_convention(actor=actor, epci_party=former, title="Équipement")
        assert "epci_living" in {reason.code for reason in refused.value.all}
    assert create_convention(actor=heir.manager, epci_party=heir.organisation, title="Équipement").epci == heir.epci


def test_an_amendment_of_what_was_taken_over_is_still_written_by_the_successor() -> None:
    scene, heir = Treaty(), Heir()
    convention = scene.active()
    heir.merge(scene)
    scene.manager = heir.manager  # type: ignore[misc]
    assert amendment(scene, again(convention)).epci_party == heir.organisation
