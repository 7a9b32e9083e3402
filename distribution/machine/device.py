"""The second half of a device's life (machines §1): convention, distribution point, household, return."""

from decimal import Decimal

from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce

from conventions.models import Convention
from distribution.machine import allotment_rules as places
from distribution.machine import asked_back as asked
from distribution.machine import files_rules as files
from distribution.machine import household_rules as households
from distribution.machine import order_rules as orders
from distribution.machine import return_rules as back
from distribution.machine.owed_rules import NOTHING_OWED_ALIKE, SECOND_KNOWN
from distribution.machine.second_rules import NO_SECOND_MEANWHILE
from distribution.machine.stamps import ARRIVED_BEFORE, WARRANTY_UNTIL, current_note, reserved_until
from distribution.permissions import (
    can_allot_device,
    can_cancel_shipment_device,
    can_exchange_device,
    can_find_device,
    can_hand_over_device,
    can_release_device,
    can_send_back_device,
    can_serve_device,
    can_ship_device,
    can_stock_in_device,
)
from lifecycle.machine import AT, SAME, Context, Given, GivenRow, Verb
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Need
from refurb.enums import DeviceState
from refurb.machine import device_rules as rules
from refurb.machine import storage_rules
from refurb.machine.device import DeviceMachine
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
)
from refurb.models import Device
from refurb.permissions import can_work_on_device

S = DeviceState
HOUSEHOLD = ["need", "need__prescription"]
"""What is written when a reservation or a hand-over ends or begins: the need, and the prescription it settles."""


def _reservation_over(ctx: Context) -> Q:
    """A screen goes with its desktop: the clock only looks at what goes alone. Under a limitation, nothing is freed."""
    alone = Q(attached_to=None) | ~Q(attached_to__state=S.RESERVED)
    return Q(reserved_until__lte=ctx.at) & alone & unrestricted("need__prescription__household")


# From the workshop's stock to a household, and back under warranty.
#
# A screen attached to a desktop follows it: each verb moves it after its desktop, and it takes no place of a quota.
DeviceMachine.extend(
    "distribution",
    attach=Verb(
        "Rattacher à un ordinateur",
        source=S.READY,
        target=SAME,
        who=can_work_on_device,
        requires=[places.ONLY_SCREENS, places.NOT_ATTACHED, places.DESKTOP_FREE],
        share_locks=[GivenRow("desktop", Device)],
        stamps={"attached_to": Given("desktop")},
        journal=["desktop"],
        done="Rattaché à un ordinateur fixe",
        why="The ceiling of a desktop is with its screen: both are one article from now on.",
    ),
    detach=Verb(
        "Séparer de l’ordinateur",
        source=S.READY,
        target=SAME,
        who=can_work_on_device,
        requires=[places.ATTACHED, places.DETACH_REASON],
        stamps={"attached_to": None},
        journal=["reason"],
        done="Séparé de son ordinateur",
        why="The desktop goes without it, or with another.",
    ),
    allot=Verb(
        "Affecter",
        source=S.READY,
        target=S.ALLOTTED,
        who=can_allot_device,
        follows=["device.allot"],
        requires=[
            places.goes_along(S.ALLOTTED),
            households.SERVES_ALONE,
            *files.LEAVES_EMPTY,
            places.SOME_CONVENTION,
            places.CONVENTION_IN_FORCE,
            places.CONVENTION_EPCI,
            places.QUOTA_KNOWN,
            places.UNDER_GRID,
            places.QUOTA_LEFT,
        ],
        share_locks=[GivenRow("convention", Convention)],
        stamps={
            "convention": Given("convention"),
            "convention_epci": Given("convention_epci"),
            "quota": Given("quota"),
            "allotted_at": AT,
        },
        journal=["convention", "quota"],
        done="Affecté à une convention",
        why=(
            "It takes a place of its type in the convention year, or in the pilot's reserve; the place is kept with it."
        ),
    ),
    release_allotment=Verb(
        "Retirer de l’affectation",
        source=S.ALLOTTED,
        target=S.READY,
        who=can_allot_device,
        follows=["device.release_allotment", "convention.terminate", "convention.expire"],
        requires=[places.LEFT_ALONE, places.RELEASE_REASON, rules.OTHER_EXPLAINED, rules.QUOTA_GIVEN_BACK],
        stamps=NOT_ALLOTTED,
        journal=["reason"],
        done="Retiré de l’affectation",
        undoes=["allot"],
        why="Its place is given back.",
    ),
    ship=Verb(
        "Expédier",
        source=S.ALLOTTED,
        target=S.SHIPPED,
        who=can_ship_device,
        follows=["device.ship"],
        requires=[places.goes_along(S.SHIPPED), *files.LEAVES_EMPTY, places.DELIVERY_FITS],
        stamps={"delivery": Given("delivery"), "point": Given("point", default=None), "shipped_at": AT},
        journal=["delivery", "point"],
        done="Expédié à un point de distribution",
        why="On its way, with a delivery note.",
    ),
    cancel_shipment=Verb(
        "Annuler l’expédition",
        source=S.SHIPPED,
        target=S.ALLOTTED,
        who=can_cancel_shipment_device,
        follows=["device.cancel_shipment"],
        requires=[places.LEFT_ALONE],
        stamps=NOT_SHIPPED,
        done="Expédition annulée",
        undoes=["ship"],
        why="It did not leave, or came back at once.",
    ),
    stock_in=Verb(
        "Mettre en rayon",
        source=S.SHIPPED,
        target=S.AVAILABLE,
        who=can_stock_in_device,
        follows=["device.stock_in"],
        requires=[places.LEFT_ALONE, storage_rules.PROOFS_STAND, places.SCREEN_PROVEN],
        stamps={"available_at": AT},
        done="Mis en rayon au point de distribution",
        why="A line of the delivery is there; it can be reserved.",
    ),
    send_back=Verb(
        "Renvoyer à l’atelier",
        source=[S.SHIPPED, S.AVAILABLE],
        target=S.RECEIVED,
        who=can_send_back_device,
        follows=["device.send_back"],
        requires=[places.LEFT_ALONE, *asked.WHY_SENT_BACK, rules.OTHER_EXPLAINED, rules.QUOTA_GIVEN_BACK],
        stamps={"received_at": AT, "stay": F("stay") + 1, **NOT_PRICED, **SERVES_NOBODY},
        journal=["reason"],
        done="Renvoyé à l’atelier",
        why="A new stay; its place is given back; most reasons count as non-conformity.",
    ),
    find=Verb(
        "Retrouver",
        source=S.MISSING,
        target=S.AVAILABLE,
        who=can_find_device,
        requires=[
            places.WAS_SHIPPED,
            storage_rules.PROOFS_STAND,
            places.CONVENTION_HANDS_OVER,
            places.SAME_QUOTA,
            places.QUOTA_LEFT,
        ],
        share_locks=["convention"],
        stamps={"available_at": AT, **NOT_MISSING, **HELD_FOR_NOBODY},
        journal=["quota"],
        done="Retrouvé au point de distribution",
        varies=True,
        why="It takes its place of the quota again.",
    ),
    reserve=Verb(
        "Réserver",
        source=S.AVAILABLE,
        target=S.RESERVED,
        who=can_serve_device,
        follows=["device.reserve"],
        requires=[
            places.goes_along(S.RESERVED),
            households.SERVES_ALONE,
            *files.HELD_EMPTY,
            places.CONVENTION_HANDS_OVER,
            *households.NEED_TO_SERVE,
            NOTHING_OWED_ALIKE,
            orders.IN_ORDER,
            *households.TERMS,
        ],
        update_locks=[
            GivenRow(
                "need",
                Need,
                through=("prescription", "prescription__household", "prescription__household__same_as"),
            )
        ],
        stamps={"need": Given("need"), "reserved_at": AT, "reserved_until": reserved_until},
        journal=["need", "price", "co_funding", "out_of_order"],
        done="Réservé pour un foyer",
        why="Held for one need, for a time; the hand-over note is prepared.",
    ),
    release=Verb(
        "Libérer",
        source=S.RESERVED,
        target=S.AVAILABLE,
        who=can_release_device,
        follows=["device.release", "device.report_missing", "need.drop", "prescription.decline"],
        requires=[places.LEFT_ALONE],
        update_locks=HOUSEHOLD,
        stamps={"need": None, **NOT_RESERVED},
        due=_reservation_over,
        due_at=F("reserved_until"),
        done="Réservation levée",
        undoes=["reserve"],
        why="The need waits again; its rank is computed from when it was accepted, so it loses nothing.",
    ),
    hand_over=Verb(
        "Remettre",
        source=S.RESERVED,
        target=S.HANDED_OVER,
        who=can_hand_over_device,
        follows=["device.hand_over"],
        requires=[
            places.goes_along(S.HANDED_OVER),
            *files.HELD_EMPTY,
            places.CONVENTION_HANDS_OVER,
            households.PRESCRIPTION_ALIVE,
            households.STILL_WANTED,
            households.NEED_TERRITORY,
            NOTHING_OWED_ALIKE,
            NO_SECOND_MEANWHILE,
            households.NOTE_PREPARED,
            households.NOTE_OF_THE_DAY,
            households.NOTE_UNDER_GRID,
            *households.SIGNED_FOR,
        ],
        update_locks=[*HOUSEHOLD, "need__prescription__household", "need__prescription__household__same_as"],
        stamps={
            "handed_over_at": AT,
            "warranty_until": WARRANTY_UNTIL,
            "sale_price": Coalesce(current_note("price"), Value(Decimal(0))),
            "sale_ceiling": current_note("ceiling"),
            **NOT_RESERVED,
        },
        journal=["proof", "by_mandate"],
        done="Remis au foyer",
        why="In the household's hands: the note is signed, the warranty begins, the need is met.",
    ),
    undo_hand_over=Verb(
        "Annuler la remise (le jour même)",
        source=S.HANDED_OVER,
        target=S.RESERVED,
        who=can_serve_device,
        follows=["device.undo_hand_over"],
        requires=[
            places.LEFT_ALONE,
            households.SAME_DAY,
            households.NOT_EXCHANGED,
            households.NEVER_RETURNED,
            households.UNDO_HAND_OVER_REASON,
        ],
        update_locks=[*HOUSEHOLD, "need__prescription__household", "need__prescription__household__same_as"],
        stamps={"reserved_at": AT, "reserved_until": reserved_until, **NOT_SOLD},
        journal=["reason"],
        done="Remise annulée le jour même",
        undoes=["hand_over"],
        why="It did not take place: the need is no longer met.",
    ),
    take_back=Verb(
        "Reprendre",
        source=S.HANDED_OVER,
        target=S.RETURNED,
        who=can_serve_device,
        follows=["device.take_back"],
        requires=[households.TAKE_BACK_REASON],
        update_locks=["need"],
        stamps={
            "returned_at": AT,
            "return_reason": Given("reason"),
            "received_at": AT,
            "stay": F("stay") + 1,
        },
        journal=["reason"],
        done="Rapporté par le foyer",
        why="A new stay: the household's data are on it, nothing proven before counts any more.",
    ),
    undo_take_back=Verb(
        "Annuler le retour (erreur de saisie)",
        source=S.RETURNED,
        target=S.HANDED_OVER,
        who=can_serve_device,
        follows=["device.undo_take_back"],
        requires=[
            places.LEFT_ALONE,
            back.NOT_SETTLED,
            back.NOTHING_SINCE_RETURN,
            back.UNDO_TAKE_BACK_REASON,
            SECOND_KNOWN,
        ],
        update_locks=["need"],
        stamps={"stay": F("stay") - 1, "received_at": ARRIVED_BEFORE, **NOT_RETURNED},
        journal=["reason", "has_both"],
        done="Retour annulé",
        undoes=["take_back"],
        why="Another one was meant: the stay before it goes on, with all that was proven in it.",
    ),
    tell_repaired=Verb(
        "Prévenir le foyer que l’appareil est réparé",
        source=S.RETURNED,
        target=SAME,
        who=can_serve_device,
        requires=[
            places.LEFT_ALONE,
            back.REPAIRED,
            back.NOT_SETTLED,
            back.NEED_NOT_HELD,
            back.NOT_TOLD,
            back.NOT_RESTRICTED,
            back.NOT_OBJECTED,
        ],
        update_locks=["need"],
        journal=["known"],
        done="Foyer prévenu que l’appareil est réparé",
        varies=True,
        why="Whoever serves knows that it is back at the point: where it waits for its household, and until when.",
    ),
    give_back=Verb(
        "Rendre après réparation",
        source=S.RETURNED,
        target=S.HANDED_OVER,
        who=can_serve_device,
        follows=["device.give_back"],
        requires=[
            back.REPAIRED,
            back.NOT_SETTLED,
            back.NEED_NOT_HELD,
            back.WARRANTY_PROLONGED,
        ],
        update_locks=["need"],
        stamps={"warranty_until": Given("warranty_until"), **NOT_RETURNED},
        journal=["warranty_until"],
        done="Rendu au foyer après réparation",
        varies=True,
        why="The warranty is prolonged.",
    ),
    exchange=Verb(
        "Échanger",
        source=S.AVAILABLE,
        target=S.HANDED_OVER,
        who=can_exchange_device,
        follows=["device.exchange"],
        requires=[
            places.goes_along(S.HANDED_OVER),
            households.SERVES_ALONE,
            *files.HELD_EMPTY,
            households.NEED_KIND,
            back.TO_EXCHANGE,
            households.NEED_FREE,
            *households.SIGNED_FOR,
        ],
        update_locks=[GivenRow("need", Need, through=("prescription",))],
        share_locks=[GivenRow("replaces", Device)],
        stamps={
            "need": Given("need"),
            "replaces": Given("replaces", default=None),
            "handed_over_at": AT,
            "warranty_until": WARRANTY_UNTIL,
            "sale_price": 0,
            "sale_ceiling": current_note("ceiling"),
        },
        journal=["need", "replaces", "proof", "by_mandate"],
        done="Remis au foyer en échange",
        why="No price, a new warranty; the device it replaces may be worked on again.",
    ),
)
