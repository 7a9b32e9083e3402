"""What every page is given of what a browser sends."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict

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
