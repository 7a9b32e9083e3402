"""What a deployment must have for mail to leave."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from documents.enums import DELIVERY_MAILER


def check_delivery(**_: Any) -> list[CheckMessage]:
    """Outside the demonstration, a mailer must carry what the outbox holds."""
    if settings.DEMO or DELIVERY_MAILER in settings.MAILERS:
        return []
    return [
        Error(
            "MAILERS has no 'delivery' entry: mail stays in the outbox.",
            hint="Add MAILERS['delivery'] with the SMTP backend and its host.",
            id="documents.E001",
        )
    ]
