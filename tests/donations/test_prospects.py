"""Those who may give: exchanges, next steps, promises, silence, and what their organisation really does."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from donations.enums import GiveUpReason, NextStep, ProspectState, SizeClass
from donations.models import OrganisationCount, Prospect, ProspectContact, SizeEstimate
from donations.parameters import LAPSE_MONTHS, SILENT_DAYS
from donations.potential import potentials
from donations.services.prospects import (
    create_prospect,
    edit_prospect,
    meet_prospect,
    note_prospect,
    plan_prospect,
    promise_prospect,
)
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused, Unknown
from lifecycle.models import Comment
from lifecycle.verification import verify_journals
from network.enums import ExchangeChannel, LegalNature, OrganisationKind, Role
from network.models import Epci, Membership, Organisation
from network.services.accounts import forget_user
from network.services.next_step import Exchange, Then
from tests.donations.scene import Scene, load_law
from tests.network.factories import make_commune, make_membership, make_organisation
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = timezone.localdate
S = ProspectState


class Ground:
    """A pilot, an EPCI with its manager, another EPCI, and one organisation that may give in the first."""

    def __init__(self, **described: Any) -> None:
        self.pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
        self.commune, self.elsewhere = make_commune(), make_commune()
        self.manager = self.managing(self.commune)
        self.other = self.managing(self.elsewhere)
        given = {"name": "Imprimerie Exemple", "legal_nature": LegalNature.PRIVATE, "commune": self.commune}
        contact = {"contact_name": "Dominique Démo", "contact_phone": "03 00 00 00 00"}
        self.prospect = create_prospect(actor=self.manager, **given | contact | described)

    def managing(self, commune: Any) -> Membership:
        epci = make_organisation(OrganisationKind.EPCI, epci=commune.epci)
        return make_membership(Role.MANAGER, OrganisationKind.EPCI, epci)

    def exchange(self, days_ago: int = 0, said: str = "", then: Then | None = None) -> Exchange:
        return Exchange(TODAY() - days_ago * DAY, ExchangeChannel.PHONE, said, then or Then())

    def met(self, days_ago: int = 0, **said: Any) -> Prospect:
        exchange = self.exchange(days_ago, **said)
        return meet_prospect(actor=self.manager, prospect=self.prospect, exchange=exchange)

    @property
    def state(self) -> str:
        return Prospect.objects.get(pk=self.prospect.pk).state


def codes(refused: Refused) -> set[str]:
    return {reason.code for reason in refused.all}


def test_a_prospect_is_called_met_and_promises_and_each_exchange_is_dated_with_its_next_step() -> None:
    ground = Ground()
    then = Then(NextStep.VISIT, TODAY() + 3 * DAY, ground.pilot)
    noted = note_prospect(
        actor=ground.manager, prospect=ground.prospect, exchange=ground.exchange(2, "Rappeler lundi", then)
    )
    assert (noted.state, noted.next_step, noted.next_owner) == (S.TO_CONTACT, NextStep.VISIT, ground.pilot)
    assert ground.met(1).next_step == "", "what was to be done is done"
    promised = promise_prospect(actor=ground.pilot, prospect=ground.prospect, exchange=ground.exchange(), devices=40)
    assert (promised.state, promised.promised_devices) == (S.PROMISED, 40)
    assert promised.last_contact_on == TODAY()
    assert [contact.contacted_on for contact in promised.contacts.all()] == [TODAY() - rank * DAY for rank in range(3)]
    planned = plan_prospect(actor=ground.manager, prospect=promised, then=Then(NextStep.LOT, TODAY(), ground.manager))
    assert planned.next_on == TODAY()
    assert list(planned.journal.order_by("seq").values_list("verb", flat=True)) == [
        *("create", "note", "meet", "promise", "plan")
    ]
    assert "Rappeler" not in str(list(planned.journal.values_list("values", flat=True)))
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_what_cannot_be_is_refused_and_nothing_of_the_exchange_is_kept() -> None:
    ground = Ground()
    later = Then(NextStep.CALL, TODAY() - DAY, ground.manager)
    half = Then(NextStep.CALL, None, ground.manager)
    for exchange, code in (
        (ground.exchange(-1), "contact_past"),
        (ground.exchange(then=later), "next_ahead"),
        (ground.exchange(then=half), "next_whole"),
    ):
        with pytest.raises(Refused) as refused:
            meet_prospect(actor=ground.manager, prospect=ground.prospect, exchange=exchange)
        assert codes(refused.value) == {code}
    ground.met()
    with pytest.raises(Refused) as refused:
        note_prospect(actor=ground.manager, prospect=ground.prospect, exchange=ground.exchange(5))
    assert codes(refused.value) == {"contact_in_order"}
    for devices in (0, 50_001):
        with pytest.raises(Refused) as refused:
            promise_prospect(
                actor=ground.manager, prospect=ground.prospect, exchange=ground.exchange(), devices=devices
            )
        assert codes(refused.value) == {"devices_promised"}
    with pytest.raises(ValidationError):
        plan_prospect(actor=ground.manager, prospect=ground.prospect, then=Then(NextStep.CALL, TODAY(), ground.other))
    assert ProspectContact.objects.count() == 1


def test_an_epci_follows_its_own_communes_alone_and_nobody_else_reads_anything() -> None:
    ground = Ground()
    own = reverse("donations:prospect_detail", args=[ground.prospect.reference])
    for someone, status in ((ground.pilot, 200), (ground.manager, 200), (ground.other, 404)):
        assert acting(someone).get(own).status_code == status
    strangers = [
        (Role.OBSERVER, OrganisationKind.DEPARTEMENT, None),
        (Role.OBSERVER, OrganisationKind.EPCI, ground.manager.organisation),
        (Role.REVIEWER, OrganisationKind.EPCI, ground.manager.organisation),
        (Role.MANAGER, OrganisationKind.RECONDITIONER, None),
        (Role.CONTACT, OrganisationKind.DONOR, None),
        (Role.WORKER, OrganisationKind.PRESCRIBER, None),
    ]
    for role, kind, organisation in strangers:
        client = acting(make_membership(role, kind, organisation))
        assert client.get(own).status_code == 404, role
        assert client.get(reverse("donations:prospect_list")).status_code == 403
        assert client.get(reverse("donations:potential")).status_code == 403
        found = client.post(reverse("desk:search"), {"q": "Imprimerie"}).content.decode()
        assert own not in found
    with pytest.raises(Unknown):
        meet_prospect(actor=ground.other, prospect=ground.prospect, exchange=ground.exchange())
    with pytest.raises(ValidationError):
        create_prospect(
            actor=ground.manager, name="Ailleurs", legal_nature=LegalNature.PRIVATE, commune=ground.elsewhere
        )
    with pytest.raises(ValidationError):
        edit_prospect(actor=ground.manager, prospect=ground.prospect, commune=ground.elsewhere)
    stranger = make_membership(Role.OBSERVER, OrganisationKind.DEPARTEMENT)
    with pytest.raises(PermissionDenied):
        create_prospect(actor=stranger, name="X", legal_nature=LegalNature.PRIVATE, commune=ground.commune)
    listed = read(acting(ground.other), reverse("donations:prospect_list"))
    assert "Imprimerie Exemple" not in listed
    assert "Dominique Démo" not in read(acting(ground.manager), reverse("donations:prospect_list"))


def test_silence_is_a_dated_parameter_and_long_silence_ends_it_and_forgets_the_person() -> None:
    heard, silent, old = Ground(name="Entendu"), Ground(name="Silencieux"), Ground(name="Ancien")
    heard.met(SILENT_DAYS.on(TODAY()) - 1)
    silent.met(SILENT_DAYS.on(TODAY()))
    old.met(31 * LAPSE_MONTHS.on(TODAY()), said="Vu Dominique Démo")
    run_clock()
    assert (heard.state, silent.state, old.state) == (S.MET, S.SILENT, S.CLOSED)
    lapsed = Prospect.objects.get(pk=old.prospect.pk)
    assert lapsed.closed_reason == GiveUpReason.NO_ANSWER
    assert [entry.verb for entry in lapsed.journal.order_by("-seq")[:2]] == ["lapse", "fall_silent"]
    assert (lapsed.contact_name, lapsed.contact_phone, lapsed.contacts.get().said) == ("", "", "")
    with pytest.raises(Refused):
        note_prospect(actor=silent.manager, prospect=silent.prospect, exchange=silent.exchange())
    assert silent.met().state == S.MET, "one that was silent is heard of again"


def test_a_person_to_call_whom_nobody_ever_met_is_forgotten_too_after_so_long() -> None:
    """He did not ask to be written down: what nobody uses is not kept."""
    long_ago = timezone.now() - 31 * LAPSE_MONTHS.on(TODAY()) * DAY
    ground = Ground()
    described = {"legal_nature": LegalNature.PRIVATE, "commune": ground.commune, "contact_name": "Dominique Démo"}
    never = create_prospect(actor=ground.manager, at=long_ago, name="Jamais appelé", **described)
    called = create_prospect(actor=ground.manager, at=long_ago, name="Appelé", **described)
    note_prospect(
        actor=ground.manager,
        prospect=called,
        exchange=Exchange(timezone.localdate(long_ago), ExchangeChannel.PHONE, "Vu Dominique"),
        at=long_ago + DAY,
    )
    planned = create_prospect(actor=ground.manager, at=long_ago, name="Repris hier", **described)
    plan_prospect(actor=ground.manager, prospect=planned, then=Then(NextStep.CALL, TODAY(), ground.manager))
    run_clock()
    for prospect in (never, called):
        now = Prospect.objects.get(pk=prospect.pk)
        assert (now.state, now.contact_name) == (S.CLOSED, "")
    assert Prospect.objects.get(pk=planned.pk).contact_name == "Dominique Démo"
    assert ground.state == S.TO_CONTACT
    back = gate.apply(Prospect.objects.get(pk=never.pk), "reopen", actor=ground.manager)
    run_clock()
    assert Prospect.objects.get(pk=back.pk).state == S.TO_CONTACT, "what was taken up again is not ended the same night"


def test_long_after_its_first_lot_nobody_is_to_be_called_there_any_more() -> None:
    load_law()
    long_ago = timezone.now() - 31 * LAPSE_MONTHS.on(TODAY()) * DAY
    ground = Ground()
    described = {"legal_nature": LegalNature.PRIVATE, "commune": ground.commune, "contact_name": "Dominique Démo"}
    for at in (long_ago, timezone.now() - DAY):
        prospect = create_prospect(actor=ground.manager, at=at, name="Donateur", **described)
        exchange = Exchange(timezone.localdate(at), ExchangeChannel.PHONE, "Vu Dominique")
        meet_prospect(actor=ground.manager, prospect=prospect, exchange=exchange, at=at)
        scene = Scene()
        scene.announced()
        gate.apply(prospect, "link", actor=ground.manager, organisation=scene.donor, at=at)
    run_clock()
    old, recent = Prospect.objects.filter(name="Donateur").order_by("pk")
    assert (old.state, old.contact_name, old.contacts.get().said) == (S.ANNOUNCED, "", "")
    assert (recent.state, recent.contact_name, recent.contacts.get().said) == (
        S.ANNOUNCED,
        "Dominique Démo",
        "Vu Dominique",
    )
    run_clock()
    assert old.journal.filter(verb="outlive").count() == 1, "nobody is forgotten twice"


def test_a_prospect_linked_to_the_wrong_organisation_is_detached_and_the_organisation_is_free() -> None:
    load_law()
    scene, ground = Scene(), Ground()
    right = Ground(name="Le bon")
    scene.announced()
    gate.apply(ground.prospect, "link", actor=ground.manager, organisation=scene.donor)
    page = reverse("donations:prospect_unlink", args=[ground.prospect.reference])
    assert acting(right.manager).get(page).status_code == 404
    assert acting(ground.manager).post(page, {"comment": ""}).status_code == 302
    now = Prospect.objects.get(pk=ground.prospect.pk)
    assert (now.state, now.organisation, now.announced_at) == (S.TO_CONTACT, None, None)
    gate.apply(right.prospect, "link", actor=right.manager, organisation=scene.donor)
    assert right.state == S.ANNOUNCED
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_one_linked_to_the_wrong_organisation_is_detached_before_it_announces_anything_and_stays_where_it_was() -> None:
    load_law()
    scene, ground = Scene(), Ground()
    url = reverse("donations:prospect_unlink_early", args=[ground.prospect.reference])
    shown = reverse("donations:prospect_detail", args=[ground.prospect.reference])
    with pytest.raises(PermissionDenied):
        gate.apply(ground.prospect, "unlink_early", actor=ground.manager)
    assert url not in read(acting(ground.manager), shown), "it is linked to nobody"
    gate.apply(ground.prospect, "promise", actor=ground.manager, devices=40, contacted_on=TODAY())
    gate.apply(ground.prospect, "link", actor=ground.manager, organisation=scene.donor)
    assert url in read(acting(ground.manager), shown)
    assert acting(ground.manager).post(url, {"comment": ""}).status_code == 302
    now = Prospect.objects.get(pk=ground.prospect.pk)
    assert (now.state, now.organisation, now.promised_devices) == (S.PROMISED, None, 40)
    scene.announced()
    assert ground.state == S.PROMISED


def test_nothing_tells_an_epci_that_a_donor_is_already_followed_by_another() -> None:
    """A donor that was missing from the choices, or refused, was somebody else's: neither happens."""
    load_law()
    scene, mine, other = Scene(), Ground(), Ground(name="Ailleurs")
    page = reverse("donations:prospect_link", args=[mine.prospect.reference])
    # Of those that give, an EPCI sees the ones that are something else in the chain too.
    Organisation.objects.filter(pk=scene.donor.pk).update(kinds=[OrganisationKind.DONOR, OrganisationKind.PRESCRIBER])

    def told() -> str:
        shown = acting(mine.manager).get(page).content.decode()
        return re.sub(r'(nonce|value)="[\w-]{20,}"|data-left="\d+"', "", shown)

    before = told()
    gate.apply(other.prospect, "link", actor=other.manager, organisation=scene.donor)
    assert f'value="{scene.donor.pk}"' in before
    assert told() == before
    assert acting(mine.manager).post(page, {"organisation": scene.donor.pk}).status_code == 302
    lot = scene.announced()
    for ground in (mine, other):
        now = Prospect.objects.get(pk=ground.prospect.pk)
        assert (now.state, now.announced_at) == (S.ANNOUNCED, lot.announced_at), "each sees what it really did"


def test_what_was_promised_is_counted_as_long_as_it_stands_and_no_longer() -> None:
    ground = Ground()

    def promised() -> int:
        return potentials(ground.manager, timezone.now())[0].promised

    silent_since = SILENT_DAYS.on(TODAY()) + 1
    promise_prospect(actor=ground.manager, prospect=ground.prospect, exchange=ground.exchange(silent_since), devices=12)
    run_clock()
    assert (ground.state, promised()) == (S.SILENT, 12)
    ground.met()
    assert promised() == 12, "he is heard of again: his promise is not less than when he was silent"
    gate.apply(ground.prospect, "give_up", actor=ground.manager, reason=GiveUpReason.NOTHING)
    assert promised() == 0
    gate.apply(ground.prospect, "reopen", actor=ground.manager)
    ground.met(0)
    assert (promised(), Prospect.objects.get(pk=ground.prospect.pk).promised_devices) == (0, None)


def test_a_next_step_always_has_somebody_who_finds_it() -> None:
    ground = Ground()
    plan_prospect(actor=ground.manager, prospect=ground.prospect, then=Then(NextStep.CALL, TODAY(), ground.manager))
    with pytest.raises(ValidationError) as wrong:
        edit_prospect(actor=ground.pilot, prospect=ground.prospect, commune=ground.elsewhere)
    assert "commune" in wrong.value.error_dict
    reference = ground.prospect.reference
    assert reference not in read(acting(ground.pilot), "/")
    Membership.objects.filter(pk=ground.manager.pk).update(closed_at=timezone.now())
    assert reference in read(acting(ground.pilot), "/"), "his role is closed: the pilot finds it"


def test_what_the_organisation_really_does_moves_it_by_itself() -> None:
    load_law()
    scene = Scene()
    ground = Ground()
    linked = gate.apply(ground.prospect, "link", actor=ground.manager, organisation=scene.donor)
    assert linked.state == S.TO_CONTACT
    lot = scene.announced()
    moved = Prospect.objects.get(pk=ground.prospect.pk)
    assert (moved.state, moved.announced_at) == (S.ANNOUNCED, lot.announced_at)
    assert moved.journal.get(verb="announce").cause_machine == "donation"
    late = Ground(name="Tard")
    second = Scene()
    second.announced()
    assert gate.apply(late.prospect, "link", actor=late.manager, organisation=second.donor).pk
    assert late.state == S.ANNOUNCED, "what it announced before is known at once"
    workshop = make_organisation(OrganisationKind.RECONDITIONER)
    with pytest.raises(Refused) as refused:
        gate.apply(Ground(name="Z").prospect, "link", actor=ground.pilot, organisation=workshop)
    assert codes(refused.value) == {"prospect_donor"}


def test_nothing_is_expected_any_more_and_the_person_to_call_is_forgotten_at_once() -> None:
    ground = Ground()
    ground.met(said="Dominique Démo part en mai")
    step = Then(NextStep.VISIT, TODAY(), ground.manager)
    plan_prospect(actor=ground.manager, prospect=ground.prospect, then=step, comment="Voir Dominique Démo")
    why = {"reason": GiveUpReason.NOTHING, "comment": "Le parc est loué"}
    given_up = gate.apply(ground.prospect, "give_up", actor=ground.manager, **why)
    assert given_up.state == S.CLOSED
    forgotten = Prospect.objects.get(pk=ground.prospect.pk)
    assert (forgotten.contact_name, forgotten.contact_phone) == ("", "")
    assert forgotten.contacts.get().said == ""
    assert set(Comment.objects.values_list("text", flat=True)) == {"", "Le parc est loué"}
    with pytest.raises(Refused):
        edit_prospect(actor=ground.manager, prospect=forgotten, contact_name="Revenue")
    assert gate.apply(forgotten, "reopen", actor=ground.manager).state == S.TO_CONTACT


def test_a_person_who_is_forgotten_is_forgotten_there_too_and_no_exchange_is_rewritten() -> None:
    ground = Ground()
    person = make_membership(Role.CONTACT, OrganisationKind.DONOR).user
    person.first_name, person.last_name = "Zélie", "Inoubliée"
    person.save()
    edit_prospect(actor=ground.manager, prospect=ground.prospect, contact_name="Zélie Inoubliée")
    ground.met(said="Vu Zélie Inoubliée au salon")
    contact = ProspectContact.objects.get()
    with pytest.raises(DatabaseError), transaction.atomic():
        ProspectContact.objects.filter(pk=contact.pk).update(said="autre chose")
    with pytest.raises(DatabaseError), transaction.atomic():
        Prospect.objects.filter(pk=ground.prospect.pk).update(promised_devices=9)
    forget_user(user=person, by=ground.pilot)
    assert Prospect.objects.get(pk=ground.prospect.pk).contact_name == ""
    assert ProspectContact.objects.get().said == ""


def test_whom_to_call_next_is_listed_late_first_and_the_owner_finds_it_on_the_first_page() -> None:
    ground = Ground()
    given = {"legal_nature": LegalNature.PRIVATE, "commune": ground.commune, "actor": ground.manager}
    soon = create_prospect(name="Bientôt", then=Then(NextStep.CALL, TODAY() + 5 * DAY, ground.manager), **given)
    create_prospect(name="Du jour", then=Then(NextStep.CALL, TODAY(), ground.manager), **given)
    before = timezone.now() - 9 * DAY
    late = create_prospect(
        name="Oublié depuis",
        then=Then(NextStep.VISIT, timezone.localdate(before), ground.manager),
        at=before,
        **given,
    )
    listed = read(acting(ground.manager), reverse("donations:prospect_list"))
    places = [listed.index(name) for name in ("Oublié depuis", "Du jour", "Bientôt", "Imprimerie Exemple")]
    assert places == sorted(places)
    assert "dépassé depuis" in listed
    todo = read(acting(ground.manager), "/")
    assert "Prospection\u00a0: vos prochaines étapes" in todo
    assert late.reference in todo
    assert soon.reference not in todo
    assert late.reference not in read(acting(ground.pilot), "/"), "it is his who said he would"


def test_what_was_counted_for_an_epci_that_was_merged_is_in_the_potential_of_its_successor() -> None:
    dated = {"valid_from": TODAY() - DAY, "source": "Enquête d’essai", "checked_on": TODAY()}
    ground = Ground()
    rates = {"employees": 20, "devices_per_employee": Decimal("0.5"), "renewal_rate": Decimal(10)}
    for size in (SizeClass.UNDER_10, SizeClass.UNDER_50):
        SizeEstimate.objects.create(size=size, **rates, **dated)
    heir, merged = ground.commune.epci, ground.elsewhere.epci
    oldest = make_commune().epci
    assert heir is not None
    assert merged is not None
    assert oldest is not None
    for epci, size, organisations in (
        (heir, SizeClass.UNDER_10, 300),
        (merged, SizeClass.UNDER_10, 900),
        (merged, SizeClass.UNDER_50, 100),
        (oldest, SizeClass.UNDER_50, 50),
    ):
        OrganisationCount.objects.create(epci=epci, size=size, organisations=organisations, **dated)

    def counted() -> list[tuple[str, int]]:
        (potential,) = potentials(ground.manager, timezone.now())
        return sorted((one.merged, one.organisations) for one in potential.estimated)

    assert counted() == [("", 300)]
    Epci.objects.filter(pk=oldest.pk).update(succeeded_by=merged, succeeded_at=timezone.now())
    Epci.objects.filter(pk=merged.pk).update(succeeded_by=heir, succeeded_at=timezone.now())
    before = [("", 300), (merged.short_name, 900), (merged.short_name, 100), (oldest.short_name, 50)]
    assert counted() == sorted(before), "what the successor counted before was of its own ground alone"
    again = dated | {"valid_from": TODAY()}
    OrganisationCount.objects.filter(epci=heir).update(valid_to=TODAY() - DAY)
    OrganisationCount.objects.create(epci=heir, size=SizeClass.UNDER_10, organisations=1150, **again)
    assert counted() == sorted([("", 1150), (merged.short_name, 100), (oldest.short_name, 50)]), (
        "what was counted since for the whole is not counted twice"
    )
    OrganisationCount.objects.filter(epci=merged, size=SizeClass.UNDER_50).update(valid_to=TODAY() - DAY)
    OrganisationCount.objects.create(epci=merged, size=SizeClass.UNDER_50, organisations=140, **again)
    assert counted() == sorted([("", 1150), (merged.short_name, 140)])
    page = read(acting(ground.manager), reverse("donations:potential"))
    assert f"({merged.short_name}, avant la fusion)" in page


def test_the_potential_is_an_estimate_beside_what_was_announced_and_picked_up() -> None:
    load_law()
    dated = {"valid_from": TODAY() - DAY, "source": "Enquête d’essai", "checked_on": TODAY()}
    ground = Ground()
    promise_prospect(actor=ground.manager, prospect=ground.prospect, exchange=ground.exchange(), devices=12)
    rates = {"employees": 20, "devices_per_employee": Decimal("0.5"), "renewal_rate": Decimal(10)}
    SizeEstimate.objects.create(size=SizeClass.UNDER_50, **rates, **dated)
    epci = ground.commune.epci
    assert epci is not None
    OrganisationCount.objects.create(epci=epci, size=SizeClass.UNDER_50, organisations=100, **dated)
    OrganisationCount.objects.create(epci=epci, size=SizeClass.UNDER_10, organisations=900, **dated)
    lot = Scene()
    lot.commune = ground.commune
    lot.collected({0: 2})
    (own,) = potentials(ground.manager, timezone.now())
    assert own.epci == epci
    assert own.devices == 100, "100 × 20 × 0.5 × 10 %; a size without rates counts for nothing"
    assert (own.promised, own.announced, own.collected) == (12, 3, 2)
    assert own.part == Decimal(2)
    many = replace(own.estimated[0], organisations=1050)
    assert replace(own, collected=1, estimated=(many,)).part == Decimal("0.1"), "rounded to the tenth, not cut"
    shown = read(acting(ground.manager), reverse("donations:potential"))
    assert "Estimation" in shown
    assert "Enquête d’essai" in shown
    every = potentials(ground.pilot, timezone.now())
    assert {row.epci for row in every} >= {epci, ground.elsewhere.epci}
    assert next(row for row in every if row.epci == ground.elsewhere.epci).devices is None


def test_each_act_is_done_from_its_page_and_what_is_typed_wrong_is_not_lost() -> None:
    ground = Ground()
    office = acting(ground.manager)
    created = office.post(
        reverse("donations:prospect_create"),
        {
            "name": "Papeterie Exemple",
            "legal_nature": "private",
            "commune": ground.commune.name,
            "contact_phone": "03",
            "next_step": "call",
        },
    ).content.decode()
    assert "trop court" in created
    assert 'value="Papeterie Exemple"' in created
    assert created.partition("</title>")[0].count("Erreur") == 1, "the title says once that something is wrong"

    def page(verb: str) -> str:
        return reverse(f"donations:prospect_{verb}", args=[ground.prospect.reference])

    exchange = {"contacted_on": TODAY().isoformat(), "channel": "visit", "said": "Bon accueil"}
    wrong = office.post(page("meet"), exchange | {"next_step": "call"}).content.decode()
    assert "remplissez les trois" in wrong
    assert "Bon accueil" in wrong
    for verb, sent, state in (
        ("note", exchange, S.TO_CONTACT),
        ("meet", exchange, S.MET),
        ("promise", exchange | {"devices": "30"}, S.PROMISED),
        ("plan", {"next_step": "lot", "next_on": TODAY().isoformat(), "next_owner": ground.manager.pk}, S.PROMISED),
        ("give_up", {"reason": "nothing"}, S.CLOSED),
        ("reopen", {}, S.TO_CONTACT),
    ):
        assert office.get(page(verb)).status_code == 200
        assert office.post(page(verb), sent).status_code == 302, verb
        assert ground.state == state
    donor = make_organisation(OrganisationKind.DONOR, name=ground.prospect.name)
    assert f'value="{donor.pk}" selected' in office.get(page("link")).content.decode()
    assert office.post(page("link"), {"organisation": donor.pk}).status_code == 302
    read_ = office.get(reverse("donations:prospect_detail", args=[ground.prospect.reference])).content.decode()
    assert donor.name in read_
