"""A request brought to each thing that its household may be told, through the services."""

import re
from collections.abc import Callable
from datetime import timedelta

from django.http import HttpResponse

from lifecycle.clock import run_clock
from prescriptions.enums import DropReason, PrescriptionPaperKind
from prescriptions.models import Prescription
from prescriptions.services.needs import drop_need, meet_need
from prescriptions.services.prescriptions import (
    ask_completion_prescription,
    refuse_prescription,
    withdraw_prescription,
)
from tests.prescriptions.answers import ADDRESS, said_no
from tests.prescriptions.files import COMPUTER, Circle, again
from tests.remembered import remembered


def _missing(circle: Circle) -> Prescription:
    given = {"missing": ["income_seen", "double"], "words": "Le numéro sonne dans le vide."}
    return remembered()(ask_completion_prescription)(
        actor=circle.adviser, prescription=circle.submitted(), at=circle.at, **given
    )


def _declined(circle: Circle) -> Prescription:
    return said_no(circle.accepted(COMPUTER, circle.household(email=ADDRESS)), circle.at)


def _refused(circle: Circle) -> Prescription:
    given = {"reason": "not_here", "next_step": "Voir la mairie.", "motive": "Mot pour les collègues."}
    return remembered()(refuse_prescription)(
        actor=circle.adviser, prescription=circle.submitted(), at=circle.at, **given
    )


def _stopped(circle: Circle) -> Prescription:
    return remembered()(withdraw_prescription)(
        actor=circle.worker, prescription=circle.accepted(), reason="unreachable", at=circle.at
    )


def _expired(circle: Circle) -> Prescription:
    circle.later(days=-60)
    prescription = _missing(circle)
    run_clock(at=prescription.moved_at + timedelta(days=26))
    run_clock(at=prescription.moved_at + timedelta(days=45))
    return prescription


def _fulfilled(circle: Circle) -> Prescription:
    need = circle.started()
    remembered()(meet_need)(actor=circle.worker, need=need, at=circle.at)
    return need.prescription


def _unmet(circle: Circle) -> Prescription:
    prescription = circle.accepted()
    remembered()(drop_need)(
        actor=circle.worker, need=prescription.needs.get(), reason=DropReason.OFFER_DECLINED, at=circle.at
    )
    return prescription


TOLD: dict[str, tuple[PrescriptionPaperKind, Callable[[Circle], Prescription]]] = {
    "submitted": (PrescriptionPaperKind.FILED, Circle.submitted),
    "incomplete": (PrescriptionPaperKind.MISSING, _missing),
    "accepted": (PrescriptionPaperKind.ACCEPTED, Circle.accepted),
    "declined": (PrescriptionPaperKind.DECLINED, _declined),
    "refused": (PrescriptionPaperKind.REFUSED, _refused),
    "withdrawn": (PrescriptionPaperKind.STOPPED, _stopped),
    "expired": (PrescriptionPaperKind.EXPIRED, _expired),
    "fulfilled": (PrescriptionPaperKind.CLOSING, _fulfilled),
    "closed_unmet": (PrescriptionPaperKind.CLOSING, _unmet),
}
"""How each state is reached (a no of the household apart, which is none), and the paper that tells it."""


def brought_to(state: str, circle: Circle) -> Prescription:
    """A request in this state, read again."""
    return again(TOLD[state][1](circle))


ACTS = re.compile(r"prenez rendez-vous|appelez pour|on vous (?:appelle|envoie \w+ \w+)|vous le dit\b", re.IGNORECASE)


def promised(text: str) -> set[str]:
    """The different ways in which a text says that the household will hear of what comes next, or is to ask."""
    return {found.lower() for found in ACTS.findall(text)}


def plain(response: HttpResponse) -> str:
    """What a page shows, as one reads it: ordinary spaces."""
    return response.content.decode().replace("\u00a0", " ").replace("&nbsp;", " ")
