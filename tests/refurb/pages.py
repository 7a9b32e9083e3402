"""Pages of devices and lots as a browser opens and answers them."""

from contextlib import suppress
from typing import Any

from django.urls import NoReverseMatch, reverse

from lifecycle.machine import Stateful
from tests.pages import acting, answered, read

APPS = ("donations", "refurb", "distribution")
__all__ = ["acting", "answered", "page_of", "read"]


def page_of(row: Stateful, name: str, *args: Any) -> str:
    """The address of a page of one row, in whichever app has it."""
    for app in APPS:
        with suppress(NoReverseMatch):
            return reverse(f"{app}:{name}", args=[row.reference, *args])
    raise NoReverseMatch(name)
