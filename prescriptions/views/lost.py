"""Who acts next when a household has no more what had met its need: repaired or exchanged, else opened again or not."""

from collections.abc import Iterable

from django.db.models import Q
from django.urls import reverse

from lifecycle.acting import Step
from lifecycle.actors import Actor
from prescriptions.enums import LIVE_STATES, OPEN_NEED_STATES
from prescriptions.models import Household, Need
from prescriptions.models.need import twin_open
from prescriptions.owing import nothing_owed
from prescriptions.permissions import can_reopen_need
from typography.french import day

ASKED_AGAIN = (
    "le même besoin est demandé de nouveau dans {where}\u00a0: c’est lui qui attend. Dites pourquoi celui-ci ne se "
    "rouvre pas"
)
TO_DECIDE = "rouvrez le besoin, qui reprend sa place dans la file, ou dites pourquoi il ne se rouvre pas"


def lost_of(needs: Iterable[Need]) -> Need | None:
    """The first need that was met, is met no more, and of which nobody decided; no query."""
    return next((need for need in needs if need.lost_at is not None and not need.left_reason), None)


def lost_step(need: Need, actor: Actor, *, elsewhere: bool = False) -> Step:
    """Who acts next for a need that is met no more; three queries at most.

    ``elsewhere``: told on the page of its prescription.
    """
    told = f"{need.get_loss_display()} le {day(need.lost_at)}"
    if need.left_reason:
        left = need.get_left_reason_display()
        return Step(f"{told}\u00a0: le besoin n’est pas rouvert ({left[0].lower()}{left[1:]})", dated=False)
    if not Need.objects.filter(nothing_owed(), pk=need.pk).exists():
        return Step(f"{told}\u00a0: le point de distribution le fait réparer, l’échange ou le rembourse", dated=False)
    awaited = f"{told}\u00a0: le foyer n’a plus ce qui lui avait été remis"
    if can_reopen_need(actor) is None:
        return Step(awaited, dated=False)
    asked = _asked_again(need, actor)
    yours, verb = (TO_DECIDE, "reopen") if asked is None else (ASKED_AGAIN.format(where=asked), "let_be")
    if elsewhere:
        url = reverse("prescriptions:need_detail", args=[need.reference])
        return Step(awaited, yours, url=url, label="Voir le besoin", dated=False)
    return Step(awaited, yours, verb, dated=False)


def to_reopen(household: Household, actor: Actor) -> list[Need]:
    """The needs of a household, under any of its files, that may be opened again rather than asked anew; one query."""
    if can_reopen_need(actor) is None:
        return []
    files = Household.objects.together_with(household)
    rows = Need.objects.visible_to(actor).lost().wanted().filter(prescription__household__in=files)
    return list(rows.filter(~Q(twin_open()), nothing_owed()).order_by("pk"))


def _asked_again(need: Need, actor: Actor) -> str | None:
    """Where the same is asked for its household, so that it is not opened again; None when it is asked nowhere."""
    if not Need.objects.filter(twin_open(), pk=need.pk).exists():
        return None
    files = Household.objects.together_with(need.prescription.household)
    twins = Need.objects.visible_to(actor).filter(kind=need.kind, prescription__household__in=files)
    live = twins.filter(state__in=OPEN_NEED_STATES, prescription__state__in=LIVE_STATES)
    other = live.exclude(prescription=need.prescription_id).select_related("prescription").order_by("-pk").first()
    return f"la prescription {other.prescription}" if other is not None else "une demande suivie ailleurs"
