"""What is left in the stock, as one chooses what to fit: the same parts on one line, what is looked for alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from refurb.models.device import Device
from refurb.models.stock import Part


@dataclass
class PartChoice:
    """The same part, in one or several entries of the stock; the oldest of them is fitted first."""

    suits: bool | None
    """Whether it is said to fit the device; None when nobody said."""
    is_of_type: bool
    """Whether it came from a device of the same type."""
    entries: list[Part] = field(default_factory=list)

    @property
    def first(self) -> Part:
        return min(self.entries, key=lambda part: part.pk)

    @property
    def left(self) -> int:
        return sum(part.left for part in self.entries)

    @property
    def places(self) -> str:
        return ", ".join(dict.fromkeys(part.place for part in self.entries if part.place))

    @property
    def taken_from(self) -> str:
        """The type of device it came from, when that is another than the one to be mended."""
        origin = self.first.device
        return "" if origin is None or self.is_of_type else origin.get_type_display().lower()

    @property
    def rank(self) -> tuple[int, bool]:
        """What fits, what nobody said of, the rest; in each, what is of the type or was bought, then other types."""
        return {True: 0, None: 1, False: 2}[self.suits], bool(self.taken_from)


def choices_of(parts: Iterable[Part], device: Device, words: str = "") -> list[PartChoice]:
    """The parts that may be fitted, the same ones together; ``words``: all of them are said of each."""
    sought, found = words.casefold().split(), dict[tuple[object, ...], PartChoice]()
    for part in parts:
        told = f"{part.get_kind_display()} {part.label} {part.fits} {part.place}".casefold()
        if not all(word in told for word in sought):
            continue
        is_of_type = part.device is not None and part.device.type == device.type
        origin = None if part.device is None else part.device.type
        key = (part.kind, part.label.casefold(), part.fits.casefold(), part.unit_price, origin)
        suits = part.suits(device.manufacturer, device.model)
        found.setdefault(key, PartChoice(suits, is_of_type)).entries.append(part)
    return sorted(found.values(), key=lambda one: (one.rank, one.first.kind, one.first.label.casefold()))
