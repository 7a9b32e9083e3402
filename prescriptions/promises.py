"""What the sheets promise follows each verb, in the gate's transaction: something is to be told, or is no more.

After the sheets: a mail leads to the page that the new one opens.
"""

from collections.abc import Iterable

from django.db.models import Max, QuerySet

from documents.enums import MessageChannel
from lifecycle.in_order import by_key
from lifecycle.registry import Move, on_transition
from prescriptions import emails
from prescriptions.enums import CONNECTION_KINDS, ContactAbout, ContactChannel, NeedKind, NeedState, RightKind
from prescriptions.expecting import expected
from prescriptions.followers import prescriptions_of
from prescriptions.models import Household, Need, NeedEntry, Prescription, PromisedContact, RightsRequest
from prescriptions.services.contacts import overtake_contacts, promise_contacts, promise_transfer, retake_contacts
from prescriptions.services.messages import withhold_messages

PROMISED = {
    "ask_completion": ContactAbout.MISSING,
    "accept": ContactAbout.ACCEPTED,
    "refuse": ContactAbout.REFUSED,
}
"""The verbs whose result the sheet of a filed request promises to tell."""
BEGUN: dict[ContactAbout, tuple[NeedKind, ...]] = {
    ContactAbout.REFERRED: (NeedKind.DIGITAL_SKILLS,),
    ContactAbout.OFFERS: CONNECTION_KINDS,
}
"""What the sheet of an accepted request promises to tell once a need begins to be served, by its kind."""
OVERTAKEN_BY = ("submit", "unask_completion", "withdraw", "revoke", "fulfil", "close_unmet", "decline")
"""The verbs after which what was to be told is not true any more, or is known to the household."""


def promise(move: Move) -> None:
    """The household is to be told."""
    promise_contacts(prescriptions_of(move), PROMISED[move.verb], move.at)


def promise_expired(move: Move) -> None:
    """Nobody answered, and it stopped: its household is told. One that had said no knows it."""
    rows = prescriptions_of(move)
    overtake_contacts([row.pk for row in rows if row.declined_at is not None], move.at)
    promise_contacts([row for row in rows if row.declined_at is None], ContactAbout.EXPIRED, move.at)


def promise_begun(move: Move) -> None:
    """A place that teaches expects it, offers are there to choose from: its sheet promised to tell.

    Once for both of its lines, while nobody did.
    """
    around = ("household", "prescriber", "distributor__commune", "worker__user")
    for about, kinds in BEGUN.items():
        waiting = PromisedContact.objects.to_keep().filter(about=about)
        rows = Prescription.objects.filter(pk__in=_of_kinds(move, kinds).values("prescription"))
        rows = rows.exclude(pk__in=waiting.values("prescription"))
        promise_contacts(by_key(rows.select_related(*around)), about, move.at)


def promise_transferred(move: Move) -> None:
    """Another prescriber follows its request: its household is told whom to call, once, unless it asked to be left
    alone. What waits to be told is told by whoever follows it now, who says that too.
    """
    promise_transfer(prescriptions_of(move), move.at)


def overtake_begun(move: Move) -> None:
    """It is expected there no more, or has been there; its line works, or is given up, and no other is to be chosen."""
    for about, kinds in BEGUN.items():
        served = set(_of_kinds(move, kinds).values_list("prescription", flat=True))
        overtake_contacts(served - _still_offered(move, served, kinds), move.at, about=about)


def _still_offered(move: Move, prescriptions: Iterable[int], kinds: Iterable[NeedKind]) -> set[int]:
    """Those of these requests of which another need of these kinds still has something to be chosen."""
    others = Need.objects.filter(prescription__in=prescriptions, kind__in=kinds, state=NeedState.IN_PROGRESS)
    return {need.prescription_id for need in others.exclude(pk__in=move.pks) if expected(need)}


def take_beginning_back(move: Move) -> None:
    """It is expected there no more, or was never told of offers: what that had overtaken is to be told as before. Whose
    other line is chosen, or works, knows that.
    """
    lines = Need.objects.filter(kind__in=CONNECTION_KINDS, state__in=(NeedState.IN_PROGRESS, NeedState.MET))
    never_told = PromisedContact.objects.to_keep().filter(
        about=ContactAbout.OFFERS, prescription__in=_of_kinds(move, CONNECTION_KINDS).values("prescription")
    )
    never_told = never_told.exclude(prescription__in=lines.values("prescription"))
    before = list(never_told.values_list("prescription", "promised_at"))
    overtake_begun(move)
    referred = _of_kinds(move, BEGUN[ContactAbout.REFERRED])
    started = NeedEntry.objects.filter(object__in=referred.values("pk"), verb="start").order_by()
    for prescription, at in (*before, *started.values_list("object__prescription").annotate(Max("at"))):
        retake_contacts([prescription], overtaken_at=at)


def _of_kinds(move: Move, kinds: Iterable[NeedKind]) -> QuerySet[Need]:
    return Need.objects.filter(pk__in=move.pks, kind__in=kinds)


def overtake(move: Move) -> None:
    """Nothing is to be told any more."""
    overtake_contacts(move.pks, move.at)


def overtake_served(move: Move) -> None:
    """Who is given what it asked knows that it is accepted."""
    served = Prescription.objects.filter(needs__in=move.pks).values_list("pk", flat=True)
    overtake_contacts(served, move.at, about=ContactAbout.ACCEPTED)


def promise_again(move: Move) -> None:
    """It was given nothing after all: what that had overtaken is to be told as before, unless it was given another."""
    served = Need.objects.filter(state=NeedState.MET).values("prescription")
    given = NeedEntry.objects.filter(object__in=move.pks, verb="meet").exclude(object__prescription__in=served)
    given = given.order_by().values_list("object__prescription")
    for prescription, at in given.annotate(Max("at")):
        retake_contacts([prescription], overtaken_at=at)


def overtake_erased(move: Move) -> None:
    """Nobody is left to be told."""
    overtake_contacts(Prescription.objects.filter(household__in=move.pks).values_list("pk", flat=True), move.at)


def withhold(move: Move) -> None:
    """Nothing more leaves for a household that left."""
    withhold_messages(move.pks)


def call_from_now_on(move: Move) -> None:
    """It answered STOP: it is called, no SMS that waits leaves, its worker is told."""
    Household.objects.filter(pk__in=move.pks).update(contact_channel=ContactChannel.PHONE)
    withhold_messages(move.pks, MessageChannel.SMS)
    for household in Household.objects.filter(pk__in=move.pks).order_by("pk"):
        emails.sms_stopped_for_prescriber(household, move.at)


def withhold_from_who_asked(move: Move) -> None:
    """Nor for one that asked that nothing more be done of its file, or that it serve for nothing."""
    asked = RightsRequest.objects.filter(pk__in=move.pks, kind__in=(RightKind.OBJECTION, RightKind.RESTRICTION))
    withhold_messages(asked.values_list("household", flat=True))


def register_last() -> None:
    """After the sheets of needs, which come last."""
    on_transition("need", "start", promise_begun)
    on_transition("need", "wait_again", take_beginning_back)


def register() -> None:
    """The registrations of this subject."""
    for verb in PROMISED:
        on_transition("prescription", verb, promise)
    on_transition("prescription", "expire", promise_expired)
    on_transition("prescription", "transfer", promise_transferred)
    for verb in OVERTAKEN_BY:
        on_transition("prescription", verb, overtake)
    on_transition("need", "meet", overtake_served)
    for verb in ("meet", "drop"):
        on_transition("need", verb, overtake_begun)
    on_transition("need", "unmeet", promise_again)
    on_transition("household", "anonymise", overtake_erased)
    on_transition("household", "archive", withhold)
    on_transition("household", "stop_sms", call_from_now_on)
    on_transition("rights_request", "answer", withhold_from_who_asked)
