"""The papers of distribution: the delivery note of a shipment, and the note that a household signs (« fiche d'achat »).

What they say is frozen at the verb that makes them. « Comme neuf » is written nowhere: the word of law is
« reconditionné » (décret n° 2022-190).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from django.utils import timezone

from distribution.enums import HandOverKind
from distribution.functions import Functions, functions_of_each
from distribution.models.hand_over import Derogation, HandOver
from distribution.models.terms import WarrantyText
from distribution.parameters import REPAIR_MONTHS, WARRANTY_MONTHS
from documents.kinds import register_kind
from documents.models import Document
from documents.services import Draft, freeze_document, freeze_documents
from lifecycle.actors import Actor
from lifecycle.in_order import by_key
from network.models import Organisation
from prescriptions.models import Need
from refurb.enums import DeviceType
from refurb.grading import told_grade
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


@dataclass(frozen=True)
class NoteAsked:
    """A note to be prepared: of which device, for which need (its key), on which terms."""

    device: Device
    need: int
    terms: HandOverTerms


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


def prepare_note(device: Device, need: int, terms: HandOverTerms, *, actor: Actor, at: datetime) -> HandOver:
    """Freeze the note of a device for a need (its key), and keep beside it what is paid: the row that will be signed.

    Raises KeyError when there is no such need.
    """
    (note,) = prepare_notes([NoteAsked(device, need, terms)], actor=actor, at=at)
    return note


def prepare_notes(asked: Sequence[NoteAsked], *, actor: Actor, at: datetime) -> list[HandOver]:
    """The notes of a set, in their order; as many queries whatever their number, but for exchanges and derogations."""
    if not asked:
        return []
    needs = Need.objects.select_related("prescription__household__commune").in_bulk({one.need for one in asked})
    day = timezone.localdate(at)
    beside = Beside.of(asked, day)
    drafts = [
        Draft(
            LABELS[one.terms.kind][0],
            ("device", one.device.pk),
            _note_values(one.device, needs[one.need], one.terms, beside, at),
            f"{LABELS[one.terms.kind][1]} {one.device.reference}",
        )
        for one in asked
    ]
    documents = freeze_documents(drafts, by=actor, at=at)
    ceilings = ceilings_on(day)
    return HandOver.objects.bulk_create(
        _note(one, needs[one.need], document, ceilings, actor=actor, at=at)
        for one, document in zip(asked, documents, strict=True)
    )


def _note(
    asked: NoteAsked, need: Need, document: Document, ceilings: Mapping[str, Decimal], *, actor: Actor, at: datetime
) -> HandOver:
    device, terms = asked.device, asked.terms
    assert device.convention is not None  # so in all these states
    ours = need.epci_id in device.convention.territories
    return HandOver(
        device=device,
        stay=device.stay,
        need=need,
        kind=terms.kind,
        replaces_id=terms.replaces,
        point_id=device.point_id,  # type: ignore[misc]  # known in all these states
        derogation=None if ours else Derogation.objects.filter(need=need).first(),
        price=terms.price,
        ceiling=ceiling_of(ceilings, device.type, device.donor_kind),
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
            "grade": told_grade(line.device.grade),
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


@dataclass(frozen=True)
class Beside:
    """What the notes of a set say besides: the screen that goes with each device, what works, what is worn.

    And what is promised on their day: the text of the warranty, how many months it and repairs last.
    """

    screens: Mapping[int, Device]
    functions: Mapping[int, Functions]
    defects: Mapping[int, Sequence[str]]
    funders: Mapping[int, Organisation]
    warranty: WarrantyText | None
    warranty_months: int
    repair_months: int

    @classmethod
    def of(cls, asked: Iterable[NoteAsked], day: date) -> Self:
        """Read for the set, screens included, in nine queries."""
        given = {one.device.pk: one.device for one in asked}
        funders = Organisation.objects.in_bulk({one.terms.funder for one in asked if one.terms.funder})
        screens = by_key(Device.objects.filter(attached_to__in=given).select_related("grading"))
        worn = defaultdict(list)
        for defect in Defect.objects.standing().filter(device__in=[*given, *(screen.pk for screen in screens)]):
            worn[defect.device_id].append(defect.word.sentence)
        along = {screen.attached_to_id: screen for screen in screens}
        functions = functions_of_each([*given.values(), *screens])
        warranty = WarrantyText.objects.on(day).first()
        return cls(along, functions, worn, funders, warranty, WARRANTY_MONTHS.on(day), REPAIR_MONTHS.on(day))


def _note_values(device: Device, need: Need, terms: HandOverTerms, beside: Beside, at: datetime) -> dict[str, Any]:
    day = timezone.localdate(at)
    household, warranty = need.prescription.household, beside.warranty
    point = device.point
    assert point is not None
    screen = beside.screens.get(device.pk)
    tested = [(one, beside.functions[one.pk]) for one in (device, screen) if one is not None]
    replaced = Device.objects.filter(pk=terms.replaces).first() if terms.replaces else None
    funder = beside.funders.get(terms.funder) if terms.funder else None
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
        "defects": [said for one, _ in tested for said in beside.defects.get(one.pk, ())],
        "failed": [_function(label, one) for one, found in tested for label in found.failed],
        "untried": [_function(label, one) for one, found in tested for label in found.untried],
        "with_peripherals": device.type == DeviceType.DESKTOP,
        "price": euros(terms.price, cents=True),
        "co_funding": euros(terms.co_funding, cents=True) if terms.co_funding else "",
        "funder": funder.name if funder is not None else "",
        "to_pay": euros(terms.price - terms.co_funding, cents=True),
        "vat": VAT,
        "warranty_months": beside.warranty_months,
        "repair_months": beside.repair_months,
        "warranty_version": warranty.version if warranty is not None else "",
        "warranty": warranty.body.split("\n\n") if warranty is not None else [],
    }


def _function(label: str, device: Device) -> str:
    """A function, and of what when it is that of the screen that goes along."""
    return f"{label} (écran)" if device.attached_to_id is not None else label


def _article(device: Device) -> dict[str, Any]:
    return {
        "reference": device.reference,
        "tag": device.tag,
        "type": device.get_type_display(),
        "model": _model(device),
        "serial": device.serial if device.serial_key else "",
        "year": device.year,
        "grade": device.grading.label if device.grading is not None else "",
    }


def _model(device: Device) -> str:
    return device.called


def _party(organisation: Organisation) -> dict[str, str]:
    city = organisation.commune.name if organisation.commune is not None else ""
    place = ", ".join(filter(None, [organisation.address, f"{organisation.postcode} {city}".strip()]))
    return {"name": organisation.name, "siret": organisation.spaced_siret, "place": place}
