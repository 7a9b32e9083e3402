"""The data that a donor left on its devices: what proves them gone, whatever the devices have lived since.

A device may come to a workshop several times. What is proven in one stay counts in that stay alone for whoever takes
the device next (machines §1.5); for its donor, what was proven once stays proven, of the drives that were named then.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact

from lifecycle.requirements import as_expression
from refurb.certificates import Backing, Proofs, backing_of, every_proof_of, named_proofs, proven, proves
from refurb.enums import (
    ON_THE_BENCH,
    SOLDERED_STORAGE,
    DeviceState,
    DriveKind,
    DriveSource,
    WithdrawalReason,
)
from refurb.models.device import Device, DeviceEntry, DeviceQuerySet
from refurb.models.drive import Drive
from refurb.models.predicates import never_held_data

STILL_TO_DO = (*ON_THE_BENCH, DeviceState.UNUSABLE)
"""States in which the workshop has not had its last word on the data of a device."""


@dataclass(frozen=True)
class DataStanding:
    """Where the data of a device of a lot stand: in words, and whether something remains to be proven."""

    label: str
    remains: bool = False


ERASED = DataStanding("Effacé ou détruit")
NO_STORAGE = DataStanding("Sans stockage")
TO_ERASE = DataStanding("À l’atelier, pas encore effacé", remains=True)
UNPROVEN = DataStanding("Déclaré reconditionné, sa preuve est tombée", remains=True)
AWAITING_RECYCLER = DataStanding("Parti au recyclage, certificat de destruction attendu", remains=True)
DRIVE_ASTRAY = DataStanding("Disque retiré, à effacer ou à détruire", remains=True)
MISSING = DataStanding("Manquant, sans preuve d’effacement", remains=True)
GIVEN_BACK = DataStanding("Rendu au donateur, sans effacement prouvé")
HANDED_IN = DataStanding("Volé, remis aux autorités, sans effacement prouvé")
STANDINGS = (ERASED, NO_STORAGE, TO_ERASE, UNPROVEN, AWAITING_RECYCLER, DRIVE_ASTRAY, MISSING, GIVEN_BACK, HANDED_IN)


@dataclass(frozen=True)
class DonorData:
    """What is known of one device in the last stay in which it held nobody's data but its donor's.

    Declared reconditioned in an earlier stay, it holds what the last stay that looked into it found. ``used``: a
    household had it since, and nothing unproven leaves for a household; ``emptied``: an earlier stay declared it
    reconditioned, and left it so. ``astray``: the drives that an earlier stay took out of it, or that nobody found
    there again, and that nothing proves empty yet. ``formerly``: the numbers of the drives that an earlier stay proved.
    ``backing``: the least that stands behind what is said of any of its drives, or of there being none.
    """

    drives: Sequence[Drive] = ()
    attested: bool = False
    used: bool = False
    emptied: bool = False
    soldered: bool = False
    astray: Sequence[Drive] = ()
    formerly: frozenset[str] = frozenset()
    backing: Backing = Backing.SEEN
    proofs: Sequence[tuple[str, str]] = ()
    """The kind and the number of each drive that is proven empty, in whatever stay of its donor's it was."""
    never_held: bool = False
    """Whether its donor announced a screen, nobody said anything else, and nothing was found in it."""

    @property
    def unproven(self) -> list[Drive]:
        """The drives that neither this stay nor an earlier one proves empty."""
        return [drive for drive in self.drives if not proven(drive) and not self.named_before(drive)]

    @property
    def still_named(self) -> list[tuple[str, str]]:
        """The kind and the number of each drive of its donor's that nothing proves empty, wherever it is."""
        return sorted((drive.get_kind_display(), drive.serial) for drive in (*self.unproven, *self.astray))

    @property
    def gone(self) -> bool:
        """Whether nothing of its donor is in the device itself any more."""
        lost = any(not _is_out(drive) for drive in self.astray)
        return (self.used or self.emptied) and not self.unproven and not lost

    def named_before(self, drive: Drive) -> bool:
        """Whether an earlier proof speaks of this drive: by its number, or because it can be no other."""
        if not self.emptied:
            return False
        if drive.serial_key:
            return drive.serial_key in self.formerly
        return self.soldered and drive.kind == DriveKind.INTERNAL


def donor_data_of(devices: DeviceQuerySet) -> Mapping[int, DonorData]:
    """``{device: what is known of the data of its donor}``, in seven queries whatever their number."""
    evidence = every_proof_of(devices)
    told = _with_former_proof(devices).annotate(is_screen=as_expression(never_held_data()))
    known = told.values_list("pk", "type", "stay", "was_emptied", "used_at", "is_screen")
    return {
        pk: DonorData(never_held=True)
        if is_screen and not evidence[pk].drives
        else _data_in(evidence[pk], stay, used_at, emptied=bool(emptied), soldered=type_ in SOLDERED_STORAGE)
        for pk, type_, stay, emptied, used_at, is_screen in known
    }


def _with_former_proof(devices: DeviceQuerySet) -> DeviceQuerySet:
    """Each with ``was_emptied``: an earlier stay declared it reconditioned, and left it so; ``used_at``: when it
    first left a household that had it, returns that were undone left aside, and None of what none had.

    A point that sends it back because data are still there belies the declaration.
    """
    entries = DeviceEntry.objects.filter(object=OuterRef("pk"))
    judged = Q(at__lt=OuterRef("received_at"), verb__in=("recondition", "reopen"))
    said = entries.filter(judged | Q(verb="send_back", values__reason="not_erased")).order_by("-seq")
    later = DeviceEntry.objects.filter(object=OuterRef("object"), seq__gt=OuterRef("seq"))
    returns = later.filter(verb__in=("take_back", "undo_take_back")).order_by("seq")
    left = entries.filter(verb="take_back").annotate(then=Coalesce(Subquery(returns.values("verb")[:1]), Value("")))
    left = left.exclude(then="undo_take_back")
    return devices.annotate(
        was_emptied=Exact(Subquery(said.values("verb")[:1]), Value("recondition")),
        used_at=Subquery(left.order_by("seq").values("at")[:1]),
    )


def _data_in(evidence: Proofs, present: int, used_at: datetime | None, *, emptied: bool, soldered: bool) -> DonorData:
    drives = [one for one in evidence.drives if used_at is None or one.recorded_at < used_at]
    absences = [one for one in evidence.absences if used_at is None or one.recorded_at < used_at]
    stay = present
    if used_at is not None or emptied:
        stay = max((one.stay for one in (*drives, *absences)), default=0)
    here = [drive for drive in drives if drive.stay == stay]
    before = [drive for drive in drives if drive.stay < stay]
    seen = [*here, *(drive for drive in before if proven(drive))]
    earlier = [one for one in drives if one.stay < present and not _is_among(seen, one)]
    astray = [one for one in earlier if _is_out(one) or (one not in here and _is_lost(one, drives))]
    return DonorData(
        drives=[drive for drive in here if drive not in astray],
        attested=any(one.stay == stay for one in absences),
        used=used_at is not None,
        emptied=emptied,
        soldered=soldered,
        astray=astray,
        formerly=frozenset(drive.serial_key for drive in before if drive.serial_key and proven(drive)),
        backing=_least(drives, attested=bool(absences)),
        proofs=named_proofs(drives),
    )


def _least(drives: Sequence[Drive], *, attested: bool) -> Backing:
    """Of each drive, in whatever stay it was seen, the most that stands behind it; of all, the least."""
    most: dict[str | int, Backing] = {}
    for drive in drives:
        if (backing := backing_of(drive)) is not None:
            same = drive.serial_key or drive.pk
            most[same] = max(backing, most.get(same, backing))
    return min(most.values(), default=Backing.WORD if attested else Backing.SEEN)


def _is_out(drive: Drive) -> bool:
    """Taken out, and not proven empty."""
    return bool(drive.removals.all()) and not proven(drive)


def _is_lost(drive: Drive, later: Sequence[Drive]) -> bool:
    """Not proven empty, not said to be out, and not inventoried again in a later stay."""
    internal = any(one.kind == drive.kind == DriveKind.INTERNAL and one.stay > drive.stay for one in later)
    return not proven(drive) and not drive.removals.all() and not internal


def _is_among(seen: Sequence[Drive], drive: Drive) -> bool:
    """Whether it was seen again, by its number."""
    return bool(drive.serial_key) and any(one != drive and one.serial_key == drive.serial_key for one in seen)


def data_standing_of(device: Device, data: DonorData) -> DataStanding:
    """Where the data that its donor left on a device stand."""
    if data.never_held:
        return NO_STORAGE
    taken_out = [drive for drive in data.unproven if drive.removals.all()]
    if any(_is_out(drive) for drive in data.astray) or (taken_out and device.state not in STILL_TO_DO):
        return DRIVE_ASTRAY
    if not data.astray and (settled := _settled(data)):
        return settled
    ends = {
        DeviceState.MISSING: MISSING,
        DeviceState.WITHDRAWN: HANDED_IN if device.withdrawal_reason == WithdrawalReason.STOLEN else GIVEN_BACK,
        DeviceState.RECYCLED: AWAITING_RECYCLER,
        DeviceState.DISMANTLED: DRIVE_ASTRAY,
    }
    return ends.get(device.state, TO_ERASE if device.state in STILL_TO_DO else UNPROVEN)


def _settled(data: DonorData) -> DataStanding | None:
    if data.drives and not data.unproven:
        return ERASED
    if data.attested and not data.drives:
        return NO_STORAGE
    return ERASED if data.gone else None


def told_of(data: DonorData) -> list[str]:
    """Each drive in a few words, those that were taken out earlier last."""
    return [in_short(drive, before=data.named_before(drive)) for drive in (*data.drives, *data.astray)]


def in_short(drive: Drive, *, before: bool = False) -> str:
    """« SSD (SATA) n° SN000123 : effacé »; ``before``: an earlier stay proves it."""
    named = f"{drive.get_kind_display()} n°\u00a0{drive.serial}" if drive.serial else drive.get_kind_display()
    if destroyed := list(drive.destructions.all()):
        return f"{named}\u00a0: détruit{', certificat non lu' * any(row.is_unread for row in destroyed)}"
    if proven(drive):
        return f"{named}\u00a0: effacé{_how_it_is_known(drive)}"
    if before:
        return f"{named}\u00a0: effacé lors d’un passage précédent"
    return f"{named}\u00a0: retiré, sans preuve" if any(drive.removals.all()) else f"{named}\u00a0: sans preuve"


def _how_it_is_known(drive: Drive) -> str:
    """« , saisi à la main, inventorié d’après le rapport, puis retiré »: what tells one proof from another."""
    proofs = [row for row in drive.erasures.all() if proves(row, drive)]
    told = [
        "saisi à la main" if all(row.is_typed for row in proofs) else "",
        "inventorié d’après le rapport" if drive.serial and drive.source == DriveSource.REPORT else "",
        "puis retiré" if any(drive.removals.all()) else "",
    ]
    return "".join(f", {one}" for one in told if one)
