"""What a text keeps of its rounds before: who signed or declined it, and why it was opened again."""

from django.db.models import Exists, OuterRef

from conventions.models import Convention, ConventionEntry, Signature
from conventions.views.refusals import find_refusals
from lifecycle.actors import Actor

SENT_BACK = ("reopen", "request_changes", "take_over")
"""What leads a text back to whoever writes it."""


def former_signatures(convention: Convention, actor: Actor) -> list[Signature]:
    """Those of the rounds before, the newest first, each with its refusal and what was answered; two queries."""
    rows = Signature.objects.visible_to(actor).filter(convention=convention, round__lt=convention.round)
    found = list(rows.select_related("organisation", "signatory__user").order_by("-round", "pk"))
    find_refusals(found)
    return found


def last_reopened(convention: Convention) -> ConventionEntry | None:
    """When and why the text was opened again, until it is signed or sent back otherwise; one query."""
    later = ConventionEntry.objects.filter(
        object=OuterRef("object"), seq__gt=OuterRef("seq"), verb__in=(*SENT_BACK, "open_signature")
    )
    entries = ConventionEntry.objects.filter(object=convention, verb="reopen")
    return entries.exclude(Exists(later)).first()
