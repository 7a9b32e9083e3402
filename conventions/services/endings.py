"""How parties end a convention: proposed by one and confirmed by the two others, or by one alone after its paper."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from conventions.enums import ConventionPaperKind, FoundOnDeposit, Party
from conventions.machine.ending_rules import CONSENT, PROPOSED, TOLD_FIRST, party_of
from conventions.models import Convention, ConventionPaper, EndConsent, EndNotice
from conventions.services.readings import read_scan, refuse
from conventions.services.signatures import NOT_DRAWN, SCANS
from documents.models import Document, StoredFile
from documents.services import check_file, open_file, store_file
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.locking import lock
from lifecycle.machine import Context

NO_CODE = (
    "Le code de l’accord proposé n’a pas été lu sur ce fichier\u00a0: numérisez la "
    "première page de l’accord signé, code QR"
    " compris."
)


@gate.one_transaction
def agree_end_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """Agree for one's party; the third agreement ends the convention. Raises Unknown, PermissionDenied, Refused."""
    consent = Consent("agree_end", party_of(Context(at or timezone.now(), actor)), None, comment)
    return _consent(actor, convention, consent, at)


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
    if document is None:
        raise Refused({convention.pk: (PROPOSED.reason,)})
    if document.rendered is None:
        raise Refused({convention.pk: (NOT_DRAWN,)})
    with open_file(document.rendered) as file:
        frozen = file.read()
    if content == frozen:
        refuse(convention, "as_it_was", "C’est l’accord tel que Maillon l’a établi\u00a0: personne ne l’a signé.")
    if read_scan(row=convention, document=document, content=content, frozen=frozen).found != FoundOnDeposit.CODE:
        refuse(convention, "no_code", NO_CODE)
    return _consent(actor, convention, Consent("record_end", party, (content, name), comment), at)


def give_notice_convention(
    *,
    actor: Actor,
    convention: Convention,
    reason: str,
    notice_on: date,
    paper: StoredFile | None,
    at: datetime | None = None,
    comment: str = "",
) -> Convention:
    """Record the paper, already kept, by which one's party will end it alone, of the day ``notice_on``.

    ``reason``: of ``ENDED_ALONE``. Raises Unknown, PermissionDenied, Refused.
    """
    return gate.apply(
        convention,
        "give_notice",
        actor=actor,
        at=at,
        comment=comment,
        reason=reason,
        notice_on=notice_on,
        notice_file=paper,
    )


def terminate_convention(
    *, actor: Actor, convention: Convention, at: datetime | None = None, comment: str = ""
) -> Convention:
    """End it alone, for the reason and by the paper that one's party gave.

    Raises Unknown, PermissionDenied, Refused.
    """
    party = party_of(Context(at or timezone.now(), actor)) or ""
    own = EndNotice.objects.open().filter(convention=convention, party=party).first()
    if own is None:
        raise Refused({convention.pk: (TOLD_FIRST.reason,)})
    reason, notice_on = own.reason, own.given_on
    return gate.apply(convention, "terminate", actor=actor, at=at, comment=comment, reason=reason, notice_on=notice_on)


def agreement_paper(convention: Convention) -> ConventionPaper | None:
    """The paper of the agreement that is proposed."""
    if convention.end_proposed_at is None:
        return None
    return convention.papers.filter(kind=ConventionPaperKind.AGREEMENT).select_related("document__rendered").first()


def agreement_of(convention: Convention) -> Document | None:
    """What a party signs by hand."""
    paper = agreement_paper(convention)
    return paper.document if paper else None


@dataclass(frozen=True)
class Consent:
    """What a party says, by which verb, with the content and the name of the paper it signed, if it did."""

    verb: str
    party: str | None
    paper: tuple[bytes, str] | None
    comment: str


@gate.one_transaction
def _consent(actor: Actor, convention: Convention, given: Consent, at: datetime | None) -> Convention:
    lock(Convention, [convention.pk], "FOR NO KEY UPDATE")
    given_at = at or timezone.now()
    held = Convention.objects.get(pk=convention.pk)
    if given.party in Party.values and actor.pk is not None and held.end_proposed_at is not None:
        known = EndConsent.objects.filter(convention=held, round=held.end_round, party=given.party)
        if known.exists():
            raise Refused({held.pk: (CONSENT.reason,)})
        EndConsent.objects.create(
            convention=held,
            round=held.end_round,
            party=given.party,
            file=_stored(given.paper, actor, given_at),
            given_at=given_at,
            given_by_id=actor.pk,
        )
    gate.apply(held, given.verb, actor=actor, at=at, comment=given.comment, party=given.party)
    return Convention.objects.get(pk=convention.pk)


def _stored(paper: tuple[bytes, str] | None, actor: Actor, at: datetime) -> StoredFile | None:
    return None if paper is None else store_file(content=paper[0], name=paper[1], by=actor, at=at, accept=SCANS)
