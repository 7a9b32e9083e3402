"""Days and phone numbers as people read them; what is noted so far and what it says."""

from typing import Any

from django import template
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from network.permissions import is_pilot
from prescriptions.enums import (
    LANGUAGES_IN_FRENCH,
    OPEN_NEED_STATES,
    ContactChannel,
    PrescriptionState,
    SheetLanguage,
)
from prescriptions.models import Household, Need, Prescription, RightsRequest
from prescriptions.noted import noted as noted_of
from prescriptions.permissions import advises, relays, works
from prescriptions.reaching import PROMISED, SAID_HOW, channel_of, way_told
from prescriptions.views.lost import to_reopen as needs_to_reopen
from prescriptions.views.same_household import given_before
from prescriptions.views.told_apart import served_alike
from typography.french import by_pairs, day, days_ago, days_left, plural, written_day

UNDECIDED = (PrescriptionState.DRAFT, PrescriptionState.SUBMITTED, PrescriptionState.INCOMPLETE)
register = template.Library()
for read in (day, days_ago, days_left, by_pairs, plural, written_day):
    register.filter(read)


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


@register.filter
def way(household: Household) -> ContactChannel:
    """By which way it is told; ``.value`` to compare, ``.label`` to read."""
    return channel_of(household)


register.filter(way_told)


@register.filter
def promised(channel: str) -> str:
    """« un appel », « une lettre »: what the sheet of a household promises, to whoever keeps it."""
    return PROMISED[ContactChannel(channel)]


@register.filter
def said_how(channel: str) -> str:
    """« par téléphone », « de vive voix »: how somebody is to tell it."""
    return SAID_HOW[ContactChannel(channel)]


@register.filter
def is_undecided(prescription: Prescription) -> bool:
    """Whether somebody still writes or examines it: what was seen is then open to read, folded afterwards."""
    return prescription.state in UNDECIDED


@register.simple_tag(takes_context=True)
def list_title(context: template.Context) -> str:
    """What the list of prescriptions is called by whoever acts: an adviser reads requests."""
    actor = context["request"].membership
    return "Demandes" if advises(actor) or relays(actor) else "Prescriptions"


@register.simple_tag(takes_context=True)
def list_of_households(context: template.Context) -> SafeString:
    """The link to the list that one comes to a household from: its own where one works on files, else of demands."""
    if works(context["request"].membership):
        return format_html('<a href="{}">Foyers</a>', reverse("prescriptions:household_list"))
    return format_html('<a href="{}">{}</a>', reverse("prescriptions:prescription_list"), list_title(context))


@register.inclusion_tag("prescriptions/_noted.html", takes_context=True)
def noted(context: template.Context, prescription: Prescription) -> dict[str, Any]:
    """« D’après ce qui est noté »: the verdict of the day on the facts noted so far, and what they say of offers."""
    return noted_of(prescription, context["request"].membership) or {"evaluation": None}


@register.inclusion_tag("prescriptions/_limitation.html", takes_context=True)
def limitation(context: template.Context, household: int, at: str = "") -> dict[str, Any]:
    """That the household asked that what is written of it be kept and used for nothing, to whoever reads or serves it.

    ``at``: « remise » where it comes for what is put aside, « opérateur » where its line is asked for. The pilot, whom
    no request of rights is told to, reads it in what is refused. One query.
    """
    actor = getattr(context["request"], "membership", None)
    told = household and not (actor is not None and is_pilot(actor))
    return {"holds": bool(told) and RightsRequest.objects.restricting().filter(household=household).exists(), "at": at}


@register.inclusion_tag("prescriptions/_to_reopen.html", takes_context=True)
def to_reopen(context: template.Context, prescription: Prescription) -> dict[str, Any]:
    """What may be opened again rather than asked anew in this prescription: it keeps the weeks that it waited."""
    return {"needs": needs_to_reopen(prescription.household, context["request"].membership)}


@register.inclusion_tag("prescriptions/_already_given.html", takes_context=True)
def already_given(context: template.Context, prescription: Prescription) -> dict[str, Any]:
    """What its household was given already: whoever asks for the same knows it."""
    return {"given": given_before(prescription.household, context["request"].membership)}


@register.inclusion_tag("prescriptions/_served_alike.html", takes_context=True)
def alike_served(context: template.Context, need: Need) -> dict[str, Any]:
    """What a household that looks strongly like this one was given of this kind: whoever serves it knows it."""
    served = need.state in OPEN_NEED_STATES and served_alike(
        need.prescription.household, [need.kind], context["request"].membership
    )
    return {"served": served or []}


@register.simple_tag(takes_context=True)
def said_in(context: template.Context, french: str) -> str:
    """A text in the language of the page or of the paper (``tongue``); in French where there is none."""
    tongue = context.get("tongue")
    return french if tongue is None else str(tongue.say(french))


@register.simple_tag
def sheet_languages() -> list[tuple[str, str, str]]:
    """The languages of the sheets: ``(code, how its readers call it, how it is called in French)``."""
    return [(one.value, str(one.label), LANGUAGES_IN_FRENCH[one]) for one in SheetLanguage]


@register.simple_tag(takes_context=True)
def in_this_language(context: template.Context) -> SafeString:
    """The attributes of what is said in the language of the page; nothing in French, which is that of all others."""
    tongue = context.get("tongue")
    return SafeString("") if tongue is None else format_html(' lang="{}" dir="{}"', tongue.language, tongue.direction)
