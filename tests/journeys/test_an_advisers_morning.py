"""The morning of an adviser at the counter: who comes, what is handed over, who did not come, what is to examine."""

import time
from collections.abc import Callable

import pytest
from django.urls import reverse

from distribution.enums import AppointmentState
from prescriptions.enums import PrescriptionState
from tests.distribution.appointment_pages import past
from tests.distribution.hours import opened
from tests.distribution.shelves import Shelf
from tests.journeys.visitor import Visitor, anything
from tests.prescriptions.files import Circle, again

pytestmark = pytest.mark.django_db(transaction=True)
AT_MOST = 60
"""Seconds that the whole morning may take a browser: what is left of it is the people's."""


def test_a_morning_goes_from_who_comes_to_what_is_examined_by_the_first_page(
    transactional_db: None, visit: Callable[..., Visitor]
) -> None:
    shelf = Shelf()
    opened(shelf)
    comes, absent = past(shelf, shelf.reserved()), past(shelf, shelf.reserved())
    circle = Circle(distributor=shelf.distributor, commune=shelf.commune)
    asked = circle.submitted()
    began = time.monotonic()
    ada = visit(shelf.adviser, careful=False)
    name = comes.need.prescription.household.name
    assert ada.waits("Rendez-vous d’aujourd’hui") == 2
    ada.begins("Rendez-vous d’aujourd’hui", anything(name))
    ada.follows("Remettre l’appareil")
    ada.reads("Remettre")
    ada.ticks("Fiche imprimée et signée, que je garde en papier")
    ada.ticks("J’atteste que la personne a signé la fiche devant moi")
    ada.presses("Remettre")
    ada.is_told("remis au foyer. La garantie court à partir d’aujourd’hui.")
    assert again(comes).state == AppointmentState.HONOURED

    assert ada.waits("Rendez-vous d’aujourd’hui") == 1
    ada.page.goto(reverse("distribution:appointment_day"))
    ada.within_main().get_by_role("button", name=anything("Pas venu")).click()
    ada.sees("Le foyer n’est pas venu")
    assert again(absent).state == AppointmentState.MISSED
    assert ada.waits("Foyers à appeler pour un rendez-vous") == 1

    ada.begins("Demandes", anything(asked.household.name))
    ada.follows("Accepter")
    ada.presses("Accepter")
    ada.is_told("acceptée")
    assert again(asked).state == PrescriptionState.ACCEPTED
    assert time.monotonic() - began < AT_MOST
