"""What the labels of a workshop look like."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render

from lifecycle.acting import answer, asks_then_acts, posted
from network.requests import Request
from refurb.forms.corrections import TagShapeForm
from refurb.models import TagShape
from refurb.permissions import can_set_tag_shape, can_work_on_device
from refurb.services import corrections


@asks_then_acts
def tag_shape(request: Request) -> HttpResponse:
    """What the labels of the workshop look like: its people read it, its manager fixes it."""
    actor = request.membership
    if can_work_on_device(actor) is None:
        raise PermissionDenied
    fixes = can_set_tag_shape(actor) is not None
    if request.method == "POST" and not fixes:
        raise PermissionDenied
    seen = TagShape.objects.visible_to(actor).select_related("set_by__user")
    now = seen.first()
    form = TagShapeForm(posted(request), initial={"shape": now.shape if now else ""})
    fixed = answer(request, form, lambda data: corrections.set_tag_shape(actor=actor, **data), None)
    if fixed is not None:
        messages.success(request, f"Forme des étiquettes\u00a0: {fixed}.")
        return redirect("refurb:tag_shape")
    return render(request, "refurb/tag_shape.html", {"form": form, "fixes": fixes, "now": now, "shapes": seen})
