"""What is done of a convention, from the draft to its end: one page each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from calendars.working_days import add_working_days
from conventions.acts import former_act
from conventions.enums import ConventionState, EndDeclineReason, Party, ResumeReason, TextReopenReason
from conventions.forms.base import CommentForm, ReasonForm
from conventions.forms.circuit import PlainForm
from conventions.forms.verbs import (
    ConventionAbandonForm,
    ConventionOpenSignatureForm,
    ConventionSucceedForm,
    ConventionSuspendForm,
)
from conventions.machine import rules
from conventions.machine.ending_rules import DECLINE_REASON, party_of
from conventions.machine.measured import exceeded_twice
from conventions.models import Convention
from conventions.notices import own_of, pending_of
from conventions.parameters import REVIEW_DAYS, SIGNATURE_DAYS
from conventions.services import endings
from conventions.services.conventions import open_signature_convention
from conventions.views.conventions import CONVENTION_PAGES
from conventions.views.endings import (
    convention_give_notice,
    convention_record_end,
    delays_to_end,
    end_proposed,
    end_to_agree,
)
from conventions.views.remarks import tell_remarks
from conventions.views.sheet import sheet_of
from lifecycle.machine import Context
from lifecycle.pages import Page
from network.requests import Request
from typography.french import day

AGREEMENT = "conventions/actions/convention_agreement.html"
TAKES_AGAIN = "reprendre"
"""Of the address of « Ouvrir la signature »: its form holds the act that was recorded before."""


def _asked_of(request: Request, convention: Convention) -> Mapping[str, Any]:
    """What is submitted, to whom, how long they have, in working days, and what kept a signatory from signing."""
    sheet = sheet_of(convention, request.membership)
    tell_remarks(sheet, request.membership, writes=True)
    today = timezone.localdate()
    return {
        "sheet": sheet,
        "declined": [one for one in sheet.signatures if one.refusals and one.signed_at is None],
        "others": [organisation for party, organisation, _ in convention.parties() if party != Party.EPCI],
        "days": REVIEW_DAYS.on(today),
        "signature_days": SIGNATURE_DAYS.on(today),
        "signed_by": _signed_after_effect(convention, today),
        "is_past": convention.starts_on is not None and convention.starts_on < today,
    }


def _signed_after_effect(convention: Convention, today: date) -> date | None:
    """When the last signature comes if each takes the time he is given; None when that is before the date of effect.

    Neither the act of the EPCI nor another round is counted: nobody knows how long they take.
    """
    read_by = add_working_days(today, int(REVIEW_DAYS.on(today)))
    signed_by = add_working_days(read_by, int(SIGNATURE_DAYS.on(today)))
    return signed_by if convention.starts_on is not None and convention.starts_on < signed_by else None


def _what_a_reopening_voids(request: Request, convention: Convention) -> Mapping[str, Any]:
    signed = convention.signatures.filter(round=convention.round, state="signed").count()
    told = "Le texte repart en écriture, puis en relecture."
    if signed:
        several = f" Les {signed} signatures déjà données seront caduques."
        told += several if signed > 1 else " La signature déjà donnée sera caduque."
    if convention.act_number:
        act = f"L’acte n° {convention.act_number} du {day(convention.act_on)} ne sera plus retenu"
        told += (
            f" {act}\u00a0: s’il autorise le nouveau texte, il se reprend en ouvrant la signature, sinon l’EPCI"
            " délibère de nouveau."
        )
    return {"warning": told}


def _act_to_record(request: Request, convention: Convention) -> Mapping[str, Any]:
    """The act that was recorded before the text was opened again, and whether it is taken again."""
    return {"former_act": former_act(convention), "takes_again": TAKES_AGAIN in request.GET}


def _act_taken_again(request: Request, convention: Convention) -> Mapping[str, Any]:
    """The form holds the former act only when whoever reads asked for it."""
    act = former_act(convention) if TAKES_AGAIN in request.GET else None
    if act is None:
        return {}
    held = {"act_body": act.body, "act_number": act.number, "act_on": act.on, "act_executory_on": act.executory_on}
    return {"initial": held}


def _what_an_abandon_cancels(request: Request, convention: Convention) -> Mapping[str, Any]:
    asked = convention.state not in (ConventionState.DRAFT, ConventionState.CHANGES_REQUESTED)
    return {"warning": "Ce qui était demandé aux relecteurs et aux signataires est annulé." if asked else ""}


def _exceeded(request: Request, convention: Convention) -> Mapping[str, Any]:
    """Of what does not hold, or is an amendment, nothing is measured: the rules say what is refused."""
    is_measured = convention.state == ConventionState.ACTIVE and not convention.is_amendment
    return {"exceeded": is_measured and exceeded_twice(convention, timezone.localdate())}


def _notice(request: Request, convention: Convention) -> Mapping[str, Any]:
    """By which paper the party of whoever acts ends it, and from when it may; the others that are pending."""
    today = timezone.localdate()
    pending = pending_of(convention, today)
    own = own_of(pending, party_of(Context(timezone.now(), request.membership)))
    return delays_to_end(today) | {"own": own, "others": [notice for notice in pending if notice != own]}


def _in_force(convention: Convention, activated: Convention) -> str:
    return "Avenant en vigueur." if convention.amends_id else "Convention en vigueur\u00a0: ses quotas sont ouverts."


PAGES: tuple[Page[Request], ...] = (
    Page(
        "submit",
        "soumettre",
        CommentForm,
        done="Texte soumis\u00a0: chaque relecteur reçoit un courriel",
        context=_asked_of,
        template="conventions/actions/convention_submit.html",
    ),
    Page(
        "reopen",
        "rouvrir",
        ReasonForm.asking(TextReopenReason.choices, rules.REOPEN_REASON),
        done="Texte rouvert\u00a0: il peut être modifié, puis soumis de nouveau",
        context=_what_a_reopening_voids,
    ),
    Page(
        "open_signature",
        "ouvrir-la-signature",
        ConventionOpenSignatureForm,
        open_signature_convention,
        done="Signature ouverte\u00a0: les trois signataires reçoivent un courriel",
        form_kwargs=_act_taken_again,
        context=_act_to_record,
        template="conventions/actions/convention_open_signature.html",
    ),
    Page("activate", "mettre-en-vigueur", CommentForm, done=_in_force),
    Page(
        "succeed",
        "succession",
        ConventionSucceedForm,
        done="Succession enregistrée",
        warning="L’EPCI choisi agira à la place de l’ancien, et son territoire deviendra celui de la convention.",
    ),
    Page(
        "suspend",
        "suspendre",
        ConventionSuspendForm,
        form_kwargs=_exceeded,
        warning="Aucun appareil n’y est plus affecté. Ceux qui le sont déjà se livrent et se remettent.",
    ),
    Page(
        "resume",
        "reprendre",
        ReasonForm.asking(ResumeReason.choices, rules.RESUME_REASON),
        done="Convention reprise\u00a0: des appareils peuvent y être affectés",
    ),
    # --- ended by the agreement of its three parties
    Page(
        "propose_end",
        "fin/proposer",
        PlainForm,
        done="Fin proposée\u00a0: les deux autres parties reçoivent un courriel. Rien ne change tant qu’elles n’ont pas"
        " répondu",
        context=end_proposed,
        template=AGREEMENT,
        submit="Proposer la fin",
    ),
    Page(
        "agree_end",
        "fin/accord",
        PlainForm,
        endings.agree_end_convention,
        done="Accord enregistré",
        context=end_to_agree,
        template=AGREEMENT,
        submit="Donner l’accord de ma partie",
    ),
    Page("record_end", "fin/inscrire", view=convention_record_end),
    Page(
        "decline_end",
        "fin/ecarter",
        ReasonForm.asking(EndDeclineReason.choices, DECLINE_REASON),
        done="Fin écartée\u00a0: la convention continue, les parties sont prévenues",
        warning="La convention continue comme avant. Une autre fin peut être proposée plus tard.",
        submit="Écarter cette fin",
    ),
    # --- ended otherwise
    Page("give_notice", "preavis", view=convention_give_notice),
    Page(
        "take_back_notice",
        "preavis/retirer",
        CommentForm,
        done="Retiré\u00a0: la convention continue, les parties sont prévenues",
        warning="La convention continue. Pour la résilier plus tard, il faudra un autre préavis ou une autre mise en"
        " demeure.",
    ),
    Page(
        "terminate",
        "resilier",
        CommentForm,
        endings.terminate_convention,
        done="Convention résiliée. Les autres parties sont prévenues",
        context=_notice,
        template="conventions/actions/convention_terminate.html",
    ),
    Page("abandon", "abandonner", ConventionAbandonForm, context=_what_an_abandon_cancels),
)

urlpatterns = CONVENTION_PAGES.urls("conventions", PAGES)
