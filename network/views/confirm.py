"""The page that asks before something is done."""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render

from network.requests import Request


def confirm(
    request: Request,
    act: Callable[[], Any],
    *,
    title: str,
    sentence: str,
    done: str,
    back_url: str,
    resting: Callable[[], Sequence[str]] = tuple,
    barred: Callable[[], str] = str,
    settled: str = "",
) -> HttpResponse:
    """Ask on GET; on POST act, tell what was done or why not, and go back. ``resting``: what rests on who leaves.

    ``barred``: why it would be refused, said before anybody tries; no button is offered then.
    ``settled``: that it is done already, by whoever goes back to the page; nothing is asked then.
    """
    if settled:
        return render(request, "network/confirm.html", {"title": title, "settled": settled, "back_url": back_url})
    if request.method != "POST":
        context: dict[str, Any] = {"title": title, "back_url": back_url}
        if why := barred():
            context["barred"] = why
        else:
            context |= {"sentence": sentence, "resting": resting()}
        return render(request, "network/confirm.html", context)
    try:
        act()
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect(back_url)
