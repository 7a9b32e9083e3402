"""A file of tec.tech as a kind of import: it fills what nobody wrote, and keeps the numbers that are tec.tech's own.

It moves no device: a status that differs is told, and changes by its verb, with its proofs.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from donations.serials import is_placeholder
from imports.enums import ImportOutcome
from imports.kinds import Field, ImportKind, ImportResult, ImportRow, register_kind
from imports.models import Import
from imports.readers.cells import Unread, identifier, words
from lifecycle.actors import Actor
from lifecycle.locking import lock
from refurb.enums import ENDED, IN_THE_WORKSHOP, DeviceState
from refurb.models import Device, TecTechRow
from refurb.permissions import can_work_on_device
from refurb.tags import normal
from refurb.tectech import COMPARED, REST, STATUSES, TYPES, said_of
from typography.french import Noun, in_a_sentence

CODE = "tectech"
FACTS = {
    "serial": "n° de série",
    "manufacturer": "marque",
    "model": "modèle",
    "processor": "processeur",
    "memory_gb": "mémoire",
}
"""What may be filled, as it is called."""
OWN = ("number", "lot", "stock", "group")
WRITTEN = (*IN_THE_WORKSHOP, DeviceState.RETURNED)
"""States in which what is read on a device may be written."""
MOST_MEMORY = 1024
SIZE = re.compile(r"([0-9]{1,9})(?:[.,]0+)?\s*(?:Go|GB)?", re.IGNORECASE)
"""A size in gigabytes; a spreadsheet writes 8 as « 8,0 »."""
NUMBERS = ("IMEI1", "IMEI2", "idEsn")
"""What a spreadsheet spoils, of the columns that go back as they came."""
UNKNOWN = "Aucun appareil de votre atelier ne porte l’étiquette {}."
TWICE = "Même étiquette que la ligne {}\u00a0: reprise une seule fois."
OTHER_TYPE = "tec.tech dit {}, Maillon {}\u00a0: corrigez l’un des deux."
OTHER_STATUS = "tec.tech dit {}, Maillon {}\u00a0: l’état se change par son verbe, avec ses preuves."
ANOTHER = "{0}\u00a0: tec.tech dit «\u00a0{2}\u00a0», Maillon «\u00a0{1}\u00a0»\u00a0; rien n’est changé ici."
STAYS = "{}\u00a0: «\u00a0{}\u00a0» reste, tec.tech dit «\u00a0{}\u00a0»."
NOTHING_NEW = "Rien de nouveau\u00a0: tout est déjà écrit."


def _memory(text: str) -> int:
    found = SIZE.fullmatch(text)
    if found is None or not 0 < int(found[1]) <= MOST_MEMORY:
        raise Unread(f"«\u00a0{text}\u00a0» n’est pas une mémoire en Go.")
    return int(found[1])


FIELDS = (
    Field(
        "tag",
        "idMaterielReconditionneur",
        ("id matériel reconditionneur", "étiquette"),
        read=identifier,
        longest=40,
        asked="L’étiquette de l’atelier (idMaterielReconditionneur) manque.",
        shown="étiquette {}",
    ),
    Field("status", "statut", ("status",), read=words, longest=40),
    Field("type", "typeMateriel", ("type matériel", "type"), read=words, longest=40),
    Field("serial", "numeroSerie", ("numéro de série", "serial"), read=identifier, longest=80, shown="série {}"),
    Field("manufacturer", "marque", ("constructeur",), longest=60),
    Field("model", "model", ("modèle", "modele"), longest=80),
    Field("processor", "processeur", ("cpu",), longest=80),
    Field("memory_gb", "RAM", ("mémoire",), read=_memory, shown="{}\u00a0Go"),
    Field("number", "id", ("id tec.tech",), read=identifier, longest=40),
    Field("lot", "idLot", ("id lot",), read=identifier, longest=40),
    Field("stock", "idStock", ("id stock",), read=identifier, longest=40),
    Field("group", "idGroupe", ("id groupe",), read=identifier, longest=40),
    *(Field(name, name, read=identifier if name in NUMBERS else words) for name in dict.fromkeys((*REST, *COMPARED))),
)


def sees_tectech(actor: Actor) -> Q | None:
    """Those who work in the workshop whose file it is."""
    return None if can_work_on_device(actor) is None else Q(organisation=actor.organisation_id)


def check_tectech(source: Import, rows: Sequence[ImportRow]) -> None:
    """Find the device of each line by its label; tell what differs, refuse what contradicts. Seven queries."""
    asked = [row for row in rows if row.outcome == ImportOutcome.CREATED]
    devices = devices_of(source, asked)
    latest, ours = _latest(devices.values()), said_of(devices.values())
    seen: dict[str, int] = {}
    for row in asked:
        key = normal(row.values["tag"])
        device = devices.get(key)
        if device is None:
            row.refuse(UNKNOWN.format(row.values["tag"]))
        elif key in seen:
            row.known(TWICE.format(seen[key]))
        else:
            seen[key] = row.line.number
            _judge(row, device, latest.get(device.pk), ours[device.pk])


def _judge(row: ImportRow, device: Device, before: TecTechRow | None, ours: Mapping[str, str]) -> None:
    values = row.values
    type_, status = TYPES.get(device.type, ""), STATUSES.get(DeviceState(device.state), "")  # type: ignore[call-overload]
    if values["type"] and values["type"].upper() != type_:
        row.refuse(OTHER_TYPE.format(values["type"], in_a_sentence(device.get_type_display())))
        return
    if values["status"] and values["status"].upper() != status:
        row.notices.append(OTHER_STATUS.format(values["status"], in_a_sentence(device.get_state_display())))
    facts = _facts(values)
    for name, fact in facts.items():
        written = getattr(device, name)
        if written and str(written).casefold() != str(fact).casefold():
            row.notices.append(
                f"{FACTS[name]}\u00a0: «\u00a0{written}\u00a0» reste, tec.tech dit «\u00a0{fact}\u00a0»."
            )
    row.notices.extend(
        ANOTHER.format(column, said, values[column])
        for column in COMPARED
        if values[column] and (said := ours.get(column)) and not _agree(said, values[column])
    )
    blank = any(not getattr(device, name) for name in facts)
    if not blank and before is not None and _own(values) == {name: getattr(before, name) for name in (*OWN, "rest")}:
        row.known(NOTHING_NEW)


def _own(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is tec.tech's own in a line, as it is kept."""
    rest = {column: values[column] for column in REST if values[column]}
    return {name: values[name] or "" for name in OWN} | {"rest": rest}


def _agree(said: str, theirs: str) -> bool:
    """Whether two cells say the same; of a size, its figures: « 256 Go » is 256, as « 256,0 »; of an IMEI too."""
    if said.isdecimal():
        size = SIZE.fullmatch(theirs)
        return said == (size[1] if size else "".join(sign for sign in theirs if sign in "0123456789"))
    return said.casefold() == theirs.casefold()


def devices_of(source: Import, rows: Sequence[ImportRow]) -> dict[str, Device]:
    """``{normal form of the label: device}``, of the workshop, not gone; one query."""
    keys = {normal(row.values["tag"]) for row in rows}
    here = Device.objects.filter(workshop=source.organisation_id, tag_key__in=keys).exclude(state__in=ENDED)
    found = here.select_related("workshop", "grading")
    return {device.tag_key: device for device in found}


def write_rows(source: Import, rows: Sequence[ImportRow]) -> None:
    """Keep what each line says of its device; nothing is written on devices before all of it is there."""
    devices = devices_of(source, rows)
    TecTechRow.objects.bulk_create(
        [
            TecTechRow(
                device=device,
                source=source,
                facts=_facts(row.values),
                **_own(row.values),
            )
            for row in rows
            if (device := devices.get(normal(row.values["tag"]))) is not None
        ],
        ignore_conflicts=True,
    )


def fill_devices(source: Import, at: datetime | None) -> int | None:
    """Write on each device what nobody wrote; in one set, the devices locked."""
    said = dict(TecTechRow.objects.filter(source=source).values_list("device", "facts"))
    lock(Device, sorted(said), "FOR NO KEY UPDATE")
    changed = []
    for device in Device.objects.filter(pk__in=said, state__in=WRITTEN):
        blank = {name: fact for name, fact in said[device.pk].items() if not getattr(device, name)}
        for name, fact in blank.items():
            setattr(device, name, fact)
        if blank:
            changed.append(device)
    Device.objects.bulk_update(changed, list(FACTS))
    return None


def forget_rows(source: Import) -> None:
    """An import that stops leaves nothing of what it said."""
    TecTechRow.objects.filter(source=source).delete()


def _facts(values: dict[str, Any]) -> dict[str, Any]:
    """What a line says that is worth writing: a serial that is a placeholder is none."""
    told = {name: values[name] for name in FACTS if values[name]}
    if is_placeholder(str(told.get("serial", ""))):
        del told["serial"]
    return told


def _latest(devices: Any) -> dict[int, TecTechRow]:
    rows = TecTechRow.objects.filter(device__in=[device.pk for device in devices]).order_by("pk")
    return {row.device_id: row for row in rows}


def _result(source: Import) -> ImportResult | None:
    return ImportResult("les appareils de l’atelier", reverse("refurb:device_list"))


TECTECH = ImportKind(
    code=CODE,
    label="Fichier tec.tech",
    noun=Noun("appareil", "appareils"),
    fields=FIELDS,
    sees=sees_tectech,
    check=check_tectech,
    apply=write_rows,
    finish=fill_devices,
    discard=forget_rows,
    stands=lambda source: TecTechRow.objects.filter(source=source).exists(),
    result=_result,
    leads_to=lambda source: reverse("refurb:tectech"),
)


def register_tectech() -> None:
    """Declare the kind, once the models are known."""
    register_kind(TECTECH)
