"""The letters that one prints: posted, given or put aside, many at once; noted when one comes back."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from network.requests import Request
from prescriptions.enums.letters import CAME_BACK, SENT_OFF, MessageFate
from prescriptions.models import HouseholdMessage
from prescriptions.permissions import posts_letters, works
from prescriptions.services import letters as services
from prescriptions.views.saving import saved
from typography.french import Noun

COMES_BACK_WITHIN = timedelta(days=90)
"""How long after something was noted of it a letter is listed as one that may come back."""
MOST_LISTED = 100
LONGEST_REFERENCE = 40
LETTER = Noun("lettre notée", "lettres notées", feminine=True)
BACK = (
    "C’est noté\u00a0: la lettre est revenue, le foyer ne sait pas ce qu’elle disait. Son travailleur social l’apprend."
)

AGAIN = "C’est noté\u00a0: elle est de nouveau à poster."
REPLACED = "C’est noté. Elle n’est pas à poster pour autant\u00a0: une autre l’a remplacée, ou le dossier est clos."


@require_safe
def letter_list(request: Request) -> HttpResponse:
    """What is to be posted, the oldest first; what was noted lately: it may come back, or was noted by mistake."""
    file = request.GET.get("dossier", "").strip()[:LONGEST_REFERENCE]
    rows = _letters(request).of_file(file) if file else _letters(request)
    noted = rows.sent_off().with_note().filter(noted_at__gte=timezone.now() - COMES_BACK_WITHIN)
    context = {
        "items": _shown(rows.to_post().order_by("written_at", "pk")),
        "noted": _shown(noted.order_by("-noted_at", "-pk")),
        "file": file,
        "most": MOST_LISTED,
        "works": works(request.membership),
        "sent_off": [(one.value, one.label) for one in SENT_OFF],
        "came_back": [(one.value, one.label) for one in CAME_BACK],
    }
    return render(request, "prescriptions/letter_list.html", context)


@require_POST
def letters_posted(request: Request) -> HttpResponse:
    """What the letters that are ticked became."""
    _letters(request)
    asked = [int(one) for one in request.POST.getlist("row") if one.isdecimal() and len(one) < 16]
    fate = request.POST.get("fate", "")
    noted = _saved(request, lambda: services.post_letters(actor=request.membership, letters=asked, fate=fate))
    if noted is not None:
        said = (
            f"{LETTER.counted(noted)}\u00a0: {MessageFate(fate).label.lower()}."
            if noted
            else "Cochez au moins une lettre."
        )
        (messages.success if noted else messages.error)(request, said)
    return redirect("prescriptions:letter_list")


@require_POST
def letter_back(request: Request, pk: int) -> HttpResponse:
    """It came back."""
    letter = get_object_or_404(HouseholdMessage.objects.letters_of(request.membership), pk=pk)
    fate = request.POST.get("fate", "")
    done = _saved(request, lambda: services.note_letter_back(actor=request.membership, letter=letter, fate=fate))
    if done is not None:
        messages.success(request, BACK)
    return redirect("prescriptions:letter_list")


@require_POST
def letter_misnoted(request: Request, pk: int) -> HttpResponse:
    """It did not leave: what was noted of it was a mistake."""
    letter = get_object_or_404(HouseholdMessage.objects.letters_of(request.membership), pk=pk)
    done = _saved(request, lambda: services.take_back_note(actor=request.membership, letter=letter))
    if done is not None:
        waits = _letters(request).to_post().filter(pk=letter.pk).exists()
        messages.success(request, AGAIN if waits else REPLACED)
    return redirect("prescriptions:letter_list")


def _letters(request: Request) -> Any:
    if not posts_letters(request.membership):
        raise PermissionDenied
    return HouseholdMessage.objects.letters_of(request.membership)


def _shown(rows: QuerySet[HouseholdMessage]) -> list[HouseholdMessage]:
    return list(rows.select_related("letter", "household")[:MOST_LISTED])


def _saved[R](request: Request, do: Callable[[], R]) -> R | None:
    """What the service answers; None once it refused, which is said."""
    form = Form({})
    done = saved(form, do)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return done
