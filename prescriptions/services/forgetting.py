"""What is erased of a household made anonymous; dates, counts, codes and hashes stay, and so do the figures."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from documents.models import Document
from documents.services import forget_document, forget_mails, forget_sms
from lifecycle.erased import note_erased
from lifecycle.models import Comment
from prescriptions.enums import HouseholdState
from prescriptions.models import (
    CompletionAnswer,
    CompletionRequest,
    ConfirmationLink,
    Decision,
    Fact,
    FileNote,
    Household,
    HouseholdEntry,
    HouseholdMessage,
    Joining,
    Need,
    NeedEntry,
    Prescription,
    PrescriptionEntry,
    ProofPhotoEntry,
    RightsRequest,
    RightsRequestEntry,
    SocialStory,
    TransferEntry,
)
from prescriptions.services.people import forget_lines_of

PEOPLE = {
    "last_name": "",
    "first_name": "",
    "birth_date": None,
    "emancipated_on": None,
    "phone": "",
    "email": "",
    "address": "",
    "postcode": "",
    "address_doubted_at": None,
    "name_key": "",
    "phone_key": "",
    "address_key": "",
}
"""What names the household, with what is left of it."""


def forget_households(households: Iterable[int], at: datetime) -> None:
    """Erase names, contacts, words, links, comments, papers and mails of these households.

    The commune, the members counted, the kinds and bands of what was seen, the decisions' codes stay. The apps above
    erase what they hold by following ``household.anonymise``.
    """
    pks = list(households)
    forget_lines_of(pks)
    prescriptions = list(Prescription.objects.filter(household__in=pks).values_list("pk", flat=True))
    needs = list(Need.objects.filter(prescription__in=prescriptions).values_list("pk", flat=True))
    _forget_words(prescriptions)
    _forget_comments(pks, prescriptions, needs)
    addresses = [address for address in Household.objects.filter(pk__in=pks).values_list("email", flat=True) if address]
    asked = list(RightsRequest.objects.filter(household__in=pks).values_list("pk", flat=True))
    RightsRequest.objects.filter(pk__in=asked).update(words="", truth="", reply="")
    owned = {"household": pks, "prescription": prescriptions, "need": needs, "rights_request": asked}
    for machine, keys in owned.items():
        for document in Document.objects.filter(owner_machine=machine, owner_pk__in=keys, forgotten_at=None):
            forget_document(document=document, at=at)
        for key in keys:
            forget_mails(about=(machine, key), at=at)
            forget_sms(about=(machine, key), at=at)
    forget_mails(addresses=addresses, at=at)
    _forget_messages(pks, at)
    HouseholdMessage.objects.filter(household__in=pks).update(language="", text=None)
    Household.objects.filter(pk__in=pks).update(**PEOPLE)


def note_forgotten() -> None:
    """Write down outside of the database every household that is anonymous and was not written there yet."""
    gone = Household.objects.filter(state=HouseholdState.ANONYMISED).order_by("pk")
    note_erased("household", list(gone.values_list("reference", flat=True)))


def _forget_messages(households: list[int], at: datetime) -> None:
    """What was said to it, whatever of: of a request that came with a file joined by error, and went back, too.

    The sheets of that request that name it go with it: another one was drawn when it went back.
    """
    written = HouseholdMessage.objects.filter(household__in=households)
    forget_sms(rows=written.exclude(sms=None).values_list("sms", flat=True), at=at)
    forget_mails(rows=written.exclude(mail=None).values_list("mail", flat=True), at=at)
    papers = Q(pk__in=written.exclude(letter=None).values("letter"))
    for undone in Joining.objects.filter(household__in=households, undone_at__isnull=False):
        drawn = Q(created_at__gte=undone.joined_at, created_at__lt=undone.undone_at)
        papers |= drawn & Q(owner_machine="prescription", owner_pk__in=undone.prescriptions)
    for document in Document.objects.filter(papers, forgotten_at=None).order_by("pk"):
        forget_document(document=document, at=at)


def _forget_words(prescriptions: list[int]) -> None:
    """What people wrote about the household, and the links it was sent."""
    SocialStory.objects.filter(prescription__in=prescriptions).update(text="")
    Fact.objects.filter(prescription__in=prescriptions).update(proof="", note="")
    CompletionRequest.objects.filter(prescription__in=prescriptions).update(words="")
    CompletionAnswer.objects.filter(request__prescription__in=prescriptions).update(words="")
    FileNote.objects.filter(prescription__in=prescriptions).update(text="")
    Decision.objects.filter(prescription__in=prescriptions).update(motive="", next_step="")
    ConfirmationLink.objects.filter(prescription__in=prescriptions).update(token_digest="")


def _forget_comments(households: list[int], prescriptions: list[int], needs: list[int]) -> None:
    """The comments on what was done with its files; the journals keep their digests."""
    journals = (
        HouseholdEntry.objects.filter(object__in=households),
        PrescriptionEntry.objects.filter(object__in=prescriptions),
        NeedEntry.objects.filter(object__in=needs),
        TransferEntry.objects.filter(object__prescription__in=prescriptions),
        ProofPhotoEntry.objects.filter(object__prescription__in=prescriptions),
        RightsRequestEntry.objects.filter(object__household__in=households),
    )
    for entries in journals:
        digests = list(entries.exclude(comment_digest="").values_list("comment_digest", flat=True))
        Comment.objects.filter(digest__in=digests).erase()
