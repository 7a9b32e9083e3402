"""What is done of a device at its workshop, from the pick-up to the bench and out: one page each."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse

from lifecycle.forms import ReasonForm
from lifecycle.pages import Page, by_reader
from network.requests import Request
from refurb.enums import RETURN_REASONS, DeviceReopenReason, UndoRejectReason
from refurb.forms.corrections import DeviceCorrectTagForm, DeviceUndoReceiveForm
from refurb.forms.devices import (
    CorrectWasteForm,
    DeviceAwaitPartForm,
    DeviceCedeForm,
    DeviceDismantleForm,
    DeviceReceiveForm,
    DeviceReclassifyForm,
    DeviceRecycleForm,
    DeviceRejectForm,
    DeviceReportMissingForm,
    DeviceTellNotStolenForm,
    DeviceTellStolenForm,
    DeviceWithdrawForm,
)
from refurb.machine import device_rules
from refurb.models import Device
from refurb.services import corrections, devices, stock, waste
from refurb.views.devices import DEVICE_PAGES
from refurb.views.reconditioning import device_recondition

BACK_AMONG_THE_EXPECTED = (
    "L’appareil redevient attendu, sans étiquette\u00a0: ce qui a été relevé dessus (marque, numéro de série,"
    " place) est oublié."
)


def _known(request: Request, device: Device) -> Mapping[str, Any]:
    return {"initial": {"tag": device.tag, "place": device.place}}


def _is_certified(device: Device) -> bool:
    """What was announced as a screen holds no data, and has no certificate."""
    return device.ready_at is not None and not device.never_held_data


def _certificate(request: Request, device: Device) -> Mapping[str, Any]:
    """What becomes of the certificate that bears the label, when there is one."""
    told = "Le certificat d’effacement déjà établi est refait avec la bonne étiquette." if _is_certified(device) else ""
    return {"warning": told}


def stolen_or_mislaid(request: Request, device: Device) -> Mapping[str, Any]:
    """Whoever has in hands what was said stolen reads when that may be denied: before, and not after."""
    told = (
        "Cet appareil est dit volé, et le registre des incidents le gardera. Il était seulement égaré\u00a0? Dites"
        " d’abord, sur sa page, «\u00a0Dire qu’il n’a pas été volé\u00a0»\u00a0: ensuite, cela ne se dit plus."
    )
    return {"warning": told if device.is_said_stolen else ""}


def _of_its_note(request: Request, device: Device) -> Mapping[str, Any]:
    return {"by": request.membership, "initial": {"recycler": device.recycler, "bsd_number": device.bsd_number}}


def of_the_device(request: Request, device: Device) -> Mapping[str, Any]:
    """A form that shows what is in the device."""
    return {"device": device}


def _to_reception(device: Device) -> str:
    return reverse("refurb:reception")


PAGES: tuple[Page[Request], ...] = (
    # --- expected
    Page("collect", "enlever", done="enlevé"),
    Page(
        "receive",
        "receptionner",
        DeviceReceiveForm,
        devices.receive_device,
        form_kwargs=_known,
        context=stolen_or_mislaid,
    ),
    Page(
        "correct_tag",
        "etiquette",
        DeviceCorrectTagForm,
        corrections.correct_tag_device,
        done=lambda device, corrected: f"{corrected}\u00a0: étiquette corrigée, c’était {device.tag}.",
        context=_certificate,
    ),
    Page(
        "undo_receive",
        "annuler-reception",
        DeviceUndoReceiveForm,
        done="réception annulée, de nouveau attendu",
        warning=BACK_AMONG_THE_EXPECTED,
        after=_to_reception,
    ),
    Page(
        "undo_early_receive",
        "annuler-reception-avant-enlevement",
        DeviceUndoReceiveForm,
        done="réception annulée, de nouveau attendu",
        warning=BACK_AMONG_THE_EXPECTED,
        after=_to_reception,
    ),
    Page(
        "undo_register",
        "annuler-enregistrement",
        DeviceUndoReceiveForm,
        warning="L’appareil quitte Maillon\u00a0: aucun lot ne le compte plus, et son étiquette est de nouveau libre.",
        after=_to_reception,
    ),
    Page(
        "report_missing",
        "manquant",
        DeviceReportMissingForm,
        warning="Si l’appareil avait quitté le donateur et que rien ne prouve son effacement, un incident est"
        " ouvert\u00a0: le donateur (si ce sont ses données), le responsable de l’atelier et le pilote sont prévenus"
        " aussitôt. Retrouvé à l’atelier, il se réceptionne comme un appareil qui arrive\u00a0: effacement et tests"
        " sont à refaire. Retrouvé au point qui l’avait, il revient en rayon\u00a0; une réservation est à refaire."
        " Rapporté par un foyer, il reste le sien\u00a0: l’échange ou le remboursement reste dû, le foyer et son"
        " travailleur social l’apprennent\u00a0; retrouvé, il revient dans son retour.",
    ),
    Page(
        "tell_stolen",
        "vole",
        DeviceTellStolenForm,
        done="dit volé",
        warning="Portez plainte. Si rien ne prouve son effacement, le donateur (si ce sont ses données), le responsable"
        " de l’atelier et le pilote sont prévenus\u00a0: le pilote juge de nouveau du risque pour les personnes."
        " Retrouvé, l’appareil se réceptionne à l’atelier, ou se retrouve au point, comme tout appareil manquant. S’il"
        " n’avait pas été volé, dites-le avant.",
    ),
    Page(
        "tell_not_stolen",
        "pas-vole",
        DeviceTellNotStolenForm,
        done="dit non volé",
        warning="L’appareil reste cherché. Si rien ne prouve son effacement, le donateur (si ce sont ses données), le"
        " responsable de l’atelier et le pilote sont prévenus\u00a0; le registre garde la trace du vol signalé et du"
        " démenti.",
    ),
    Page(
        "withdraw",
        "retirer",
        DeviceWithdrawForm,
        done="retiré",
        warning="L’appareil n’est plus attendu\u00a0: il reste compté parmi les acceptés de son lot, et l’écart sera à"
        " expliquer au solde. S’il arrive quand même, il s’enregistre comme inattendu.",
    ),
    Page(
        "return_to_donor",
        "rendre",
        ReasonForm.asking(
            ((one.value, one.label) for one in RETURN_REASONS), device_rules.RETURN_REASON, (device_rules.OTHER,)
        ),
        warning="L’appareil quitte l’atelier et Maillon, avec les données qu’il porte encore\u00a0: son parcours"
        " s’arrête ici.",
    ),
    # --- on the bench
    Page("start", "traiter", after=lambda device: reverse("refurb:device_recondition", args=[device.reference])),
    Page(
        "await_part",
        "attendre-une-piece",
        DeviceAwaitPartForm,
        devices.await_part_device,
        done="en attente d’une pièce",
    ),
    Page("undo_start", "annuler-prise-en-traitement", done="de nouveau parmi les reçus"),
    Page("resume", "reprendre", done="repris"),
    Page("recondition", "reconditionne", view=device_recondition),
    Page(
        "reopen",
        "rouvrir",
        ReasonForm.asking(DeviceReopenReason.choices, device_rules.REOPEN_REASON, (device_rules.OTHER,)),
    ),
    # --- out
    Page("reject", "non-reemployable", DeviceRejectForm),
    Page(
        "undo_reject",
        "annuler-rejet",
        ReasonForm.asking(UndoRejectReason.choices, device_rules.UNDO_REASON),
        done="de nouveau à traiter",
        submit="Revenir sur la décision",
    ),
    Page(
        "dismantle",
        "demonter",
        DeviceDismantleForm,
        stock.dismantle_device,
        form_kwargs=of_the_device,
        values=DeviceDismantleForm.values,
        template="refurb/actions/device_dismantle.html",
        warning="L’appareil n’existe plus comme tel\u00a0: les pièces comptées entrent au stock, le reste part aux"
        " déchets, et chaque disque reste suivi jusqu’à sa preuve d’effacement ou de destruction.",
    ),
    Page("recycle", "recycler", DeviceRecycleForm, stock.recycle_device, form_kwargs=by_reader),
    Page(
        "correct_waste",
        "bordereau",
        CorrectWasteForm,
        waste.correct_waste_device,
        form_kwargs=_of_its_note,
        done="bordereau corrigé",
        warning="Cet appareil seul change de bordereau. Tout le bordereau est faux\u00a0? Corrigez-le depuis sa page,"
        " dans le registre des déchets.",
    ),
    Page(
        "cede",
        "ceder",
        DeviceCedeForm,
        stock.cede_device,
        done="cédé",
        warning="L’appareil sort du stock et de Maillon\u00a0: il ne servira plus de foyer, et ses preuves restent"
        " ici.",
    ),
    Page(
        "reclassify",
        "reclasser",
        DeviceReclassifyForm,
        devices.reclassify_device,
        form_kwargs=lambda request, device: {"by": request.membership, "device": device},
    ),
)

urlpatterns = DEVICE_PAGES.urls("appareils", PAGES)
