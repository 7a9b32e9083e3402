"""« À faire »: an offer that is chosen is carried to its line by somebody."""

from datetime import timedelta

import pytest
from django.utils import timezone

from connectivity.enums import Channel
from connectivity.models import ConnectionFile
from connectivity.services.connections import schedule_connection
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership
from prescriptions.enums import NeedKind
from tests.connectivity.lines import Line
from tests.desk.test_todo import block, landing
from tests.network.factories import make_membership
from tests.pages import acting
from tests.prescriptions.rights import Desk
from tests.prescriptions.test_restriction import restricted

pytestmark = pytest.mark.django_db

KEY = "offres-a-mener"


def about(member: Membership) -> list[str]:
    """What the rows of the block say to somebody."""
    return [line.about for line in block(landing(acting(member)), KEY).lines]


def test_an_offer_that_is_chosen_is_to_be_sent_until_it_is() -> None:
    line = Line()
    chosen = line.chosen()
    assert about(line.worker) == about(line.adviser) == ["Connexion fixe, à transmettre à l’opérateur"]
    line.see(chosen)
    line.send(chosen)
    assert about(line.worker) == about(line.adviser) == []


def test_a_colleague_reads_who_follows_it_and_another_prescriber_nothing() -> None:
    line = Line()
    line.chosen()
    colleague = make_membership(Role.WORKER, Kind.PRESCRIBER, line.circle.prescriber)
    assert about(colleague) == [f"Connexion fixe, à transmettre à l’opérateur, suivi par {line.worker.user}"]
    assert about(make_membership(Role.WORKER, Kind.PRESCRIBER)) == []


@pytest.mark.parametrize(
    ("channel", "kind", "left"),
    [
        (Channel.OWN_SUBSCRIPTION, NeedKind.FIXED_CONNECTION, "souscription de la personne à noter"),
        (Channel.COUNTER, NeedKind.MOBILE_CONNECTION, "vente au point de distribution à noter"),
    ],
)
def test_what_the_person_does_by_itself_is_to_be_noted_until_the_line_is_active(
    channel: str, kind: str, left: str
) -> None:
    line = Line(channel, kind=kind)
    chosen = line.chosen()
    assert about(line.worker) == [f"{NeedKind(kind).label}, {left}"]
    line.activate(chosen)
    assert about(line.worker) == []


def test_an_offer_whose_operator_closed_since_is_to_be_chosen_again() -> None:
    line = Line()
    line.chosen()
    line.operator.is_active = False
    line.operator.save()
    (said,) = about(line.worker)
    assert said.endswith("à choisir de nouveau\u00a0: l’opérateur de celle-ci n’est plus en activité")


def test_it_is_near_its_end_before_the_clock_closes_it_unless_a_paper_was_seen_since() -> None:
    line = Line()
    line.circle.at = timezone.now() - timedelta(days=50)
    chosen = line.chosen()
    assert block(landing(acting(line.worker)), KEY).late == 1
    line.circle.at = None
    line.see(chosen)
    shown = block(landing(acting(line.worker)), KEY)
    assert (shown.count, shown.late) == (1, 0)


VISITS = "raccordements"


def accepted_long_ago(days: int) -> Line:
    """A request that its operator took so many days ago, of which it said nothing since."""
    line = Line()
    line.circle.at = timezone.now() - timedelta(days=days)
    line.accepted()
    line.circle.at = None
    return line


def demands(line: Line) -> tuple[int, int]:
    shown = block(landing(acting(line.agent)), "demandes")
    return shown.count, shown.late


def test_a_request_taken_then_forgotten_is_late_for_its_operator_after_five_working_days() -> None:
    assert demands(accepted_long_ago(10)) == (1, 1)
    assert demands(accepted_long_ago(1)) == (1, 0)


def test_and_is_told_as_late_to_whoever_serves_the_household_after_twenty_days() -> None:
    line = accepted_long_ago(21)
    for member in (line.worker, line.adviser):
        shown = block(landing(acting(member)), VISITS)
        assert (shown.count, shown.late) == (1, 1)
        assert shown.lines[0].about.startswith("Connexion fixe, sans date, à relancer auprès d")
        assert str(line.operator) in shown.lines[0].about
    recent = accepted_long_ago(19)
    assert block(landing(acting(recent.worker)), VISITS).count == 0


def test_once_it_has_a_date_it_is_late_no_more() -> None:
    line = accepted_long_ago(21)
    day = timezone.localdate() + timedelta(days=7)
    schedule_connection(
        actor=line.agent, connection=ConnectionFile.objects.get(), appointment_on=day, day_confirmed=True
    )
    shown = block(landing(acting(line.worker)), VISITS)
    assert (shown.count, shown.late) == (1, 0)
    assert "relancer" not in shown.lines[0].about
    assert demands(line) == (1, 0)


def test_a_household_that_limits_its_data_is_not_to_be_advanced() -> None:
    line = accepted_long_ago(21)
    restricted(Desk(line.circle), line.need.prescription.household)
    assert block(landing(acting(line.worker)), VISITS).count == 0
