"""Chromium for the tests that go through the screens: one per process of the tests, and for each person what is theirs.

A page fails its test at the end when the browser refused something for the Content-Security-Policy, when a
script failed, when a style sheet, a script or an image could not be had, when the site itself failed (500),
or when it asked for another site.
"""

import asyncio
import os
import shutil
from asyncio.events import _set_running_loop
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connections
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response, sync_playwright

ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]
LOCAL = {"localhost", "127.0.0.1", None}  # None: data:, blob: and about:
PATIENCE = 15_000  # milliseconds
STILL = "reduce"
"""Whoever asks for no motion sees the same pages, without the half second that a page takes to scroll at each click.

The hour at the bench is lived with motion, as most do.
"""
WIDE = {"width": 1280, "height": 900}
"""How large a window is unless said: as wide as the pages are looked at, for fewer layouts."""


def find_chromium() -> str:
    """The path of Chromium; fails the test, saying what to type, when the machine has none."""
    # The shell has no window to draw: it is quicker.
    named = ("chromium-headless-shell", "chromium", "chromium-browser")
    found = next(filter(None, map(shutil.which, named)), "/usr/bin/chromium")
    if not Path(found).exists():
        pytest.fail(
            "Chromium est introuvable : tapez « apt-get install chromium-headless-shell ». / "
            "Chromium was not found: type `apt-get install chromium-headless-shell`.",
            pytrace=False,
        )
    return found


LEFT_EARLY = ["console: htmx:afterRequest", "console: htmx:sendAbort"]


class Watch:
    """What went wrong in the pages of one test, in the browser's own words."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def over(self, page: Page) -> None:
        page.on("console", self.hear)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", self.check_response)
        page.on("request", self.check_request)

    def hear(self, message: ConsoleMessage) -> None:
        # A file that could not be had is told by check_response, which knows a page from what it loads.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.faults.append(f"console: {message.text}")
        # Whoever leaves a page before it has its answer breaks nothing: htmx tells both in one breath.
        if [fault.partition(",")[0] for fault in self.faults[-2:]] == LEFT_EARLY:
            del self.faults[-2:]

    def check_response(self, response: Response) -> None:
        kind = response.request.resource_type
        lost = response.status >= 400 and kind in {"stylesheet", "script", "image", "font"}
        if lost or response.status >= 500:
            self.faults.append(f"{kind}: {response.status} {response.url}")

    def check_request(self, request: Request) -> None:
        if urlsplit(request.url).hostname not in LOCAL:
            self.faults.append(f"another site: {request.url}")


@pytest.fixture(scope="session")
def chromium() -> Iterator[tuple[Browser, asyncio.AbstractEventLoop]]:
    """The browser of this process, and Playwright’s event loop, which runs in those tests only that ask for it."""
    executable = find_chromium()
    with sync_playwright() as playwright:
        loop = asyncio.get_running_loop()
        launched = playwright.chromium.launch(executable_path=executable, args=ARGUMENTS)
        _set_running_loop(None)
        yield launched, loop
        _set_running_loop(loop)
        launched.close()


@pytest.fixture
def browser(chromium: tuple[Browser, asyncio.AbstractEventLoop]) -> Iterator[Browser]:
    """The browser, without anything that a test before left in it.

    While Playwright runs, an event loop runs in the test's thread, and Django would refuse the database: it
    is told that this thread knows what it does. Meanwhile Django gives the test a second connection, closed
    here, and asyncio.run() is impossible in the test's own thread. Nothing of the loop is left afterwards.
    """
    launched, loop = chromium
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    _set_running_loop(loop)
    try:
        yield launched
        for context in launched.contexts:
            context.close()
        connections.close_all()
    finally:
        _set_running_loop(None)
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Empty its `faults` in a test that causes one on purpose."""
    watching = Watch()
    yield watching
    if watching.faults:
        pytest.fail("The pages of this test went wrong:\n" + "\n".join(watching.faults), pytrace=False)


@pytest.fixture
def open_page(browser: Browser, watch: Watch, live_server: object) -> Callable[..., Page]:
    """Open an empty page as somebody new: no cookie in common with the others.

    Takes what Playwright's `new_context` takes (viewport, java_script_enabled…). Addresses may be given
    without the site's.
    """

    def open_as_somebody(**options: object) -> Page:
        known = {"locale": "fr-FR", "timezone_id": "Europe/Paris", "viewport": WIDE, "reduced_motion": STILL}
        known["base_url"] = str(live_server)
        context = browser.new_context(**known | options)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        watch.over(page)
        return page

    return open_as_somebody


@pytest.fixture
def page(open_page: Callable[..., Page]) -> Page:
    return open_page()
