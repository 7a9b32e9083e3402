"""What is forgotten with a person: mails, and the names under which files were deposited."""

from django.db import transaction
from django.db.models import F, Func, QuerySet, Value

from documents.models import StoredFile
from documents.services.mail import forget_mails_naming
from network.models import User


@transaction.atomic
def forget_person(user: User) -> None:
    """Erase the mails to a person or that name this person, and the names of files that may: content and hash stay.

    A file is named by whoever deposits it: every name that this person gave goes, and those of others that spell the
    person out, whatever joins the words (« signe_jeanne-martin.pdf »).
    """
    forget_mails_naming(user)
    words = Func(F("name"), Value(r"[_.\-]+"), Value(" "), Value("g"), function="regexp_replace")
    named = StoredFile.objects.annotate(words=words).filter(user.named_in("words", "name"))
    forget_names(StoredFile.objects.filter(stored_by__user=user) | StoredFile.objects.filter(pk__in=named.values("pk")))


def forget_names(files: QuerySet[StoredFile]) -> int:
    """Erase the names of files that are kept. Returns how many."""
    return files.filter(forgotten_at=None).exclude(name="").update(name="")
