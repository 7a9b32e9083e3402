"""What is erased here with a household, or with a person of an operator. Figures stay."""

from datetime import datetime

from connectivity.models import (
    ConnectionEntry,
    ConnectionFile,
    OperatorLink,
    ProblemAnswer,
    Transmission,
)
from connectivity.services.campaigns import forget_calls
from connectivity.services.lines import overtake_notices
from documents.models import Document
from documents.services import forget_document, forget_mails, forget_sms
from lifecycle.models import Comment
from network.models import User


def forget_household(*, household: int, at: datetime) -> None:
    """Erase what names a household in its connection files: what operators were told, papers, links, mails.

    Done again, it changes nothing.
    """
    files = list(ConnectionFile.objects.filter(need__prescription__household=household).values_list("pk", flat=True))
    blank = dict.fromkeys(Transmission.PERSONAL, "")
    Transmission.objects.filter(file__in=files, forgotten_at=None).update(**blank, forgotten_at=at)
    ProblemAnswer.objects.filter(file__in=files).update(note="", words="")
    papers = Document.objects.filter(owner_machine="connection", owner_pk__in=files, forgotten_at=None)
    for document in papers.order_by("pk"):  # what was drawn of the file, and the letters that told of its line
        forget_document(document=document, at=at)
    OperatorLink.objects.filter(file__in=files, closed_at=None).update(closed_at=at)
    digests = ConnectionEntry.objects.filter(object__in=files).exclude(comment_digest="").values("comment_digest")
    Comment.objects.filter(digest__in=digests).erase()
    forget_calls([household])
    for pk in files:
        forget_mails(about=("connection", pk), at=at)
        forget_sms(about=("connection", pk), at=at)
    overtake_notices(files, at)


def forget_person(user: User) -> None:
    """Erase to whom the links of an operator were sent, where it was this person's address."""
    OperatorLink.objects.filter(user.has_address("email")).update(email="")
