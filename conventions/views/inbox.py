"""« À relire, à signer »: what is asked of whoever acts, with its deadline, and who takes charge of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, Min, OuterRef, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from viewflow.workflow.models import Task

from conventions.asked import (
    asked_of,
    claim_task,
    gone,
    refusals_to_answer,
    release_task,
    to_agree_end,
    to_end_alone,
    unknown_to,
)
from conventions.enums import ReviewSubject
from conventions.flows import ConventionFlow
from conventions.models import Convention, Review, ReviewPoint, Signature
from conventions.permissions import REVIEWERS, SIGNATORIES
from conventions.views.refusals import find_refusals
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused
from lifecycle.requests import own_address
from network.models import Membership
from network.permissions import acts_as, is_manager, is_pilot
from network.requests import Request
from typography.french import of

OUTSIDE = "Une autre organisation"
REPLACE_HER, REPLACE_HIM = "Demander un autre signataire", "Demander un autre relecteur"
IN_YOUR_NAME, SEE_IT = "Un document signé est déposé en votre nom", "Voir et répondre"


@dataclass(frozen=True)
class Item:
    """One thing asked: of which convention, since when, for when, where it is done, who has it in charge.

    ``task`` is 0 when no circuit asks it.
    """

    task: int
    name: str
    label: str
    url: str
    convention: Convention
    asked_at: datetime
    due_on: date | None
    owner: str
    is_mine: bool
    is_named: bool = False
    """Whether it is asked of whoever reads, by name: nobody has to take charge of it."""
    is_others: bool = False
    """Whether only somebody else may do it, who has time left: whoever reads may ask another person, and no more."""


def asks_something(actor: Actor | None) -> bool:
    """Whether the circuits may ask something of whoever acts in this role."""
    return is_pilot(actor) or acts_as(actor, *REVIEWERS, *SIGNATORIES)


@require_safe
def inbox(request: Request) -> HttpResponse:
    """The most pressing first; what has no deadline after, the oldest first."""
    items = items_of(request.membership)
    context = {
        "items": items,
        "asked": sum(not item.is_others for item in items),
        "late": sum(1 for item in items if item.due_on and item.due_on < timezone.localdate()),
        "is_asked": asks_something(request.membership),
    }
    return render(request, "conventions/inbox.html", context)


def items_of(actor: Membership) -> list[Item]:
    """What is asked of whoever acts, in a constant number of queries."""
    tasks = list(asked_of(actor))
    keys = {task.process.artifact_object_id for task in tasks}
    conventions = _conventions(keys, to_agree_end(actor), to_end_alone(actor))
    reviews = Review.objects.select_related("organisation", "asked_of__user").in_bulk(
        _seeds(tasks, ConventionFlow.review)
    )
    signatures = (
        Signature.objects.select_related("organisation", "signatory__user")
        .prefetch_related("deposits__refusal")
        .in_bulk(_seeds(tasks, ConventionFlow.sign))
    )
    owners = {task.owner_id for task in tasks if task.owner_id is not None}
    left = gone(actor, owners)
    near = set(
        Membership.objects.filter(organisation=actor.organisation_id, user__in=owners).values_list("user", flat=True)
    )
    rows: dict[str, Mapping[int, Review | Signature]] = {"review": reviews, "sign": signatures}
    items = []
    for task in tasks:
        convention = conventions[task.process.artifact_object_id]
        row = rows.get(task.flow_task.name, {}).get(task.seed_object_id)
        item = _item(actor, task, convention, row)
        is_held = task.owner_id is not None and task.owner_id not in left
        items.append(item if is_held and task.owner_id in near else replace(item, owner=OUTSIDE if is_held else ""))
    items += [_signed_in_her_name(signature) for signature in unknown_to(actor) if signature.pk not in signatures]
    refused = list(refusals_to_answer(actor))
    find_refusals(refused)
    items += [_refused(signature) for signature in refused]
    items += [_end_proposed(convention) for convention in conventions.values() if convention.end_is_asked]
    items += [_delay_passed(convention) for convention in conventions.values() if convention.ends_alone]
    return sorted(items, key=lambda item: (item.due_on is None, item.due_on or date.max, item.asked_at))


def _conventions(keys: set[int], to_end: Any, alone: Any) -> dict[int, Any]:
    """Those of these keys and those whose end is asked, by key: ``end_is_asked``, ``ends_alone`` (since when).

    ``answer_due_on``: until when a text that a signatory did not sign is submitted again. ``has_open_points``: whether
    a reviewer waits for an answer.
    """
    declined = Q(signatures__round=F("round"), signatures__answer_due_on__isnull=False)
    points = ReviewPoint.objects.filter(review__convention=OuterRef("pk"), review__round=OuterRef("round"))
    open_points = points.filter(answered_at=None)
    wanted = Q(pk__in=keys) | Q(pk__in=to_end.values("pk")) | Q(pk__in=alone.values("pk"))
    found = Convention.objects.filter(wanted).annotate(
        end_is_asked=Exists(to_end.filter(pk=OuterRef("pk"))),
        ends_alone=Subquery(alone.filter(pk=OuterRef("pk")).values("noticed_at")),
        answer_due_on=Min("signatures__answer_due_on", filter=declined),
        has_open_points=Exists(open_points),
    )
    return {row.pk: row for row in found.select_related("epci_party", "succeeded_by", "workshop", "distributor")}


def _signed_in_her_name(signature: Signature) -> Item:
    """A signature that counts already, given in the name of whoever reads and not by her."""
    url = reverse("conventions:signature_acknowledge", args=[signature.reference])
    at = signature.signed_at or signature.convention.moved_at
    return Item(0, IN_YOUR_NAME, SEE_IT, url, signature.convention, at, None, "", False)


def _refused(signature: Signature) -> Item:
    """A party does not sign the text as it stands: it is answered, unless the text is opened again or abandoned."""
    assert signature.refusal is not None
    url = reverse("conventions:signature_answer_refusal", args=[signature.reference])
    name = f"Répondre à {signature.refusal.by.user}, qui ne signe pas en l’état"
    at = signature.refusal.entry.at
    return Item(0, name, "Lire et répondre", url, signature.convention, at, signature.answer_due_on, "", False)


def _end_proposed(convention: Convention) -> Item:
    """An end by agreement on which the party of whoever reads has not answered."""
    url = reverse("conventions:convention_agree_end", args=[convention.reference])
    at = convention.end_proposed_at or convention.moved_at
    return Item(0, "Donner son accord pour finir", "Voir et répondre", url, convention, at, None, "", False)


def _delay_passed(convention: Any) -> Item:
    """What the party of whoever reads said it would end alone: it may now, or takes it back."""
    url = reverse("conventions:convention_terminate", args=[convention.reference])
    at = convention.ends_alone
    return Item(0, "Résilier, ou retirer le préavis", "Voir et décider", url, convention, at, None, "", False)


def _seeds(tasks: list[Task], node: object) -> set[int]:
    return {task.seed_object_id for task in tasks if task.flow_task == node}


def _item(actor: Membership, task: Task, convention: Any, row: Review | Signature | None) -> Item:
    due_on, asked_at = None, convention.moved_at
    if isinstance(row, Review):
        name, label, page = _review_asked(actor, row)
        url = reverse(f"conventions:{page}", args=[row.reference])
        due_on, asked_at = row.due_on, row.asked_at or asked_at
    elif isinstance(row, Signature):
        due_on, asked_at = row.due_on, row.asked_at or asked_at
        name, label, page = _signature_asked(actor, row)
        url = reverse(f"conventions:{page}", args=[row.reference])
    elif task.flow_task == ConventionFlow.revise:
        name, label = _text_sent_back(convention), "Ouvrir"
        url = reverse("conventions:convention_detail", args=[convention.reference])
        due_on = convention.answer_due_on
    else:
        name, label = "Inscrire l’acte de l’EPCI et ouvrir la signature", "Ouvrir la signature"
        url = reverse("conventions:convention_open_signature", args=[convention.reference])
    asked_of = row.asked_of_id if isinstance(row, Review) else row.signatory_id if isinstance(row, Signature) else None
    is_mine, is_named = task.owner_id == actor.user_id, asked_of == actor.pk
    owner, is_others = str(task.owner or ""), isinstance(row, Review) and _is_others(actor, row)
    return Item(task.pk, name, label, url, convention, asked_at, due_on, owner, is_mine, is_named, is_others)


def _text_sent_back(convention: Any) -> str:
    """What is asked of whoever writes a text that came back, by what brought it back."""
    if convention.has_open_points:
        return "Répondre aux relecteurs et soumettre de nouveau"
    if convention.answer_due_on is not None:
        return "Reprendre le texte, qu’un signataire ne signe pas en l’état, et le soumettre de nouveau"
    return "Reprendre le texte et le soumettre de nouveau"


def _is_others(actor: Membership, review: Review) -> bool:
    """An opinion on personal data that is in time, of a person who is named and there: it is hers alone."""
    asked_of = review.asked_of
    if asked_of is None or asked_of.pk == actor.pk or review.subject != ReviewSubject.DATA_PROTECTION:
        return False
    return asked_of.is_held and review.due_on >= timezone.localdate()


def _review_asked(actor: Membership, review: Review) -> tuple[str, str, str]:
    """A manager reads of whom a review is asked: he answers in that person's place, or asks another one."""
    asked_of = review.asked_of
    if asked_of is None or asked_of.pk == actor.pk:
        return review.name, "Donner un avis", "review_answer"
    name = f"{review.name}, attendue {of(asked_of.user)}"
    if not asked_of.is_held:
        return f"{name}, qui n’agit plus ici", REPLACE_HIM, "review_replace"
    if review.subject == ReviewSubject.DATA_PROTECTION:
        return name, REPLACE_HIM, "review_replace"
    return name, "Donner un avis à sa place", "review_answer"


def _signature_asked(actor: Membership, signature: Signature) -> tuple[str, str, str]:
    standing = [deposit for deposit in signature.deposits.all() if not hasattr(deposit, "refusal")]
    if signature.signatory_id == actor.pk and standing:
        return IN_YOUR_NAME, SEE_IT, "signature_acknowledge"
    if signature.signatory_id == actor.pk:
        named = "Signer l’avenant" if signature.convention.is_amendment else "Signer la convention"
        return named, "Lire et signer", "signature_sign"
    if signature.organisation_id == actor.organisation_id and not signature.signatory.is_held and is_manager(actor):
        return (
            f"Signature attendue {of(signature.signatory.user)}, qui n’agit plus ici",
            REPLACE_HER,
            "signature_replace",
        )
    if signature.organisation_id == actor.organisation_id:
        return (
            f"Signature attendue {of(signature.signatory.user)}",
            "Déposer un document signé",
            "signature_deposit",
        )
    return (
        f"Confirmer la signature {of(signature.organisation)}",
        "Vérifier et confirmer",
        "signature_confirm",
    )


@require_POST
def task_claim(request: Request, pk: int) -> HttpResponse:
    """Take charge of it."""
    return _take(request, pk, claim_task, "Vous vous en chargez\u00a0: vos collègues le voient.")


@require_POST
def task_release(request: Request, pk: int) -> HttpResponse:
    """Give it back to one's colleagues."""
    return _take(request, pk, release_task, "C’est rendu\u00a0: un collègue peut s’en charger.")


def _take(request: Request, pk: int, take: Callable[..., Task], told: str) -> HttpResponse:
    try:
        take(actor=request.membership, pk=pk)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, told)
    return redirect(own_address(request, request.POST.get("back", ""), reverse("conventions:inbox")))
