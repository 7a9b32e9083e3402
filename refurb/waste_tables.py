"""The register of waste: what the page shows of each note, and the columns that the law asks of the file."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

import django_tables2 as tables

from conventions.enums import DeviceType
from lists.columns import WHOLE
from network.models import Organisation
from refurb.models import WasteNote
from typography.french import Noun, day, grouped

T = DeviceType
NOUNS = {
    T.LAPTOP: Noun("ordinateur portable", "ordinateurs portables"),
    T.DESKTOP: Noun("ordinateur fixe", "ordinateurs fixes"),
    T.TABLET: Noun("tablette", "tablettes", feminine=True),
    T.SMARTPHONE: Noun("smartphone", "smartphones"),
    T.SCREEN: Noun("écran", "écrans"),
}
KILOGRAMS = Decimal(1000)
"""In a tonne."""


def counted_types(types: Iterable[str]) -> str:
    """« 12 ordinateurs portables, 3 écrans », in the order of the types."""
    counts = Counter(types)
    return ", ".join(noun.counted(counts[type_]) for type_, noun in NOUNS.items() if counts[type_])


def tonnes(note: WasteNote) -> Decimal | None:
    """The weight of a note in tonnes; None when it is not known."""
    return None if note.weight_kg is None else note.weight_kg / KILOGRAMS


def full_address(organisation: Organisation) -> str:
    """On one line, as a register writes it."""
    city = f"{organisation.postcode} {organisation.commune or ''}".strip()
    return ", ".join(filter(None, (organisation.address, city)))


class WasteTable(tables.Table):
    """One line per note."""

    caption = "Registre des déchets"

    taken_on = tables.Column(verbose_name="Date d’expédition", attrs=WHOLE)
    bsd_number = tables.Column(verbose_name="N° de bordereau", linkify=("refurb:waste_note", {"pk": tables.A("pk")}))
    recycler = tables.Column(verbose_name="Recycleur", order_by=("recycler__name",))
    devices = tables.Column(verbose_name="Appareils", accessor="types", orderable=False)
    weight_kg = tables.Column(verbose_name="Poids (kg)", attrs={"td": {"class": "num"}})
    missing = tables.Column(verbose_name="Ce qui manque", empty_values=(), orderable=False)
    workshop = tables.Column(verbose_name="Atelier", order_by=("workshop__name",))

    class Meta:
        model = WasteNote
        fields = ("taken_on", "bsd_number", "recycler", "devices", "weight_kg", "missing", "workshop")
        order_by = ("-taken_on",)
        empty_text = "Aucun bordereau\u00a0: le premier s’ouvre quand un appareil est remis au recycleur."

    def render_taken_on(self, value: date) -> str:
        return day(value)

    def value_taken_on(self, value: date) -> date:
        return value

    def render_devices(self, value: list[str]) -> str:
        return counted_types(value)

    def render_weight_kg(self, value: Decimal) -> str:
        return grouped(str(value.normalize() if value % 1 else value.quantize(Decimal(1))).replace(".", ","))

    def value_weight_kg(self, value: Decimal) -> Decimal:
        return value

    def render_missing(self, record: WasteNote) -> str:
        return ", ".join(record.missing) or "rien"


class WasteRegisterTable(WasteTable):
    """The chronological register of outgoing waste (arrêté du 31 mai 2021, art. 2), one line per note."""

    caption = "Registre chronologique des déchets sortants"
    for_program = True
    """The national register takes its numbers as they are."""

    named = tables.Column(verbose_name="Dénomination usuelle du déchet", accessor="types", orderable=False)
    code = tables.Column(verbose_name="Code du déchet", accessor="waste_code__code")
    code_label = tables.Column(verbose_name="Libellé du code", accessor="waste_code__label")
    pops = tables.Column(verbose_name="Déchet POP")
    tonnes = tables.Column(verbose_name="Quantité (tonnes)", empty_values=(), accessor="weight_kg")
    number = tables.Column(verbose_name="Nombre d’appareils", accessor="types", orderable=False)
    producer = tables.Column(verbose_name="Expéditeur\u00a0: raison sociale", accessor="workshop__name")
    producer_siret = tables.Column(verbose_name="Expéditeur\u00a0: SIRET", accessor="workshop__siret")
    producer_address = tables.Column(verbose_name="Expéditeur\u00a0: adresse", accessor="workshop", orderable=False)
    carrier_name = tables.Column(verbose_name="Transporteur\u00a0: raison sociale")
    carrier_siren = tables.Column(verbose_name="Transporteur\u00a0: SIREN", accessor="carrier_number")
    carrier_address = tables.Column(verbose_name="Transporteur\u00a0: adresse")
    carrier_receipt = tables.Column(verbose_name="Transporteur\u00a0: n° de récépissé")
    scheme_name = tables.Column(verbose_name="Éco-organisme\u00a0: raison sociale")
    scheme_siren = tables.Column(verbose_name="Éco-organisme\u00a0: SIREN", accessor="scheme_number")
    receiver = tables.Column(verbose_name="Destinataire\u00a0: raison sociale", accessor="receiver", orderable=False)
    receiver_siret = tables.Column(
        verbose_name="Destinataire\u00a0: SIRET", accessor="receiver__siret", orderable=False
    )
    receiver_address = tables.Column(verbose_name="Destinataire\u00a0: adresse", accessor="receiver", orderable=False)
    treatment = tables.Column(verbose_name="Code de traitement")
    hierarchy = tables.Column(verbose_name="Qualification du traitement final")

    class Meta(WasteTable.Meta):
        order_by = ("taken_on",)

    def value_named(self, value: list[str]) -> str:
        return f"DEEE\u00a0: {counted_types(value)}"

    def value_pops(self, *, value: bool) -> str:
        return "oui" if value else "non"

    def value_tonnes(self, record: WasteNote) -> Decimal | None:
        return tonnes(record)

    def value_number(self, value: list[str]) -> int:
        return len(value)

    def value_producer_address(self, record: WasteNote) -> str:
        return full_address(record.workshop)

    def value_carrier_siren(self, value: str) -> str:
        return value[:9]

    def value_scheme_siren(self, value: str) -> str:
        return value[:9]

    def value_receiver(self, record: WasteNote) -> str:
        return record.receiver.name

    def value_receiver_address(self, record: WasteNote) -> str:
        return full_address(record.receiver)

    def value_treatment(self, record: WasteNote) -> str:
        return record.treatment
