"""Inventories of donors, deposited and taken by the services."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from documents.services import store_file
from donations.inventory import INVENTORY
from donations.models import Donation
from imports.models import Import
from imports.services import begin_import, deposit_import
from tests.donations.scene import Scene, again
from tests.imports.files import csv_file
from tests.remembered import remembered

HEAD = (
    "Étiquette",
    "Type",
    "Marque",
    "Modèle",
    "N° série",
    "Année",
    "État",
    "Valeur",
    "Qté",
    "Processeur",
    "RAM",
    "Disque",
)
YEAR = str(timezone.localdate().year - 4)


def machine(number: str = "", type_: str = "Portable", **said: Any) -> tuple[str, ...]:
    """A line of an inventory: a laptop, working, of four years ago."""
    facts = {
        "number": number,
        "type": type_,
        "maker": "HP",
        "model": "EliteBook 840 G5",
        "serial": f"SN{number}X" if number else "",
        "year": YEAR,
        "condition": "bon état",
        "value": "100",
        "quantity": "",
        "processor": "Core i5-8350U",
        "memory": "8 Go",
        "storage": "SSD 256 Go",
    }
    return tuple((facts | said).values())


def deposited(scene: Scene, rows: Sequence[Sequence[str]], by: Any = None, **said: Any) -> Import:
    """The file of these lines, deposited by a contact of the donor unless said."""
    return deposited_as(scene, (HEAD, *rows), by, **said)


def deposited_as(scene: Scene, rows: Sequence[Sequence[str]], by: Any = None, **said: Any) -> Import:
    """The file of these rows, the first of which heads its columns."""
    actor = by or scene.contact
    file = remembered()(store_file)(content=csv_file(rows), name="parc.csv", by=actor)
    return remembered()(deposit_import)(actor=actor, kind=INVENTORY, organisation=scene.donor, file=file, **said)


def taken(scene: Scene, rows: Sequence[Sequence[str]], **said: Any) -> Import:
    """The same, applied."""
    return begin_import(source=deposited(scene, rows, **said))


def lot_of(source: Import) -> Donation:
    """The draft that an import became."""
    return Donation.objects.get(pk=source.result)


def picked_up(scene: Scene, source: Import) -> Donation:
    """The lot that an import became, picked up by a workshop, which received none of it yet."""
    lot = lot_of(source)
    site = {"commune": scene.commune, "pick_up_address": "1 rue", "pick_up_postcode": "59000", "pick_up_city": "Ville"}
    Donation.objects.filter(pk=lot.pk).update(**site)
    scene.draft = lambda **site: again(lot)  # type: ignore[method-assign]
    return scene.collected()
