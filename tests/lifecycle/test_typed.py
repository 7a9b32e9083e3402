"""What a browser sends, as it is written down."""

import pytest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.test import RequestFactory
from django.views.decorators.csrf import csrf_exempt

from lifecycle.middleware import LineBreaksMiddleware
from lifecycle.typed import with_plain_breaks


def test_line_breaks_are_of_one_kind_whoever_wrote_them() -> None:
    assert with_plain_breaks("un\r\ndeux\rtrois\nquatre\r\n\r\n") == "un\ndeux\ntrois\nquatre\n\n"


def seen(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def sent(view: object = seen) -> HttpRequest:
    request = RequestFactory().post("/", {"text": ["un\r\ndeux", "trois"], "other": "quatre"})
    middleware = LineBreaksMiddleware(seen)
    assert middleware.process_view(request, view, (), {}) is None
    return request


def test_every_page_reads_what_was_typed_with_one_kind_of_line_break() -> None:
    posted = sent().POST
    assert isinstance(posted, QueryDict)
    assert posted.getlist("text") == ["un\ndeux", "trois"]
    assert posted["other"] == "quatre"
    with pytest.raises(AttributeError):
        posted["other"] = "cinq"


def test_what_a_program_sends_is_left_to_its_page() -> None:
    assert sent(csrf_exempt(seen)).POST.getlist("text") == ["un\r\ndeux", "trois"]
