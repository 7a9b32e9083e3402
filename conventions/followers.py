"""What follows each verb, in the gate's transaction. Registered in ``ConventionsConfig.ready()``."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone

from calendars.working_days import add_working_days
from conventions import emails
from conventions.documents import freeze_convention, freeze_signatures, register_kinds
from conventions.enums import (
    ALIVE,
    ON_THE_WAY,
    ConventionState,
    DraftAbandonReason,
    Party,
    ReviewState,
    ReviewSubject,
    SignatureState,
    TerminateReason,
)
from conventions.models import (
    ClauseText,
    Convention,
    ConventionClause,
    Review,
    ReviewNotes,
    Signature,
    TextVersion,
    changes_end,
    version_of,
)
from conventions.parameters import REVIEW_DAYS, SIGNATURE_DAYS
from conventions.services.forgetting import forget_person
from conventions.services.quotas import amend_quotas, open_quotas
from conventions.services.terms import write_terms
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.in_order import by_key
from lifecycle.locking import lock
from lifecycle.registry import Move, forget, on_transition

S = ConventionState


def conventions_of(move: Move) -> list[Convention]:
    """The conventions of a move, with their parties."""
    rows = Convention.objects.filter(pk__in=move.pks)
    return by_key(rows.select_related("epci_party", "succeeded_by", "workshop", "distributor", "amends"))


def all_moved(outcome: gate.Outcome) -> None:
    """Nothing partial here: raises Refused when a row of the set was refused."""
    if outcome.refused:
        raise Refused(outcome.refused)


# --- writing and reviewing


def write_articles(move: Move) -> None:
    """The articles of the model of the day; an amendment begins without any."""
    model = list(ClauseText.objects.on(timezone.localdate(move.at)).order_by("position", "pk"))
    ConventionClause.objects.bulk_create(
        ConventionClause(
            convention=convention,
            code=article.code,
            title=article.title,
            text=article.body,
            mandatory=article.mandatory,
            position=article.position,
        )
        for convention in conventions_of(move)
        if not convention.is_amendment
        for article in model
    )


def keep_versions(move: Move) -> None:
    """The text as it is read in this round: the next round is compared with it."""
    TextVersion.objects.bulk_create([version_of(convention) for convention in conventions_of(move)])


def forget_notes(move: Move) -> None:
    """What reviewers typed and never gave, of those too whom a colleague outran: it serves no more."""
    ReviewNotes.objects.filter(review__convention__in=move.pks).delete()


def ask_reviews(move: Move) -> None:
    """The reviews the EPCI names, and one of each other party, all due the same day."""
    day = timezone.localdate(move.at)
    days = REVIEW_DAYS.on(day)
    due_on = add_working_days(day, int(days))
    reviews = []
    for convention in conventions_of(move):
        common = {"convention": convention, "round": convention.round, "due_on": due_on}
        reviews += [
            Review(
                **common,
                subject=named.subject,
                party=Party.EPCI,
                organisation_id=named.organisation_id,
                asked_of_id=named.membership_id,
            )
            for named in convention.reviewers_named.all()
        ]
        reviews += [
            Review(**common, subject=ReviewSubject.PARTY, party=party, organisation=organisation)
            for party, organisation in (
                (Party.RECONDITIONER, convention.workshop),
                (Party.DISTRIBUTOR, convention.distributor),
            )
        ]
    created = gate.create_many(Review, "ask", reviews, actor=move.actor, at=move.at, cause=move)
    emails.reviews_asked_for_reviewers(Review.objects.filter(pk__in=[review.pk for review in created]), move.at)


def conclude_reviews(move: Move) -> None:
    """Once all have answered: changes are requested if anyone is against, else the text is approved.

    The conventions are locked by the answer itself, so that of two last answers one sees the other.
    """
    answered = Convention.objects.filter(reviews__in=move.pks, state=S.IN_REVIEW).distinct()
    of_round = Review.objects.filter(convention__in=answered, round=F("convention__round"))
    awaited = set(of_round.filter(state=ReviewState.ASKED).values_list("convention", flat=True))
    against = set(of_round.filter(state=ReviewState.UNFAVOURABLE).values_list("convention", flat=True))
    done = set(answered.values_list("pk", flat=True)) - awaited
    for verb, pks in (("request_changes", done & against), ("approve", done - against)):
        if pks:
            conventions = Convention.objects.filter(pk__in=pks)
            all_moved(gate.apply_many(conventions, verb, actor=move.actor, at=move.at, cause=move))


def cancel_reviews(move: Move) -> None:
    """Nobody is asked for an opinion any more."""
    awaited = Review.objects.filter(convention__in=move.pks, state=ReviewState.ASKED)
    if awaited.exists():
        all_moved(gate.apply_many(awaited, "cancel", actor=move.actor, at=move.at, cause=move))


def tell_changes_requested(move: Move) -> None:
    """The author is told, with the points."""
    for convention in conventions_of(move):
        emails.changes_requested_for_author(convention, move.at)


def tell_approved(move: Move) -> None:
    """The EPCI is told what comes next: its act."""
    for convention in conventions_of(move):
        emails.convention_approved_for_epci(convention, move.at)


# --- signing


def freeze_papers(move: Move) -> None:
    """The document is frozen; a task draws it once the change is committed."""
    for convention in conventions_of(move):
        freeze_convention(convention, move)


def ask_signatures(move: Move) -> None:
    """One signature per party, of the signatory it named, on the document of this round."""
    signatures = []
    day = timezone.localdate(move.at)
    days = SIGNATURE_DAYS.on(day)
    due_on = add_working_days(day, int(days))
    for convention in conventions_of(move):
        document, before = convention.document, _asked_last(convention)
        signatures += [
            Signature(
                convention=convention,
                round=convention.round,
                party=party,
                organisation=organisation,
                signatory=signatory,
                asked_before_id=None if before.get(party) == signatory.pk else before.get(party),
                document=document,
                due_on=due_on,
            )
            for party, organisation, signatory in convention.parties()
            if signatory is not None
        ]
    created = gate.create_many(Signature, "ask", signatures, actor=move.actor, at=move.at, cause=move)
    asked = Signature.objects.filter(pk__in=[signature.pk for signature in created])
    emails.signatures_asked_for_signatories(asked, move.at)
    emails.signatures_asked_of_another_for_former(asked, move.actor.pk, move.at)


def _asked_last(convention: Convention) -> dict[str, int]:
    """Who was asked to sign the round before, by party: another may be named since."""
    rows = convention.signatures.filter(round__lt=convention.round).order_by("round")
    return dict(rows.values_list("party", "signatory"))


def complete_signatures(move: Move) -> None:
    """When the three parties have signed the document of the round, the convention is signed.

    The conventions are locked by the signature itself, so that of two last signatures one sees the other.
    """
    signed = Convention.objects.filter(signatures__in=move.pks, state=S.SIGNING).distinct()
    awaited = Signature.objects.filter(
        convention__in=signed, round=F("convention__round"), state=SignatureState.ASKED
    ).values("convention")
    complete = signed.exclude(pk__in=awaited)
    if complete.exists():
        all_moved(gate.apply_many(complete, "complete_signature", actor=move.actor, at=move.at, cause=move))


def void_signatures(move: Move) -> None:
    """What was asked or signed of this text holds no more."""
    held = Signature.objects.filter(convention__in=move.pks, state__in=(SignatureState.ASKED, SignatureState.SIGNED))
    if held.exists():
        all_moved(gate.apply_many(held, "void", actor=move.actor, at=move.at, cause=move))


def freeze_signatures_and_tell_parties(move: Move) -> None:
    """The page of signatures, a second document that quotes the first by its hash; the parties are told."""
    for convention in conventions_of(move):
        freeze_signatures(convention, move)
        emails.convention_signed_for_parties(convention, move.at)


def tell_reopened(move: Move) -> None:
    """Those who had agreed are told that the text is opened again."""
    for convention in conventions_of(move):
        emails.convention_reopened_for_parties(convention, str(move.values.get("reason", "")), move.at)


# --- in force


def open_or_amend(move: Move) -> None:
    """The quotas and the terms of a convention open; an amendment writes its own on what it amends."""
    conventions = conventions_of(move)
    amended = [convention.amends_id for convention in conventions if convention.amends_id is not None]
    # Before any quota: those whose last day follows.
    lock(Convention, _on_the_way(amended).values_list("pk", flat=True), "FOR NO KEY UPDATE")
    originals = [convention for convention in conventions if not convention.is_amendment]
    for convention in originals:
        write_terms(convention, convention)
    open_quotas(originals, actor=move.actor, at=move.at)
    amendments = [convention for convention in conventions if convention.is_amendment]
    for amendment in sorted(amendments, key=lambda row: (row.starts_on, row.pk)):
        _apply_amendment(amendment, move)


def _apply_amendment(amendment: Convention, move: Move) -> None:
    assert amendment.amends_id is not None
    amended = Convention.objects.get(pk=amendment.amends_id)
    rate, document = amendment.max_nonconformity, amendment.document
    assert document is not None
    # What was signed: another amendment may have changed the end since.
    new_end = document.values.get("ends_changed", True)
    gate.apply(
        amended,
        "amend",
        actor=move.actor,
        at=move.at,
        cause=move,
        ends_on=amendment.ends_on if new_end else amended.ends_on,
        max_nonconformity=amended.max_nonconformity if rate is None else rate,
    )
    former, amended = amended.ends_on, Convention.objects.get(pk=amended.pk)
    _move_copied_ends(amended, former, move)
    write_terms(amendment, amended)
    amend_quotas(amendment, amended, actor=move.actor, at=move.at)


def _on_the_way(amended: Iterable[int]) -> QuerySet[Convention]:
    return Convention.objects.filter(amends__in=amended, state__in=ON_THE_WAY).order_by("pk")


def _move_copied_ends(amended: Convention, former: date | None, move: Move) -> None:
    """Amendments on their way that say nothing of the end copied the former one: they take the new one with it."""
    if amended.ends_on == former:
        return
    copies = _on_the_way([amended.pk]).filter(ends_on=former).exclude(starts_on__gt=amended.ends_on)
    silent = [row.pk for row in copies if row.document is None or not changes_end(row)]
    if silent:
        rows = Convention.objects.filter(pk__in=silent)
        moved = gate.apply_many(rows, "follow_end", actor=move.actor, at=move.at, cause=move, ends_on=amended.ends_on)
        all_moved(moved)


def tell_activated(move: Move) -> None:
    """The parties are told that devices may be allotted, or that terms have changed."""
    for convention in conventions_of(move):
        emails.convention_activated_for_parties(convention, move.at)


def tell_suspended(move: Move) -> None:
    """The parties and the pilot are told."""
    for convention in conventions_of(move):
        emails.convention_suspended_for_parties(convention, move.at)


def tell_resumed(move: Move) -> None:
    """The parties and the pilot are told."""
    for convention in conventions_of(move):
        emails.convention_resumed_for_parties(convention, move.at)


def tell_reminder(move: Move) -> None:
    """The parties and the pilot are told how many days are left."""
    for convention in conventions_of(move):
        emails.convention_ending_for_parties(convention, move.at)


# --- the end


def end_amendments(move: Move) -> None:
    """Amendments end with what they amend: those in force, those signed, those still on their way."""
    amendments = Convention.objects.filter(amends__in=move.pks).order_by("pk")
    day = timezone.localdate(move.at)
    ends = (
        ("expire" if move.verb == "expire" else "terminate", ALIVE),
        ("terminate", (S.SIGNED,)),
        ("abandon", (S.DRAFT, S.IN_REVIEW, S.CHANGES_REQUESTED, S.APPROVED, S.SIGNING)),
    )
    given: dict[str, dict[str, Any]] = {
        "terminate": {"reason": TerminateReason.AMENDED_ENDED, "notice_on": day},
        "abandon": {"reason": DraftAbandonReason.AMENDED_ENDED},
    }
    for verb, states in ends:
        rows = amendments.filter(state__in=states)
        if rows.exists():
            all_moved(gate.apply_many(rows, verb, actor=move.actor, at=move.at, cause=move, **given.get(verb, {})))


def tell_ended(move: Move) -> None:
    """The parties and the pilot are told until when devices may still be handed over; an amendment goes unsaid."""
    for convention in conventions_of(move):
        if not convention.is_amendment:
            emails.convention_ended_for_parties(convention, move.at)


def tell_abandoned(move: Move) -> None:
    """Those who had seen the draft are told that it goes no further."""
    for convention in conventions_of(move):
        if convention.round:
            emails.convention_abandoned_for_parties(convention, move.at)


def register_circuit_followers() -> None:
    """Up to the signatures. Followers of one verb run in this order."""
    on_transition("convention", "create", write_articles)
    on_transition("convention", "submit", keep_versions)
    on_transition("convention", "submit", forget_notes)
    on_transition("convention", "submit", ask_reviews)
    on_transition("convention", "request_changes", tell_changes_requested)
    on_transition("convention", "approve", tell_approved)
    on_transition("convention", "reopen", void_signatures)
    on_transition("convention", "reopen", tell_reopened)
    on_transition("convention", "open_signature", freeze_papers)
    on_transition("convention", "open_signature", ask_signatures)
    on_transition("convention", "complete_signature", forget_notes)
    on_transition("convention", "complete_signature", freeze_signatures_and_tell_parties)
    on_transition("convention", "abandon", forget_notes)
    on_transition("convention", "abandon", cancel_reviews)
    on_transition("convention", "abandon", void_signatures)
    on_transition("convention", "abandon", tell_abandoned)
    on_transition("review", "answer", conclude_reviews)
    on_transition("review", "answer_against", conclude_reviews)
    on_transition("signature", "sign", complete_signatures)


def register_life_followers() -> None:
    """From the entry into force to the end."""
    on_transition("convention", "activate", open_or_amend)
    on_transition("convention", "activate", tell_activated)
    on_transition("convention", "suspend", tell_suspended)
    on_transition("convention", "resume", tell_resumed)
    on_transition("convention", "remind", tell_reminder)
    on_transition("convention", "terminate", end_amendments)
    on_transition("convention", "terminate", tell_ended)
    on_transition("convention", "expire", end_amendments)
    on_transition("convention", "expire", tell_ended)


def register() -> None:
    """Every registration of the app, once its models are known."""
    register_kinds()
    register_circuit_followers()
    register_life_followers()
    forget(forget_person)
