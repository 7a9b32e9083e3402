"""The papers of prescriptions: what they say is frozen at the verb that makes them."""

from datetime import datetime, time
from typing import Any

from django.utils import timezone

from documents.kinds import register_kind
from documents.paper import render_pdf
from documents.services import freeze_document
from lifecycle.registry import Move
from network.models import Organisation
from prescriptions.enums import (
    CONNECTION_KINDS,
    EQUIPMENT_KINDS,
    ContactChannel,
    NeedState,
    PaperKind,
    PrescriptionState,
)
from prescriptions.models import AgreementText, Need, Prescription, PrescriptionPaper
from typography.french import by_pairs, written_day

KINDS = {PaperKind.SHEET: "prescription_sheet", PaperKind.CLOSING: "prescription_closing"}
REACHED = {
    ContactChannel.PHONE: "On vous appelle au téléphone.",
    ContactChannel.SMS: "On vous envoie un SMS.",
    ContactChannel.EMAIL: "On vous envoie un courriel.",
    ContactChannel.LETTER: "On vous envoie une lettre.",
    ContactChannel.WORKER: "Votre travailleur social vous le dit.",
}
"""How the household will hear of what comes next, in plain French."""


def register_kinds() -> None:
    """Declare the papers and their templates."""
    for kind, code in KINDS.items():
        register_kind(code, str(kind.label), f"documents/prescriptions/{code}.html")
    sheet = KINDS[PaperKind.SHEET]
    register_kind(sheet, str(PaperKind.SHEET.label), f"documents/prescriptions/{sheet}_2.html", version=2)


def freeze_sheet(prescription: Prescription, move: Move) -> PrescriptionPaper:
    """The sheet for the household: one page, one thing to do on top. Made when it is submitted, and when accepted."""
    household, needs = prescription.household, _open_needs(prescription)
    values = {
        **_header(prescription),
        "name": household.name,
        "accepted": prescription.state == PrescriptionState.ACCEPTED,
        "reached": REACHED[ContactChannel(household.contact_channel)],
        "needs": [_need(need) for need in needs],
        "equipment": any(need.kind in EQUIPMENT_KINDS for need in needs),
        "connection": any(need.kind in CONNECTION_KINDS for need in needs),
    }
    return _freeze(PaperKind.SHEET, prescription, values, move)


def freeze_closing(prescription: Prescription, move: Move) -> PrescriptionPaper:
    """The closing note: what became of each need."""
    values = {
        **_header(prescription),
        "name": prescription.household.name,
        "fulfilled": prescription.state == PrescriptionState.FULFILLED,
        "needs": [
            {
                **_need(need),
                "met": need.state == NeedState.MET,
                "settled_on": written_day(need.met_at or need.dropped_at),
                "reason": need.get_drop_reason_display(),
            }
            for need in prescription.needs.order_by("pk")
        ],
    }
    return _freeze(PaperKind.CLOSING, prescription, values, move)


def draw_agreement(text: AgreementText, prescriber: Organisation) -> bytes:
    """The sheet a household signs and its prescriber keeps: the text, boxes to tick, a name and a day left blank.

    It names nobody and is kept nowhere here: drawn when it is opened, the same for the same text and prescriber.
    """
    return render_pdf(
        "documents/prescriptions/agreement.html",
        {"text": text, "prescriber": prescriber.name},
        title=text.title,
        identifier=f"Texte {text.version}",
        date=timezone.make_aware(datetime.combine(text.valid_from, time.min)),
    )


def _open_needs(prescription: Prescription) -> list[Need]:
    return list(prescription.needs.unsettled().order_by("pk"))


def _header(prescription: Prescription) -> dict[str, Any]:
    prescriber, distributor = prescription.prescriber, prescription.distributor
    return {
        "reference": prescription.reference,
        "household_reference": prescription.household.reference,
        "prescriber": prescriber.name,
        "prescriber_phone": by_pairs(prescriber.phone),
        "distributor": distributor.name if distributor else "",
        "distributor_phone": by_pairs(distributor.phone) if distributor else "",
        "distributor_address": _address(distributor) if distributor else "",
    }


def _address(organisation: Any) -> str:
    city = organisation.commune.name if organisation.commune_id else ""
    return ", ".join(filter(None, [organisation.address, f"{organisation.postcode} {city}".strip()]))


def _need(need: Need) -> dict[str, Any]:
    return {"kind": need.get_kind_display(), "use": need.get_use_display()}


def _freeze(kind: PaperKind, prescription: Prescription, values: dict[str, Any], move: Move) -> PrescriptionPaper:
    document = freeze_document(
        kind=KINDS[kind],
        owner=("prescription", prescription.pk),
        values=values,
        by=move.actor,
        at=move.at,
        title=f"{kind.label} {prescription.reference}",
    )
    return PrescriptionPaper.objects.create(prescription=prescription, kind=kind, document=document)
