"""What every page is given of what a browser sends."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from lifecycle.locking import first_of_all
from lifecycle.models import SentPage
from lifecycle.once import SENT_AGAIN, UNKNOWN_END, Sending, SentBefore, is_free_to_repeat, sending, sending_of
from lifecycle.typed import with_plain_breaks


class LineBreaksMiddleware:
    """A text that is typed is written down with line breaks of one kind (``with_plain_breaks``).

    What was kept and shown in a form, and comes back untouched, is then the same text.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Not where a program sends, and the page itself says when it is read (``csrf_exempt``)."""
        if request.method != "POST" or getattr(view, "csrf_exempt", False):
            return
        if any("\r" in said for _, many in request.POST.lists() for said in many):
            plain = QueryDict(mutable=True, encoding=request.POST.encoding)
            for name, many in request.POST.lists():
                plain.setlist(name, [with_plain_breaks(said) for said in many])
            plain._mutable = False
            request.POST = plain  # type: ignore[assignment]


class SentOnceMiddleware:
    """A page that somebody signed in sends twice is done once: the second is led where the first was.

    Two at the same moment wait for each other. An answer that is a page keeps nothing: it is drawn with what was typed
    and a token of its own.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        tokens = sending.set(None), first_of_all.set(None)
        try:
            response = self.get_response(request)
            if (mine := sending.get()) is not None:
                _settle(mine, response)
            return response
        finally:
            if (mine := sending.get()) is not None:
                mine.held.close()
            sending.reset(tokens[0])
            first_of_all.reset(tokens[1])

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        """Not of what programs send, nor of whoever is not signed in."""
        if getattr(view, "csrf_exempt", False) or not request.user.is_authenticated:
            return None
        if is_free_to_repeat(request, view) or (mine := sending_of(request)) is None:
            return None
        mine.hold()
        sending.set(mine)
        if (before := mine.known()) is not None:
            return _answered_before(request, before)
        first_of_all.set((mine.keep, mine.kept))
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The first came between the look and the act: a connection that was lost holds no lock."""
        mine = sending.get()
        if mine is None or not isinstance(exception, SentBefore):
            return None
        return _answered_before(request, mine.known() or SentPage())


def _answered_before(request: HttpRequest, before: SentPage) -> HttpResponse:
    """Where the first led, and that nothing is done twice."""
    if mine := sending.get():
        mine.held.close()
        sending.set(None)
    said = before.said or (SENT_AGAIN if before.answer else UNKNOWN_END)
    (messages.info if before.answer else messages.warning)(request, said)
    return HttpResponseRedirect(before.answer or request.get_full_path())


def _settle(mine: Sending, response: HttpResponse) -> None:
    """What led elsewhere is done; a page shown anew is sent again; of a fault of ours nobody knows what it left."""
    if isinstance(response, HttpResponseRedirect):
        mine.settle(response.url)
    elif response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR:
        mine.give_back()
