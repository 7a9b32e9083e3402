"""What one scan after another may do of devices, on one page: a mode is declared once, here.

A mode asks the same services and the same gate as the page of its verb: it shortens the way, it opens none.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from distribution.forms.scanning import PlaceForm, ReceiveForm, RecycleForm, ScanForm
from distribution.permissions import can_find_device, can_stock_in_device
from distribution.services.point_stock import find_device, find_returned_device, stock_in_devices
from lifecycle import gate
from lifecycle.exceptions import Refused
from lifecycle.forms import CommentForm
from lifecycle.machine import Reason
from lifecycle.sets import SetVerb
from network.models import Membership
from refurb.enums import DeviceState, UndoReceiveReason
from refurb.machine.tag_rules import TAG_FREE
from refurb.models import Device
from refurb.models.returns import is_lost_in_return
from refurb.permissions import can_receive_device, can_work_on_device, sees_devices
from refurb.services.devices import describe_device, receive_device
from refurb.services.inventory import NotOfLine, unit_scanned
from refurb.services.stock import recycle_device
from refurb.views.device_sets import recycling

S = DeviceState
type Given = Mapping[str, Any]
LINE_CHOSEN = Reason("line_chosen", "Choisissez d’abord la ligne du lot qui arrive.", field="line")
COMES_BACK = (S.DECLARED, S.COLLECTED, S.MISSING)
"""A device that has a label already and is awaited, or looked for: no line is needed to receive it."""


@dataclass(frozen=True)
class ScanMode:
    """What each scan does.

    ``code`` is in the address. ``do`` is given the device that bears the label, or None where ``takes_new``, and what
    the form keeps from one scan to the next. ``reached``: the states that say it was done already. ``undo`` takes the
    last one back, given what ``keep`` remembered before; ``set_verb``: the same on a pasted list. ``first``: what is
    told of a scan that is not the thing itself, whose label comes next; raises Refused.
    """

    code: str
    label: str
    done: str
    hint: str
    can: Callable[[Membership], object]
    do: Callable[[Membership, Device | None, str, Given], Device]
    form: type[ScanForm] = ScanForm
    reached: tuple[DeviceState, ...] = ()
    takes_new: bool = False
    undo: Callable[[Membership, Device, str], object] | None = None
    keep: Callable[[Device | None], str] = lambda device: ""
    set_verb: Callable[[Membership], SetVerb] | None = None
    first: Callable[[Membership, str, Given], str] = lambda actor, text, given: ""

    @property
    def takes_list(self) -> bool:
        """Whether the same is done of a pasted list; a template would call ``set_verb`` itself."""
        return self.set_verb is not None


def _look(actor: Membership, device: Device | None, text: str, given: Given) -> Device:
    assert device is not None
    return device


def _machine(actor: Membership, text: str, given: Given) -> str:
    """What the inventory of the chosen line says of a number that is no label."""
    if given["line"] is None:
        return ""
    try:
        unit = unit_scanned(actor=actor, line=given["line"], text=text, number=given["number"])
    except NotOfLine as wrong:
        raise Refused({0: (Reason("not_of_line", str(wrong), field="line"),)}) from wrong
    if unit is None:
        return ""
    serial = f", série {unit.serial}" if unit.serial else ""
    donor = f", étiquette du donateur {unit.donor_number}" if unit.donor_number else ""
    return f"machine de l’inventaire\u00a0: {unit}{serial}{donor}. Collez-lui une étiquette d’atelier, puis scannez-la."


def _receive(actor: Membership, device: Device | None, text: str, given: Given) -> Device:
    facts = {"place": given["place"]} if given["place"] else {}
    if device is not None and device.state in COMES_BACK:
        return receive_device(actor=actor, device=device, tag=device.tag or text, number=given["number"], **facts)
    if device is not None:
        # Found by its serial number as well: that is no label, and takes no unit.
        raise Refused({device.pk: (TAG_FREE.reason,)})
    if given["line"] is None:
        raise Refused({0: (LINE_CHOSEN,)})
    return receive_device(actor=actor, line=given["line"], tag=text, number=given["number"], **facts)


def _undo_reception(actor: Membership, device: Device, kept: str) -> object:
    verb = "undo_receive" if device.collected_at else "undo_early_receive"
    return gate.apply(device, verb, actor=actor, reason=UndoReceiveReason.WRONG_DEVICE)


def _by_verb(verb: str) -> Callable[[Membership, Device | None, str, Given], Device]:
    def do(actor: Membership, device: Device | None, text: str, given: Given) -> Device:
        assert device is not None
        return gate.apply(device, verb, actor=actor)

    return do


def _put(actor: Membership, device: Device | None, text: str, given: Given) -> Device:
    assert device is not None
    return describe_device(actor=actor, device=device, place=given["place"])


def _recycle(actor: Membership, device: Device | None, text: str, given: Given) -> Device:
    assert device is not None
    return recycle_device(actor=actor, device=device, **given)


def _find(actor: Membership, device: Device | None, text: str, given: Given) -> Device:
    assert device is not None
    act = find_returned_device if is_lost_in_return(device) else find_device
    return act(actor=actor, device=device)


MODES = (
    ScanMode(
        "trouver",
        "Où en est-il\u00a0?",
        "",
        "Chaque scan dit où est l’appareil et ce qu’il attend. Rien n’est changé.",
        sees_devices,
        _look,
    ),
    ScanMode(
        "receptionner",
        "Réceptionner",
        "reçu à l’atelier",
        "Choisissez la ligne du lot qui arrive, collez une étiquette sur chaque appareil, scannez-la. Le lot a un"
        " inventaire\u00a0? Scannez d’abord le numéro de série, ou l’étiquette du donateur.",
        can_receive_device,
        _receive,
        form=ReceiveForm,
        takes_new=True,
        undo=_undo_reception,
        first=_machine,
    ),
    ScanMode(
        "traiter",
        "Prendre en traitement",
        "pris en traitement",
        "Ce qui est reçu, ou revient d’un foyer, passe sur l’établi.",
        can_work_on_device,
        _by_verb("start"),
        reached=(S.IN_PROCESS, S.AWAITING_PART),
        undo=lambda actor, device, kept: gate.apply(device, "undo_start", actor=actor),
        set_verb=lambda actor: SetVerb(Device, "start", CommentForm, can_work_on_device),
    ),
    ScanMode(
        "ranger",
        "Ranger",
        "rangé",
        "Écrivez la place une fois (allée, étagère), puis scannez ce que vous y posez.",
        can_work_on_device,
        _put,
        form=PlaceForm,
        keep=lambda device: device.place if device else "",
        undo=lambda actor, device, kept: describe_device(actor=actor, device=device, place=kept),
    ),
    ScanMode(
        "recycler",
        "Remettre au recycleur",
        "remis au recycleur",
        "Pour ce qui part avec un même bordereau. Un disque sans preuve retient son appareil. Ce qui est scanné est"
        " parti\u00a0: cela ne se défait pas.",
        can_work_on_device,
        _recycle,
        form=RecycleForm,
        reached=(S.RECYCLED,),
        set_verb=recycling,
    ),
    ScanMode(
        "rayon",
        "Mettre en rayon",
        "mis en rayon",
        "Ce qui arrive d’une livraison, pointé au scanner.",
        can_stock_in_device,
        _by_verb("stock_in"),
        reached=(S.AVAILABLE, S.RESERVED),
        set_verb=lambda actor: SetVerb(Device, "stock_in", CommentForm, can_stock_in_device, stock_in_devices),
    ),
    ScanMode(
        "retrouver",
        "Retrouver",
        "retrouvé",
        "Un appareil signalé manquant, qui était là\u00a0: il revient en rayon, ou dans son retour si un foyer l’avait"
        " rapporté.",
        can_find_device,
        _find,
        reached=(S.AVAILABLE, S.RETURNED),
    ),
)


def modes_of(actor: Membership) -> tuple[ScanMode, ...]:
    """The modes that whoever acts may use, in the order of a day."""
    return tuple(mode for mode in MODES if mode.can(actor) is not None)
