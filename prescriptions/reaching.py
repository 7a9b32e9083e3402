"""By which way a household is reached: the one it prefers where its file has what it takes, else by what there is.

Everything that tells a household, or says who tells it, asks here, so that no two pages say two ways.
"""

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from documents.texting import TYPED_MOBILE, mobile_of
from prescriptions.enums import ContactAbout, ContactChannel
from prescriptions.models import Household, PromisedContact

C = ContactChannel
COLUMN = {C.PHONE: "phone", C.SMS: "phone", C.EMAIL: "email", C.LETTER: "address"}
"""What each way takes of the file; by its worker, nothing."""
LACKS = {
    C.PHONE: "Un appel demande un numéro\u00a0: donnez le téléphone, ou choisissez une autre façon de le joindre.",
    C.SMS: "Un SMS demande un portable, en 06 ou 07\u00a0: donnez-le, ou choisissez une autre façon de le joindre.",
    C.EMAIL: "Un courriel demande une adresse\u00a0: donnez-la, ou choisissez une autre façon de le joindre.",
    C.LETTER: "Une lettre demande une adresse\u00a0: donnez-la, ou choisissez une autre façon de le joindre.",
}
"""What is said of a way that is chosen without what it takes."""
PROMISED = {
    C.PHONE: "un appel",
    C.SMS: "un SMS",
    C.EMAIL: "un courriel",
    C.LETTER: "une lettre",
    C.WORKER: "que son travailleur social le lui dit",
}
"""What its sheet promises, said to whoever keeps the promise."""
SAID_HOW = {
    C.PHONE: "par téléphone",
    C.SMS: "par SMS",
    C.EMAIL: "par courriel",
    C.LETTER: "par lettre",
    C.WORKER: "de vive voix",
}
"""How it is to be told, said to whoever tells it."""
INSTEAD = (C.PHONE, C.EMAIL, C.LETTER)
"""What is done instead, the first one that the file allows; else its worker tells it."""
_TAKEN: dict[ContactChannel, Callable[[str], Q]] = {
    C.PHONE: lambda prefix: ~Q(**{f"{prefix}phone": ""}),
    C.SMS: lambda prefix: Q(**{f"{prefix}phone__regex": TYPED_MOBILE}),
    C.EMAIL: lambda prefix: ~Q(**{f"{prefix}email": ""}),
    C.LETTER: lambda prefix: ~Q(**{f"{prefix}address": ""}) & Q(**{f"{prefix}address_doubted_at": None}),
}
"""What each takes, as the base looks for it: an address from which a letter came back takes none."""


def lacks(household: Household, channel: str = "", **said: Any) -> bool:
    """Whether a way, the one it prefers unless said, takes what its file has not; ``said``: what is written instead."""
    column = COLUMN.get(ContactChannel(channel or household.contact_channel))
    if column is None:
        return False
    known = said.get(column, getattr(household, column)) or ""
    if column == "address" and household.address_doubted_at is not None and known == household.address:
        return "postcode" not in said or said["postcode"] == household.postcode
    return not (mobile_of(known) if (channel or household.contact_channel) == C.SMS else known)


def channel_of(household: Household) -> ContactChannel:
    """The way by which it is told: the one it prefers if it can be reached so, else the first that there is.

    Of a copy that names nobody, the one it prefers.
    """
    if household.veiled:
        return ContactChannel(household.contact_channel)
    ways = (ContactChannel(household.contact_channel), *INSTEAD)
    return next((way for way in ways if not lacks(household, way)), ContactChannel.WORKER)


def way_told(household: Household, contact: PromisedContact) -> ContactChannel:
    """By which way what was promised is told today: by its worker, when the way that its file gives does not work."""
    asked = contact.about == ContactAbout.MISSING and contact.channel == C.WORKER
    return C.WORKER if asked else channel_of(household)


def told_by(channel: ContactChannel, prefix: str = "") -> Q:
    """The households that ``channel_of`` says are told so; ``prefix``: what leads to them, « need__household__ »."""
    if channel == C.WORKER:
        nothing = reduce(and_, (~_TAKEN[way](prefix) for way in INSTEAD))
        return Q(**{f"{prefix}contact_channel": C.WORKER}) | nothing
    preferred = Q(**{f"{prefix}contact_channel": channel}) & _TAKEN[channel](prefix)
    if channel not in INSTEAD:
        return preferred
    first = [_TAKEN[way](prefix) for way in INSTEAD[: INSTEAD.index(channel)]]
    unmet = [Q(**{f"{prefix}contact_channel": way}) & ~taken(prefix) for way, taken in _TAKEN.items() if way != channel]
    instead = reduce(or_, unmet) & _TAKEN[channel](prefix)
    for earlier in first:
        instead &= ~earlier
    return preferred | instead
