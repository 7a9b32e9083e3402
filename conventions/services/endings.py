"""A convention ended by the agreement of its three parties: proposed by one, confirmed by the two others."""

from datetime import datetime

from django.utils import timezone

from conventions.enums import Found, PaperKind, Party
from conventions.machine.ending_rules import CONSENT, PROPOSED, party_of
from conventions.models import Convention, ConventionPaper, EndConsent
from conventions.services.readings import read_scan, refuse
from conventions.services.signatures import SCANS
from documents.models import Document, StoredFile
from documents.services import check_file, open_file, store_file
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locking import lock
from lifecycle.machine import Context

NO_CODE = (
    "Le code de l’accord proposé n’a pas été lu sur ce fichier : numérisez la première page de l’accord signé, code QR"
    " compris."
)


@gate.one_transaction
def propose_end_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Propose to the two other parties to end it; one's own party agrees by proposing.

    The agreement is frozen as a paper, for whoever signs by hand. Raises Unknown, PermissionDenied, Refused.
    """
    proposed: Convention = gate.apply(convention, "propose_end", actor=actor, at=at, comment=comment)
    return proposed


@gate.one_transaction
def agree_end_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Agree for one's party; the third agreement ends the convention. Raises Unknown, PermissionDenied, Refused."""
    at = at or timezone.now()
    return _consent(actor, convention, "agree_end", party_of(Context(at, actor)), None, at, comment)


def record_end_convention(
    *,
    actor: Actor,
    convention: Convention,
    party: str,
    content: bytes,
    name: str,
    at: datetime | None = None,
    comment: str = "",
) -> Convention:
    """Record, as the pilot, the agreement that a party signed by hand: the code of the paper must be read on it.

    Raises Unknown, PermissionDenied, Refused, FileRefused.
    """
    check_file(content=content, name=name, accept=SCANS)
    document = agreement_of(convention)
    if document is None or document.rendered is None:
        raise Refused({convention.pk: (PROPOSED.reason,)})
    with open_file(document.rendered) as file:
        frozen = file.read()
    if content == frozen:
        refuse(convention, "as_it_was", "C’est l’accord tel que Maillon l’a établi : personne ne l’a signé.")
    if read_scan(row=convention, document=document, content=content, frozen=frozen).found != Found.CODE:
        refuse(convention, "no_code", NO_CODE)
    return _record(actor, convention, party, content, name, at or timezone.now(), comment)


@gate.one_transaction
def _record(
    actor: Actor, convention: Convention, party: str, content: bytes, name: str, at: datetime, comment: str
) -> Convention:
    file = store_file(content=content, name=name, by=actor, at=at, accept=SCANS)
    return _consent(actor, convention, "record_end", party, file, at, comment)


@gate.one_transaction
def decline_end_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Refuse the end that is proposed, or withdraw one's own. Raises Unknown, PermissionDenied, Refused."""
    declined: Convention = gate.apply(convention, "decline_end", actor=actor, at=at, comment=comment)
    return declined


def agreement_paper(convention: Convention) -> ConventionPaper | None:
    """The paper of the agreement that is proposed."""
    if convention.end_proposed_at is None:
        return None
    return convention.papers.filter(kind=PaperKind.AGREEMENT).select_related("document__rendered").first()


def agreement_of(convention: Convention) -> Document | None:
    """What a party signs by hand."""
    paper = agreement_paper(convention)
    return paper.document if paper else None


def _consent(
    actor: Actor,
    convention: Convention,
    verb: str,
    party: str | None,
    file: StoredFile | None,
    at: datetime,
    comment: str,
) -> Convention:
    lock(Convention, [convention.pk], "FOR NO KEY UPDATE")
    held = Convention.objects.get(pk=convention.pk)
    if party in Party.values and actor.pk is not None and held.end_proposed_at is not None:
        _, created = EndConsent.objects.get_or_create(
            convention=held,
            round=held.end_round,
            party=party,
            defaults={"file": file, "given_at": at, "given_by_id": actor.pk},
        )
        if not created:
            raise Refused({held.pk: (CONSENT.reason,)})
    gate.apply(held, verb, actor=actor, at=at, comment=comment, party=party)
    return Convention.objects.get(pk=convention.pk)
