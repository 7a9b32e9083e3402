"""What the household of a device that came back is told of its return, when nobody stands before it: lost, found again.

By its way: a mail, an SMS, a letter to be posted; its social worker learns it too, and tells it when nothing leaves.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Q, QuerySet

from distribution import emails
from distribution.appointments import reach_of
from distribution.models import Settlement
from distribution.repaired import hush_of
from documents.enums import REPLACED, MessageChannel, MessageCode
from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from prescriptions.enums import ContactChannel
from prescriptions.hearing import hears
from prescriptions.models import HouseholdMessage, Need
from prescriptions.reaching import channel_of
from prescriptions.services.messages import Message, call_off, make_letter, way_to, write_message
from refurb.enums import DeviceState
from refurb.models import Device
from typography.french import euros


@dataclass(frozen=True)
class ReturnNews:
    """A title, and what follows for the household."""

    title: str
    said: str


LOST = ReturnNews(
    "L’appareil que vous aviez rapporté est introuvable",
    "Ce qui vous est dû le reste\u00a0: un échange ou un remboursement. Vous n’avez rien à payer de nouveau.",
)
FOUND = ReturnNews(
    "L’appareil que vous aviez rapporté est retrouvé",
    "Il est de nouveau en réparation, ou échangé, ou remboursé\u00a0: vous n’avez rien à faire.",
)


def refunded(settled: Settlement) -> ReturnNews:
    """How much, and how; or that nothing was paid."""
    if not settled.amount:
        return ReturnNews(
            "Le retour de votre appareil est réglé", "Vous n’aviez rien payé\u00a0: il n’y a rien à rembourser."
        )
    said = "Pour l’appareil que vous avez rapporté\u00a0: il ne vous revient plus, et sa garantie est terminée."
    return ReturnNews(refund_in_words(settled, "Vous êtes").rstrip("."), said)


def refund_in_words(settled: Settlement, who: str) -> str:
    """A sentence that begins with ``who``: « Le foyer est »."""
    if not settled.amount:
        return f"{who} servi autrement\u00a0: rien n’avait été payé, rien n’est à rembourser."
    return f"{who} remboursé de {euros(settled.amount)}, {settled.get_means_display()}."


def way_of(need: Need) -> MessageChannel | None:
    """How Maillon tells it: a mail, an SMS, a letter to be posted; None when somebody is to call."""
    household = need.prescription.household
    if (way := way_to(household, MessageCode.RETURN)) is not None:
        return way
    posts = channel_of(household) == ContactChannel.LETTER and hears(household)
    return MessageChannel.LETTER if posts else None


def tell_return(
    device: Device, news: ReturnNews, actor: Actor, at: datetime, *, on_paper: bool = False
) -> HouseholdMessage | None:
    """Write to the household of this device; None when nothing leaves. What had not left yet of this return is
    replaced; what was written of another, or of a refund before it came back, leaves all the same.

    ``on_paper``: whom nothing leaves to has a letter all the same, that is given to it.
    """
    need = device.need
    assert need is not None
    household = need.prescription.household
    call_off(_written_of(device), error=REPLACED)
    way = way_of(need)
    if way is None and on_paper and hears(household):
        way = MessageChannel.LETTER
    if way is None:
        return None
    distributor = need.prescription.distributor
    values = {
        "reference": str(need.prescription.reference),
        "titre": news.title,
        "nouvelle": news.said,
        "joindre": reach_of(distributor),
    }
    message = Message(household, MessageCode.RETURN, ("need", need.pk), values)
    if way == MessageChannel.LETTER:
        return make_letter(message, by=actor, sender=distributor, at=at)
    return write_message(message, way, at=at)


def _written_of(device: Device) -> QuerySet[HouseholdMessage]:
    """The mails and SMS of this return, which began when the device came back."""
    about = {"about_machine": "need", "about_pk": device.need_id}
    told = [Q(**{f"{way}__{column}": value for column, value in about.items()}) for way in ("mail", "sms")]
    messages = HouseholdMessage.objects.filter(told[0] | told[1], code=MessageCode.RETURN)
    return messages.filter(written_at__gte=device.returned_at)


def last_letter(need: Need, since: datetime) -> HouseholdMessage | None:
    """The last letter that was made of this return, which began then; one query."""
    made = HouseholdMessage.objects.filter(
        code=MessageCode.RETURN, letter__owner_machine="need", letter__owner_pk=need.pk, written_at__gte=since
    )
    return made.select_related("letter").order_by("-pk").first()


def tell_lost(move: Move) -> None:
    """Of what a household had brought back and is still owed: it learns it, as its worker does."""
    back = [row.pk for row in move.rows if row.source == DeviceState.RETURNED]
    hush_of(back)
    for device in owed(back):
        _tell(device, LOST, "return_lost_for_worker", move)


def tell_found(move: Move) -> None:
    """The return goes on where it was."""
    for device in owed(move.pks):
        _tell(device, FOUND, "return_found_for_worker", move)


def owed(pks: list[int]) -> list[Device]:
    """The devices of a return that is not settled, without the screens that go with them."""
    around = ("need__prescription__household__commune", "need__prescription__distributor", "point")
    rows = Device.objects.main().filter(pk__in=pks).exclude(Exists(Settlement.objects.of_this_stay()))
    return list(by_key(rows.select_related(*around)))


def _tell(device: Device, news: ReturnNews, template: str, move: Move) -> None:
    assert device.need is not None
    written = tell_return(device, news, move.actor, move.at)
    emails.news_for_worker(template, device.need, emails.told_by(written), move.at)
    if written is not None and written.channel == MessageChannel.LETTER:
        emails.return_letter_for_point(device, move.at)


def register() -> None:
    """The registrations of this subject."""
    on_transition("device", "report_missing", tell_lost)
    on_transition("device", "find_returned", tell_found)
