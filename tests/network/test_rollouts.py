"""The way of an EPCI: engaged, its actors gathered, the next step of somebody; what others may read of it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from desk.leaving import resting
from lifecycle import gate
from lifecycle.exceptions import Refused, Unknown
from lifecycle.verification import verify_journals
from network.enums import ExchangeChannel, OrganisationKind, Role, RolloutState, RolloutStep
from network.models import Membership, Rollout, RolloutExchange
from network.services.accounts import forget_user
from network.services.memberships import close_membership
from network.services.mergers import declare_merger
from network.services.next_step import Exchange, Then
from network.services.rollouts import begin_rollout, gather_rollout, note_rollout, plan_rollout
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation
from tests.pages import acting, read

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
TODAY = timezone.localdate
S = RolloutState
BOTH = (OrganisationKind.RECONDITIONER, OrganisationKind.DISTRIBUTOR)


class Ground:
    """A pilot; an EPCI with its manager, engaged; another EPCI with its own, which is not."""

    def __init__(self) -> None:
        self.pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
        self.epci, self.elsewhere = make_epci(), make_epci()
        self.manager, self.other = self.managing(self.epci), self.managing(self.elsewhere)
        self.rollout = begin_rollout(actor=self.manager, epci=self.epci)

    def managing(self, epci: Any) -> Membership:
        party = make_organisation(OrganisationKind.EPCI, epci=epci)
        return make_membership(Role.MANAGER, OrganisationKind.EPCI, party)

    def exchange(self, days_ago: int = 0, said: str = "", then: Then | None = None) -> Exchange:
        return Exchange(TODAY() - days_ago * DAY, ExchangeChannel.EVENT, said, then or Then())

    def gathered(self, *present: OrganisationKind, **given: Any) -> Rollout:
        return gather_rollout(
            actor=self.manager, rollout=self.rollout, exchange=self.exchange(**given), present=present or BOTH
        )

    def page(self, reader: Membership) -> str:
        return read(acting(reader), reverse("network:rollout_detail", args=[self.rollout.reference]))


def codes(refused: pytest.ExceptionInfo[Refused]) -> set[str]:
    return {reason.code for reason in refused.value.all}


def test_an_epci_is_engaged_its_actors_gathered_and_each_exchange_is_dated_with_its_next_step() -> None:
    ground = Ground()
    assert (ground.rollout.state, ground.rollout.begun_by) == (S.SURVEY, ground.manager)
    then = Then(RolloutStep.ELECTED, TODAY() + 3 * DAY, ground.pilot)
    noted = note_rollout(actor=ground.pilot, rollout=ground.rollout, exchange=ground.exchange(2, "Élus reçus", then))
    assert (noted.state, noted.next_step, noted.next_owner) == (S.SURVEY, RolloutStep.ELECTED, ground.pilot)
    gathered = ground.gathered(*BOTH, OrganisationKind.PRESCRIBER, days_ago=1)
    assert (gathered.state, gathered.gathered_on) == (S.GATHERED, TODAY() - DAY)
    assert gathered.next_step == "", "what was to be done is done"
    assert gathered.exchanges.get(contacted_on=gathered.gathered_on).present_labels == [
        *("Reconditionneur", "Distributeur", "Prescripteur")
    ]
    plan = Then(RolloutStep.CONVENTION, TODAY(), ground.manager)
    assert plan_rollout(actor=ground.manager, rollout=gathered, then=plan).next_on == TODAY()
    again = gate.apply(gathered, "survey_again", actor=ground.manager)
    assert (again.state, again.gathered_on, again.next_step) == (S.SURVEY, None, RolloutStep.CONVENTION)
    assert list(again.journal.order_by("seq").values_list("verb", flat=True)) == [
        *("begin", "note", "gather", "plan", "survey_again")
    ]
    assert "Élus" not in str(list(again.journal.values_list("values", flat=True)))
    faults: list[object] = []
    verify_journals(faults.append)
    assert faults == []


def test_what_cannot_be_is_refused_and_nothing_of_the_exchange_is_kept() -> None:
    ground = Ground()
    for exchange, code in (
        (ground.exchange(-1), "contact_past"),
        (ground.exchange(then=Then(RolloutStep.CALL, TODAY() - DAY, ground.manager)), "next_ahead"),
        (ground.exchange(then=Then(RolloutStep.CALL, None, ground.manager)), "next_whole"),
    ):
        with pytest.raises(Refused) as refused:
            note_rollout(actor=ground.manager, rollout=ground.rollout, exchange=exchange)
        assert codes(refused) == {code}
    for present in ((), (OrganisationKind.RECONDITIONER,), (OrganisationKind.DISTRIBUTOR, OrganisationKind.DONOR)):
        with pytest.raises(Refused) as refused:
            gather_rollout(actor=ground.manager, rollout=ground.rollout, exchange=ground.exchange(), present=present)
        assert codes(refused) == {"rollout_parties"}
    note_rollout(actor=ground.manager, rollout=ground.rollout, exchange=ground.exchange())
    with pytest.raises(Refused) as refused:
        note_rollout(actor=ground.manager, rollout=ground.rollout, exchange=ground.exchange(5))
    assert codes(refused) == {"contact_in_order"}
    with pytest.raises(ValidationError, match="ne suit pas le déploiement"):
        plan_rollout(actor=ground.manager, rollout=ground.rollout, then=Then(RolloutStep.CALL, TODAY(), ground.other))
    assert RolloutExchange.objects.count() == 1


def test_an_epci_is_engaged_once_and_not_after_another_took_it_over() -> None:
    ground = Ground()
    with pytest.raises(Refused) as refused:
        begin_rollout(actor=ground.pilot, epci=ground.epci)
    assert codes(refused) == {"rollout_once"}
    declare_merger(
        actor=ground.pilot,
        epci=ground.elsewhere,
        successor=ground.epci,
        organisation=ground.manager.organisation,
    )
    with pytest.raises(Refused) as refused:
        begin_rollout(actor=ground.pilot, epci=ground.elsewhere)
    assert codes(refused) == {"rollout_living"}


def test_a_manager_engages_and_follows_his_own_epci_alone() -> None:
    ground = Ground()
    with pytest.raises(PermissionDenied):
        begin_rollout(actor=ground.manager, epci=ground.elsewhere)
    with pytest.raises(Unknown):
        note_rollout(actor=ground.other, rollout=ground.rollout, exchange=ground.exchange())
    reader = make_membership(Role.OBSERVER, OrganisationKind.REGION)
    with pytest.raises(PermissionDenied):
        note_rollout(actor=reader, rollout=ground.rollout, exchange=ground.exchange())
    form = acting(ground.manager).get(reverse("network:rollout_begin")).context["form"]
    assert list(form.fields["epci"].queryset) == [], "his is engaged, the others are not his"


@pytest.mark.parametrize(
    ("role", "kind", "own"),
    [
        (Role.OBSERVER, OrganisationKind.DEPARTEMENT, False),
        (Role.OBSERVER, OrganisationKind.PREFECTURE, False),
        (Role.OBSERVER, OrganisationKind.EPCI, True),
        (Role.REVIEWER, OrganisationKind.EPCI, True),
    ],
)
def test_a_reader_of_reports_reads_the_step_and_nothing_that_was_said(
    role: Role, kind: OrganisationKind, own: bool
) -> None:
    ground = Ground()
    then = Then(RolloutStep.DECISION, TODAY() + DAY, ground.pilot)
    gathered = ground.gathered(said="Réserve sur le budget", then=then)
    then = Then(RolloutStep.DECISION, TODAY() + DAY, ground.pilot)
    plan_rollout(actor=ground.manager, rollout=gathered, then=then, comment="Réserve du président")
    plan_rollout(actor=ground.pilot, rollout=gathered, then=then, comment="Réserve du pilote")
    reader = make_membership(role, kind, ground.manager.organisation if own else None)
    page = ground.page(reader)
    assert "Acteurs réunis" in page
    client = acting(reader)
    index = reverse("network:rollout_list")
    file = b"".join(client.get(index, {"export": "csv"}).streaming_content).decode()
    for told in (page, read(client, index), file):
        assert ground.epci.short_name in told
        for hidden in ("Réserve", "Relancer une décision", "Réserve du", "Prochaine étape\u00a0", "Échanges"):
            assert hidden not in told


def test_the_step_of_somebody_is_on_his_first_page_that_day_and_on_the_pilot_s_once_he_follows_no_more() -> None:
    ground = Ground()
    plan_rollout(actor=ground.pilot, rollout=ground.rollout, then=Then(RolloutStep.VISIT, TODAY(), ground.manager))
    address = reverse("network:rollout_detail", args=[ground.rollout.reference])
    assert address in read(acting(ground.manager), "/")
    assert address not in read(acting(ground.pilot), "/"), "the map of the EPCI leads to their list"
    assert any("prochaine étape du déploiement" in said for said in resting([ground.manager]))
    close_membership(membership=ground.manager, by=ground.pilot)
    assert address in read(acting(ground.pilot), "/")
    assert f"{RolloutStep.VISIT.label}" in read(acting(ground.pilot), "/")


def test_whoever_notes_an_exchange_reads_what_it_would_replace() -> None:
    ground = Ground()
    address = reverse("network:rollout_note", args=[ground.rollout.reference])
    assert "Prévu" not in read(acting(ground.pilot), address)
    plan_rollout(actor=ground.pilot, rollout=ground.rollout, then=Then(RolloutStep.VISIT, TODAY(), ground.manager))
    assert "Prévu\u00a0: se rendre sur place" in read(acting(ground.pilot), address)


def test_the_list_is_narrowed_by_whose_the_next_step_is() -> None:
    ground = Ground()
    client, index = acting(ground.pilot), reverse("network:rollout_list")
    begin_rollout(actor=ground.pilot, epci=ground.elsewhere)
    plan_rollout(actor=ground.pilot, rollout=ground.rollout, then=Then(RolloutStep.VISIT, TODAY(), ground.pilot))

    def shown(owner: str) -> set[str]:
        return {str(row) for row in client.get(index, {"owner": owner}).context["listing"].records}

    assert shown("mine") == {ground.epci.short_name}
    assert shown("none") == {ground.elsewhere.short_name}
    assert shown("late") == set()


def test_what_names_a_person_who_is_forgotten_is_emptied() -> None:
    ground = Ground()
    leaver = make_membership(Role.OBSERVER, OrganisationKind.REGION)
    note_rollout(
        actor=ground.pilot,
        rollout=ground.rollout,
        exchange=ground.exchange(1, f"Vu {leaver.user.first_name} {leaver.user.last_name}"),
    )
    note_rollout(actor=ground.pilot, rollout=ground.rollout, exchange=ground.exchange(0, "Rien de plus"))
    forget_user(user=leaver.user, by=ground.pilot)
    assert [one.said for one in ground.rollout.exchanges.order_by("contacted_on")] == ["", "Rien de plus"]


def test_the_page_of_all_epci_leads_to_the_way_of_each() -> None:
    ground = Ground()
    page = read(acting(ground.pilot), reverse("desk:epci_list"))
    assert reverse("network:rollout_detail", args=[ground.rollout.reference]) in page
    assert f"?epci={ground.elsewhere.siren}" in page


def test_nobody_else_reads_anything_of_it() -> None:
    ground = Ground()
    address = reverse("network:rollout_detail", args=[ground.rollout.reference])
    assert acting(ground.other).get(address).status_code == 404
    for role, kind in (
        (Role.MANAGER, OrganisationKind.RECONDITIONER),
        (Role.WORKER, OrganisationKind.PRESCRIBER),
        (Role.ADVISER, OrganisationKind.DISTRIBUTOR),
        (Role.CONTACT, OrganisationKind.DONOR),
        (Role.DPO, OrganisationKind.DEPARTEMENT),
    ):
        client = acting(make_membership(role, kind))
        assert client.get(address).status_code == 404, role
        assert client.get(reverse("network:rollout_list")).status_code == 403
        assert client.get(reverse("network:rollout_begin")).status_code == 403


def test_what_was_said_and_how_far_one_is_are_rewritten_by_nobody() -> None:
    ground = Ground()
    ground.gathered(said="Accord de principe")
    written = RolloutExchange.objects.get()
    for change in (
        lambda: Rollout.objects.filter(pk=ground.rollout.pk).update(gathered_on=TODAY() - 30 * DAY),
        lambda: Rollout.objects.filter(pk=ground.rollout.pk).update(next_owner=ground.pilot.pk),
        lambda: RolloutExchange.objects.filter(pk=written.pk).update(said="Refus"),
        lambda: RolloutExchange.objects.filter(pk=written.pk).update(present=[]),
        written.delete,
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    RolloutExchange.objects.filter(pk=written.pk).update(said="")


def test_the_page_of_a_meeting_keeps_what_was_typed_when_a_party_is_missing() -> None:
    ground = Ground()
    client = acting(ground.manager)
    address = reverse("network:rollout_gather", args=[ground.rollout.reference])
    typed = {"contacted_on": str(TODAY()), "channel": "event", "said": "Premier tour de table"}
    answer = client.post(address, typed | {"present": ["reconditioner", "prescriber"]})
    page = answer.content.decode()
    assert "réunissez au moins un reconditionneur et un distributeur" in page
    assert "Premier tour de table" in page
    assert answer.context["form"]["present"].value() == ["reconditioner", "prescriber"]
    done = client.post(address, typed | {"present": ["reconditioner", "distributor"]}, follow=True)
    for told in ("Acteurs réunis", "Étaient là", "Premier tour de table"):
        assert told in done.content.decode()


def test_the_list_says_which_are_not_engaged_and_engages_them_from_there() -> None:
    ground = Ground()
    client = acting(ground.pilot)
    page = client.get(reverse("network:rollout_list"))
    assert ground.elsewhere in [one.epci for one in page.context["absent"]]
    begin = f"{reverse('network:rollout_begin')}?epci={ground.elsewhere.siren}"
    assert begin in page.content.decode()
    assert client.get(begin).context["form"]["epci"].value() == ground.elsewhere.pk
    typed = {"epci": ground.elsewhere.pk, "next_step": "call", "next_on": str(TODAY()), "next_owner": ground.pilot.pk}
    done = client.post(begin, typed)
    made = Rollout.objects.get(epci=ground.elsewhere)
    assert done["Location"] == reverse("network:rollout_detail", args=[made.reference])
    assert (made.next_step, made.next_owner) == (RolloutStep.CALL, ground.pilot)


def test_the_state_of_play_names_the_active_actors_of_the_territory_and_what_they_can_do() -> None:
    ground = Ground()
    here = make_organisation(OrganisationKind.RECONDITIONER, epci=ground.epci, competences=["repair", "erasure"])
    closed = make_organisation(OrganisationKind.RECYCLER, epci=ground.epci, is_active=False)
    away = make_organisation(OrganisationKind.RECONDITIONER, epci=ground.elsewhere)
    town = make_commune(epci=ground.epci)
    lies = make_organisation(OrganisationKind.RELAY, commune=town)
    serves = make_organisation(OrganisationKind.MEDIATION)
    serves.communes_served.add(town)
    many = [make_organisation(OrganisationKind.PRESCRIBER, epci=ground.epci) for _ in range(10)]
    page = ground.page(ground.manager)
    assert f"{here}</a> (effacement des données, réparation)" in page
    assert closed.name not in page
    assert away.name not in page
    assert "et 2 autres" in page
    for one in (many[0], lies, serves):
        assert one.name in page
