"""What conventions write to people: one function per message, one mail per organisation."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from calendars.working_days import add_months
from conventions.acts import act_of_predecessor, former_act
from conventions.addressees import KINDS, People, answerers_of, epci_acting, everyone_of, people_of
from conventions.enums import ALIVE, Party, SignatureDeclineReason, TextReopenReason
from conventions.models import Convention, Review, ReviewPoint, Signature, SignatureDeposit, changes_end, is_unchanged
from conventions.opinions import former_points, last_reopened, refused_by, remarks_given
from conventions.parameters import HANDING_OVER_DAYS, LONGEST_YEARS, PASS_OVER_DAYS
from documents.emails import absolute_url, compose
from documents.services import queue_mail
from network.enums import Role
from network.models import Membership


def reviews_asked_for_reviewers(reviews: QuerySet[Review], at: datetime) -> None:
    """To each organisation whose opinion is asked: on what, until when, and what follows without it.

    A named reviewer is told alone; who is asked for several opinions has one mail.
    """
    day = timezone.localdate(at)
    days = int(PASS_OVER_DAYS.on(day))
    for organisation, people, asked in _together(reviews.select_related("convention", "organisation").order_by("pk")):
        passed = [review.passes_on(days) for review in asked]
        context = {
            "review": asked[0],
            "asked": [(review, page_at("review_answer", review.reference)) for review in asked],
            "late": asked[0].due_on < day,
            "passes_on": next((one for one in passed if one is not None), None),
            "protected": None in passed,
            "page": page_at("review_answer", asked[0].reference),
            "unchanged": is_unchanged(asked[0].convention),
            "answered": max((point.review.round for review in asked for point in former_points(review)), default=0),
            "reopened": last_reopened(asked[0].convention),
        }
        write("review_asked_for_reviewer", asked[0].convention, {organisation: people}, at, **context)


def _together(reviews: Iterable[Review]) -> Iterator[tuple[int, list[tuple[str, str]], list[Review]]]:
    """``(organisation, people, reviews)``: of one text, for one day, those of whom the same opinions are asked."""
    of_each: dict[Any, list[Review]] = {}
    for review in reviews:
        for organisation, people in people_of(answerers_of(review)).items():
            for person in people:
                of_each.setdefault((review.convention_id, review.due_on, organisation, person), []).append(review)
    alike: dict[Any, list[tuple[str, str]]] = {}
    for (_, _, organisation, person), asked in of_each.items():
        alike.setdefault((organisation, tuple(asked)), []).append(person)
    for (organisation, asked), people in alike.items():
        yield organisation, people, list(asked)


def reviews_asked_of_another_for_former(reviews: QuerySet[Review], by: int | None, at: datetime) -> None:
    """To whoever was asked before, unless it is her own doing: somebody else gives the opinion now, and why."""
    rows = reviews.exclude(asked_before=None).exclude(asked_before=by)
    for review in rows.select_related("convention", "organisation", "asked_of__user").order_by("pk"):
        people = people_of(Membership.objects.filter(pk=review.asked_before_id))
        write("review_asked_of_another_for_former", review.convention, people, at, review=review)


def changes_requested_for_author(convention: Convention, at: datetime) -> None:
    """The points that were raised, each to be answered."""
    points = ReviewPoint.objects.filter(review__convention=convention, review__round=convention.round)
    told = list(points.select_related("review__organisation", "review__convention"))
    authors = Membership.objects.pilots().filter(pk=convention.created_by_id)
    people = people_of(epci_acting(convention) | authors)
    page = page_at("convention_points", convention.reference)
    write(
        "changes_requested_for_author",
        convention,
        people,
        at,
        points=told,
        remarks=remarks_given(convention),
        page=page,
    )


def convention_approved_for_epci(convention: Convention, at: datetime) -> None:
    """Every opinion is favourable: the EPCI decides, then opens the signature."""
    page = page_at("convention_open_signature", convention.reference)
    write("convention_approved_for_epci", convention, people_of(epci_acting(convention)), at, page=page)


def signatures_asked_for_signatories(signatures: QuerySet[Signature], at: datetime) -> None:
    """To each signatory: the document is there to be read and signed, until when, and what follows if it is not."""
    _write_to_signatories("signature_asked_for_signatory", signatures, at)


def signatures_asked_of_another_for_former(signatures: QuerySet[Signature], by: int | None, at: datetime) -> None:
    """To whoever was asked before, unless it is her own doing: somebody else signs now, and why."""
    rows = signatures.exclude(asked_before=None).exclude(asked_before=by)
    for signature in rows.select_related("convention", "organisation", "signatory__user").order_by("pk"):
        people = people_of(Membership.objects.filter(pk=signature.asked_before_id))
        write("signature_asked_of_another_for_former", signature.convention, people, at, signature=signature)


def signatures_answered_for_signatories(signatures: QuerySet[Signature], at: datetime) -> None:
    """To each signatory who did not sign: an answer is there to be read, and she is asked again. To who refused before
    her too, once the text is opened again: the next one is asked of whom the convention names.
    """
    _write_to_signatories("signature_answered_for_signatory", signatures, at, refusers=True)


def _write_to_signatories(
    template: str, signatures: QuerySet[Signature], at: datetime, *, refusers: bool = False
) -> None:
    """To each one who signs, with the page of her signature; with ``refusers``, of a void one to who refused it too."""
    for signature in signatures.select_related("convention", "organisation", "asked_before__user").order_by("pk"):
        page = page_at("signature_sign", signature.reference)
        late = signature.due_on is not None and signature.due_on < timezone.localdate(at)
        by = refused_by(signature)
        context = {"signature": signature, "late": late, "page": page, "refused_by": by}
        told = {signature.signatory_id} | ({by.pk} if refusers and by and signature.voided_at else set())
        for pk in sorted(told):
            people = people_of(Membership.objects.filter(pk=pk))
            write(template, signature.convention, people, at, **context, is_own=by is not None and by.pk == pk)


def convention_signed_for_parties(convention: Convention, at: datetime) -> None:
    """The three parties have signed; from when it holds."""
    tell_all("convention_signed_for_parties", convention, at, new_end=_new_end(convention))


def convention_reopened_for_parties(convention: Convention, reason: str, at: datetime) -> None:
    """The text is opened again, and why: told to who writes it, to who will read it again, to who is informed.

    What was signed holds no more, nor the act that the EPCI recorded for this round.
    """
    asked, act = convention.signatures.filter(round=convention.round), former_act(convention)
    context = {
        "reason": TextReopenReason(reason).label,
        "asked": asked.exists(),
        "signed": asked.exclude(signed_at=None).exists(),
        "act": act if act is not None and act.round == convention.round else None,
    }
    who = {convention.epci_acting.pk: "epci", convention.workshop_id: "party", convention.distributor_id: "party"}
    for organisation, people in sorted(people_of(everyone_of(convention)).items()):
        told = {organisation: people}
        write("convention_reopened_for_parties", convention, told, at, **context, who=who.get(organisation, ""))


def convention_taken_over_for_parties(convention: Convention, at: datetime) -> None:
    """Its EPCI merged: who acts now, and that what was read or signed comes again in that name.

    The act that the former EPCI recorded holds no more: told to the two EPCI and to the pilot.
    """
    context = {"successor": convention.epci_acting, "act": act_of_predecessor(convention)}
    who = {convention.epci_acting.pk: "epci", convention.workshop_id: "party", convention.distributor_id: "party"}
    for organisation, people in sorted(people_of(everyone_of(convention)).items()):
        told = {organisation: people}
        write("convention_taken_over_for_parties", convention, told, at, **context, who=who.get(organisation, ""))


def convention_activated_for_parties(convention: Convention, at: datetime) -> None:
    """It is in force: the quotas of its first year, or for an amendment that the terms have changed."""
    quotas = convention.quotas.on(timezone.localdate(at)) if not convention.is_amendment else []
    new_end = _new_end(convention)
    tell_all("convention_activated_for_parties", convention, at, quotas=list(quotas), new_end=new_end)


def convention_suspended_for_parties(convention: Convention, at: datetime) -> None:
    """Nothing is allotted any more for a time: why."""
    tell_all("convention_suspended_for_parties", convention, at)


def convention_resumed_for_parties(convention: Convention, at: datetime) -> None:
    """Devices may be allotted again."""
    tell_all("convention_resumed_for_parties", convention, at)


def convention_ending_for_parties(convention: Convention, at: datetime) -> None:
    """How many days are left, and until when it may be prolonged, if at all."""
    assert convention.starts_on is not None
    assert convention.ends_on is not None
    day = timezone.localdate(at)
    longest = add_months(convention.starts_on, 12 * LONGEST_YEARS.on(day)) - timedelta(days=1)
    context = {"left": (convention.ends_on - day).days, "longest": longest if convention.ends_on < longest else None}
    tell_all("convention_ending_for_parties", convention, at, **context)


def convention_ended_for_parties(convention: Convention, at: datetime) -> None:
    """It has ended: how many days are left to hand over what the distributor holds."""
    days = HANDING_OVER_DAYS.on(timezone.localdate(at))
    tell_all("convention_ended_for_parties", convention, at, days=int(days))


def convention_abandoned_for_parties(convention: Convention, at: datetime) -> None:
    """The draft goes no further."""
    tell_all("convention_abandoned_for_parties", convention, at)


def deposit_made_for_signatory(deposit: SignatureDeposit, at: datetime) -> None:
    """To the signatory, at once, when somebody else deposited a document in her name."""
    signature = deposit.signature
    if deposit.deposited_by.user_id == signature.signatory.user_id:
        return
    people = people_of(Membership.objects.filter(pk=signature.signatory_id))
    page = page_at("signature_acknowledge", signature.reference)
    write("deposit_made_for_signatory", signature.convention, people, at, deposit=deposit, page=page)


def deposit_to_confirm_for_parties(deposit: SignatureDeposit, at: datetime) -> None:
    """To those of the two other parties who may confirm it."""
    signature = deposit.signature
    convention = signature.convention
    others = Q(pk=None)
    for party, organisation, _ in convention.parties():
        if party != signature.party:
            others |= Q(organisation=organisation, kind=KINDS[party], role__in=(Role.SIGNATORY, Role.MANAGER))
    page = page_at("signature_confirm", signature.reference)
    people = people_of(Membership.objects.filter(others))
    write("deposit_to_confirm_for_parties", convention, people, at, deposit=deposit, page=page)


def deposit_refused_for_party(deposit: SignatureDeposit, at: datetime) -> None:
    """To the signatory and to whoever deposited: why it is no signature, and what is left to do."""
    signature = deposit.signature
    people = people_of(Membership.objects.filter(pk__in=(signature.signatory_id, deposit.deposited_by_id)))
    page = page_at("convention_detail", signature.convention.reference)
    write("deposit_refused_for_party", signature.convention, people, at, deposit=deposit, page=page)


def signature_confirmed_for_signatory(signatures: QuerySet[Signature], at: datetime) -> None:
    """To each signatory in whose name somebody else deposited: it counts; she may contest it."""
    for signature in signatures.select_related("convention", "signatory", "organisation").order_by("pk"):
        own = SignatureDeposit.objects.filter(
            signature=signature, file=signature.scan_id, deposited_by__user=signature.signatory.user_id
        )
        if own.exists():
            continue
        people = people_of(Membership.objects.filter(pk=signature.signatory_id))
        page = page_at("signature_acknowledge", signature.reference)
        write("signature_confirmed_for_signatory", signature.convention, people, at, signature=signature, page=page)


def signature_contested_for_parties(signatures: QuerySet[Signature], at: datetime) -> None:
    """The three parties and the pilot: this signature is awaited again."""
    for signature in signatures.select_related("convention", "organisation").order_by("pk"):
        tell_all("signature_contested_for_parties", signature.convention, at, signature=signature)


def signatures_declined_for_epci(signatures: QuerySet[Signature], reason: str, at: datetime) -> None:
    """To the managers of the EPCI and the pilots, who can open the text again or abandon it: who does not sign, why.

    Nobody answers a refusal of his own party: that of the EPCI is the pilot's to answer.
    """
    told = SignatureDeclineReason(reason).label
    for signature in signatures.select_related("convention", "organisation", "signatory__user").order_by("pk"):
        for memberships, answers in _answering(signature):
            context = {
                "signature": signature,
                "reason": told,
                "answers": answers,
                "page": _answer_page(signature, answers),
            }
            write("signature_declined_for_epci", signature.convention, people_of(memberships), at, **context)


def _answering(signature: Signature) -> Iterable[tuple[QuerySet[Membership], bool]]:
    """Those who write the text, each with whether they answer this refusal."""
    managers = epci_acting(signature.convention)
    if signature.party != Party.EPCI:
        return [(managers | Membership.objects.pilots(), True)]
    return [(managers, False), (Membership.objects.pilots(), True)]


def _answer_page(signature: Signature, answers: bool) -> str:
    if answers:
        return page_at("signature_answer_refusal", signature.reference)
    return page_at("convention_detail", signature.convention.reference)


def refusals_recalled(signatures: QuerySet[Signature], at: datetime) -> None:
    """To the managers of the EPCI, once it is late to the pilots too: who waits for an answer, until when.

    Of a refusal of the EPCI itself, to the pilots, who answer it.
    """
    for signature in signatures.select_related("convention", "organisation", "signatory__user").order_by("pk"):
        late = signature.answer_due_on is not None and signature.answer_due_on < timezone.localdate(at)
        people = Membership.objects.pilots() if signature.party == Party.EPCI else epci_acting(signature.convention)
        if late:
            people |= Membership.objects.pilots()
        page = _answer_page(signature, True)
        context = {"signature": signature, "late": late, "page": page, "refused_by": refused_by(signature)}
        write("refusal_recalled_for_epci", signature.convention, people_of(people), at, **context)


def reviews_recalled(reviews: QuerySet[Review], at: datetime) -> None:
    """To whoever is asked; once it is late, to the managers of the EPCI and the pilot too, who can do without."""
    for review in reviews.select_related("convention", "organisation").order_by("pk"):
        late = review.due_on < timezone.localdate(at)
        context = {"review": review, "late": late}
        page = page_at("review_answer", review.reference)
        write("review_recalled", review.convention, people_of(answerers_of(review)), at, **context, page=page)
        if late:
            _review_late_for_epci(review, at)


def _review_late_for_epci(review: Review, at: datetime) -> None:
    """The pilot has anybody replaced; the EPCI those it named, and of another party it only passes over the opinion."""
    convention, day = review.convention, timezone.localdate(at)
    passes_on = review.passes_on(PASS_OVER_DAYS.on(day))
    context = {"review": review, "passes_on": passes_on, "passes": passes_on is not None and passes_on <= day}
    its_own = review.party == Party.EPCI
    for people, replaces in ((Membership.objects.pilots(), True), (epci_acting(convention), its_own)):
        replacing = page_at("review_replace", review.reference)
        page = replacing if replaces else page_at("convention_detail", convention.reference) + "#reviews"
        write("review_late_for_epci", convention, people_of(people), at, **context, replaces=replaces, page=page)


def signatures_recalled(signatures: QuerySet[Signature], at: datetime) -> None:
    """To the signatory; once it is late, or she has left, to the managers of her organisation and the pilot too."""
    for signature in signatures.select_related("convention", "organisation", "signatory__user").order_by("pk"):
        late = signature.due_on is not None and signature.due_on < timezone.localdate(at)
        has_left = not signature.signatory.is_held
        context = {"signature": signature, "late": late, "has_left": has_left}
        people = people_of(Membership.objects.filter(pk=signature.signatory_id))
        page = page_at("signature_sign", signature.reference)
        write("signature_recalled", signature.convention, people, at, **context, page=page)
        if late or has_left:
            managers = Membership.objects.filter(
                organisation=signature.organisation_id, kind=KINDS[Party(signature.party)], role=Role.MANAGER
            )
            page = page_at("signature_replace", signature.reference)
            helpers = people_of(managers | Membership.objects.pilots())
            write("signature_late_for_party", signature.convention, helpers, at, **context, page=page)


def reviews_passed_over(reviews: QuerySet[Review], at: datetime) -> None:
    """To whoever was asked: the circuit went on without the opinion, and why."""
    for review in reviews.select_related("convention", "organisation").order_by("pk"):
        write("review_passed_over", review.convention, people_of(answerers_of(review)), at, review=review)


# --- what messages share


def _new_end(convention: Convention) -> bool:
    """Of an amendment, the end is told only where it gives one: the day it copied may have moved since."""
    return convention.is_amendment and changes_end(convention)


def tell_all(template: str, convention: Convention, at: datetime, **context: Any) -> None:
    """One mail per organisation."""
    write(template, convention, people_of(everyone_of(convention)), at, **context)


def write(template: str, convention: Convention, people: People, at: datetime, **context: Any) -> None:
    context = {"page": page_at("convention_detail", convention.reference)} | context
    context |= {
        "convention": convention,
        "what": "L’avenant" if convention.is_amendment else "La convention",
        "alive": convention.state in ALIVE,
    }
    subject, body = compose(f"emails/conventions/{template}.txt", context)
    for to in _in_order(people):
        queue_mail(to=to, subject=subject, body=body, about=("convention", convention.pk), at=at)


def page_at(name: str, *of: str | int) -> str:
    """Straight to what is asked: whoever opens this twice a year does not look for it."""
    return absolute_url(reverse(f"conventions:{name}", args=of))


def _in_order(people: People) -> Iterable[list[tuple[str, str]]]:
    return (people[pk] for pk in sorted(people))
