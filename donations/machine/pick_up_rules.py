"""What is missing before a lot is picked up, and before it is balanced (machines §2)."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from donations.models import Allocation, DeedAcceptance, DonationLine, PickUp, PickUpCount
from donations.permissions import can_accept_deed, can_reconcile_donation
from donations.units import EXPECTED
from lifecycle.linked import Linked
from lifecycle.machine import Place, Requirement

# --- pick-up

DAY_GIVEN = Requirement(
    "starts_at",
    "Indiquez le jour et l’heure de l’enlèvement, à partir d’aujourd’hui.",
    lambda ctx: not ctx.has("starts_at") or timezone.localdate(ctx.values["starts_at"]) >= ctx.day,
    needs=("starts_at",),
    field="starts_at",
)
END_AFTER_START = Requirement(
    "ends_at",
    "La fin du créneau suit son début.",
    lambda ctx: not (ctx.has("ends_at") and ctx.has("starts_at")) or ctx.values["ends_at"] > ctx.values["starts_at"],
    field="ends_at",
)
CARRIER_GIVEN = Requirement("carrier", "Indiquez le transporteur.", needs=("carrier",), field="carrier")
CONTACT_GIVEN = Requirement(
    "contact_name",
    "Indiquez la personne à demander sur place.",
    needs=("contact_name",),
    field="contact_name",
)
DEED_ACCEPTED = Requirement(
    "deed_accepted",
    "Le donateur n’a pas encore accepté l’acte de don de ce lot.",
    lambda ctx: Exists(DeedAcceptance.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))),
    where=Place("donations:donation_accept_deed", can_accept_deed, "un contact du donateur", "donor"),
)
NOT_PICKED_UP_BY_US = Requirement(
    "not_picked_up_by_us",
    "Votre atelier a déjà fait son enlèvement.",
    lambda ctx: (
        ~Exists(
            PickUp.objects.filter(donation=OuterRef("pk"), workshop=ctx.actor.organisation_id, done_at__isnull=False)
        )
    ),
)


def _shares() -> QuerySet[Any]:
    return Allocation.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))


EVERY_WORKSHOP_DONE = Requirement(
    "every_workshop_done",
    "Un atelier désigné n’a pas encore fait son enlèvement.",
    lambda ctx: (
        ~Exists(
            _shares().exclude(
                Exists(
                    PickUp.objects.filter(
                        donation=OuterRef("donation"), workshop=OuterRef("workshop"), done_at__isnull=False
                    )
                )
            )
        )
    ),
    lifted_by="l’atelier désigné",
)
EVERY_LINE_COUNTED = Requirement(
    "every_line_counted",
    "Une ligne enlevée n’est pas comptée.",
    lambda ctx: (
        ~Exists(
            _shares().exclude(
                Exists(PickUpCount.objects.filter(line=OuterRef("line"), pick_up__workshop=OuterRef("workshop")))
            )
        )
    ),
    lifted_by="l’atelier qui a enlevé",
)
EVERY_SLIP_SIGNED = Requirement(
    "every_slip_signed",
    "Un bordereau d’enlèvement n’est pas signé.",
    lambda ctx: ~Exists(PickUp.objects.filter(donation=OuterRef("pk"), done_at__isnull=False, proof="")),
    lifted_by="l’atelier qui a enlevé",
)

# --- reconcile

DIFFERENCES_EXPLAINED = Requirement(
    "differences_explained",
    "Un écart entre accepté, enlevé et reçu n’est pas expliqué.",
    lambda ctx: ~Exists(DonationLine.objects.unexplained().filter(donation=OuterRef("pk"))),
    where=Place("donations:donation_differences", can_reconcile_donation, "le responsable d’un atelier désigné"),
)
NOTHING_EXPECTED = Requirement(
    "nothing_expected",
    "Des appareils sont encore attendus à l’atelier\u00a0: recevez-les ou signalez-les manquants.",
    lambda ctx: ~Q(Linked("devices", **EXPECTED)),
    lifted_by="un technicien de l’atelier",
)

# --- forget_contact


def _somebody_is_named() -> Q:
    there = Q(contact_name="", contact_phone="", signer_name="")
    return ~Q(contact_name="", contact_phone="") | Q(Exists(PickUp.objects.filter(~there, donation=OuterRef("pk"))))


SOMEBODY_NAMED = Requirement(
    "somebody_named", "Plus personne n’est nommé dans ce lot.", lambda ctx: _somebody_is_named()
)
