"""Who acts next when a household has no more what had met its need: repaired or exchanged, else opened again or not."""

from collections.abc import Iterable

from django.urls import reverse

from lifecycle.acting import Step
from lifecycle.actors import Actor
from prescriptions.models import Need
from prescriptions.owing import nothing_owed
from prescriptions.permissions import can_reopen_need
from typography.french import day

TO_DECIDE = "rouvrez le besoin, qui reprend sa place dans la file, ou dites pourquoi il ne se rouvre pas"


def lost_of(needs: Iterable[Need]) -> Need | None:
    """The first need that was met, is met no more, and of which nobody decided; no query."""
    return next((need for need in needs if need.lost_at is not None and not need.left_reason), None)


def lost_step(need: Need, actor: Actor, *, elsewhere: bool = False) -> Step:
    """Who acts next for a need that is met no more; one query. ``elsewhere``: told on the page of its prescription."""
    told = f"{need.get_loss_display()} le {day(need.lost_at)}"
    if need.left_reason:
        left = need.get_left_reason_display()
        return Step(f"{told}\u00a0: le besoin n’est pas rouvert ({left[0].lower()}{left[1:]})", dated=False)
    if not Need.objects.filter(nothing_owed(), pk=need.pk).exists():
        return Step(f"{told}\u00a0: le point de distribution le fait réparer, l’échange ou le rembourse", dated=False)
    awaited = f"{told}\u00a0: le foyer n’a plus ce qui lui avait été remis"
    if can_reopen_need(actor) is None:
        return Step(awaited, dated=False)
    if elsewhere:
        url = reverse("prescriptions:need_detail", args=[need.reference])
        return Step(awaited, TO_DECIDE, url=url, label="Voir le besoin", dated=False)
    return Step(awaited, TO_DECIDE, "reopen", dated=False)
