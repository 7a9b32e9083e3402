"""A household answers STOP to an SMS."""

from datetime import datetime

from documents.texting import mobile_of
from lifecycle import gate
from lifecycle.actors import SignedLink
from prescriptions.enums import ContactChannel, HouseholdState
from prescriptions.models import Household


def told_by_sms_at(mobile: str) -> list[Household]:
    """The open files that are told by SMS at this mobile, however its number was typed."""
    figures = mobile.removeprefix("+33")
    keys = [f"{start}{figures}" for start in ("0", "330", "00330", "33", "0033")]
    found = Household.objects.filter(
        phone_key__in=keys, contact_channel=ContactChannel.SMS, state=HouseholdState.OPEN
    ).order_by("pk")
    return [one for one in found if mobile_of(one.phone) == mobile]


def stop_sms_household(*, household: Household, answer: str, at: datetime | None = None) -> Household:
    """No SMS any more, by the answer of that key. Raises Refused."""
    actor = SignedLink(answer, opens=("household", household.pk))
    stopped: Household = gate.apply(household, "stop_sms", actor=actor, at=at)
    return stopped
