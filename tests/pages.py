"""Pages as a browser opens and answers them, whatever they are of."""

import logging
import re
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import copy
from html import unescape
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from types import SimpleNamespace
from typing import Any, Self
from unittest.mock import patch

from django.http import HttpRequest
from django.test import Client, override_settings

from documents import paper
from network import middleware
from network.middleware import open_memberships
from network.models import Membership, User
from tests.documents.pdfs import small_pdf
from tests.remembered import remembered


def acting(membership: Membership) -> Client:
    """A browser in which this membership acts."""
    return taking_the_part_of(membership, Client())


def taking_the_part_of[C: Client](membership: Membership, client: C) -> C:
    """The same browser, in which this membership acts from now on."""
    client.cookies = signed_in(membership.user)
    return client


@remembered()
def signed_in(user: User) -> SimpleCookie:
    """The cookie of a session that was just opened."""
    client = Client()
    client.force_login(user)
    return client.cookies


class Following(Client):
    """Goes where each answer leads, as a browser does."""

    def post(self, *given: Any, follow: bool = True, **more: Any) -> Any:
        return super().post(*given, follow=follow, **more)


class Crawler(Client):
    """Reads thousands of pages: what each was drawn from is not copied for whoever would look at it.

    A page that fails is an answer like another, of status 500.
    """

    def request(self, **request: Any) -> Any:
        answer: Any = self.handler(self._base_environ(**request))
        answer.request = request
        return answer


@contextmanager
def only_faults_logged() -> Iterator[None]:
    """Pages that are refused are what is looked at: a line of the log for each of thousands says nothing more."""
    logger = logging.getLogger("django.request")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class InWords:
    """What a paper is drawn from, in the place of the drawing: its words can be read, and it costs a hundredth."""

    def __init__(self, string: str, **told: object) -> None:
        self._written = string
        titles = re.search(r'<html[^>]*\blang="(.*?)".*?<title>(.*?)</title>', string, re.DOTALL)
        lang, title = titles.groups() if titles is not None else ("", "")
        self.metadata = SimpleNamespace(title=unescape(title), lang=lang)

    def render(self, **told: object) -> Self:
        return self

    def write_pdf(self, **told: object) -> bytes:
        return small_pdf(unescape(self._written))


def papers_in_words() -> AbstractContextManager[object]:
    """Inside, papers are words: who asks for every page draws none of them."""
    return patch.object(paper, "HTML", InWords)


@contextmanager
def crawling(membership: Membership) -> Iterator[Crawler]:
    """The same for thousands of pages: its cookie says who is signed in, and who that is is asked once.

    The words of a paper are read as those of a page: it is not drawn.
    """
    known: list[Membership] = []

    def known_memberships(request: HttpRequest) -> list[Membership]:
        if not known:
            known.extend(open_memberships(request))
        mine = [copy(one) for one in known]
        request._cached_user = mine[0].user  # type: ignore[attr-defined]
        return mine

    with (
        only_faults_logged(),
        override_settings(SESSION_ENGINE="django.contrib.sessions.backends.signed_cookies"),
        patch.object(middleware, "open_memberships", known_memberships),
        papers_in_words(),
    ):
        crawler = Crawler()
        crawler.force_login(membership.user)
        yield crawler


def read(client: Client, url: str, **query: str) -> str:
    """The page, as it is read."""
    response = client.get(url, query)
    assert response.status_code == 200, (response.status_code, response.headers.get("Location"))
    return response.content.decode()


def answered(client: Client, url: str, **data: Any) -> str:
    """The page shown again after an answer that was not accepted."""
    response = client.post(url, data)
    assert response.status_code == 200, response.headers.get("Location")
    page = response.content.decode()
    assert "<title>Erreur\u00a0: " in page
    return page


def done(client: Client, url: str, **data: Any) -> str:
    """Where the page leads once the answer is accepted."""
    response = client.post(url, data)
    assert response.status_code == 302, response.content.decode()
    location: str = response.headers["Location"]
    return location


class _Boxes(HTMLParser):
    """What the boxes of a page say, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, Any] = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.said[self._select] = value
        elif tag == "textarea":
            self._area = name
            self.said[name] = ""
        elif tag == "input" and name and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.said.setdefault(name, []).append(value or "on")
        elif tag == "input" and name:
            self.said[name] = value

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.said[self._area] += data.removeprefix("\n").removeprefix("\r\n")


def boxes_of(page: str) -> dict[str, Any]:
    """What a browser would send back of a page in which nothing was touched."""
    parser = _Boxes()
    parser.feed(page)
    return parser.said


def boxes(client: Client, url: str) -> dict[str, Any]:
    """The same of a page that is opened now."""
    return boxes_of(read(client, url))


def shown(client: Client, url: str) -> dict[str, str]:
    """What a page says that it shows, which its answer carries back (``lifecycle.shown``)."""
    return {"shown": boxes(client, url)["shown"]}
