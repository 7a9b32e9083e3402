"""How Maillon writes: one plain text template per message, its subject first.

A template extends ``emails/base.txt`` and fills ``subject`` (one line) and ``body``. Each app has one
function per message in its ``emails.py``, which composes it and queues it.
"""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

TOLD = "emails/told.txt"
"""What a mail to a household is put in: its greeting, its words, the footer of Maillon."""


def absolute_url(path: str) -> str:
    """The whole address of a page of Maillon, for a mail; ``path`` begins with a slash, as ``reverse`` gives it."""
    return f"{settings.SITE_URL}{path}"


def compose(template: str, context: dict[str, Any]) -> tuple[str, str]:
    """The subject and the text of a message; ``site`` is the address of Maillon, without a slash at its end.

    Raises ValueError when the template has no subject on its first line.
    """
    written = render_to_string(template, {**context, "site": settings.SITE_URL})
    subject, _, body = written.lstrip("\n").partition("\n")
    if not subject.strip():
        raise ValueError(f"{template} has no subject on its first line.")
    return " ".join(subject.split()), body.strip() + "\n"
