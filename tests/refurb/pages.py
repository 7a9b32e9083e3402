"""Pages of devices and lots as a browser opens and answers them."""

from typing import Any

from django.urls import reverse

from lifecycle.machine import Stateful
from tests.pages import acting, answered, read

__all__ = ["acting", "answered", "page_of", "read"]


def page_of(row: Stateful, name: str, *args: Any) -> str:
    """The address of a page of one row."""
    return reverse(f"refurb:{name}", args=[row.reference, *args])
