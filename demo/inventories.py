"""The file that the computer department of a donor keeps: some lines cannot be taken; and its machines received."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from random import Random
from typing import Any

from demo.catalogue import Model
from demo.papers import SIGNS
from documents.services import store_file
from donations.enums import LineCondition
from donations.inventory import INVENTORY
from donations.models import Donation, DonationLine, InventoryUnit
from donations.services import donations
from imports.services import begin_import, deposit_import
from network.models import Membership, Organisation
from refurb.enums import COMPUTERS, DeviceType
from refurb.models import Device
from refurb.services import devices

HEAD = (
    *("N° inventaire", "Type", "Marque", "Modèle", "N° de série", "Date d’achat", "État", "Valeur vénale"),
    *("Processeur", "RAM", "Site"),
)
KNOWN_AS = {DeviceType.LAPTOP: "PC portable", DeviceType.DESKTOP: "UC"}
"""What computer departments call them; the others are called by their name."""


def import_lot(
    *,
    actor: Membership,
    donor: Organisation,
    lines: Sequence[tuple[donations.AnnouncedLine, Model]],
    at: datetime,
    **site: Any,
) -> Donation:
    """Deposit the inventory of these lines, take what may be taken of it, and describe the draft that it became."""
    rng = Random(f"inventory {donor.name} {at:%Y-%m-%d}")  # noqa: S311 nothing here is a secret
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows((HEAD, *_machines(lines, rng)))
    content = out.getvalue().encode("cp1252", "replace")
    file = store_file(content=content, name="parc-a-reformer.csv", by=actor, at=at)
    source = deposit_import(actor=actor, kind=INVENTORY, organisation=donor, file=file, at=at)
    taken = begin_import(source=source, actor=actor, at=at)
    draft = Donation.objects.get(pk=taken.result)
    return donations.edit_donation(actor=actor, donation=draft, **site)


def receive_each(row: DonationLine, scans: Iterable[dict[str, Any]]) -> list[Device]:
    """Receive the machines of a line, each told by the number that its donor's inventory has of it."""
    units = iter(InventoryUnit.objects.filter(line=row, device=None).exclude(serial_key="").order_by("number"))
    found = []
    for scan in scans:
        unit = next(units, None)
        kept = {name: scan[name] for name in ("actor", "at", "tag", "place", "year")}
        found.append(devices.receive_device(line=row, number=unit.serial if unit else "", **kept))
    return sorted(found, key=lambda device: device.pk)


def _machines(lines: Sequence[tuple[donations.AnnouncedLine, Model]], rng: Random) -> Iterator[tuple[str, ...]]:
    """One line a machine, then those that cannot be taken: no device, a spoilt number, the same again; a total."""
    rows = [_machine(line, model, rng) for line, model in lines for _ in range(line.quantity)]
    yield from rows
    number, _, *facts = rows[0]
    yield (f"{number}B", "Imprimante", *facts)
    yield (f"{number}C", rows[0][1], *facts[:2], "6,37E+15", *facts[3:])
    yield rows[0]
    yield ("TOTAL", str(len(rows) + 3), *[""] * (len(HEAD) - 2))


def _machine(line: donations.AnnouncedLine, model: Model, rng: Random) -> tuple[str, ...]:
    type_ = DeviceType(line.type)
    inside = (model.processor, f"{model.ram_gb} Go" if model.ram_gb else "") if type_ in COMPUTERS else ("", "")
    value = "" if line.unit_value is None else f"{line.unit_value:.2f}".replace(".", ",")
    return (
        f"INV-{rng.randrange(10_000, 100_000)}",
        KNOWN_AS.get(type_, str(type_.label)),
        model.manufacturer,
        model.model,
        "EX" + "".join(rng.choices(SIGNS, k=8)),
        f"{rng.randint(1, 28):02}/{rng.randint(1, 12):02}/{line.purchase_year}",
        str(LineCondition(line.condition).label),
        value,
        *inside,
        rng.choice(("Rez-de-chaussée", "Étage 1", "Étage 2", "Réserve")),
    )
