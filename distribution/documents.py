"""The papers of distribution: the delivery note of a shipment, and the note that a household signs (« fiche d'achat »).

What they say is frozen at the verb that makes them. « Comme neuf » is written nowhere: the word of law is
« reconditionné » (décret n° 2022-190).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from distribution.enums import HandOverKind
from distribution.functions import functions_of
from distribution.models.hand_over import Derogation, HandOver
from distribution.models.terms import WarrantyText
from distribution.parameters import REPAIR_MONTHS, WARRANTY_MONTHS
from documents.kinds import register_kind
from documents.services import freeze_document
from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from network.models import Organisation
from prescriptions.models import Need
from refurb.enums import DeviceType
from refurb.models.defects import Defect
from refurb.models.device import Device
from refurb.models.points import Delivery, DeliveryLine
from refurb.pricing import ceiling_of, ceilings_on
from typography.french import euros, written_day

DELIVERY_NOTE = "delivery_note"
HAND_OVER_NOTE = "device_hand_over_note"
EXCHANGE_NOTE = "device_exchange_note"
VAT = "TVA non applicable, art. 261-7-1° b du CGI"
LABELS = {
    HandOverKind.SALE: (HAND_OVER_NOTE, "Fiche d’achat"),
    HandOverKind.EXCHANGE: (EXCHANGE_NOTE, "Fiche d’échange"),
}


@dataclass(frozen=True)
class HandOverTerms:
    """What is agreed on: the price in euros, who pays which part, or which device is replaced."""

    price: Decimal
    co_funding: Decimal
    funder: int | None
    kind: HandOverKind = HandOverKind.SALE
    replaces: int | None = None


def register_notes() -> None:
    """Declare the papers and their templates."""
    register_kind(DELIVERY_NOTE, "Bon de livraison", "documents/distribution/delivery_note.html")
    for code, label in LABELS.values():
        register_kind(code, label, "documents/distribution/device_hand_over_note.html")
        template = "documents/distribution/device_hand_over_note_2.html"
        register_kind(code, label, template, version=2, for_household=True)
        template = "documents/distribution/device_hand_over_note_3.html"
        register_kind(code, label, template, version=3, for_household=True)
        template = "documents/distribution/device_hand_over_note_4.html"
        register_kind(code, label, template, version=4, for_household=True)


def prepare_note(device: Device, need_pk: int, terms: HandOverTerms, *, actor: Actor, at: datetime) -> HandOver:
    """Freeze the note of a device for a need, and keep beside it what is paid: the row that will be signed."""
    day = timezone.localdate(at)
    need = Need.objects.select_related("prescription__household__commune").get(pk=need_pk)
    code, label = LABELS[terms.kind]
    document = freeze_document(
        kind=code,
        owner=("device", device.pk),
        values=_note_values(device, need, terms, at),
        by=actor,
        at=at,
        title=f"{label} {device.reference}",
    )
    assert device.convention is not None  # so in all these states
    ours = need.epci_id in device.convention.territories
    return HandOver.objects.create(
        device=device,
        stay=device.stay,
        need=need,
        kind=terms.kind,
        replaces_id=terms.replaces,
        point_id=device.point_id,  # type: ignore[misc]  # known in all these states
        derogation=None if ours else Derogation.objects.filter(need=need).first(),
        price=terms.price,
        ceiling=ceiling_of(ceilings_on(day), device.type, device.donor_kind),
        co_funding=terms.co_funding,
        funder_id=terms.funder,
        to_pay=terms.price - terms.co_funding,
        prepared_at=at,
        prepared_by_id=actor.pk,
        document=document,
    )


def freeze_delivery_note(delivery: Delivery, *, actor: Actor, at: datetime) -> Delivery:
    """Freeze what leaves the workshop: one line per device, by its label and its reference."""
    lines = by_key(DeliveryLine.objects.filter(delivery=delivery).select_related("device__attached_to"))
    rows = [
        {
            "reference": line.device.reference,
            "tag": line.device.tag,
            "type": line.device.get_type_display(),
            "model": _model(line.device),
            "grade": line.device.grade,
            "with": line.device.attached_to.tag if line.device.attached_to is not None else "",
        }
        for line in lines
    ]
    values = {
        "reference": delivery.reference,
        "convention": delivery.convention.reference,
        "convention_title": delivery.convention.title,
        "epci": delivery.convention.epci.name,
        "workshop": _party(delivery.workshop),
        "distributor": _party(delivery.point.distributor),
        "point": {"name": delivery.point.name, "place": delivery.point.place, "opening": delivery.point.opening},
        "holder": delivery.point.organisation.name,
        "shipped_on": timezone.localdate(at),
        "shipped_on_text": written_day(timezone.localdate(at)),
        "lines": rows,
        "count": len(rows),
    }
    delivery.document = freeze_document(
        kind=DELIVERY_NOTE,
        owner=("delivery", delivery.pk),
        values=values,
        by=actor,
        at=at,
        title=f"Bon de livraison {delivery.reference}",
    )
    delivery.save(update_fields=["document"])
    return delivery


def _note_values(device: Device, need: Need, terms: HandOverTerms, at: datetime) -> dict[str, Any]:
    day = timezone.localdate(at)
    household = need.prescription.household
    warranty = WarrantyText.objects.on(day).first()
    point = device.point
    assert point is not None
    screen = Device.objects.filter(attached_to=device).first()
    tested = [(one, functions_of(one)) for one in (device, screen) if one is not None]
    replaced = Device.objects.filter(pk=terms.replaces).first() if terms.replaces else None
    funder = Organisation.objects.filter(pk=terms.funder).first() if terms.funder else None
    return {
        "reference": device.reference,
        "prescription": need.prescription.reference,
        "need": need.reference,
        "exchange": terms.kind == HandOverKind.EXCHANGE,
        "replaces": _article(replaced) if replaced is not None else None,
        "household": {"name": household.name, "city": household.commune.name if household.commune_id else ""},
        "point": {"name": point.name, "place": point.place},
        "distributor": _party(point.distributor),
        "workshop": device.workshop.name,
        "prepared_on": day,
        "prepared_on_text": written_day(day),
        "articles": [_article(device), *([_article(screen)] if screen is not None else [])],
        "defects": _defects(device, screen),
        "failed": [_function(label, one) for one, found in tested for label in found.failed],
        "untried": [_function(label, one) for one, found in tested for label in found.untried],
        "with_peripherals": device.type == DeviceType.DESKTOP,
        "price": euros(terms.price, cents=True),
        "co_funding": euros(terms.co_funding, cents=True) if terms.co_funding else "",
        "funder": funder.name if funder is not None else "",
        "to_pay": euros(terms.price - terms.co_funding, cents=True),
        "vat": VAT,
        "warranty_months": WARRANTY_MONTHS.on(day),
        "repair_months": REPAIR_MONTHS.on(day),
        "warranty_version": warranty.version if warranty is not None else "",
        "warranty": warranty.body.split("\n\n") if warranty is not None else [],
    }


def _defects(device: Device, screen: Device | None) -> list[str]:
    """The sentences of what is worn on a device and stays so, then on the screen that goes with it."""
    about = [device.pk, *([screen.pk] if screen is not None else [])]
    standing = Defect.objects.standing().filter(device__in=about)
    return [defect.word.sentence for pk in about for defect in standing if defect.device_id == pk]


def _function(label: str, device: Device) -> str:
    """A function, and of what when it is that of the screen that goes along."""
    return f"{label} (écran)" if device.attached_to_id is not None else label


def _article(device: Device) -> dict[str, Any]:
    return {
        "reference": device.reference,
        "tag": device.tag,
        "type": device.get_type_display(),
        "model": _model(device),
        "serial": device.serial,
        "year": device.year,
        "grade": device.grading.label if device.grading is not None else "",
    }


def _model(device: Device) -> str:
    return " ".join(filter(None, (device.manufacturer, device.model)))


def _party(organisation: Organisation) -> dict[str, str]:
    city = organisation.commune.name if organisation.commune is not None else ""
    place = ", ".join(filter(None, [organisation.address, f"{organisation.postcode} {city}".strip()]))
    return {"name": organisation.name, "siret": organisation.spaced_siret, "place": place}
