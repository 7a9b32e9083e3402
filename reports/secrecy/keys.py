"""The names of the numbers about households that tables may show: the same in every table, paper and workbook."""

from collections.abc import Iterable

from prescriptions.enums import NeedKind, NeedState
from refurb.enums import DeviceType
from reports.enums import DISTRIBUTED, DISTRIBUTION, Stage

MEASURES = ("opening", "entered", "left", "closing", "other")
"""The numbers of a bucket, in the order in which figures keep them."""
MEASURES_TOLD = dict(
    zip(MEASURES, ("début de mois", "entrées", "sorties", "fin de mois", "autres variations"), strict=True)
)
AT_HOMES = (Stage.RESERVED, Stage.HANDED_OVER, Stage.RETURNED)
"""The stages where a device is one household's: how many there are is a number of households."""
ENTERED_BY_TYPE = (Stage.ALLOTTED, Stage.HANDED_OVER)
"""The stages of which it is told how many devices of each type entered them."""
PLACED = ("entered", "closing")
"""The measures of the distribution that are told place by place, in the order of the tables."""
OFFERED = "offered"
"""Devices allotted or on their way, as the tension counts them."""
EQUIPMENT = "equipment"
"""The kinds of need that a device answers, together."""
SERVED_BY: dict[NeedKind, tuple[DeviceType, ...]] = {
    NeedKind.COMPUTER: (DeviceType.LAPTOP, DeviceType.DESKTOP),
    NeedKind.TABLET: (DeviceType.TABLET,),
    NeedKind.SMARTPHONE: (DeviceType.SMARTPHONE,),
}
"""What answers each need of equipment."""


def devices(stage: str, measure: str, *, place: str = "", type_: str = "") -> str:
    """Devices of one stage of the distribution, or of all six: everywhere, in one place, or of one type."""
    return f"devices/{stage}/{measure}/{place}/{type_}"


def offer(stage: str, *, place: str = "", kind: str = "") -> str:
    """Devices that answer a need, ``offered`` or available at the end: everywhere, in one place, or for one kind."""
    return f"offer/{stage}/{place}/{kind}"


def needs(state: str, measure: str, *, place: str = "", kind: str = "") -> str:
    """Needs in one state, everywhere or in one place, of one kind, of those of equipment, or of all."""
    return f"needs/{state}/{measure}/{place}/{kind}"


def of_stages(stages: Iterable[str], measure: str, *, place: str = "", type_: str = "") -> str:
    """The number about households in a sum over stages; nothing when all of it is upstream of them."""
    held = [stage for stage in stages if stage in DISTRIBUTION]
    if not held:
        return ""
    return devices(DISTRIBUTED if len(held) > 1 else held[0], measure, place=place, type_=type_)


def key_in_words(key: str) -> str:
    """« Retours SAV, sorties » of a key: the stage or the state, the measure, the place and the kind if any."""
    known = {OFFERED: "Affectés ou en livraison", EQUIPMENT: "Équipement", DISTRIBUTED: "Distribution"}
    known |= {**dict(Stage.choices), **dict(NeedState.choices), **dict(NeedKind.choices), **dict(DeviceType.choices)}
    words = [known.get(part, MEASURES_TOLD.get(part, part)) for part in key.split("/")[1:] if part]
    return ", ".join(str(word) for word in words)


def is_placed(key: str) -> bool:
    """Whether a number is about one place alone."""
    return bool(key.split("/")[-2])


NEEDS_BY_KIND = (
    *((NeedState.WAITING, measure) for measure in MEASURES),
    (NeedState.MET, "entered"),
    (NeedState.UNMET, "entered"),
)
"""What is told of the needs of each kind.

Not those in progress: each has a device reserved, and the tables of workshops tell how few there are of some types.
"""
