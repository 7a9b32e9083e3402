"""What is missing before a device that a household brought back is given back or exchanged (machines §1)."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThanOrEqual
from django.utils import timezone

from distribution.enums import HandOverKind, UndoTakeBackReason
from distribution.machine.allotment_rules import key_of
from distribution.machine.household_rules import notes_in_force
from distribution.machine.stamps import prolonged
from distribution.models import Settlement
from documents.enums import MessageCode, SendState
from lifecycle.machine import Context, PerRow, Place, Requirement
from lifecycle.requirements import PerRowValues
from prescriptions.hearing import objecting
from prescriptions.machine.prescription_rules import NOT_RESTRICTED as NOT_USED
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import HouseholdMessage
from refurb.enums import HOLDS_A_NEED
from refurb.machine.correction_rules import nothing_recorded
from refurb.machine.device_rules import coded
from refurb.models import Device, DeviceEntry, Repair
from refurb.models.returns import BROUGHT_BACK, LOST_IN_RETURN
from refurb.permissions import can_record_evidence

HOUSEHOLD = "need__prescription__household"

# --- give back


def _desktop_given_back() -> Exists:
    """The desktop of this screen was given back since the screen came in."""
    return Exists(
        DeviceEntry.objects.filter(object=OuterRef("attached_to"), verb="give_back", at__gte=OuterRef("returned_at"))
    )


REPAIRED = Requirement(
    "repaired",
    "Aucune réparation n’est inscrite depuis le retour.",
    lambda ctx: Q(Exists(Repair.objects.of_this_stay())) | Q(_desktop_given_back()),
    where=Place("refurb:device_repair", can_record_evidence, "un technicien de l’atelier", "workshop"),
)
NOT_SETTLED = Requirement(
    "not_settled",
    "Le foyer a été servi autrement\u00a0: l’appareil ne lui revient plus.",
    lambda ctx: ~Q(Exists(Settlement.objects.of_this_stay())),
)
NEED_NOT_HELD = Requirement(
    "need_not_held",
    "Un autre appareil sert déjà ce foyer.",
    lambda ctx: (
        Q(attached_to__isnull=False)
        | ~Exists(
            Device.objects.filter(need=OuterRef("need"), attached_to=None, state__in=HOLDS_A_NEED).exclude(
                pk=OuterRef("pk")
            )
        )
    ),
    constraint="refurb_device_need_once",
)


def _not_prolonged(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    until = prolonged(Device.objects.filter(pk__in=list(per_row)), ctx.day)
    return {
        pk: WARRANTY_PROLONGED.sentence
        for pk, given in per_row.items()
        if pk in until and given["warranty_until"] != until[pk]
    }


WARRANTY_PROLONGED = PerRow(
    "warranty_prolonged",
    "La garantie est prolongée de la durée prévue après une réparation.",
    _not_prolonged,
    needs=("warranty_until",),
)

# --- tell that it is repaired


def first_repair() -> Subquery:
    """When the device was repaired in this stay, for the first time of what still stands."""
    standing = Repair.objects.of_this_stay().order_by("recorded_at")
    return Subquery(standing.values("recorded_at")[:1])


def last_told() -> Subquery:
    """When its household was last told that it is repaired, in this stay or in another.

    A message that could not leave told nobody.
    """
    unsent = Q(mail__delivery=SendState.FAILED) | Q(sms__delivery=SendState.FAILED)
    household = OuterRef("object__need__prescription__household")
    written = HouseholdMessage.objects.filter(code=MessageCode.REPAIRED, written_at=OuterRef("at"), household=household)
    told = DeviceEntry.objects.filter(object=OuterRef("pk"), verb="tell_repaired").exclude(
        Exists(written.filter(unsent))
    )
    return Subquery(told.order_by("-seq").values("at")[:1])


def told_since_repair() -> GreaterThanOrEqual:
    """Its household knows of this repair. What was told before the device came back, or before its part was taken out
    again and another put in, says nothing of it."""
    return GreaterThanOrEqual(Coalesce(last_told(), F("handed_over_at")), Coalesce(first_repair(), F("returned_at")))


NOT_TOLD = Requirement(
    "not_told",
    "Le foyer est déjà prévenu que son appareil est réparé.",
    lambda ctx: ~Q(told_since_repair()),
)
NOT_RESTRICTED = Requirement(
    "not_restricted",
    NOT_USED.sentence,
    lambda ctx: unrestricted(HOUSEHOLD),
    lifted_by=NOT_USED.lifted_by,
)
NOT_OBJECTED = Requirement(
    "not_objected",
    "Le foyer s’est opposé à ce qu’on se serve de ses informations\u00a0: on ne lui écrit ni ne l’appelle."
    " Rendez-lui l’appareil quand il passe.",
    lambda ctx: ~_objected(),
)


def _objected() -> Q:
    own = Q(household=OuterRef(HOUSEHOLD)) | Q(household__joined_into=OuterRef(HOUSEHOLD))
    return Q(Exists(objecting().filter(own)))


def let_alone() -> Q:
    """Its household asked that nobody writes to it nor calls it: by a limitation, or an objection that holds."""
    return ~unrestricted(HOUSEHOLD) | _objected()


# --- undo

UNDO_TAKE_BACK_REASON = coded(UndoTakeBackReason.values, "Dites en quoi ce retour était une erreur.")
NOTHING_SINCE_RETURN = Requirement(
    "nothing_since_return",
    "Quelque chose a été fait sur l’appareil depuis son retour\u00a0: il ne s’annule plus. Rendez-le après réparation.",
    lambda ctx: nothing_recorded(),
    lifted_by="le conseiller du point de distribution, une fois l’appareil réparé",
)

# --- exchange


def _cannot_be_exchanged(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What the earlier device and its note must be; a screen follows its desktop.

    What was lost since it was brought back is owed by who lost it, whatever its warranty.
    """
    devices = {
        pk: (epci, desktop, desktop_need)
        for pk, epci, desktop, desktop_need in Device.objects.filter(pk__in=list(per_row)).values_list(
            "pk", "convention__epci", "attached_to", "attached_to__need"
        )
    }
    earlier: dict[int, Any] = {
        row["pk"]: row
        for row in Device.objects.filter(pk__in={key_of(given.get("replaces")) for given in per_row.values()})
        .annotate(settled=Exists(Settlement.objects.of_this_stay()), back=Q(BROUGHT_BACK), lost=Q(LOST_IN_RETURN))
        .values("pk", "back", "lost", "need", "convention__epci", "returned_at", "warranty_until", "settled")
    }
    noted = set(
        notes_in_force()
        .filter(device__in=list(per_row), kind=HandOverKind.EXCHANGE, stay=F("device__stay"))
        .values_list("device", "need", "replaces")
    )
    refused = {}
    for pk, given in per_row.items():
        epci, desktop, desktop_need = devices[pk]
        need, former = key_of(given["need"]), earlier.get(key_of(given.get("replaces")) or 0)
        if desktop is not None and desktop_need == need:
            continue
        if former is None or not former["back"] or former["need"] != need or former["settled"]:
            refused[pk] = TO_EXCHANGE.sentence
        elif not former["lost"] and timezone.localdate(former["returned_at"]) > former["warranty_until"]:
            refused[pk] = "La garantie de l’appareil rapporté était terminée à son retour."
        elif former["convention__epci"] != epci:
            refused[pk] = "L’appareil d’échange dépend d’un autre territoire que l’appareil rapporté."
        elif (pk, need, former["pk"]) not in noted:
            refused[pk] = "La fiche d’échange n’est pas préparée."
    return refused


TO_EXCHANGE = PerRow(
    "to_exchange",
    "Choisissez l’appareil du même foyer, rapporté sous garantie, que celui-ci remplace.",
    _cannot_be_exchanged,
    needs=("need",),
    field="replaces",
)
