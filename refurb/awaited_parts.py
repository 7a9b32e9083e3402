"""The part that a device awaits, and those of the stock that are called alike: the words of one are in the other."""

from django.db.models import CharField, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from lifecycle.actors import Actor
from refurb.enums import DeviceState
from refurb.models import Device, Part
from refurb.permissions import sees_parts


def left_of_what_it_awaits() -> Coalesce:
    """How many parts are left, in the workshop of a device, that are called as what it awaits."""
    stock = Part.objects.filter(workshop=OuterRef("workshop")).exclude(label="")
    named = stock.alias(wanted=Coalesce(OuterRef("part_wanted"), Value(""), output_field=CharField()))
    called = named.filter(Q(label__icontains=F("wanted")) | Q(wanted__icontains=F("label"))).exclude(wanted="")
    left = called.with_left().order_by().values("workshop").annotate(total=Sum("left")).values("total")
    return Coalesce(Subquery(left), Value(0))


def left_for(device: Device, actor: Actor) -> int:
    """The same of one device, as whoever reads the stock of its workshop is told; two queries."""
    if sees_parts(actor) is None or not Part.objects.visible_to(actor).filter(workshop=device.workshop_id).exists():
        return 0
    return int(Device.objects.filter(pk=device.pk).values_list(left_of_what_it_awaits(), flat=True).get())


def awaiting(part: Part) -> QuerySet[Device]:
    """The devices of its workshop that wait for what this part is called."""
    if not part.label:
        return Device.objects.none()
    waiting = Device.objects.filter(workshop=part.workshop_id, state=DeviceState.AWAITING_PART).exclude(part_wanted="")
    called = waiting.alias(called=Value(part.label, output_field=CharField()))
    return called.filter(Q(part_wanted__icontains=part.label) | Q(called__icontains=F("part_wanted")))
