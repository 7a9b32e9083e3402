"""Days, phone numbers and the chain of a household, as people read them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lifecycle.french import by_pairs, day, days_ago, days_left, plural
from prescriptions.enums import CONNECTION_KINDS, EQUIPMENT_KINDS, NeedKind, NeedState, PrescriptionState
from prescriptions.permissions import advises, relays

register = template.Library()
for read in (day, days_ago, days_left, by_pairs, plural):
    register.filter(read)
HARD = "\u00a0"
S = PrescriptionState
STOPPED = (S.REFUSED, S.WITHDRAWN, S.EXPIRED)


@register.filter
def articles(text: str) -> SafeString:
    """A text in paragraphs, an empty line between them: a first line followed by others is a title."""
    paragraphs = [part.strip().partition("\n") for part in text.split("\n\n") if part.strip()]
    return format_html_join(
        "",
        "{}<p>{}</p>",
        (
            (format_html('<p class="mb-0"><strong>{}</strong></p>', first), linebreaksbr(rest)) if rest else ("", first)
            for first, _, rest in paragraphs
        ),
    )


@register.simple_tag(takes_context=True)
def list_title(context: template.Context) -> str:
    """What the list of prescriptions is called by whoever acts: an adviser reads requests."""
    actor = context["request"].membership
    return "Demandes" if advises(actor) or relays(actor) else "Prescriptions"


# --- the chain


@dataclass(frozen=True)
class ChainLink:
    """One link of the chain: ``code`` is done, now, ahead, none or stopped; ``said`` is what it means, in words."""

    label: str
    code: str
    said: str


@register.inclusion_tag("prescriptions/_chain.html")
def household_chain(prescription: Any, needs: Iterable[Any]) -> dict[str, Any]:
    """Prescription · Instruction · Équipement · Connexion · Autonomie, for one prescription with its needs."""
    needs = list(needs)
    state = PrescriptionState(prescription.state)
    links = [
        _written(state, submitted=prescription.submitted_at is not None),
        _read(state, accepted=prescription.accepted_at is not None),
        _served("Équipement", state, [need for need in needs if need.kind in EQUIPMENT_KINDS]),
        _served("Connexion", state, [need for need in needs if need.kind in CONNECTION_KINDS]),
        _served("Autonomie", state, [need for need in needs if need.kind == NeedKind.DIGITAL_SKILLS]),
    ]
    return {"links": links, "sentence": " ".join(f"{link.label}{HARD}: {link.said}." for link in links)}


def _written(state: PrescriptionState, *, submitted: bool) -> ChainLink:
    if state in (S.DRAFT, S.INCOMPLETE):
        return ChainLink("Prescription", "now", "à compléter" if submitted else "en cours de rédaction")
    if not submitted:
        return ChainLink("Prescription", "stopped", "jamais déposée")
    return ChainLink("Prescription", "done", "déposée")


def _read(state: PrescriptionState, *, accepted: bool) -> ChainLink:
    if accepted:
        return ChainLink("Instruction", "done", "acceptée")
    if state in STOPPED:
        return ChainLink("Instruction", "stopped", S(state).label.lower())
    if state == S.SUBMITTED:
        return ChainLink("Instruction", "now", "en cours")
    return ChainLink("Instruction", "ahead", "à venir")


def _served(label: str, state: PrescriptionState, needs: list[Any]) -> ChainLink:
    """What became of the needs of one sort: the least advanced of those still open tells."""
    states = {need.state for need in needs}
    if not states:
        return ChainLink(label, "none", "pas demandé")
    for code, link, said in (
        (NeedState.ASKED, "ahead", "demandé"),
        (NeedState.WAITING, "now", "en attente"),
        (NeedState.IN_PROGRESS, "now", "en cours"),
        (NeedState.MET, "done", "satisfait"),
    ):
        if code in states:
            return ChainLink(label, link, said)
    return ChainLink(label, "stopped", "non satisfait")
