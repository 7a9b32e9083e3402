"""The inventory of a donor as a kind of import: its columns, what refuses a line, what the law says of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from conventions.enums import DeviceType
from donations.device_words import condition_of, maker_of, memory_of, type_of
from donations.enums import DonationState, LineCondition
from donations.gift_law import GiftLaw, gift_law
from donations.models.donation import Donation
from donations.models.inventory import GONE, KEY_NAMES, InventoryUnit, InventoryUnitQuerySet, alike
from donations.permissions import can_create_donation
from donations.services.inventory import (
    MOST_GROUPS,
    MOST_PER_LINE,
    describes,
    forget_units,
    keys_of,
    take_inventory,
    write_units,
)
from donations.units import units
from imports.enums import ImportOutcome
from imports.kinds import Field, ImportKind, ImportResult, ImportRow, register_kind
from imports.models import Import
from imports.readers.cells import Unread, amount, identifier, period, whole
from imports.readers.sheets import SheetRefused
from lifecycle.actors import Actor
from network.enums import LegalNature
from network.permissions import is_pilot
from typography.french import Noun
from typography.persons import names_somebody

CODE = "inventory"
OLDEST = 1985
SHOWN = 80
"""Signs of a remark that are shown again."""
NO_TYPE = "Le type d’appareil manque."
NO_YEAR = "L’année ou la date d’achat manque."
NO_VALUE = "La valeur unitaire manque\u00a0: un donateur public la dit pour chaque appareil (CG3P, art. D. 3212-3)."
GENERIC = "«\u00a0{}\u00a0» n’est pas un numéro de série\u00a0: la machine est reprise sans numéro."
SEVERAL = "Un numéro désigne une seule machine\u00a0: la quantité est de {}."
TWICE = "Même numéro de série que la ligne {}\u00a0: reprise une seule fois."
SAME_LABEL = "Même étiquette du donateur que la ligne {}\u00a0: reprise une seule fois."
TWO_MACHINES = (
    "Même étiquette du donateur que la ligne {}, avec un autre numéro de série\u00a0: corrigez l’une des deux."
)
HOLDS_DATA = (
    "Un écran n’a ni processeur, ni mémoire, ni stockage\u00a0: si c’est un ordinateur tout-en-un, dites"
    " «\u00a0Ordinateur fixe\u00a0». Resté écran, l’atelier y cherche des données."
)
SAID_HERE = "Déjà dans ce brouillon, décrite de même."
REPLACES = "Déjà dans ce brouillon, décrite autrement\u00a0: cette ligne la remplacera."
INVENTORIED = "Déjà inventoriée dans le lot {}."
NAMES = "«\u00a0{}\u00a0» semble nommer une personne, ou dire comment la joindre\u00a0: ôtez-le du fichier."
FOLLOWED = "Un appareil qui porte ce numéro est déjà suivi par Maillon."


def _year(text: str) -> int:
    return period(text, today=timezone.localdate()).year


def _quantity(text: str) -> int:
    number = whole(text)
    if number > MOST_PER_LINE:
        raise Unread(f"{number} dépasse {MOST_PER_LINE}, le plus grand nombre d’une ligne.")
    return number


FIELDS = (
    Field(
        "type",
        "Type d’appareil",
        (
            *("type", "type matériel", "type de matériel", "catégorie", "nature", "famille", "category", "désignation"),
            *("matériel", "type équipement", "équipement", "device type", "libellé"),
        ),
        read=type_of,
        fills=True,
        choices=tuple(DeviceType.choices),
        asked=NO_TYPE,
    ),
    Field(
        "manufacturer",
        "Marque",
        ("constructeur", "fabricant", "fournisseur constructeur", "manufacturer", "brand", "maker"),
        read=maker_of,
        longest=60,
    ),
    Field("model", "Modèle", ("modele", "model", "model name", "référence modèle", "marque et modèle"), longest=80),
    Field(
        "serial",
        "Numéro de série",
        ("n° série", "serial", "serial number", "s/n", "sn", "n/s", "service tag", "IMEI", "série", "no serie"),
        read=identifier,
        longest=80,
        shown="série {}",
    ),
    Field(
        "donor_number",
        "Étiquette du donateur (n° d’inventaire)",
        (
            *("n° inventaire", "numéro d’inventaire", "inventaire", "étiquette", "asset tag", "code barre", "immo"),
            *("n° immobilisation", "code inventaire", "étiquette inventaire", "tag", "id matériel", "n° parc"),
        ),
        read=identifier,
        longest=60,
        shown="étiquette {}",
    ),
    Field(
        "year",
        "Année ou date d’achat",
        (
            *("date d’achat", "année d’achat", "achat", "année", "date", "date acquisition", "année acquisition"),
            *("mise en service", "date de mise en service", "purchase date", "date livraison", "date facture"),
        ),
        read=_year,
        shown="achat {}",
        fills=True,
        asked=NO_YEAR,
    ),
    Field(
        "condition",
        "État",
        ("état", "état matériel", "condition", "status", "statut", "état général"),
        read=condition_of,
        fills=True,
        choices=tuple(LineCondition.choices),
        help="Sans rien dire\u00a0: non testé.",
    ),
    Field(
        "unit_value",
        "Valeur unitaire",
        (
            "valeur",
            "valeur unitaire (€)",
            "valeur vénale",
            "valeur résiduelle",
            "valeur nette",
            "vnc",
            "valeur actuelle",
        ),
        read=amount,
        fills=True,
        shown="{}\u00a0€",
        help="La valeur d’un appareil le jour du don, pas son prix d’achat.",
    ),
    Field("processor", "Processeur", ("cpu", "processor", "type processeur"), longest=80),
    Field(
        "memory_gb",
        "Mémoire",
        ("ram", "mémoire vive", "memory", "ram (go)", "mémoire (go)"),
        read=memory_of,
        shown="{}\u00a0Go",
    ),
    Field("storage", "Stockage", ("disque", "disque dur", "ssd", "hdd", "storage", "capacité disque"), longest=80),
    Field(
        "quantity",
        "Quantité",
        ("qté", "qte", "nombre", "nb unités", "quantity", "nombre d’unités"),
        read=_quantity,
        shown="quantité {}",
    ),
    Field(
        "remark",
        "Site, observations",
        ("site", "observations", "commentaire", "commentaires", "remarque", "notes", "localisation", "lieu", "service"),
        longest=300,
        help="Aucun nom de personne.",
    ),
)


def sees_inventories(actor: Actor) -> Q | None:
    """A contact of the donor for its own, the pilot for all."""
    if can_create_donation(actor) is None:
        return None
    return Q() if is_pilot(actor) else Q(organisation=actor.organisation_id)


def check_inventory(source: Import, rows: Sequence[ImportRow]) -> None:
    """Refuse what the law or the house refuses, then tell the machines that are known. Raises SheetRefused."""
    law, public = gift_law(timezone.localdate()), source.organisation.legal_nature == LegalNature.PUBLIC
    for row in rows:
        row.values["condition"] = row.values["condition"] or LineCondition.UNTESTED
        row.values["quantity"] = row.values["quantity"] or 1
        if row.outcome == ImportOutcome.CREATED:
            _judge(row, law, public=public)
    _tell_twice([row for row in rows if row.outcome == ImportOutcome.CREATED])
    _tell_known(source, [row for row in rows if row.outcome == ImportOutcome.CREATED])
    groups = {alike(row.values) for row in rows if row.outcome == ImportOutcome.CREATED}
    if len(groups) > MOST_GROUPS:
        raise SheetRefused(
            f"Ce fichier décrirait {len(groups)} sortes de machines\u00a0: un lot en compte {MOST_GROUPS} au plus,"
            " chacune étant décidée par une personne. Coupez-le en plusieurs fichiers."
        )


def _judge(row: ImportRow, law: GiftLaw, *, public: bool) -> None:
    values = row.values
    if values["year"] > law.day.year:
        row.refuse(f"L’année d’achat {values['year']} est à venir.")
    elif values["year"] < OLDEST:
        row.refuse(f"L’année d’achat {values['year']} est trop ancienne pour être vraie.")
    elif told := law.age_told(values["year"]):
        row.notices.append(told)
    if public and values["unit_value"] is None:
        row.refuse(NO_VALUE)
    elif public and (refused := law.value_refused(values["unit_value"])):
        row.refuse(refused)
    if values["type"] == DeviceType.SCREEN and any(values[name] for name in ("processor", "memory_gb", "storage")):
        row.notices.append(HOLDS_DATA)
    serial = values["serial"]
    if serial and not keys_of(row)[0]:
        row.notices.append(GENERIC.format(serial))
        values["serial"] = None
    if values["remark"] and names_somebody(values["remark"]):
        row.names_somebody = True
        row.notices.append(NAMES.format(Truncator(values["remark"]).chars(SHOWN)))
    if values["quantity"] > 1 and (values["serial"] or values["donor_number"]):
        row.refuse(SEVERAL.format(values["quantity"]))


def _tell_twice(rows: Sequence[ImportRow]) -> None:
    """The second line of the same machine says nothing new, unless the two do not agree."""
    serials: dict[str, int] = {}
    numbers: dict[str, tuple[int, str]] = {}
    for row in rows:
        serial, number = keys_of(row)
        if serial and serial in serials:
            row.known(TWICE.format(serials[serial]))
        elif number and number in numbers:
            line, other = numbers[number]
            if serial and other and serial != other:
                row.refuse(TWO_MACHINES.format(line))
            else:
                row.known(SAME_LABEL.format(line))
        else:
            if serial:
                serials[serial] = row.line.number
            if number:
                numbers[number] = (row.line.number, serial)


def _tell_known(source: Import, rows: Sequence[ImportRow]) -> None:
    """What this donor already inventoried, in this draft or elsewhere, and what is followed: four queries for all."""
    serials, numbers = ({key for row in rows if (key := keys_of(row)[side])} for side in (0, 1))
    mine = InventoryUnit.objects.offered_by(source.organisation).exclude(source=source).order_by()
    here = mine.filter(line__donation=source.into, line__donation__state=DonationState.DRAFT)
    rows = [row for row in rows if not _is_here(row, keyed)] if (keyed := _by_key(here, serials, numbers)) else rows
    mine = mine.exclude(line__donation=source.into, line__donation__state=DonationState.DRAFT)
    lots = {
        side: dict(mine.filter(**{f"{side}__in": keys}).values_list(side, "line__donation__reference"))
        for side, keys in (("serial_key", serials), ("donor_key", numbers))
    }
    followed = units().known(serials)
    for row in rows:
        serial, number = keys_of(row)
        lot = lots["serial_key"].get(serial) or lots["donor_key"].get(number)
        reason = INVENTORIED.format(lot) if lot else FOLLOWED if serial in followed else ""
        row.is_elsewhere = bool(reason)
        if reason and source.with_known:
            row.notices.append(reason)
        elif reason:
            row.known(reason)


def _by_key(units: InventoryUnitQuerySet, serials: set[str], numbers: set[str]) -> dict[tuple[str, str], InventoryUnit]:
    """The machines that answer to one of these numbers, under the name of the number and the number; one query."""
    keyed: dict[tuple[str, str], InventoryUnit] = {}
    for unit in units.named(serials, numbers):
        keyed |= {(name, key): unit for name in KEY_NAMES if (key := getattr(unit, name))}
    return keyed


def _is_here(row: ImportRow, keyed: Mapping[tuple[str, str], InventoryUnit]) -> bool:
    """Whether the draft has this machine already: the line then says it again, or is to replace what is said of it."""
    found = {unit.pk: unit for name in zip(KEY_NAMES, keys_of(row), strict=True) if (unit := keyed.get(name))}
    if not found:
        return False
    if [describes(row, unit) for unit in found.values()] == [True]:
        row.known(SAID_HERE)
    else:
        row.notices.append(REPLACES)
    return True


def _finish(source: Import, at: datetime | None) -> int | None:
    donation = take_inventory(source=source, at=at)
    return donation.pk if donation is not None else None


def _lot(source: Import) -> Donation | None:
    return Donation.objects.filter(pk=source.result).first()


def _stands(source: Import) -> bool:
    """Whether its machines are still in a lot that is offered."""
    return InventoryUnit.objects.filter(source=source).exclude(line__donation__state__in=GONE).exists()


def _result(source: Import) -> ImportResult | None:
    lot = _lot(source)
    if lot is None:
        return None
    label = f"le brouillon {lot.reference}" if lot.state == DonationState.DRAFT else f"le lot {lot.reference}"
    return ImportResult(label, reverse("donations:donation_detail", args=[lot.reference]))


def _leads_to(source: Import) -> str:
    lot = Donation.objects.filter(pk=source.into, state=DonationState.DRAFT).first()
    if lot is not None:
        return reverse("donations:inventory_add", args=[lot.reference])
    return reverse("donations:inventory_deposit")


INVENTORY = ImportKind(
    code=CODE,
    label="Inventaire",
    noun=Noun("machine", "machines", feminine=True),
    fields=FIELDS,
    sees=sees_inventories,
    check=check_inventory,
    apply=write_units,
    finish=_finish,
    discard=forget_units,
    stands=_stands,
    result=_result,
    leads_to=_leads_to,
    weight=lambda row: row.values["quantity"],
    retake=("Déjà connues d’un autre lot, mais ce sont d’autres machines, ou elles vous sont revenues\u00a0?"),
    notice_template="donations/_inventory_law.html",
)


def register_inventory() -> None:
    """Declare the kind, once the models are known."""
    register_kind(INVENTORY)
