"""What households are told of their requests and of their lines: a call, or a letter for those that asked for one."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from connectivity.models import LineNotice
from connectivity.services.lines import keep_notice, write_line_letter
from demo.agenda import Thread
from demo.calendar import local, working_day
from demo.context import Story
from network.enums import Role
from network.models import Membership, Organisation
from prescriptions.enums import ContactChannel
from prescriptions.models import Prescription, PromisedContact
from prescriptions.services.contacts import keep_contacts, no_letter, write_letter

KNOWN_FOR = timedelta(days=1)
"""How long something is known before it is told; that of the last days is still to be told when the story ends."""


def news(story: Story) -> Thread:
    """Every week each service tells the families what it has learnt of their requests."""
    day = working_day(story.first, 12)
    while day < story.last:
        yield (now := local(day, 16, 20))
        waiting = PromisedContact.objects.to_keep().filter(promised_at__lt=now - KNOWN_FOR)
        around = ("prescription__household", "prescription__prescriber")
        told: dict[Organisation, list[PromisedContact]] = {}
        for contact in waiting.select_related(*around).order_by("promised_at", "pk"):
            told.setdefault(contact.prescription.prescriber, []).append(contact)
        for prescriber, contacts in told.items():
            _tell(_worker(story, prescriber), contacts, now)
        day = working_day(day, 5)


def last_letters(story: Story) -> Thread:
    """On the last day what the letter post is waiting for is written; it is still to be posted."""
    yield (now := local(story.back(1), 16, 50))
    asked = PromisedContact.objects.to_keep().filter(channel=ContactChannel.LETTER)
    for contact in asked.select_related("prescription__household", "prescription__prescriber").order_by("pk"):
        if no_letter(contact.prescription.household) is None:
            worker = _worker(story, contact.prescription.prescriber)
            write_letter(actor=worker, prescription=contact.prescription, at=now)


def _tell(worker: Membership, contacts: Iterable[PromisedContact], now: datetime) -> None:
    told: list[Prescription] = []
    for contact in contacts:
        prescription = contact.prescription
        if contact.channel == ContactChannel.LETTER and no_letter(prescription.household) is None:
            write_letter(actor=worker, prescription=prescription, at=now)
        told.append(prescription)
    keep_contacts(actor=worker, prescriptions=told, at=now)


def line_news(story: Story) -> Thread:
    """Twice a week they tell those whose line is planned, refused or dearer than was said."""
    day = working_day(story.first, 13)
    while day < story.last:
        yield (now := local(day, 15, 40))
        around = ("file__need__prescription__household", "file__need__prescription__prescriber")
        waiting = LineNotice.objects.to_keep().filter(promised_at__lt=now - KNOWN_FOR).select_related(*around)
        for notice in waiting.order_by("promised_at", "pk"):
            prescription = notice.file.need.prescription
            acts = {"actor": _worker(story, prescription.prescriber), "connection": notice.file, "at": now}
            if notice.channel == ContactChannel.LETTER and no_letter(prescription.household) is None:
                write_line_letter(**acts)
            keep_notice(**acts)
        day = working_day(day, 2)


def _worker(story: Story, prescriber: Organisation) -> Membership:
    return story.cast.people[story.cast.code_of(prescriber.pk), Role.WORKER][0]
