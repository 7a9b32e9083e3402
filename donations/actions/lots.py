"""What is done of a lot, from its offer to its balance: one page each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from donations.enums import DonationState, DonorKind, WithdrawReason
from donations.forms.donations import (
    DonationAnnounceForm,
    DonationCorrectLinesForm,
    DonationDeclineForm,
    DonationRedirectForm,
)
from donations.forms.shares import DonationQualifyForm, workshops
from donations.gift_law import gift_law
from donations.machine import donation_rules
from donations.machine.redirect_rules import still_young
from donations.models import Donation
from donations.models.decision import for_recycling
from donations.parameters import DEVICE_AGE, PUBLIC_GIFT_VALUE
from donations.services import donations
from donations.skills import told_by_skill
from donations.units import arrivals_of
from donations.views.decisions import donation_reassign
from donations.views.donations import DONATION_PAGES
from donations.views.pick_ups import donation_collect, donation_schedule
from donations.views.sheet import lines_of, told_by_law
from lifecycle.forms import ReasonForm
from lifecycle.pages import Page
from network.requests import Request


def _offer(request: Request, donation: Donation) -> Mapping[str, Any]:
    """The whole lot, as it is offered."""
    lines = told_by_law(donation, lines_of(donation))
    return {
        "lines": lines,
        "units": sum(line.quantity for line in lines),
        "transfer_missing": donation.donor_kind == DonorKind.PUBLIC and not donation.transfer_reference,
    }


def _lines_to_correct(request: Request, donation: Donation) -> Mapping[str, Any]:
    """Every line, and what the law refuses of each; what is left as it is is no correction."""
    return {
        "lines": donation.lines.order_by("pk"),
        "public": donation.donor_kind == DonorKind.PUBLIC,
        "law": gift_law(timezone.localdate()),
    }


def _lines_to_decide(request: Request, donation: Donation) -> Mapping[str, Any]:
    """Every line: how many, for what, why not the others, to which of the workshops."""
    today, among = timezone.localdate(), list(workshops())
    return {
        "donation": donation,
        "lines": told_by_skill(lines_of(donation), among, today),
        "oldest": _oldest(today),
        "among": among,
    }


def _recycled_lines(request: Request, donation: Donation) -> Mapping[str, Any]:
    """Those that may be used again: what is too old is not offered."""
    return {"lines": donation.lines.filter(for_recycling(), still_young(timezone.localdate())).order_by("pk")}


def _oldest(today: date) -> int:
    """The first year of purchase that may still be used again."""
    return today.year - DEVICE_AGE.on(today)


def _law(request: Request, donation: Donation) -> Mapping[str, Any]:
    ceiling = PUBLIC_GIFT_VALUE.on(timezone.localdate())
    return {"is_public": donation.donor_kind == DonorKind.PUBLIC, "ceiling": ceiling}


def _balance(request: Request, donation: Donation) -> Mapping[str, Any]:
    return {"lines": lines_of(donation), "arrivals": arrivals_of(donation)}


def _is_own(request: Request, donation: Donation) -> bool:
    return request.membership.organisation_id == donation.donor_id


def _what_a_withdrawal_undoes(request: Request, donation: Donation) -> Mapping[str, Any]:
    if donation.state == DonationState.DRAFT:
        told = "personne n’est prévenu" if _is_own(request, donation) else "seul le donateur est prévenu"
        return {"warning": f"Ce brouillon est abandonné. Rien n’était annoncé\u00a0: {told}."}
    told = "Plus rien n’est proposé\u00a0: les appareils attendus sont retirés, l’enlèvement prévu est annulé,"
    told += " les ateliers qui avaient une part sont prévenus"
    told += ". " if _is_own(request, donation) else ", comme le donateur. "
    told += "Un nouveau lot pourra être proposé."
    return {"warning": told}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "announce",
        "annoncer",
        DonationAnnounceForm,
        donations.announce_donation,
        done="Lot {row} annoncé. Le Département vous répond ligne par ligne",
        context=_offer,
        template="donations/actions/donation_announce.html",
    ),
    Page(
        "correct_lines",
        "corriger",
        DonationCorrectLinesForm,
        donations.correct_lines_donation,
        done="Lignes du lot {row} corrigées",
        values=DonationCorrectLinesForm.values,
        form_kwargs=_lines_to_correct,
        template="donations/actions/donation_correct_lines.html",
        submit="Enregistrer les corrections",
    ),
    Page(
        "qualify",
        "qualifier",
        DonationQualifyForm,
        donations.qualify_donation,
        done="Lot {row} qualifié. Le donateur et les ateliers sont prévenus",
        values=DonationQualifyForm.decision,
        form_kwargs=_lines_to_decide,
        context=_law,
        template="donations/actions/donation_qualify.html",
    ),
    Page("reassign", "reaffecter", view=donation_reassign),
    Page(
        "redirect",
        "reemployer",
        DonationRedirectForm,
        donations.redirect_donation,
        done="Lot {row}\u00a0: lignes rendues au réemploi. Le donateur et les ateliers sont prévenus",
        form_kwargs=_recycled_lines,
        warning="La décision était une erreur\u00a0: les appareils de ces lignes pourront être déclarés reconditionnés."
        " Le prochain comité technique la ratifie.",
    ),
    Page(
        "decline",
        "ecarter",
        DonationDeclineForm,
        done="Lot {row} écarté. Le donateur est prévenu",
        warning="Le donateur reçoit le motif et la liste des recycleurs de son territoire.",
    ),
    Page("schedule", "planifier", view=donation_schedule),
    Page("collect", "enlever", view=donation_collect),
    Page(
        "reconcile",
        "solder",
        done="Lot {row} soldé. Le bilan du don est prêt pour le donateur",
        context=_balance,
        template="donations/actions/donation_reconcile.html",
    ),
    Page(
        "withdraw",
        "retirer",
        ReasonForm.asking(WithdrawReason.choices, donation_rules.WITHDRAW_REASON, (WithdrawReason.OTHER,)),
        done="Lot {row} retiré",
        context=_what_a_withdrawal_undoes,
    ),
    Page(
        "forget_contact",
        "effacer-contact",
        done="Lot {row}\u00a0: plus personne n’y est nommé",
        warning="Sont effacés\u00a0: le nom et le téléphone de la personne à demander, le nom de qui a signé, l’accès"
        " au site, les créneaux, les consignes, les bordereaux dessinés par Maillon et les courriels de ce lot."
        " Restent\u00a0: les nombres, les dates, l’acte de don, et un bordereau signé sur papier.",
    ),
)

urlpatterns = DONATION_PAGES.urls("lots", PAGES)
