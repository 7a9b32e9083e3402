"""The one door by which an SMS leaves. Off by default: then nothing is written, and somebody calls, as before.

``settings.SMS_PROVIDER`` names a class of here by its path; ``SMS_URL`` and ``SMS_TOKEN`` come from the environment.
``SMS_ANSWERS_SECRET`` is what the service says to hand over an answer; without it none is taken.
No number and no text is ever in a log: an error is told by its code.
"""

import json
from http import HTTPStatus
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.utils.module_loading import import_string

from documents.exceptions import DeliveryFailed

TIMEOUT = 10
"""Seconds that a provider is waited for."""


class SmsRefused(Exception):
    """The provider takes this message for good: trying again is useless. Its code is the first argument."""


class SmsProvider(Protocol):
    """What carries an SMS. ``mark``: the same for each try of one SMS, so that it leaves once."""

    keeps: bool
    """Whether nothing leaves: the SMS stays in the outbox."""

    def send(self, *, number: str, text: str, mark: str) -> None:
        """Raises DeliveryFailed when it is worth trying again, SmsRefused when it is not."""


class KeptHere:
    """Of a demonstration: nothing leaves, the outbox shows it."""

    keeps = True

    def send(self, *, number: str, text: str, mark: str) -> None:
        """Nothing."""


class ByHttp:
    """A provider that takes ``{"to", "text", "reference"}`` as JSON by POST, with a bearer token."""

    keeps = False

    def send(self, *, number: str, text: str, mark: str) -> None:
        """Hand one SMS over."""
        body = json.dumps({"to": number, "text": text, "reference": mark}).encode()
        headers = {"Authorization": f"Bearer {settings.SMS_TOKEN}", "Content-Type": "application/json"}
        if not settings.SMS_URL.startswith("https://"):
            raise SmsRefused("not https")
        asked = Request(settings.SMS_URL, data=body, headers=headers, method="POST")  # noqa: S310 https alone
        try:
            with urlopen(asked, timeout=TIMEOUT):  # noqa: S310 https alone
                return
        except HTTPError as error:
            busy = error.code >= HTTPStatus.INTERNAL_SERVER_ERROR or error.code == HTTPStatus.TOO_MANY_REQUESTS
            raise (DeliveryFailed if busy else SmsRefused)(f"HTTP {error.code}") from None
        except (URLError, TimeoutError, OSError, HTTPException) as error:  # an answer that is no HTTP, too
            raise DeliveryFailed(type(error).__name__) from None


def takes_answers() -> bool:
    """Whether what households answer comes back here: SMS leave, and the service has a secret to speak with."""
    return bool(settings.SMS_PROVIDER and settings.SMS_ANSWERS_SECRET)


def provider() -> SmsProvider | None:
    """What carries SMS here; None when the door is shut."""
    name = settings.SMS_PROVIDER
    found: SmsProvider | None = import_string(name)() if name else None
    return found
