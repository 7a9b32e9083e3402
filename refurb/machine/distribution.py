"""The second half of a device's life (machines §1): convention, distribution point, household, return."""

from django.db.models import F, Q

from lifecycle.machine import AT, SAME, Context, Given, GivenRow, verb
from refurb.enums import DeviceState
from refurb.machine import allotment_rules as places
from refurb.machine import device_rules as rules
from refurb.machine import household_rules as households
from refurb.machine import return_rules as back
from refurb.machine.corrections import CorrectedDevice
from refurb.machine.stamps import (
    HELD_FOR_NOBODY,
    NOT_ALLOTTED,
    NOT_MISSING,
    NOT_PRICED,
    NOT_RESERVED,
    NOT_RETURNED,
    NOT_SHIPPED,
    NOT_SOLD,
    SERVES_NOBODY,
    CurrentNote,
    reserved_until,
    warranty_until,
)
from refurb.permissions import (
    can_allot_device,
    can_attach_device,
    can_cancel_shipment_device,
    can_detach_device,
    can_exchange_device,
    can_find_device,
    can_give_back_device,
    can_hand_over_device,
    can_release_allotment_device,
    can_release_device,
    can_reserve_device,
    can_send_back_device,
    can_ship_device,
    can_stock_in_device,
    can_take_back_device,
    can_undo_hand_over_device,
)

S = DeviceState
HOUSEHOLD = ["need", "need__prescription"]
"""What is written when a reservation or a hand-over ends or begins: the need, and the prescription it settles."""


def _reservation_over(ctx: Context) -> Q:
    """A screen goes with its desktop: the clock only looks at what goes alone."""
    alone = Q(attached_to=None) | ~Q(attached_to__state=S.RESERVED)
    return Q(reserved_until__lte=ctx.at) & alone


class DistributedDevice(CorrectedDevice):
    """From the workshop's stock to a household, and back under warranty.

    A screen attached to a desktop follows it: each verb moves it after its desktop, and it takes no place of a quota.
    """

    class Meta:
        abstract = True

    @verb(
        "Rattacher à un ordinateur",
        source=S.READY,
        target=SAME,
        who=can_attach_device,
        requires=[places.ONLY_SCREENS, places.NOT_ATTACHED, places.DESKTOP_FREE],
        leans=[GivenRow("desktop", "refurb.Device")],
        stamps={"attached_to": Given("desktop")},
        journal=["desktop"],
        done="Rattaché à un ordinateur fixe",
    )
    def attach(self) -> None:
        """The ceiling of a desktop is with its screen: both are one article from now on."""

    @verb(
        "Séparer de l’ordinateur",
        source=S.READY,
        target=SAME,
        who=can_detach_device,
        requires=[places.ATTACHED, places.DETACH_REASON],
        stamps={"attached_to": None},
        journal=["reason"],
        done="Séparé de son ordinateur",
    )
    def detach(self) -> None:
        """The desktop goes without it, or with another."""

    @verb(
        "Affecter",
        source=S.READY,
        target=S.ALLOTTED,
        who=can_allot_device,
        follows=["device.allot"],
        requires=[
            places.goes_along(S.ALLOTTED),
            rules.PROOFS_STAND,
            places.SOME_CONVENTION,
            places.CONVENTION_IN_FORCE,
            places.CONVENTION_EPCI,
            places.QUOTA_KNOWN,
            places.UNDER_GRID,
            places.QUOTA_LEFT,
        ],
        leans=[GivenRow("convention", "conventions.Convention")],
        stamps={
            "convention": Given("convention"),
            "convention_epci": Given("convention_epci"),
            "quota": Given("quota"),
            "allotted_at": AT,
        },
        journal=["convention", "quota"],
        done="Affecté à une convention",
    )
    def allot(self) -> None:
        """It takes a place of its type in the convention year, or in the pilot's reserve; the place is kept with it."""

    @verb(
        "Retirer de l’affectation",
        source=S.ALLOTTED,
        target=S.READY,
        who=can_release_allotment_device,
        follows=["device.release_allotment", "convention.terminate", "convention.expire"],
        requires=[places.LEFT_ALONE, places.RELEASE_REASON, places.QUOTA_GIVEN_BACK],
        stamps=NOT_ALLOTTED,
        journal=["reason"],
        done="Retiré de l’affectation",
        undoes=["allot"],
    )
    def release_allotment(self) -> None:
        """Its place is given back."""

    @verb(
        "Expédier",
        source=S.ALLOTTED,
        target=S.SHIPPED,
        who=can_ship_device,
        follows=["device.ship"],
        requires=[places.goes_along(S.SHIPPED), rules.PROOFS_STAND, places.DELIVERY_FITS],
        stamps={"delivery": Given("delivery"), "point": Given("point", default=None), "shipped_at": AT},
        journal=["delivery", "point"],
        done="Expédié à un point de distribution",
    )
    def ship(self) -> None:
        """On its way, with a delivery note."""

    @verb(
        "Annuler l’expédition",
        source=S.SHIPPED,
        target=S.ALLOTTED,
        who=can_cancel_shipment_device,
        follows=["device.cancel_shipment"],
        requires=[places.LEFT_ALONE],
        stamps=NOT_SHIPPED,
        done="Expédition annulée",
        undoes=["ship"],
    )
    def cancel_shipment(self) -> None:
        """It did not leave, or came back at once."""

    @verb(
        "Mettre en rayon",
        source=S.SHIPPED,
        target=S.AVAILABLE,
        who=can_stock_in_device,
        follows=["device.stock_in"],
        requires=[places.LEFT_ALONE, rules.PROOFS_STAND],
        stamps={"available_at": AT},
        done="Mis en rayon au point de distribution",
    )
    def stock_in(self) -> None:
        """A line of the delivery is there; it can be reserved."""

    @verb(
        "Renvoyer à l’atelier",
        source=[S.SHIPPED, S.AVAILABLE],
        target=S.RECEIVED,
        who=can_send_back_device,
        follows=["device.send_back"],
        requires=[places.LEFT_ALONE, places.SEND_BACK_REASON, places.QUOTA_GIVEN_BACK],
        stamps={"received_at": AT, "stay": F("stay") + 1, **NOT_PRICED, **SERVES_NOBODY},
        journal=["reason"],
        done="Renvoyé à l’atelier",
    )
    def send_back(self) -> None:
        """A new stay; its place is given back; most reasons count as non-conformity."""

    @verb(
        "Retrouver",
        source=S.MISSING,
        target=S.AVAILABLE,
        who=can_find_device,
        requires=[
            places.WAS_SHIPPED,
            rules.PROOFS_STAND,
            places.CONVENTION_HANDS_OVER,
            places.SAME_QUOTA,
            places.QUOTA_LEFT,
        ],
        leans=["convention"],
        stamps={"available_at": AT, **NOT_MISSING, **HELD_FOR_NOBODY},
        journal=["quota"],
        done="Retrouvé au point de distribution",
        varies=True,
    )
    def find(self) -> None:
        """It takes its place of the quota again."""

    @verb(
        "Réserver",
        source=S.AVAILABLE,
        target=S.RESERVED,
        who=can_reserve_device,
        follows=["device.reserve"],
        requires=[
            places.goes_along(S.RESERVED),
            households.SERVES_ALONE,
            rules.PROOFS_STAND,
            places.CONVENTION_HANDS_OVER,
            households.NEED_WAITING,
            households.NEED_KIND,
            households.PRESCRIPTION_ACCEPTED,
            households.NEED_TERRITORY,
            households.NEED_FREE,
            *households.TERMS,
        ],
        leans_write=[GivenRow("need", "prescriptions.Need", through=("prescription",))],
        stamps={"need": Given("need"), "reserved_at": AT, "reserved_until": reserved_until},
        journal=["need", "price", "co_funding"],
        done="Réservé pour un foyer",
    )
    def reserve(self) -> None:
        """Held for one need, for a time; the hand-over note is prepared."""

    @verb(
        "Libérer",
        source=S.RESERVED,
        target=S.AVAILABLE,
        who=can_release_device,
        follows=["device.release", "device.report_missing", "need.drop"],
        requires=[places.LEFT_ALONE],
        leans_write=HOUSEHOLD,
        stamps={"need": None, **NOT_RESERVED},
        due=_reservation_over,
        due_at=F("reserved_until"),
        done="Réservation levée",
        undoes=["reserve"],
    )
    def release(self) -> None:
        """The need waits again; its rank is computed from when it was accepted, so it loses nothing."""

    @verb(
        "Remettre",
        source=S.RESERVED,
        target=S.HANDED_OVER,
        who=can_hand_over_device,
        follows=["device.hand_over"],
        requires=[
            places.goes_along(S.HANDED_OVER),
            rules.PROOFS_STAND,
            places.CONVENTION_HANDS_OVER,
            households.PRESCRIPTION_ALIVE,
            households.NOTE_PREPARED,
            households.NOTE_OF_THE_DAY,
            households.NOTE_UNDER_GRID,
            households.SIGNED,
        ],
        leans_write=HOUSEHOLD,
        stamps={
            "handed_over_at": AT,
            "warranty_until": warranty_until,
            "sale_price": CurrentNote("price", otherwise=0),
            "sale_ceiling": CurrentNote("ceiling"),
            **NOT_RESERVED,
        },
        journal=["proof"],
        done="Remis au foyer",
    )
    def hand_over(self) -> None:
        """In the household's hands: the note is signed, the warranty begins, the need is met."""

    @verb(
        "Annuler la remise (le jour même)",
        source=S.HANDED_OVER,
        target=S.RESERVED,
        who=can_undo_hand_over_device,
        follows=["device.undo_hand_over"],
        requires=[
            places.LEFT_ALONE,
            households.SAME_DAY,
            households.NOT_EXCHANGED,
            households.NEVER_RETURNED,
            households.UNDO_HAND_OVER_REASON,
        ],
        leans_write=HOUSEHOLD,
        stamps={"reserved_at": AT, "reserved_until": reserved_until, **NOT_SOLD},
        journal=["reason"],
        done="Remise annulée le jour même",
        undoes=["hand_over"],
    )
    def undo_hand_over(self) -> None:
        """It did not take place: the need is no longer met."""

    @verb(
        "Reprendre",
        source=S.HANDED_OVER,
        target=S.RETURNED,
        who=can_take_back_device,
        follows=["device.take_back"],
        requires=[households.TAKE_BACK_REASON],
        stamps={
            "returned_at": AT,
            "return_reason": Given("reason"),
            "received_at": AT,
            "stay": F("stay") + 1,
        },
        journal=["reason"],
        done="Rapporté par le foyer",
    )
    def take_back(self) -> None:
        """A new stay: the household's data are on it, nothing proven before counts any more."""

    @verb(
        "Rendre après réparation",
        source=S.RETURNED,
        target=S.HANDED_OVER,
        who=can_give_back_device,
        follows=["device.give_back"],
        requires=[
            back.REPAIRED,
            back.NOT_SETTLED,
            back.NEED_NOT_HELD,
            back.WARRANTY_PROLONGED,
        ],
        leans=["need"],
        stamps={"warranty_until": Given("warranty_until"), **NOT_RETURNED},
        journal=["warranty_until"],
        done="Rendu au foyer après réparation",
        varies=True,
    )
    def give_back(self) -> None:
        """The warranty is prolonged."""

    @verb(
        "Échanger",
        source=S.AVAILABLE,
        target=S.HANDED_OVER,
        who=can_exchange_device,
        follows=["device.exchange"],
        requires=[
            places.goes_along(S.HANDED_OVER),
            households.SERVES_ALONE,
            rules.PROOFS_STAND,
            households.NEED_KIND,
            back.TO_EXCHANGE,
            households.NEED_FREE,
            households.SIGNED,
        ],
        leans=[
            GivenRow("need", "prescriptions.Need", through=("prescription",)),
            GivenRow("replaces", "refurb.Device"),
        ],
        stamps={
            "need": Given("need"),
            "replaces": Given("replaces", default=None),
            "handed_over_at": AT,
            "warranty_until": warranty_until,
            "sale_price": 0,
            "sale_ceiling": CurrentNote("ceiling"),
        },
        journal=["need", "replaces", "proof"],
        done="Remis au foyer en échange",
    )
    def exchange(self) -> None:
        """No price, a new warranty; the device it replaces may be worked on again."""
