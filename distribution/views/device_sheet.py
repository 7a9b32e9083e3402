"""What the page of a device tells of its second half, behind the walls of domaine §6.1.

A donor reads where its device went, no more. The workshop reads the number of the file, never the household. Those who
serve the household read its name and how to reach it.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from conventions.models import Convention
from distribution.enums import SERVES
from distribution.models import Appointment, HandOver, Settlement
from distribution.permissions import can_serve_device
from distribution.repaired import ToldRepaired, told_of
from distribution.returns_told import last_letter
from distribution.services.appointments import no_other
from lifecycle.actors import Actor
from network.enums import OrganisationKind
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Household, HouseholdMessage, Need
from prescriptions.models.need import is_limited
from refurb.enums import DeviceState
from refurb.models import Delivery, Device
from refurb.models.returns import is_brought_back


@dataclass
class Distribution:
    """The facts that are for whoever reads; what is not for him is not here."""

    device: Device
    is_for_donor: bool = False
    convention_is_seen: bool = False
    delivery_is_seen: bool = False
    serves: bool = False
    file_number: str = ""
    need: Need | None = None
    household: Household | None = None
    notes: list[HandOver] = field(default_factory=list)
    settlement: Settlement | None = None
    exchange: HandOver | None = None
    appointment: Appointment | None = None
    fixes: bool = False
    no_other: str = ""
    screens: list[Device] = field(default_factory=list)
    repaired: ToldRepaired | None = None
    return_letter: HouseholdMessage | None = None
    lapses: bool = True

    @property
    def is_empty(self) -> bool:
        device = self.device
        return device.convention_id is None and device.attached_to_id is None and not self.screens


def distribution_of(device: Device, actor: Actor) -> Distribution:
    """Read the facts of distribution, as far as they are for ``actor``; a constant number of queries."""
    if actor.kind == OrganisationKind.DONOR:
        return Distribution(device, is_for_donor=True, lapses=lapses(device))
    told = Distribution(device, serves=can_serve_device(actor) is not None, lapses=lapses(device))
    told.screens = list(Device.objects.visible_to(actor).filter(attached_to=device).order_by("pk"))
    if device.convention_id is not None:
        told.convention_is_seen = Convention.objects.visible_to(actor).filter(pk=device.convention_id).exists()
    if device.returned_at is not None:
        # One stay may settle a return, then serve another household: only what is back now has an outcome.
        settled = Settlement.objects.visible_to(actor).filter(device=device, stay=device.stay)
        told.settlement = settled.select_related("replaced_by").first()
    if device.delivery_id is not None:
        told.delivery_is_seen = Delivery.objects.visible_to(actor).filter(pk=device.delivery_id).exists()
    if device.need_id is not None:
        _tell_household(told, actor)
    if told.serves:
        told.repaired = told_of(device) if device.state == DeviceState.RETURNED else None
        if told.need is not None and device.returned_at is not None:
            told.return_letter = last_letter(told.need, device.returned_at)
        told.exchange = exchange_prepared(device, actor)
        notes = HandOver.objects.visible_to(actor).filter(device=device)
        told.notes = list(notes.select_related("document", "signature", "funder").order_by("-pk"))
    return told


def lapses(device: Device) -> bool:
    """Whether what is put aside falls on its day: not while its household asked that nothing moves. One query then."""
    if device.state != DeviceState.RESERVED:
        return True
    return Device.objects.filter(unrestricted("need__prescription__household"), pk=device.pk).exists()


def exchange_prepared(device: Device, actor: Actor) -> HandOver | None:
    """The exchange in which the device replaces another, or is replaced, while its note waits for its signature."""
    if device.state != DeviceState.AVAILABLE and not is_brought_back(device):
        return None
    notes = HandOver.objects.visible_to(actor).prepared_exchanges().filter(Q(device=device) | Q(replaces=device))
    return notes.select_related("device", "replaces").order_by("-pk").first()


def _tell_household(told: Distribution, actor: Actor) -> None:
    assert told.device.need_id is not None
    need = Need.objects.filter(pk=told.device.need_id).select_related("prescription").get()
    told.file_number = need.prescription.reference
    if not told.serves:
        return
    seen = Need.objects.visible_to(actor).filter(pk=need.pk, kind__in=SERVES)
    found: Any = seen.annotate(limited=is_limited()).select_related("prescription__household__commune").first()
    told.need = found
    if told.need is not None:
        told.household = told.need.prescription.household
        told.appointment = Appointment.objects.visible_to(actor).booked().filter(need=told.need).first()
        told.fixes = told.appointment is None and told.device.state == DeviceState.RESERVED and not found.limited
        told.no_other = no_other(told.need, told.device, actor) if told.fixes else ""
        told.fixes = told.fixes and not told.no_other
