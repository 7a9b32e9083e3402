"""What may become of devices once they are in the workshop: one generator per fate, named as the story asks for it."""

from collections.abc import Callable, Generator, Iterator
from datetime import datetime, timedelta
from random import Random

from demo import papers
from demo.agenda import Thread, do, done
from demo.bench import MOBILE, Work
from lifecycle import gate
from network.models import Epci
from refurb.enums import (
    CedeReason,
    DestructionMethod,
    DeviceReopenReason,
    DeviceType,
    MissingReason,
    PartKind,
    ReclassifyReason,
    RemovalDestination,
    UndoRejectReason,
    UnusableReason,
    WithdrawalReason,
)
from refurb.services import devices, erasures, evidence, parts, stock
from refurb.services.stock import RecoveredPart

PARTS = {
    DeviceType.LAPTOP: (PartKind.BATTERY, "Batterie d’ordinateur portable", "battery"),
    DeviceType.DESKTOP: (PartKind.OTHER, "Ventilateur", "cooling"),
    DeviceType.TABLET: (PartKind.BATTERY, "Batterie de tablette", "battery"),
    DeviceType.SMARTPHONE: (PartKind.SCREEN, "Vitre tactile", "touch"),
    DeviceType.SCREEN: (PartKind.OTHER, "Câble d’alimentation", "power"),
}
"""For each type the part that is often wanted, its name, and the function it repairs."""


def received(work: Work) -> Thread:
    """It waits on its shelf."""
    return iter(())


def in_process(work: Work) -> Thread:
    """Taken in hand, not finished."""
    yield work.after(1, 3)
    do("start", work.acts)
    work.inventory()


def _in_hand(work: Work, low: int = 1, high: int = 14) -> Iterator[datetime]:
    """Wait for its turn, inventory, erase overnight."""
    yield work.turn(low, high)
    do("start", work.acts)
    drives = work.inventory()
    yield work.after(1)
    work.erase(drives)


def ready(work: Work) -> Generator[datetime, None, list[int]]:
    """The usual way: erased, tested, graded, priced. Returns those whose grade is good enough."""
    yield from _in_hand(work)
    yield work.after(0, 8)
    return work.finish()


def alike(work: Work) -> Generator[datetime, None, list[int]]:
    """Nobody read what it is: the others of its lot were read, and a technician accepts that it is as they are."""
    yield from _in_hand(work)
    work.describe_alike()
    yield work.after(0, 8)
    return work.finish()


def _finished(work: Work) -> Generator[datetime, None, list[int]]:
    """The same; those whose grade is too low are out of the set."""
    finished = yield from ready(work)
    work.devices = [device for device in work.devices if device.pk in finished]
    return finished


def awaiting_part(work: Work) -> Thread:
    """A part is missing, and still is."""
    yield work.after(1, 3)
    do("start", work.acts)
    yield work.after(1, 2)
    work.test([PARTS[work.type][2]])
    devices.await_part_device(**work.act, part_wanted=PARTS[work.type][1])


def repaired(work: Work) -> Thread:
    """A part was missing, came, and was put in."""
    yield from _in_hand(work)
    kind, name, function = PARTS[work.type]
    work.test([function])
    for device in work.devices:
        devices.await_part_device(**work.hand, device=device, part_wanted=name)
    yield work.after(4, 12)
    part = work.buy(kind, name)
    for device in work.devices:
        gate.apply(device, "resume", **work.hand)
        minutes = work.rng.choice((15, 30, 45))
        said = f"Remplacement\u00a0: {name.lower()}"
        parts.fit_part(**work.hand, device=device, part=part, work=said, minutes=minutes)
    work.test_again(function)
    work.finish(tested=True)


def erased_twice(work: Work) -> Thread:
    """The tool says « Erased » with errors: refused here, then done again."""
    yield work.after(1, 10)
    do("start", work.acts)
    drives = work.inventory()
    yield work.after(1)
    work.erase(drives, errors=3)
    yield work.after(1)
    work.erase(drives)
    yield work.after(0, 2)
    work.finish()


def drive_destroyed(work: Work) -> Thread:
    """A drive that no longer answers is drilled, and another one of the stock is put in."""
    yield work.after(1, 10)
    do("start", work.acts)
    drives = work.inventory()
    yield work.after(1)
    work.erase(drives, errors=128)
    for drive in drives:
        hand = work.hand
        evidence.record_destruction(**hand, drive=drive, method=DestructionMethod.DRILL, destroyed_at=work.now)
    another = work.fit_drives()
    yield work.after(1)
    work.erase(another)
    work.finish()


def drive_removed(work: Work) -> Thread:
    """A drive is taken out to be destroyed, which is not done yet: one erasure is missing."""
    yield work.after(1, 5)
    do("start", work.acts)
    drives = work.inventory()
    for drive in drives:
        evidence.remove_drive(
            **work.hand, drive=drive, destination=RemovalDestination.DESTRUCTION, place="Bac des disques à détruire"
        )
    another = work.inventory(again=True)
    yield work.after(1)
    work.erase(another)
    work.finish()


def donor_certificate(work: Work) -> Thread:
    """The donor's certificate is kept; the drive is erased all the same."""
    yield work.after(1, 10)
    do("start", work.acts)
    drives = work.inventory()
    for drive in drives:
        hand = work.hand
        paper = papers.donor_certificate(device=drive.device, drive=drive, by=hand["actor"], at=work.now)
        given_on = work.now - timedelta(days=30)
        erasures.keep_donor_certificate(
            **hand, drive=drive, tool="Prestataire du donateur", finished_at=given_on, report=paper
        )
    yield work.after(1)
    work.erase(drives)
    work.finish()


def reopened(work: Work) -> Thread:
    """A second drive is found after the fact: the proofs fall, the device goes back to the bench."""
    if not (yield from _finished(work)):
        return
    yield work.after(3, 8)
    for device in work.devices:
        hidden = "Un second disque était caché sous le premier."
        gate.apply(device, "reopen", **work.hand, reason=DeviceReopenReason.STORAGE, comment=hidden)
    found = work.inventory(again=True)
    yield work.after(1)
    work.erase(found)
    work.finish()


def ceded(work: Work) -> Thread:
    """No need of this type: it leaves the chain, to someone who is named."""
    if not (yield from _finished(work)):
        return
    yield work.after(5, 12)
    acts = work.acts | {"actor": work.manager}
    done(stock.cede_devices(**acts, recipient="Espace numérique Exemple", reason=CedeReason.MEDIATION))


def undone(work: Work) -> Thread:
    """Rejected by mistake: the wrong label was scanned."""
    yield work.after(1, 5)
    work.reject(UnusableReason.BROKEN)
    yield work.after(0, 1)
    act = work.act | {"actor": work.manager}
    do("undo_reject", act, reason=UndoRejectReason.WRONG_DEVICE, comment="Étiquette voisine scannée par erreur.")
    yield from ready(work)


def unusable(work: Work) -> Thread:
    """Decided, and still in the workshop."""
    yield work.after(1, 3)
    do("start", work.acts)
    work.test(_broken(work))
    work.reject(UnusableReason.BROKEN)


def recycled(work: Work) -> Thread:
    """Erased, then found not worth the repair: a part of some is kept, the recycler takes them at its next passage."""
    yield from _in_hand(work, 1, 10)
    work.test(_broken(work))
    work.reject(work.rng.choice((UnusableReason.UNECONOMIC, UnusableReason.BROKEN, UnusableReason.OBSOLETE)))
    work.salvage(*PARTS[work.type][:2])
    work.discard()


def unerasable(work: Work) -> Thread:
    """Its drive cannot be erased: the recycler will certify that it is destroyed."""
    yield work.after(1, 6)
    do("start", work.acts)
    drives = work.inventory()
    yield work.after(1)
    if work.type not in MOBILE:
        work.erase(drives, errors=4096)
    work.reject(UnusableReason.UNERASABLE if drives else UnusableReason.BROKEN)
    work.discard()


def too_old(work: Work) -> Thread:
    """Accepted for recycling from the start."""
    yield work.after(1, 4)
    work.inventory()
    work.reject(UnusableReason.OBSOLETE)
    work.discard()


def dismantled(work: Work) -> Thread:
    """Broken, erased, taken to pieces: its parts enter the stock."""
    yield from _in_hand(work, 1, 10)
    work.test(_broken(work))
    work.reject(UnusableReason.UNECONOMIC)
    yield work.after(2, 6)
    kind, name, _ = PARTS[work.type]
    kept = [RecoveredPart(kind, 1, name, "Bac à pièces"), RecoveredPart(PartKind.CHARGER, 1, "", "Bac à chargeurs")]
    for device in work.devices:
        stock.dismantle_device(**work.hand, device=device, parts=kept)


def lost_and_found(work: Work) -> Thread:
    """Not there at the stocktake, an incident; found again: a new stay, in which the old proofs count no more."""
    yield from _in_hand(work, 1, 5)
    yield work.after(3, 6)
    do("report_missing", work.act, reason=MissingReason.STOCKTAKE, comment="Absent de son étagère à l’inventaire.")
    yield work.after(5, 9)
    devices.receive_device(**work.act, tag=work.device.tag, comment="Retrouvé derrière le chariot.", place="Étagère R1")
    yield from ready(work)


def lost(work: Work) -> Thread:
    """Inventoried, not erased, not there any more: an incident; then it turns out to be stolen."""
    yield work.after(1, 3)
    do("start", work.acts)
    work.inventory()
    yield work.after(2, 5)
    do("report_missing", work.act, reason=MissingReason.STOCKTAKE)
    yield work.after(1, 2)
    do("tell_stolen", work.act, comment="Plainte déposée au commissariat.")


def given_back(work: Work) -> Thread:
    """It was leased: it goes back to its donor."""
    yield work.after(2, 6)
    for device in work.devices:
        hand = work.hand | {"actor": work.manager}
        said = "Étiquette d’un loueur sous la coque."
        gate.apply(device, "return_to_donor", **hand, reason=WithdrawalReason.LEASED, comment=said)


def retyped(work: Work) -> Thread:
    """Announced as a telephone, it is a tablet."""
    yield work.after(1, 5)
    do("start", work.acts)
    work.devices = [devices.reclassify_device(**work.act, reason=ReclassifyReason.AUDIT, type=work.model.type)]
    drives = work.inventory()
    yield work.after(1)
    work.erase(drives)
    work.finish()


def resited(work: Work) -> Thread:
    """Counted outside the département; it came from a branch inside it."""
    yield from ready(work)
    yield work.after(2, 5)
    act = work.act | {"actor": work.story.cast.pilot}
    epci = Epci.objects.get(siren="200041960")
    devices.reclassify_device(
        **act, reason=ReclassifyReason.SITE, origin_epci=epci, comment="Chargé à l’agence d’Orchies en passant."
    )


def _broken(work: Work) -> list[str]:
    """Two essential functions that no longer work."""
    return [code for code, optional in work.story.functions[work.type] if not optional][:2]


type Fate = Callable[[Work], Thread]

USUAL: tuple[tuple[int, Fate], ...] = (
    (58, ready),
    (4, repaired),
    (2, erased_twice),
    (1, drive_destroyed),
    (1, donor_certificate),
    (1, reopened),
    (1, ceded),
    (26, recycled),
    (3, unerasable),
    (2, dismantled),
    (1, given_back),
)
"""How often each fate befalls a device that the story does not name, in per cent."""
OF_A_COMPUTER = (erased_twice, drive_destroyed, donor_certificate, reopened)
"""Fates of a drive that can be taken out."""
HANDFUL = 6
"""How many devices of a line, which stood side by side, are in the same condition."""


def draw(type_: str, rng: Random) -> Fate:
    """A fate for a device of a type, by chance."""
    fate = rng.choices([fate for _, fate in USUAL], [weight for weight, _ in USUAL])[0]
    computer = type_ in (DeviceType.LAPTOP, DeviceType.DESKTOP)
    return fate if computer or fate not in OF_A_COMPUTER else ready
