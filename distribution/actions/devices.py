"""What is done of a device from the workshop's stock to a household, and back: one page each."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from conventions.models import Quota
from distribution import returns_told
from distribution.asked_back import is_asked_back
from distribution.brought_back import QUIET, standing_of
from distribution.enums import DetachReason, HandOverKind, SendBackReason, UndoHandOverReason
from distribution.forms.deliveries import (
    AllotForm,
    DeviceAttachForm,
    DeviceReleaseAllotmentForm,
    DeviceShipForm,
)
from distribution.forms.households import SignedForm
from distribution.forms.symptoms import DeviceSendBackForm, DeviceTakeBackForm, TellRepairedForm, UndoTakeBackForm
from distribution.machine import allotment_rules, household_rules
from distribution.machine.owed_rules import given_since
from distribution.models import Appointment, HandOver
from distribution.repaired import waits_until, way_of
from distribution.services import allotment, hand_overs, point_stock, returns
from distribution.services.appointments import is_written_to
from distribution.views.hand_overs import device_reserve, note_of, opened_note, why_dropped
from documents.enums import MessageChannel
from lifecycle.acting import deposited
from lifecycle.forms import ReasonForm
from lifecycle.pages import Page
from network.requests import Request
from refurb.actions import stolen_or_mislaid
from refurb.enums import DeviceState
from refurb.models import Device
from refurb.views.devices import DEVICE_PAGES
from typography.french import euros, moment, written_day

BY: Mapping[MessageChannel | None, str] = {
    MessageChannel.SMS: "Un SMS part tout de suite, ou à l’heure où il ne dérange pas.",
    MessageChannel.EMAIL: "Un courriel part tout de suite.",
    MessageChannel.LETTER: "Sa lettre se prépare\u00a0: imprimez-la depuis la page de l’appareil, et postez-la.",
    None: "Aucun message ne part à ce foyer\u00a0: joignez-le avant de valider, comme le dit la page de l’appareil.",
}
FOUND_BY: Mapping[MessageChannel | None, str] = {
    MessageChannel.SMS: "Son foyer l’apprend par SMS, son travailleur social par courriel.",
    MessageChannel.EMAIL: "Son foyer et son travailleur social l’apprennent par courriel.",
    MessageChannel.LETTER: "Son travailleur social l’apprend par courriel. La lettre de son foyer est prête\u00a0: le"
    " point de distribution, prévenu, l’imprime et la poste.",
    None: "Aucun message ne part au foyer\u00a0: son travailleur social est prévenu par courriel.",
}
SIGNED_AS = {"signature": "deposit"}
"""Where the form calls otherwise what the rules name."""
CHANGED = (
    "La fiche a été préparée de nouveau entre-temps\u00a0: le foyer paie {pay}. Rien n’a été fait."
    " Imprimez-la et faites-la signer\u00a0: celle d’avant ne compte plus."
)


def _place_given_back(request: Request, device: Device) -> Mapping[str, Any]:
    taken = None if device.quota_id is None else Quota.objects.filter(pk=device.quota_id).first()
    return {"warning": f"Sa place est rendue\u00a0: {taken}." if taken else ""}


def _why_sent_back(request: Request, device: Device) -> Mapping[str, Any]:
    """What its workshop asked for is sent back as such, unless the point says otherwise."""
    return {"initial": {"reason": SendBackReason.ASKED_BACK}} if is_asked_back(device) else {}


def _released_first(request: Request, device: Device) -> Mapping[str, Any]:
    """What is held for a household is released before it is sent back."""
    if device.state != DeviceState.RESERVED:
        return {}
    page = reverse("distribution:device_release", args=[device.reference])
    return {"first": format_html('<a href="{}">Libérez-le d’abord</a>, puis renvoyez-le.', page)}


def _who_waits_again(request: Request, device: Device) -> Mapping[str, Any]:
    """The need, and the household that had an hour: it learns that it is expected no more."""
    told = "Le besoin attend de nouveau, à son rang\u00a0: il ne perd pas son tour."
    booked = Appointment.objects.booked().filter(need=device.need_id).select_related("need__prescription__household")
    expected = booked.first() if device.need_id is not None else None
    if expected is not None and expected.starts_at is not None:
        told += f" Son rendez-vous du {moment(expected.starts_at)} est annulé\u00a0: le foyer"
        if is_written_to(expected.need, expected.starts_at):
            told += " l’apprend par un message."
        elif expected.starts_at > timezone.now():
            told += " est à appeler, dans «\u00a0À faire\u00a0»."
        else:
            told += " n’est pas prévenu, et l’heure étant passée, il n’y a plus personne à appeler."
    note = HandOver.objects.current().filter(device=device.pk, co_funding__gt=0).select_related("funder").first()
    if note is not None:
        told += f" Les {euros(note.co_funding)} que paie {note.funder} suivent le besoin\u00a0: l’appareil suivant les"
        told += " reprend, dans la limite de son prix."
    return {"warning": told}


def _how_it_is_told(request: Request, device: Device) -> Mapping[str, Any]:
    """By a message, by a letter, or by whoever serves; until when it waits. Nothing of whom is to be left alone."""
    if device.need is None or device.state != DeviceState.RETURNED or standing_of(device) == QUIET:
        return {}
    until = written_day(waits_until(timezone.now()))
    told = f"Une fois l’appareil revenu au point, et pas avant\u00a0: il y attend son foyer jusqu’au {until}."
    return {"warning": f"{told} {BY[way_of(device.need)]}"}


def _found_again(device: Device, found: Device) -> str:
    """Who learns it: its household by its way, or nobody but its worker."""
    is_told = found.need is not None and returns_told.owed([found.pk])
    told = FOUND_BY[returns_told.way_of(found.need)] if is_told and found.need is not None else ""
    return f"{found}\u00a0: retrouvé, de nouveau en retour SAV. {told}"


def _to_sign(request: Request, device: Device) -> Mapping[str, Any]:
    note = note_of(request, device)
    changed = "Cette fiche n’est plus préparée." if note is None else CHANGED.format(pay=euros(note.to_pay))
    held = {"holds": str(note.pk) if note is not None else "", "changed": changed}
    return {"files": deposited(request), "by": request.membership, **held}


def _note(request: Request, device: Device) -> dict[str, Any]:
    """The note in force, and whose it is."""
    note = opened_note(request, device)
    return {"note": note, "household": note.need.prescription.household if note else None}


def _note_of_the_day(request: Request, device: Device) -> Mapping[str, Any]:
    found = _note(request, device)
    told = "Vérifiez l’appareil et le foyer\u00a0: une remise s’annule le jour même seulement."
    told += " Ensuite, l’appareil se reprend en retour."
    return found | {"today": timezone.localdate(), "warning": told if found["note"] is not None else ""}


def _note_of_exchange(request: Request, device: Device) -> Mapping[str, Any]:
    found = _note(request, device)
    if found["note"] is None or found["note"].kind != HandOverKind.EXCHANGE:
        return {"note": None, "household": None, "dropped": why_dropped(request, device)}
    told = "Vérifiez les deux appareils et le foyer\u00a0: un échange ne s’annule pas."
    told += " Ensuite, l’appareil remis se reprend en retour."
    return found | {"warning": told}


PAGES: tuple[Page[Request], ...] = (
    # --- at the workshop
    Page(
        "attach",
        "rattacher",
        DeviceAttachForm,
        allotment.attach_device,
        done="rattaché à son ordinateur",
        form_kwargs=lambda request, screen: {"screen": screen},
    ),
    Page("detach", "separer", ReasonForm.asking(DetachReason.choices, allotment_rules.DETACH_REASON)),
    Page(
        "allot",
        "affecter",
        AllotForm,
        allotment.allot_device,
        done="affecté à la convention",
        form_kwargs=lambda request, device: {"by": request.membership, "workshop": device.workshop_id},
    ),
    Page(
        "release_allotment",
        "retirer-affectation",
        DeviceReleaseAllotmentForm,
        done="de nouveau en stock à l’atelier",
        context=_place_given_back,
    ),
    Page(
        "ship",
        "expedier",
        DeviceShipForm,
        allotment.ship_device,
        done="en livraison",
        form_kwargs=lambda request, device: {"device": device},
    ),
    Page("cancel_shipment", "annuler-expedition"),
    Page(
        "ask_back",
        "demander-retour",
        done="retour demandé au point, qui l’apprend par courriel et le lit dans «\u00a0À faire\u00a0»",
        warning="Le point ne le réserve ni ne le remet d’ici là. Si vous triez le fichier avant, la demande tombe"
        " d’elle-même.",
    ),
    # --- at the point
    Page("stock_in", "mettre-en-rayon", done="mis en rayon"),
    Page(
        "send_back",
        "renvoyer",
        DeviceSendBackForm,
        form_kwargs=_why_sent_back,
        context=_released_first,
        warning="Cela ne se défait pas\u00a0: l’appareil quitte vos listes, seul l’atelier le voit ensuite. La page"
        " «\u00a0À renvoyer\u00a0» dit s’il est arrivé. Sa place au quota est rendue, il sera de nouveau effacé et"
        " testé. Vérifiez l’étiquette avant.",
        after=lambda device: reverse("distribution:shelf"),
    ),
    Page(
        "find",
        "retrouver",
        service=point_stock.find_device,
        done="de nouveau en rayon",
        context=stolen_or_mislaid,
    ),
    Page(
        "find_returned",
        "retrouver-retour",
        service=point_stock.find_returned_device,
        done=_found_again,
        context=stolen_or_mislaid,
    ),
    # --- to a household
    Page("reserve", "reserver", view=device_reserve),
    Page(
        "release",
        "liberer",
        done="de nouveau disponible",
        context=_who_waits_again,
    ),
    Page(
        "hand_over",
        "remettre",
        SignedForm,
        hand_overs.hand_over_device,
        done="remis au foyer. La garantie court à partir d’aujourd’hui",
        values=SignedForm.signature,
        form_kwargs=_to_sign,
        context=_note_of_the_day,
        names=SIGNED_AS,
        template="distribution/actions/device_hand_over.html",
    ),
    Page(
        "undo_hand_over",
        "annuler-remise",
        ReasonForm.asking(UndoHandOverReason.choices, household_rules.UNDO_HAND_OVER_REASON),
        done="remise annulée",
        warning="L’appareil redevient réservé pour le même besoin, et une nouvelle fiche est à signer. Si le foyer y"
        " renonce, son besoin est abandonné et l’appareil libéré.",
    ),
    # --- and back
    Page(
        "take_back",
        "reprendre-au-foyer",
        DeviceTakeBackForm,
        done="repris en retour SAV",
        warning="Les données du foyer sont sur l’appareil\u00a0: tout ce qui prouvait son effacement ne compte plus."
        " Son travailleur social est prévenu. Mauvais appareil\u00a0? «\u00a0Annuler le retour\u00a0», sur sa page,"
        " tant que rien n’y est fait.",
    ),
    Page(
        "undo_take_back",
        "annuler-retour",
        UndoTakeBackForm,
        done="retour annulé, de nouveau chez son foyer",
        warning="L’appareil est de nouveau chez son foyer, avec ses preuves et sa garantie d’avant. Un échange préparé"
        " pour lui n’a pas lieu, et le travailleur social, prévenu du retour, apprend que c’était une erreur.",
        submit="Annuler le retour",
        form_kwargs=lambda request, device: {"given": given_since(device)},
    ),
    Page(
        "tell_repaired",
        "prevenir-repare",
        TellRepairedForm,
        done="foyer prévenu. Il vous reste à le lui rendre",
        form_kwargs=lambda request, device: {"written": device.need is not None and way_of(device.need) is not None},
        context=_how_it_is_told,
        values=TellRepairedForm.told,
    ),
    Page("give_back", "rendre-au-foyer", service=returns.give_back_device, done="rendu au foyer"),
    Page(
        "exchange",
        "echanger",
        SignedForm,
        hand_overs.exchange_device,
        values=SignedForm.signature,
        form_kwargs=_to_sign,
        context=_note_of_exchange,
        names=SIGNED_AS,
        template="distribution/actions/device_exchange.html",
    ),
)

urlpatterns = DEVICE_PAGES.urls("appareils", PAGES)
