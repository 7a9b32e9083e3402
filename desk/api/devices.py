"""Devices for programs: those one sees, what may be done of each, and doing it, one or many, through the gate."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from ninja import Field, Query, Router, Schema
from pydantic import field_validator

from desk.api.door import KeyedRequest, ReasonOut, Strict, named_so, reasons_out
from desk.services.api_keys import act_by_key
from lifecycle import gate
from lifecycle.by_program import Invalid, asked, filled, form_of, tried
from lifecycle.machine import state_label
from lifecycle.pages import Page
from network.requests import Request
from refurb.actions import PAGES
from refurb.enums import DeviceState, DeviceType
from refurb.forms.reconditioning import PriceForm
from refurb.models import Device, DeviceEntry
from refurb.permissions import can_work_on_device, sees_devices
from refurb.pricing import doubted_over
from refurb.services import stock
from refurb.views.devices import DEVICE_PAGES

router = Router(tags=["Appareils"])
MOST, USUAL = 500, 100
"""How many devices one answer holds, and one act takes: at most, and unless said."""
BENCH = (
    *("receive", "undo_receive", "undo_early_receive", "correct_tag", "start", "undo_start", "await_part", "resume"),
    *("recondition", "reopen", "reject", "undo_reject", "reclassify", "correct_waste"),
)
"""The work of the bench, where what was done by mistake is done again. The rest is for somebody who reads: what opens
an incident, what takes custody of a lot, what lets a device out."""
RECONDITION: Page[Request] = Page(
    "recondition",
    "reconditionne",
    PriceForm,
    stock.recondition_device,
    form_kwargs=lambda request, device: {
        "ceiling": doubted_over(device.type, device.donor_kind, timezone.localdate()),
    },
)
"""On its page many things are typed at once; a program gives the price, and what else is missing it is told."""
OFFERED = {page.verb: page for page in (RECONDITION, *PAGES) if page.verb in BENCH and page.view is None}


class DeviceOut(Schema):
    """One device: codes do not change, labels are what people read. It may be at a household, never said which."""

    reference: str
    etiquette: str
    type: str
    etat: str
    etat_libelle: str
    etat_depuis: datetime
    marque: str
    modele: str
    numero_de_serie: str | None
    processeur: str
    memoire_go: int | None
    place: str | None
    grade: str
    prix: str | None
    lot: str | None
    atelier: str
    passage: int


class Devices(Schema):
    """A page of devices; ``suite``: the mark to give as « apres » for the next one, null when there is none."""

    appareils: list[DeviceOut]
    suite: int | None


class DeviceQuery(Strict):
    """Which devices: in some states, of some types, with this label, of which something was written since.

    ``apres``: those that follow a mark. What is being written while one asks is dated before: ask again from a little
    before the last time.
    """

    etat: list[DeviceState] = []
    type: list[DeviceType] = []
    etiquette: str = ""
    ecrit_depuis: datetime | None = None
    apres: int = Field(0, ge=0, lt=2**63)
    combien: int = Field(USUAL, ge=1, le=MOST)

    @field_validator("ecrit_depuis", mode="before")
    @classmethod
    def _is_written_as_a_moment(cls, given: object) -> object:
        """Figures alone would be read as so many seconds since 1970. Raises ValueError."""
        if isinstance(given, str) and "-" not in given[1:]:
            raise ValueError("2026-12-01T08:00:00+01:00")
        return given


class ValueOut(Schema):
    """One value that an act asks; ``genre``: case (true), liste (of texts) or texte (a number too)."""

    nom: str
    libelle: str
    obligatoire: bool
    genre: str
    aide: str
    choix: dict[str, str] | None


class ActOut(Schema):
    """One act: whether it may be done now and of many at once, what is missing first, and which values it asks."""

    acte: str
    libelle: str
    possible: bool
    de_plusieurs: bool
    manque: list[ReasonOut]
    valeurs: list[ValueOut]


class ActOnOne(Strict):
    """What is asked of one device; « essai »: say what would happen, and let nothing happen."""

    valeurs: dict[str, Any] = {}
    essai: bool = Field(False, strict=True)


class ActOnMany(ActOnOne):
    """The same of many, by their references."""

    appareils: list[str]


class ActDone(Schema):
    """What happened, or what would."""

    essai: bool
    fait: str
    appareil: DeviceOut


class RefusedOut(Schema):
    """A device that did not move, and why."""

    reference: str
    manque: list[ReasonOut]


class ActsDone(Schema):
    """Of many: those that moved, those that did not, those that one does not see."""

    essai: bool
    faits: list[str]
    refuses: list[RefusedOut]
    inconnus: list[str]


def device_out(device: Device, *, works: bool) -> DeviceOut:
    """A device as programs read it; ``works``: for who has it in hands, who reads its number and its place."""
    return DeviceOut(
        reference=device.reference,
        etiquette=device.tag,
        type=device.type,
        etat=device.state,
        etat_libelle=state_label(Device, device.state),
        etat_depuis=device.moved_at,
        marque=device.manufacturer,
        modele=device.model,
        numero_de_serie=device.serial if works else None,
        processeur=device.processor,
        memoire_go=device.memory_gb,
        place=device.place if works else None,
        grade=device.grade,
        prix=None if device.price is None else f"{device.price:.2f}",
        lot=device.donation.reference if device.donation is not None else None,
        atelier=device.workshop.name,
        passage=device.stay,
    )


@router.get("", response=Devices, url_name="device_list", summary="Les appareils que vous voyez")
def device_list(request: KeyedRequest, asked_for: Query[DeviceQuery]) -> Devices:
    """In the order they came. Raises PermissionDenied for whoever sees no device in his role."""
    if sees_devices(request.membership) is None:
        raise PermissionDenied
    named_so(request, DeviceQuery.model_fields)
    rows = Device.objects.visible_to(request.membership).select_related("donation", "workshop")
    if asked_for.etat:
        rows = rows.filter(state__in=asked_for.etat)
    if asked_for.type:
        rows = rows.filter(type__in=asked_for.type)
    if asked_for.etiquette:
        rows = rows.tagged(asked_for.etiquette)
    if (since := asked_for.ecrit_depuis) is not None:
        since = since if timezone.is_aware(since) else timezone.make_aware(since)
        rows = rows.filter(Exists(DeviceEntry.objects.filter(object=OuterRef("pk"), recorded_at__gte=since)))
    if asked_for.apres:
        rows = rows.filter(pk__gt=asked_for.apres)
    found = list(rows.order_by("pk")[: asked_for.combien + 1])
    works = can_work_on_device(request.membership) is not None
    shown = found[: asked_for.combien]
    return Devices(
        appareils=[device_out(device, works=works) for device in shown],
        suite=shown[-1].pk if len(found) > asked_for.combien else None,
    )


@router.get("/{str:reference}", response=DeviceOut, url_name="device", summary="Un appareil")
def device(request: KeyedRequest, reference: str) -> DeviceOut:
    """The device as it is now."""
    named_so(request)
    return _shown(request, _seen(request, reference))


@router.get("/{str:reference}/actes", response=list[ActOut], url_name="device_acts", summary="Ce qui peut s’en faire")
def device_acts(request: KeyedRequest, reference: str) -> list[ActOut]:
    """The acts that are yours from its present state, each with what is missing first and the values it asks."""
    named_so(request)
    row = _seen(request, reference)
    return [
        ActOut(
            acte=action.verb,
            libelle=action.label,
            possible=action.allowed,
            de_plusieurs=OFFERED[action.verb].service is None,
            manque=reasons_out(action.reasons),
            valeurs=_values(request, row, OFFERED[action.verb]),
        )
        for action in gate.actions_for(row, request.membership)
        if action.verb in OFFERED
    ]


@router.post("/{str:reference}/actes/{slug:verb}", response=ActDone, url_name="device_act", summary="Le faire")
def device_act(request: KeyedRequest, reference: str, verb: str, asked_for: ActOnOne) -> ActDone:
    """Do one act. 409: what is missing first; 422: which values do not go; 403: not yours to do."""
    named_so(request)
    row, page = _seen(request, reference), _page(verb)
    form = form_of(request, row, page, asked_for.valeurs)
    moved = _done(request, verb, asked_for, lambda: DEVICE_PAGES.do(request, row, page, form), lambda one: [one])
    said = DEVICE_PAGES.done_sentence(row, verb, page.done)
    return ActDone(essai=asked_for.essai, fait=said(moved) if callable(said) else said, appareil=_shown(request, moved))


@router.post("/actes/{slug:verb}", response=ActsDone, url_name="devices_act", summary="Le faire de plusieurs")
def devices_act(request: KeyedRequest, verb: str, asked_for: ActOnMany) -> ActsDone:
    """Do one act of many devices: those for which something is missing stay as they are, and say what."""
    named_so(request)
    page, wanted = _page(verb), list(dict.fromkeys(asked_for.appareils))
    if page.service is not None:
        raise Invalid({"": [f"«\u00a0{verb}\u00a0» se demande appareil par appareil\u00a0: chacun a ses valeurs."]})
    if len(wanted) > MOST:
        raise Invalid({"appareils": [f"{MOST} appareils au plus en une fois."]})
    seen = dict(
        Device.objects.visible_to(request.membership).filter(reference__in=wanted).values_list("pk", "reference")
    )
    rows, given = Device.objects.filter(pk__in=seen), filled(page.form, asked_for.valeurs).cleaned_data
    outcome = _done(
        request,
        verb,
        asked_for,
        lambda: gate.apply_many(rows, verb, actor=request.membership, **given),
        lambda made: Device.objects.filter(pk__in=made.moved).order_by("pk"),
    )
    known = set(seen.values())
    return ActsDone(
        essai=asked_for.essai,
        faits=[seen[pk] for pk in outcome.moved],
        refuses=[RefusedOut(reference=seen[pk], manque=reasons_out(why)) for pk, why in outcome.refused.items()],
        inconnus=[one for one in wanted if one not in known],
    )


def _done[T](
    request: KeyedRequest, verb: str, asked_for: ActOnOne, do: Callable[[], T], moved: Callable[[T], Iterable[Device]]
) -> T:
    """What was done, and written down as done by a program; or what would be."""
    if asked_for.essai:
        return tried(do)
    return act_by_key(key=request.api_key, verb=verb, do=do, moved=moved)


def _seen(request: KeyedRequest, reference: str) -> Device:
    """The device of this reference, if one sees it. Raises Http404."""
    rows = Device.objects.visible_to(request.membership).select_related("donation", "workshop")
    found: Device = get_object_or_404(rows, reference=reference)
    return found


def _page(verb: str) -> Page[Request]:
    """The page of a verb that programs may do. Raises Http404."""
    page = OFFERED.get(verb)
    if page is None:
        raise Http404
    return page


def _shown(request: KeyedRequest, row: Device) -> DeviceOut:
    return device_out(row, works=can_work_on_device(request.membership) is not None)


def _values(request: KeyedRequest, row: Device, page: Page[Request]) -> list[ValueOut]:
    form = page.form(None, **page.form_kwargs(request, row))
    return [
        ValueOut(
            nom=one.name,
            libelle=one.label,
            obligatoire=one.required,
            genre=one.kind,
            aide=one.help,
            choix=None if one.choices is None else dict(one.choices),
        )
        for one in asked(form)
    ]
