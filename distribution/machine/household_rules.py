"""What is missing before a device goes to a household, and when it comes back (machines §1)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from calendars.days import day_start
from distribution.enums import SERVES, HandOverKind, HandOverProof, UndoHandOverReason
from distribution.machine.allotment_rules import grid_of, key_of
from distribution.models import Derogation, HandOver
from distribution.permissions import can_hand_over_device
from lifecycle.machine import Context, PerRow, Place, Requirement
from lifecycle.requirements import PerRowValues
from prescriptions.enums import NeedState, PrescriptionState
from prescriptions.machine import need_rules
from prescriptions.models import Need
from refurb.enums import HOLDS_A_NEED, DeviceState, DeviceType, ReturnReason
from refurb.machine.device_rules import coded
from refurb.models import Device
from refurb.models.device import TERRITORIES
from refurb.pricing import ceiling_of, ceilings_on, is_price, over_ceiling
from typography.french import euros

S = DeviceState


class DeviceAndNeed(NamedTuple):
    """What the rules look at: one device, the need it is given, and what they have in common."""

    type: str
    territories: set[int]
    attached_to: int | None
    desktop_need: int | None
    need: int | None
    state: str
    kind: str
    need_epci: int | None
    prescription_state: str
    declined: bool
    derogated: bool

    @property
    def follows(self) -> bool:
        """It is a screen that goes with its desktop, to the same need."""
        return self.attached_to is not None and self.desktop_need == self.need

    @property
    def is_there(self) -> bool:
        """The need is of the territory of the device, or a derogation lets it be served from another."""
        return self.derogated or self.need_epci in self.territories

    @property
    def fits(self) -> bool:
        """It answers by itself to this kind of need, there."""
        return not self.follows and self.type in SERVES.get(self.kind, ()) and self.is_there


def devices_and_needs(ctx: Context, per_row: PerRowValues) -> dict[int, DeviceAndNeed]:
    """The rows that were given a need, or are held for one: what is missing is said once, by the rule that asks it."""
    asked = {pk: key for pk, given in per_row.items() if (key := key_of(given.get("need"))) is not None}
    if len(asked) < len(per_row):
        held = Device.objects.filter(pk__in=[pk for pk in per_row if pk not in asked], need__isnull=False)
        asked |= dict(held.values_list("pk", "need"))
    return ctx.once(("held", *asked.items()), lambda: _read_devices_and_needs(asked))


def _read_devices_and_needs(asked: dict[int, int]) -> dict[int, DeviceAndNeed]:
    wanted = set(asked.values())
    derogated = set(Derogation.objects.filter(need__in=wanted).values_list("need", flat=True))
    needs: dict[int, Any] = {
        row["pk"]: row
        for row in Need.objects.filter(pk__in=wanted).values(
            "pk", "state", "kind", "epci", "prescription__state", "prescription__declined_at"
        )
    }
    nothing: dict[str, Any] = {
        "state": "", "kind": "", "epci": None, "prescription__state": "", "prescription__declined_at": None,
    }  # fmt: skip
    found = {}
    devices = Device.objects.filter(pk__in=list(asked))
    for pk, type_, epci, former, desktop, desktop_need in devices.values_list(
        "pk", "type", *TERRITORIES, "attached_to", "attached_to__need"
    ):
        need = needs.get(asked[pk], nothing)
        found[pk] = DeviceAndNeed(
            type_, {epci, former} - {None}, desktop, desktop_need, asked[pk], need["state"], need["kind"], need["epci"],
            need["prescription__state"], need["prescription__declined_at"] is not None, asked[pk] in derogated,
        )  # fmt: skip
    return found


def _unless_it_follows(
    code: str,
    sentence: str,
    holds: Callable[[DeviceAndNeed], bool],
    *,
    needs: tuple[str, ...] = (),
    lifted_by: str = "",
    of_rows: bool = False,
) -> PerRow:
    """A rule on the need that a device is given, or held for; a screen that follows its desktop is not asked."""

    def check(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
        return {
            pk: sentence for pk, held in devices_and_needs(ctx, per_row).items() if not held.follows and not holds(held)
        }

    return PerRow(code, sentence, check, needs=needs, lifted_by=lifted_by, field="need", of_rows=of_rows)


def out_of_territory() -> Q:
    """The devices held for a need of another territory than theirs: its household moved, or by a derogation."""
    return Q(*(~Q(need__epci=F(one)) for one in TERRITORIES))


def not_handed_there() -> Q:
    """Those of them that no derogation lets be handed over."""
    return out_of_territory() & Q(need__derogation=None)


# --- reserve

SERVES_ALONE = Requirement(
    "serves_alone",
    "Un écran seul ne répond à aucun besoin\u00a0: rattachez-le à un ordinateur fixe, à l’atelier.",
    lambda ctx: ~Q(type=DeviceType.SCREEN) | Q(attached_to__isnull=False),
    lifted_by="un technicien de l’atelier",
)
NEED_WAITING = _unless_it_follows(
    "need_waiting",
    "Choisissez un besoin en attente.",
    lambda held: held.state == NeedState.WAITING,
    needs=("need",),
)
NEED_KIND = _unless_it_follows(
    "need_kind",
    "Ce type d’appareil ne répond pas à ce besoin.",
    lambda held: held.type in SERVES.get(held.kind, ()),
)
PRESCRIPTION_ACCEPTED = _unless_it_follows(
    "prescription_accepted",
    "La prescription de ce besoin n’est pas acceptée.",
    lambda held: held.prescription_state == PrescriptionState.ACCEPTED,
    lifted_by="le conseiller qui instruit la prescription",
)
NOT_DECLINED = _unless_it_follows(
    need_rules.NOT_DECLINED.code,
    "Le foyer a répondu qu’il n’en a plus besoin\u00a0: rien ne lui est réservé tant que cette réponse tient.",
    lambda held: not held.declined,
    lifted_by=need_rules.DECLINED_LIFTED_BY,
)
NEED_TERRITORY = _unless_it_follows(
    "need_territory",
    "Ce foyer n’habite pas le territoire de la convention de l’appareil\u00a0: servez-le d’un appareil de son"
    " territoire, ou demandez une dérogation.",
    lambda held: held.is_there,
    lifted_by="le pilote, par une dérogation écrite",
    of_rows=True,
)
"""Asked when it is reserved, and again when it is handed over: a household moves meanwhile."""


def _already_served(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Another device already serves the need, or two of the set would."""
    held = {pk: row for pk, row in devices_and_needs(ctx, per_row).items() if not row.follows}
    asked = [row.need for row in held.values()]
    taken: dict[int | None, int] = dict(
        Device.objects.filter(need__in=asked, attached_to=None, state__in=HOLDS_A_NEED).values_list("need", "pk")
    )
    return {
        pk: NEED_FREE.sentence for pk, row in held.items() if taken.get(row.need, pk) != pk or asked.count(row.need) > 1
    }


NEED_FREE = PerRow(
    "need_free",
    "Un autre appareil est déjà réservé ou remis pour ce besoin.",
    _already_served,
    constraint="refurb_device_need_once",
    field="need",
)

NEED_TO_SERVE = (NEED_WAITING, NEED_KIND, PRESCRIPTION_ACCEPTED, NOT_DECLINED, NEED_TERRITORY, NEED_FREE)
"""What is asked of a need before a device is held for it."""

# --- what the household pays


def _facts(ctx: Context, per_row: PerRowValues) -> dict[int, tuple[str, str, bool]]:
    """Type, kind of donor, and whether it is a screen that goes with its desktop."""
    devices = Device.objects.filter(pk__in=list(per_row))
    columns = ("pk", "type", "donor_kind", "attached_to")
    rows = ctx.once(("facts", *per_row), lambda: list(devices.values_list(*columns)))
    return {pk: (type_, donor_kind, desktop is not None) for pk, type_, donor_kind, desktop in rows}


def _price_refused(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    ceilings, refused = ceilings_on(ctx.day), {}
    for pk, (type_, donor_kind, attached) in _facts(ctx, per_row).items():
        price = per_row[pk]["price"]
        if attached:
            continue
        if not is_price(price):
            refused[pk] = SALE_PRICE.sentence
        elif why := over_ceiling(ceilings, type_, donor_kind, price):
            refused[pk] = why
    return refused


def _co_funding_refused(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    refused = {}
    for pk, (_, _, attached) in _facts(ctx, per_row).items():
        price, part, funder = per_row[pk].get("price"), per_row[pk]["co_funding"], per_row[pk].get("funder")
        if attached:
            continue
        if not is_price(part) or (is_price(price) and part > price):
            refused[pk] = CO_FUNDING.sentence
        elif (part > 0) != (funder is not None):
            refused[pk] = "Nommez qui prend en charge cette part, ou laissez-la à zéro."
    return refused


def _above_grid(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What is no price is said by the rule before."""
    prices = {pk: given["price"] for pk, given in per_row.items() if is_price(given.get("price"))}
    return {
        pk: f"Le prix dépasse celui de la grille de la convention\u00a0: {euros(most)}."
        for pk, most in grid_of(ctx.day, prices).items()
        if prices[pk] > most
    }


SALE_PRICE = PerRow(
    "sale_price", "Donnez le prix de vente, en euros TTC.", _price_refused, needs=("price",), field="price"
)
CO_FUNDING = PerRow(
    "co_funding",
    "La part prise en charge est un montant en euros, au plus égal au prix.",
    _co_funding_refused,
    needs=("co_funding",),
    field="co_funding",
)
GRID = PerRow("grid", "Le prix dépasse celui de la grille de la convention.", _above_grid, field="price")
TERMS = (SALE_PRICE, GRID, CO_FUNDING)
"""What is agreed on before the note is prepared."""

# --- hand over


def notes_in_force() -> QuerySet[Any]:
    """The hand-over notes that count: one per device."""
    return HandOver.objects.current()


def _note_of_this_stay(kind: HandOverKind) -> Exists:
    return Exists(
        notes_in_force().filter(device=OuterRef("pk"), stay=OuterRef("stay"), need=OuterRef("need"), kind=kind)
    )


FOLLOWS_HANDED_OVER = Q(attached_to__state=S.HANDED_OVER, attached_to__need=F("need"))
PRESCRIPTION_ALIVE = Requirement(
    "prescription_alive",
    "La prescription de ce foyer n’est plus en cours.",
    lambda ctx: (
        Q(need__prescription__state=PrescriptionState.ACCEPTED, need__state=NeedState.IN_PROGRESS) | FOLLOWS_HANDED_OVER
    ),
    lifted_by="le travailleur social du foyer",
)
STILL_WANTED = Requirement(
    "still_wanted",
    "Le foyer a répondu qu’il n’en a plus besoin\u00a0: libérez l’appareil. Rien ne lui est remis tant que cette "
    "réponse tient.",
    lambda ctx: Q(need__prescription__declined_at=None) | FOLLOWS_HANDED_OVER,
    lifted_by=need_rules.DECLINED_LIFTED_BY,
)
NOTE = Place("distribution:device_prepare_hand_over", can_hand_over_device, "le conseiller du point de distribution")
NOTE_PREPARED = Requirement(
    "note_prepared",
    "La fiche d’achat n’est pas préparée\u00a0: notez le prix et ce que paie le foyer.",
    lambda ctx: Q(_note_of_this_stay(HandOverKind.SALE)) | FOLLOWS_HANDED_OVER,
    where=NOTE,
)


def _note_not_of_the_day(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The price of the note is not above the ceiling of the day that it names."""
    ceilings = ceilings_on(ctx.day)
    notes = notes_in_force().filter(device__in=list(per_row))
    refused = {}
    for pk, type_, donor_kind, price, ceiling in notes.values_list(
        "device", "device__type", "device__donor_kind", "price", "ceiling"
    ):
        of_the_day = ceiling_of(ceilings, type_, donor_kind)
        if ceiling != of_the_day or (of_the_day is not None and price > of_the_day):
            refused[pk] = NOTE_OF_THE_DAY.sentence
    return refused


NOTE_OF_THE_DAY = PerRow(
    "note_of_the_day",
    "Le plafond légal a changé depuis la préparation de la fiche\u00a0: préparez-la de nouveau.",
    _note_not_of_the_day,
    where=NOTE,
    constraint="refurb_device_sale_ceiling",
)


def _note_above_grid(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    grid = grid_of(ctx.day, per_row)
    prices = notes_in_force().filter(device__in=list(per_row)).values_list("device", "price")
    return {pk: NOTE_UNDER_GRID.sentence for pk, price in prices if pk in grid and price > grid[pk]}


NOTE_UNDER_GRID = PerRow(
    "note_under_grid",
    "La grille de prix de la convention a changé depuis la préparation de la fiche\u00a0: préparez-la de nouveau.",
    _note_above_grid,
    where=NOTE,
)


def _unsigned(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    refused = {}
    for pk, given in per_row.items():
        proof, file = given["proof"], given.get("signature")
        if proof not in HandOverProof.values:
            refused[pk] = SIGNED.sentence
        elif (proof == HandOverProof.ATTESTED) != (file is None):
            refused[pk] = (
                "Une fiche attestée n’a pas de fichier joint."
                if file is not None
                else "Joignez la signature tracée ou la fiche numérisée."
            )
    return refused


SIGNED = PerRow(
    "signed", "Faites signer la fiche d’achat, à l’écran ou sur papier.", _unsigned, needs=("proof",), field="proof"
)


def _without_mandate(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    who = {pk: (str(given.get("collected_by") or "").strip(), given.get("by_mandate")) for pk, given in per_row.items()}
    return {pk: MANDATED.sentence for pk, (name, seen) in who.items() if bool(name) != bool(seen)}


MANDATED = PerRow(
    "mandated",
    "Quelqu’un vient à la place du foyer\u00a0? Écrivez son nom, et attestez que vous avez vu la procuration signée du"
    " foyer et la pièce d’identité de qui vient. Sinon, laissez vide.",
    _without_mandate,
    field="collected_by",
)
SIGNED_FOR = (SIGNED, MANDATED)
"""The note is signed, and by whom: the household, or whoever it has given a mandate to."""
SAME_DAY = Requirement(
    "same_day",
    "Une remise s’annule le jour même seulement. Depuis, l’appareil se reprend en retour SAV.",
    lambda ctx: Q(handed_over_at__gte=day_start(ctx.day), handed_over_at__lt=day_start(ctx.day + timedelta(days=1))),
)
NOT_EXCHANGED = Requirement(
    "not_exchanged",
    "Un échange ne s’annule pas\u00a0: l’appareil se reprend en retour SAV.",
    lambda ctx: Q(replaces=None) & (Q(attached_to=None) | Q(attached_to__replaces=None)),
)
NEVER_RETURNED = Requirement(
    "never_returned",
    "L’appareil est revenu en SAV depuis sa remise\u00a0: elle ne s’annule plus.",
    lambda ctx: Q(_note_of_this_stay(HandOverKind.SALE)) | ~Q(attached_to=None),
)
UNDO_HAND_OVER_REASON = coded(UndoHandOverReason.values, "Dites pourquoi la remise est annulée.")
TAKE_BACK_REASON = coded(ReturnReason.values, "Dites pourquoi le foyer rapporte l’appareil.")
