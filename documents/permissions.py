"""Who may read the outbox. A stored file or a document has no page here: its owner decides who sees it."""

from django.db.models import Q

from lifecycle.actors import SYSTEM, Actor
from network.permissions import is_pilot


def can_read_outbox(actor: Actor | None) -> Q | None:
    """Read the list of mails: the pilot of the Département, and the system."""
    return Q() if actor is SYSTEM or is_pilot(actor) else None


def can_resend_mail(actor: Actor | None) -> Q | None:
    """Send again a mail that did not leave: the pilot of the Département."""
    return Q() if is_pilot(actor) else None
