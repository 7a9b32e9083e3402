"""The passport of a device: what anybody who holds it may read, behind the code of its label. No person, no price."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from distribution.functions import Functions, functions_of
from refurb.certificates import proofs_of, proves
from refurb.enums import DevicePaperKind, DeviceState
from refurb.grading import told_grade
from refurb.machine.device_rules import still_stands
from refurb.models import Defect, Device, DeviceEntry, DevicePaper, Drive
from typography.french import HARD, in_a_sentence, storage, written_day

S = DeviceState
PROMISED = (S.READY, S.ALLOTTED, S.SHIPPED, S.AVAILABLE, S.RESERVED, S.HANDED_OVER)
"""States in which all that a passport promises is true; in the others it says why it promises nothing."""
STANDINGS = {
    **dict.fromkeys((S.DECLARED, S.COLLECTED), "Cet appareil vient d’être donné\u00a0: rien n’en est encore prouvé."),
    **dict.fromkeys(
        (S.RECEIVED, S.IN_PROCESS, S.AWAITING_PART),
        "Cet appareil est à l’atelier\u00a0: tant qu’il n’est pas reconditionné, il ne se donne ni ne se vend.",
    ),
    S.RETURNED: (
        "Cet appareil est revenu pour réparation\u00a0: il sera de nouveau effacé et testé"
        " avant de servir un autre foyer."
    ),
    S.UNUSABLE: "Cet appareil ne peut plus servir\u00a0: il attend d’être démonté ou recyclé.",
    S.DISMANTLED: "Cet appareil a été démonté pour ses pièces\u00a0: il n’existe plus.",
    S.RECYCLED: "Cet appareil a été remis à un recycleur\u00a0: il n’existe plus.",
    S.CEDED: "Cet appareil a quitté la filière\u00a0: Maillon ne le suit plus.",
    S.WITHDRAWN: "Cet appareil a quitté la filière\u00a0: Maillon ne le suit plus.",
    S.MISSING: "Cet appareil est recherché. Si vous l’avez devant vous, prévenez l’atelier\u00a0: merci.",
}
UNPROVEN = (
    "Ce qui était prouvé de cet appareil ne l’est plus\u00a0: un disque y a été trouvé, une preuve ou un test remplacé."
    " L’atelier doit le reprendre avant qu’il serve."
)
"""What was promised when it was declared reconditioned, and is no longer true."""
GIVEN_BACK = "Cet appareil a été réparé et rendu à son foyer\u00a0: ses données y sont."
"""Nobody had to erase nor test it again: its household never ceased to be the one it serves."""
NEW, NOTHING = "Écran\u00a0: aucune donnée ne s’y garde.", "Aucun stockage dans cet appareil, constaté à l’atelier."


@dataclass(frozen=True)
class Passport:
    """What is said of one device. ``standing``: why nothing is promised; empty when all of it is true."""

    device: Device
    standing: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    tested_on: datetime | None = None
    tested: Functions = field(default_factory=Functions)
    certificate: str = ""
    warranty_until: date | None = None

    @property
    def is_given_back(self) -> bool:
        """Nothing is wrong with it: a warranty still covers it."""
        return self.standing == GIVEN_BACK

    @property
    def is_lost(self) -> bool:
        """Whoever found it is told whom to call."""
        return self.device.state == S.MISSING


def passport_of(device: Device) -> Passport:
    """Read it; ``device`` comes with its workshop and its point. A constant number of queries."""
    state = DeviceState(device.state)
    if state not in PROMISED:
        return Passport(device, STANDINGS[state])
    if state == S.HANDED_OVER and _was_given_back(device):
        return Passport(device, GIVEN_BACK, warranty_until=device.warranty_until)
    if not Device.objects.filter(still_stands(), pk=device.pk).exists():
        return Passport(device, UNPROVEN)
    tested = functions_of(device)
    papers = DevicePaper.objects.filter(device=device, stay=device.stay, kind=DevicePaperKind.ERASURE)
    return Passport(
        device,
        facts=list(_facts(device)),
        defects=[defect.word.sentence for defect in Defect.objects.standing().filter(device=device)],
        erased=list(_erased(device)),
        tested_on=tested.run.recorded_at if tested.run is not None else None,
        tested=tested,
        certificate=papers.order_by("-pk").values_list("document__public_code", flat=True).first() or "",
        warranty_until=device.warranty_until,
    )


def _was_given_back(device: Device) -> bool:
    """How it came last into the hands of its household: repaired, and not handed over anew.

    By a return that was undone it came by nothing: it had never left them.
    """
    came = DeviceEntry.objects.filter(object=device, target=S.HANDED_OVER).exclude(source=S.HANDED_OVER)
    came = came.exclude(verb="undo_take_back")
    return came.order_by("-seq").values_list("verb", flat=True).first() == "give_back"


def _facts(device: Device) -> Iterator[tuple[str, str]]:
    model = device.called
    for label, fact in (
        ("Appareil", f"{device.get_type_display()} {model}".strip()),
        ("Processeur", device.processor),
        ("Mémoire", f"{device.memory_gb}{HARD}Go" if device.memory_gb else ""),
        ("Année d’achat neuf", str(device.year or "")),
        ("Grade", told_grade(device.grade)),
        ("Reconditionné le", written_day(device.ready_at) if device.ready_at else ""),
        ("Par", device.workshop.name),
    ):
        if fact:
            yield label, fact


def _erased(device: Device) -> Iterator[str]:
    """One sentence a drive: emptied when and how, and how that is known."""
    proofs = proofs_of(Device.objects.filter(pk=device.pk))[device.pk]
    if device.never_held_data:
        yield NEW
    for drive in proofs.drives:
        if removal := next(iter(drive.removals.all()), None):
            what = " ".join(filter(None, (drive.get_kind_display(), storage(drive.capacity))))
            yield f"{what}\u00a0: retiré de l’appareil le {written_day(removal.removed_at)}."
        else:
            yield _emptied(drive)
    if not proofs.drives and proofs.absences:
        yield NOTHING


def _emptied(drive: Drive) -> str:
    what = " ".join(filter(None, (drive.get_kind_display(), storage(drive.capacity))))
    destroyed = next(iter(drive.destructions.all()), None)
    if destroyed is not None:
        return f"{what}\u00a0: détruit le {written_day(destroyed.destroyed_at)}."
    erasure = next(row for row in drive.erasures.all() if proves(row, drive))
    assert erasure.finished_at is not None
    told = (erasure.get_method_display(), erasure.get_entry_display())
    how = ", ".join(in_a_sentence(said) for said in told)
    return f"{what}\u00a0: effacé le {written_day(erasure.finished_at)} ({how})."
