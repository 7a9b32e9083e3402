"""The order in which needs are served: computed, never stored, explained line by line."""

from datetime import datetime, timedelta

import pytest

from network.models import Commune
from prescriptions.enums import DropReason, NeedUse
from prescriptions.models import Need, rank_of
from prescriptions.services.needs import drop_need, start_need, wait_again_need
from tests.network.factories import make_arrondissement, make_commune, make_epci
from tests.prescriptions.files import PARIS, SKILLS, Circle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("days_to_come")]

START = datetime(2026, 3, 2, 10, tzinfo=PARIS)


def first_place() -> Commune:
    """A commune of the arrondissement that comes first."""
    return make_commune(epci=make_epci(arrondissement=make_arrondissement(code="591", name="Avesnes-sur-Helpe")))


def waiting(circle: Circle, use: str = NeedUse.PAPERWORK, commune: Commune | None = None) -> Need:
    household = circle.household(commune=commune or circle.commune)
    return circle.accepted([("computer", use)], household).needs.get()


def test_territory_use_and_waiting_make_the_order() -> None:
    circle = Circle(at=START)
    old = waiting(circle, NeedUse.SOCIAL)
    circle.later(weeks=3)
    studies, paperwork = waiting(circle, NeedUse.STUDIES), waiting(circle)
    priority = waiting(circle, commune=first_place())
    at = circle.later(days=1)
    ranked = list(Need.objects.waiting().ranked(at))
    assert ranked == [priority, studies, old, paperwork]
    assert [need.points for need in ranked] == [12, 6, 5, 4]


def test_equal_points_leave_the_first_accepted_first() -> None:
    circle = Circle(at=START)
    rows = []
    for _ in range(3):
        rows.append(waiting(circle))
        circle.later(hours=1)
    assert list(Need.objects.waiting().ranked(circle.at)) == rows


def test_waiting_wins_in_the_end() -> None:
    circle = Circle(at=START)
    old = waiting(circle, NeedUse.SOCIAL)
    circle.later(weeks=11)
    assert waiting(circle, commune=first_place())
    assert Need.objects.waiting().ranked(circle.at).first() == old


def test_a_rank_is_explained_line_by_line() -> None:
    circle = Circle(at=START)
    waiting(circle, NeedUse.STUDIES)
    need = waiting(circle, commune=first_place())
    waiting(Circle(at=START))
    rank = rank_of(need, circle.later(weeks=2, days=3))
    assert rank is not None
    assert (rank.place, rank.among, rank.points) == (1, 2, 14)
    assert [(line.label, line.points) for line in rank.lines] == [("Territoire", 8), ("Usage", 4), ("Attente", 2)]
    assert rank.lines[0].detail == "Arrondissement d’Avesnes-sur-Helpe"
    assert rank.lines[2].detail == "2 semaines depuis le 2\u00a0mars 2026"
    assert sum(line.points for line in rank.lines) == rank.points


def test_what_waits_again_loses_nothing() -> None:
    circle = Circle(at=START)
    need = circle.accepted(SKILLS).needs.get()
    before = rank_of(need, START + timedelta(weeks=4))
    started = start_need(actor=circle.worker, need=need, mediation=circle.mediation, at=circle.later(weeks=1))
    assert rank_of(started, circle.at) is None
    need = wait_again_need(actor=circle.worker, need=started, at=circle.later(weeks=1))
    assert rank_of(need, START + timedelta(weeks=4)) == before


def test_what_is_settled_has_no_rank() -> None:
    circle = Circle(at=START)
    need = waiting(circle)
    drop_need(actor=circle.worker, need=need, reason=DropReason.UNREACHABLE, at=circle.later(days=1))
    assert rank_of(need, circle.at) is None
