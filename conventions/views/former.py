"""What a text keeps of its rounds before: who signed or declined it."""

from conventions.models import Convention, Signature
from conventions.views.refusals import find_refusals
from lifecycle.actors import Actor


def former_signatures(convention: Convention, actor: Actor) -> list[Signature]:
    """Those of the rounds before, the newest first, each with its refusal and what was answered; two queries."""
    rows = Signature.objects.visible_to(actor).filter(convention=convention, round__lt=convention.round)
    found = list(rows.select_related("organisation", "signatory__user").order_by("-round", "pk"))
    find_refusals(found)
    return found
