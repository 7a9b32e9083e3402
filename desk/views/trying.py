"""Try a situation, before anything of a person is written: open to anyone, and nothing of it is kept."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from desk.forms import SituationForm
from desk.situation import answer
from lifecycle.unkept import unkept


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def try_situation(request: HttpRequest) -> HttpResponse:
    """The answer of the day for what is ticked: codes in the address, no one’s name, no row, no session.

    Whole, or the answer alone when a script asks for it as one ticks. No browser keeps it: somebody else may sit down.
    """
    day = timezone.localdate()
    form = SituationForm(request.GET or None, day=day)
    situation = form.situation() if form.is_bound and (form.is_valid() or form.cleaned_data) else None
    context = {"form": form, "answer": None if situation is None else answer(situation, day)}
    name = "desk/_situation_answer.html" if getattr(request, "htmx", False) else "desk/situation.html"
    return unkept(render(request, name, context))
