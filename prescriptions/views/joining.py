"""Two files of one household made one: chosen, read side by side, confirmed; and where the file that was left leads."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.actors import Actor
from network.requests import Request
from prescriptions.enums import HouseholdState, IdentityReason
from prescriptions.forms.joining import JoinForm
from prescriptions.models import Household
from prescriptions.parameters import JOIN_UNDO_DAYS
from prescriptions.permissions import can_join_household
from prescriptions.services.doubles import possible_doubles
from prescriptions.services.households import record_accesses
from prescriptions.services.joining import join_household
from prescriptions.views.doubles import side_by_side
from prescriptions.views.identity import identity_url
from prescriptions.views.rows import visible_household
from prescriptions.views.saving import saved


@asks_then_acts
def household_join(request: Request, reference: str) -> HttpResponse:
    """The file that is left; ``avec`` says which is kept, by its reference, once it is chosen."""
    household = visible_household(request, reference)
    actor = request.membership
    may(can_join_household(actor))
    if household.veiled:
        return redirect(identity_url(household, IdentityReason.DOUBLE))
    back = reverse("prescriptions:household_detail", args=[reference])
    others = _others(household, actor)
    context = {"household": household, "row": household, "title": "Réunir à un autre dossier", "back": back}
    kept = next((one for one in others if one.reference == request.GET.get("avec")), None)
    if kept is None:
        return render(request, "prescriptions/actions/household_join_choose.html", {**context, "others": others})
    record_accesses(actor=actor, households=[kept.pk], what="household_join")
    form = JoinForm(posted(request), kept=kept, left=household)
    if request.method == "POST" and form.is_valid():
        done = saved(form, lambda: join_household(actor=actor, household=household, **form.given()))
        if done is not None:
            messages.success(
                request, f"Dossiers réunis\u00a0: {household.reference} mène maintenant à {kept.reference}."
            )
            return redirect("prescriptions:household_detail", reference=kept.reference)
    days = JOIN_UNDO_DAYS.on(timezone.localdate())
    context |= {"kept": kept, "form": form, "rows": side_by_side(kept, household), "days": days}
    return render(request, "prescriptions/actions/household_join.html", context)


def _others(household: Household, actor: Actor) -> list[Household]:
    """The open files that look like this one, or hang with it, and of which nobody said that they are others."""
    alike = {one.household.pk: one for one in possible_doubles(actor=actor, household=household)}
    apart = {pk for pk, one in alike.items() if one.answer is not None and not one.answer.same}
    together = Household.objects.together_with(household).values_list("pk", flat=True)
    seen = Household.objects.visible_to(actor).filter(pk__in=({*alike, *together} - apart - {household.pk}))
    return list(seen.filter(state=HouseholdState.OPEN).select_related("commune", "prescriber").order_by("pk"))


def leads_to(request: Request, reference: str) -> Household | None:
    """The file to which one that was joined leads, if the person may see it."""
    seen = Household.objects.visible_to(request.membership)
    joined = Household._base_manager.filter(reference=reference, state=HouseholdState.JOINED)
    return seen.filter(pk__in=joined.values("joined_into")).first()


def follow_joined(request: Request, reference: str) -> HttpResponse | None:
    """To the file kept, for whoever may see it; None when the reference is of no file that was joined."""
    kept = leads_to(request, reference)
    if kept is None:
        return None
    messages.info(request, f"Le dossier {reference} est réuni à celui-ci.")
    return redirect("prescriptions:household_detail", reference=kept.reference)
