"""Who acts next on a convention: the person who reads the page, with one button, or someone else, since when."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from conventions.enums import ConventionState, Party, ReviewSubject, TerminateReason
from conventions.models import Convention, EndConsent, EndNotice, Review, Signature
from conventions.notices import pending_of
from conventions.permissions import can_open_signature_convention, can_submit_convention
from conventions.templatetags.conventions import working_days
from conventions.views.sheet import Sheet, sheet_of
from lifecycle import gate
from lifecycle.acting import Step
from lifecycle.actors import Actor
from network.models import Membership
from typography.french import day, in_a_sentence, of, que

S = ConventionState


def next_step(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    """Who acts next, for whoever sees the convention; one query more than the sheet, two for a draft."""
    return NEXT[ConventionState(convention.state)](convention, actor, sheet)


def step_of(convention: Convention, actor: Membership) -> Step:
    """The same on a page that has no sheet of the convention."""
    return next_step(convention, actor, sheet_of(convention, actor))


def _page(name: str, reference: str) -> str:
    return reverse(f"conventions:{name}", args=[reference])


def _acts(convention: Convention, permission: Callable[[Actor], object], actor: Actor) -> bool:
    """Whether this actor's organisation acts for this convention."""
    scope = permission(actor)
    return scope is not None and Convention.objects.filter(scope, pk=convention.pk).exists()


def _draft(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    awaited = f"En attente de la mise en relecture par {convention.epci_acting}"
    if not _acts(convention, can_submit_convention, actor):
        return Step(awaited, since=convention.moved_at)
    if gate.preview(Convention.objects.filter(pk=convention.pk), "submit", actor=actor).refused:
        edit = _page("convention_edit", convention.reference)
        return Step(awaited, "complétez le projet", url=edit, label="Compléter le projet")
    return Step(awaited, "relisez le projet, puis soumettez-le aux relecteurs", "submit")


def _in_review(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    mine = [review for review in sheet.my_reviews if review.asked_of_id in (None, actor.pk)]
    if mine:
        review = min(mine, key=lambda row: (row.due_on, row.pk))
        due = review.due_on
        yours = f"donnez votre avis ({_lower(review.name)}) pour le {day(due)}, {working_days(due)}"
        if len(mine) > 1:
            yours += f". En tout, {len(mine)} avis sont attendus de vous"
        return Step("", yours, url=_page("review_answer", review.reference), label="Lire et donner mon avis")
    awaited = sheet.awaited_reviews
    names = named(_reviewer(row) for row in awaited)
    last = max((row.due_on for row in awaited), default=None)
    told = f"En attente {names}, pour le {day(last)}" if last else "En attente des relecteurs"
    return Step(told, since=convention.submitted_at)


def _reviewer(review: Review) -> str:
    name = f"de la {_lower(review.name)}"
    return name if review.subject == ReviewSubject.PARTY else f"{name} ({review.organisation})"


def _lower(text: str) -> str:
    """A name inside a sentence."""
    return text[:1].lower() + text[1:]


def _changes_requested(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    awaited = f"En attente d’une nouvelle version {of(convention.epci_acting)}"
    if not _acts(convention, can_submit_convention, actor):
        return Step(awaited, since=convention.moved_at)
    if sheet.open_points:
        points = _page("convention_points", convention.reference)
        many = sheet.open_points > 1
        which = f"aux {sheet.open_points} points" if many else "au point"
        yours = f"répondez {which} des relecteurs qui {'attendent' if many else 'attend'} une réponse"
        return Step(awaited, yours, url=points, label="Répondre aux points")
    yours = "modifiez le texte s’il le faut, puis soumettez-le de nouveau"
    if due := min((row.answer_due_on for row in sheet.signatures if row.answer_due_on), default=None):
        yours += f", pour le {day(due)}\u00a0: un signataire ne l’a pas signé en l’état"
    return Step(awaited, yours, "submit")


def _approved(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    awaited = f"Texte validé. En attente de la délibération {of(convention.epci_acting)}"
    if not _acts(convention, can_open_signature_convention, actor):
        return Step(awaited, since=convention.approved_at)
    return Step(awaited, "inscrivez la délibération ou la décision, pour ouvrir la signature", "open_signature")


def _signing(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    told = next((one for one in sheet.signatures if one.is_told), None)
    if told is not None:
        url = _page("signature_acknowledge", told.reference)
        yours = "un document signé est déposé en votre nom, dites si vous en avez connaissance"
        return Step("", yours, url=url, label="Voir et répondre")
    for signature in sheet.awaited_signatures:
        if signature.signs and signature.answer_due_on is None:
            url = _page("signature_sign", signature.reference)
            refusal = signature.refusal
            if refusal is not None and refusal.answer is not None and refusal.by.pk == actor.pk:
                return Step("", "on a répondu à votre refus, lisez la réponse", url=url, label="Lire et répondre")
            yours = f"lisez le document et signez-le{_until(signature.due_on)}"
            return Step("", yours, url=url, label="Lire et signer")
    if step := _declined(convention, actor, sheet):
        return step
    for signature in sheet.awaited_signatures:
        if signature.confirms:
            url = _page("signature_confirm", signature.reference)
            yours = f"vérifiez le document signé {que(signature.organisation)}{signature.organisation} a déposé"
            return Step("", yours, url=url, label="Vérifier et confirmer")
    return Step(
        _signatures_awaited(sheet.awaited_signatures),
        since=min((row.asked_at for row in sheet.awaited_signatures if row.asked_at), default=convention.moved_at),
    )


def _signatures_awaited(signatures: Iterable[Signature]) -> str:
    """Whose signature is awaited, each day with its own, the first before; then who is answered first."""
    by_day: dict[date | None, list[str]] = {}
    refused: list[str] = []
    for row in sorted(signatures, key=lambda row: row.due_on or date.max):
        names = by_day.setdefault(row.due_on, []) if row.answer_due_on is None else refused
        names.append(str(row.organisation))
    awaited = [f"{of(named(names))}{f', pour le {day(due)}' if due else ''}" for due, names in by_day.items()]
    told = [f"En attente de la signature {', puis '.join(awaited)}"] if awaited else []
    if refused:
        told.append(
            f"Une réponse est due à {named(refused)}, qui ne signe{'nt' if len(refused) > 1 else ''} pas en l’état"
        )
    return ". ".join(told)


def _until(due: date | None) -> str:
    return "" if due is None else f" pour le {day(due)}, {working_days(due)}"


def _declined(convention: Convention, actor: Actor, sheet: Sheet) -> Step | None:
    """What follows from a signatory who does not sign: asked of whoever answers, or can open the text again."""
    declined = [signature for signature in sheet.awaited_signatures if signature.answer_due_on is not None]
    asked = [signature for signature in declined if signature.answers]
    if asked:
        names = named(str(signature.refusal.by.user) for signature in asked if signature.refusal is not None)
        several = "ne signent pas le texte" if len(asked) > 1 else "ne signe pas le texte"
        first = min(asked, key=lambda row: (row.answer_due_on or date.max, row.pk))
        yours = f"{names} {several} en l’état, répondez, rouvrez-le ou abandonnez le projet"
        if due := first.answer_due_on:
            yours += f", pour le {day(due)}, {working_days(due)}"
        url = _page("signature_answer_refusal", first.reference)
        return Step("", yours, url=url, label="Lire et répondre")
    own = next((signature.refusal for signature in declined if signature.signs), None)
    if own is None:
        return None
    said = "Vous avez dit" if own.by.pk == actor.pk else f"Avant vous, {own.by.user} a dit"
    awaited = f"En attente {of(convention.epci_acting)}, qui vous répond ou rouvre le texte"
    if any(signature.party == Party.EPCI and signature.signs for signature in declined):
        awaited = f"En attente du pilote, qui vous répond, ou {of(convention.epci_acting)}, qui rouvre le texte"
    return Step(f"{said} ne pas signer ce texte en l’état. {awaited}")


def _signed(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    told = f"Signée par les trois parties. Elle entre en vigueur le {day(convention.starts_on)}"
    action = next((one for one in gate.actions_for(convention, actor) if one.verb == "activate"), None)
    if action is None or not action.allowed:
        if convention.end_proposed_at is not None:
            return _ending(convention, actor)
        return _noticed(convention, actor) or Step(told, dated=False)
    return Step(told, "signée par les trois parties, la date d’effet est là, mettez-la en vigueur", "activate")


def _active(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    if convention.end_proposed_at is not None:
        return _ending(convention, actor)
    if noticed := _noticed(convention, actor):
        return noticed
    if convention.amends_id is not None:
        return Step(f"Avenant en vigueur depuis le {day(convention.starts_on)}", dated=False)
    left = (convention.ends_on - timezone.localdate()).days if convention.ends_on else 0
    told = f"En vigueur jusqu’au {day(convention.ends_on)} inclus, encore {left}\u00a0jour{'s' if left > 1 else ''}"
    return Step(told, dated=False)


def _ending(convention: Convention, actor: Actor) -> Step:
    """Its end is proposed: whoever has not agreed yet answers."""
    suspended = f"{_why_suspended(convention)}. " if convention.state == S.SUSPENDED else ""
    given = EndConsent.objects.filter(convention=convention, round=convention.end_round).values_list("party", flat=True)
    agreed = set(given)
    awaited = named(str(organisation) for party, organisation, _ in convention.parties() if party not in agreed)
    told = f"{suspended}Une fin d’un commun accord est proposée, en attente {of(awaited)}"
    action = next((one for one in gate.actions_for(convention, actor) if one.verb == "agree_end"), None)
    if action is None or not action.allowed:
        return Step(told, since=convention.end_proposed_at)
    yours = "une fin d’un commun accord est proposée, dites si votre partie est d’accord"
    return Step(told, f"{in_a_sentence(suspended)}{yours}" if suspended else yours, "agree_end")


def _noticed(convention: Convention, actor: Actor) -> Step | None:
    """Parties gave notice: each ends it once its delay has passed, or takes it back; None when nothing of it counts."""
    pending = pending_of(convention, timezone.localdate())
    if not pending:
        return None
    suspended = f"{_why_suspended(convention)}. " if convention.state == S.SUSPENDED else ""
    told = suspended + ". ".join(_told_of_notice(notice) for notice in pending)
    action = next((one for one in gate.actions_for(convention, actor) if one.verb == "terminate"), None)
    if action is None or not action.allowed:
        return Step(told, since=min(notice.told_at for notice in pending))
    return Step(
        told, "le délai est passé, résiliez la convention ou retirez ce que votre partie a enregistré", "terminate"
    )


def _told_of_notice(notice: EndNotice) -> str:
    assert notice.alone is not None
    is_breach = notice.reason == TerminateReason.BREACH
    told = f"{'Une mise en demeure' if is_breach else 'Un préavis de résiliation'} {of(notice.by)} est enregistré"
    told += "e" if is_breach else ""
    first, last = notice.alone
    return f"{told}\u00a0: la convention peut être résiliée du {day(first)} au {day(last)} inclus"


def _suspended(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    if convention.end_proposed_at is not None:
        return _ending(convention, actor)
    if noticed := _noticed(convention, actor):
        return noticed
    return Step(f"{_why_suspended(convention)}. Plus rien n’y est affecté", since=convention.suspended_at)


def _why_suspended(convention: Convention) -> str:
    return f"Suspendue\u00a0: {convention.get_suspend_reason_display().lower()}"


def _ended(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    """What is outside may be handed over for a time, then is sent back: the date is for all."""
    what = "Cet avenant" if convention.is_amendment else "Cette convention"
    told = f"{what} a pris fin le {day(convention.ended_on)}"
    today = timezone.localdate()
    last = convention.hands_over_until(today)
    if last is None or not any(line.used for line in sheet.quotas):
        return Step(f"{told}\u00a0: plus rien n’est attendu", dated=False)
    if last < today:
        back = f"Depuis le {day(last + timedelta(days=1))}, ce qui n’a pas été remis est à renvoyer à l’atelier"
        return Step(f"{told}. {back}", dated=False)
    left = f"Ce qui est en livraison ou au point de distribution peut être remis jusqu’au {day(last)} inclus"
    return Step(f"{told}. {left}, puis est à renvoyer à l’atelier", dated=False)


def _abandoned(convention: Convention, actor: Actor, sheet: Sheet) -> Step:
    return Step("Projet abandonné\u00a0: plus rien n’est attendu")


def named(names: Iterable[str]) -> str:
    """Names in a sentence: « A, B et C »."""
    known = list(names)
    return " et ".join(filter(None, (", ".join(known[:-1]), known[-1] if known else "")))


NEXT: dict[ConventionState, Callable[[Convention, Actor, Sheet], Step]] = {
    S.DRAFT: _draft,
    S.IN_REVIEW: _in_review,
    S.CHANGES_REQUESTED: _changes_requested,
    S.APPROVED: _approved,
    S.SIGNING: _signing,
    S.SIGNED: _signed,
    S.ACTIVE: _active,
    S.SUSPENDED: _suspended,
    S.EXPIRED: _ended,
    S.TERMINATED: _ended,
    S.ABANDONED: _abandoned,
}
