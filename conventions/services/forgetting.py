"""What conventions erase of a person who is forgotten; what the parties signed stays, as the file that they signed."""

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from conventions.models import ReviewNotes, ReviewPoint, SignatureDeposit, TextVersion
from documents.models import Document, StoredFile
from documents.services import forget_document, forget_names
from network.models import User


def forget_person(user: User) -> None:
    """Erase a person from the frozen papers, from what was read on signatures, from the names of deposited files.

    The papers themselves bind three parties and are kept as they were signed (RGPD, art. 17, 3, b and e): their PDF
    alone, which nothing searches. Notes never given go; of a point of review that names her, the words go.
    """
    _forget_papers(user)
    _forget_versions(user)
    _forget_readings(user)
    ReviewNotes.objects.filter(by__user=user).delete()
    for column in ("text", "answer"):
        ReviewPoint.objects.filter(user.named_in(column)).update(**{column: ""})


def _forget_papers(user: User) -> None:
    """Named by the parties, or as one who signed, confirmed, replaced or agreed: a certificate may spell otherwise."""
    papers = Document.objects.filter(owner_machine="convention", forgotten_at=None)
    named = papers.annotate(said=Cast("values", TextField())).filter(user.named_in("said", "title"))
    signed = papers.filter(
        Q(convention_paper__convention__signatures__signatory__user=user)
        | Q(convention_paper__convention__signatures__confirmed_by__user=user)
    )
    found = Q(pk__in=named.values("pk")) | Q(pk__in=signed.values("pk"))
    for document in Document.objects.filter(found).order_by("pk"):
        forget_document(document=document, keep_act=True)


def _forget_versions(user: User) -> None:
    """Of the versions that were read, the terms end with who signs: of a round that is over, its articles stay."""
    versions = TextVersion.objects.annotate(said=Cast("terms", TextField()))
    pks = list(versions.filter(user.named_in("said")).values_list("pk", flat=True))
    TextVersion.objects.filter(pk__in=pks).update(terms=[])


def _forget_readings(user: User) -> None:
    deposits = SignatureDeposit.objects.annotate(said=Cast("reading", TextField()))
    his = Q(signature__signatory__user=user) | Q(deposited_by__user=user)
    found = deposits.filter(his | user.named_in("said"))
    forget_names(StoredFile.objects.filter(pk__in=found.values("file")))
    pks = list(found.filter(reading__has_key="signers").values_list("pk", flat=True))
    SignatureDeposit.objects.filter(pk__in=pks).update(reading={})
