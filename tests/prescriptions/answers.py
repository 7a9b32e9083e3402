"""A household answers by the link it was sent, as its own page does."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from prescriptions.enums import LinkAnswer
from prescriptions.models import Prescription
from prescriptions.services.confirmation import answer_link
from prescriptions.services.prescriptions import remind_prescription
from tests.prescriptions.files import again
from tests.prescriptions.pages import page_sent

ADDRESS = "foyer@exemple.test"


def asked(prescription: Prescription, at: datetime | None = None) -> str:
    """The token of the link that asks this household, which has an address, whether it still needs it."""
    remind_prescription(actor=prescription.worker, prescription=prescription, at=at)  # type: ignore[arg-type]
    before = reverse("prescriptions:still_current", args=["x"]).removesuffix("x/")
    return page_sent(prescription.household.email).removeprefix(before).removesuffix("/")


def answered(prescription: Prescription, answer: LinkAnswer, at: datetime | None = None) -> Any:
    """The prescription once its household has answered."""
    answer_link(token=asked(prescription, at), answer=answer, at=at)
    return again(prescription)


def said_no(prescription: Prescription, at: datetime | None = None) -> Any:
    """The prescription once its household has answered that it needs it no more."""
    return answered(prescription, LinkAnswer.NOT_ANY_MORE, at)
