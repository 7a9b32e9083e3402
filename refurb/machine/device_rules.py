"""What is missing before each verb of a device (machines §1), in the order of a device's life."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q

from conventions.models import Quota
from donations.models import PickUp
from lifecycle.machine import Context, PerRow, Place, Requirement
from lifecycle.requirements import Capacity, PerRowValues, explained_in_comment
from network.enums import OrganisationKind, Role
from network.models import Organisation
from network.permissions import acts_as, is_pilot
from refurb.enums import (
    COMPUTERS,
    MISLAID,
    RETURN_REASONS,
    SOLDERED_STORAGE,
    CedeReason,
    DeviceReopenReason,
    DeviceState,
    DeviceType,
    MissingReason,
    ReclassifyReason,
    UndoRejectReason,
    UnusableReason,
    WithdrawalReason,
)
from refurb.machine.storage_rules import BENCH, proofs_stand
from refurb.models import Device, DeviceEntry, Grading, TestRun
from refurb.models.predicates import for_recycling, unproven
from refurb.models.returns import settled
from refurb.permissions import can_record_evidence
from refurb.pricing import ceiling_of, ceilings_on, is_price, over_ceiling

S = DeviceState
BEFORE_ALLOT = (
    S.DECLARED,
    S.COLLECTED,
    S.RECEIVED,
    S.IN_PROCESS,
    S.AWAITING_PART,
    S.UNUSABLE,
    S.DISMANTLED,
    S.RECYCLED,
    S.MISSING,
)
"""States in which the type may still be corrected: neither graded and priced nor promised to anyone."""


BSD = re.compile(r"[\w./-]{3,40}")
"""What a waste tracking number is made of, on paper or in Trackdéchets."""


def value_given(
    name: str, sentence: str, holds: Callable[[Any], bool], *, code: str = "", constraint: str = ""
) -> PerRow:
    """A value that must be given and make sense, whether it is the same for the set or differs per row."""
    return PerRow(
        code or name,
        sentence,
        lambda ctx, per_row: {pk: sentence for pk, given in per_row.items() if not holds(given[name])},
        needs=(name,),
        constraint=constraint,
        field=name,
    )


def coded(codes: Iterable[str], sentence: str) -> PerRow:
    """A reason from a list."""
    known = frozenset(codes)
    return value_given("reason", sentence, lambda reason: reason in known)


def is_text(given: Any) -> bool:
    """Whether something is written."""
    return bool(str(given).strip())


# --- entering

WORKSHOP_GIVEN = Requirement(
    "workshop", "Choisissez l’atelier qui prendra l’appareil.", needs=("workshop",), field="workshop"
)
PICKED_UP = Requirement(
    "picked_up",
    "L’enlèvement de ce lot par votre atelier n’est pas encore fait.",
    lambda ctx: Exists(
        PickUp.objects.filter(donation=OuterRef("donation"), workshop=OuterRef("workshop"), done_at__isnull=False)
    ),
    lifted_by="le technicien qui enlève",
)

# --- leaving before work

MISSING_REASON = coded(MissingReason.values, "Dites pourquoi l’appareil est cherché.")
NOT_SAID_STOLEN = Requirement(
    "not_said_stolen", "Le vol est déjà dit.", lambda ctx: ~Q(missing_reason=MissingReason.THEFT)
)
SAID_STOLEN = Requirement(
    "said_stolen", "Cet appareil n’est pas dit volé.", lambda ctx: Q(missing_reason=MissingReason.THEFT)
)
LOST_OTHERWISE = coded(MISLAID, "Dites pourquoi l’appareil est cherché, puisqu’il n’a pas été volé.")
NEVER_SEEN = Requirement(
    "never_seen",
    "Cet appareil a déjà quitté le donateur\u00a0: il est à retrouver.",
    lambda ctx: ~Q(state=S.MISSING) | Q(stay=0, collected_at=None),
)
OTHER = UnusableReason.OTHER.value
"""« Autre motif » has this code in each list of reasons."""
OTHER_EXPLAINED = explained_in_comment(OTHER)
"""Of what ends the life of a device, loses it, sends it back or moves it in the figures: alone it defends nothing."""
WITHDRAWAL_REASON = coded(WithdrawalReason.values, "Dites pourquoi l’appareil est retiré.")
RETURN_REASON = coded(RETURN_REASONS, "Dites pourquoi l’appareil est rendu\u00a0: loué, réclamé, volé.")

# --- on the bench

SERVED_OTHERWISE = Requirement(
    "served_otherwise",
    "Le foyer n’a pas encore été servi autrement\u00a0: échange, remboursement ou renoncement.",
    lambda ctx: ~Q(state=S.RETURNED) | settled(),
    lifted_by="le conseiller du point de distribution",
)
PART_NAMED = value_given("part_wanted", "Nommez la pièce attendue.", is_text)


TESTED = Requirement(
    "tested",
    "Les fonctions de l’appareil n’ont pas été testées depuis son arrivée.",
    lambda ctx: Exists(TestRun.objects.of_this_stay().filter(checklist__type=OuterRef("type"))),
    where=BENCH.at("tests"),
)
TESTS_PASSED = Requirement(
    "tests_passed",
    "Une fonction n’est pas testée, ou une fonction essentielle ne marche pas.",
    lambda ctx: ~Exists(TestRun.objects.of_this_stay().filter(checklist__type=OuterRef("type"), passed=False)),
    where=BENCH.at("tests"),
)


def still_stands() -> Q:
    """Of a reconditioned device: its proofs and its tests hold, whatever was recorded since it was declared so."""
    runs = TestRun.objects.of_this_stay().filter(checklist__type=OuterRef("type"))
    tested = Q(Exists(runs)) & ~Q(Exists(runs.filter(passed=False)))
    return proofs_stand() & tested


GRADED = Requirement(
    "graded",
    "Le grade n’a pas été calculé depuis l’arrivée de l’appareil.",
    lambda ctx: Exists(Grading.objects.of_this_stay().filter(type=OuterRef("type"))),
    where=BENCH.at("grading"),
)


def _identified() -> Q:
    """What it is is read on it: make and model, and of a computer its processor and its memory; or why not."""
    measured = Grading.objects.of_this_stay().filter(measures__has_key="ram_gb")
    inside = ~Q(processor="") & (Q(memory_gb__isnull=False) | Q(Exists(measured)))
    return ~Q(unread="") | ~Q(manufacturer="") & ~Q(model="") & (~Q(type__in=COMPUTERS) | inside)


FOR_REUSE = Requirement(
    "for_reuse",
    "Il a été accepté pour le recyclage, pas pour le réemploi\u00a0: déclarez-le non réemployable, puis démontez-le"
    " ou confiez-le au recycleur.",
    lambda ctx: ~for_recycling(),
    lifted_by="le pilote, si c’était une erreur, par «\u00a0Rendre une ligne au réemploi\u00a0» sur le lot",
)
IDENTIFIED = Requirement(
    "identified",
    "La marque, le modèle, le processeur ou la mémoire manque\u00a0: relevez-les, ou dites pourquoi ce n’est pas"
    " possible.",
    lambda ctx: _identified(),
    where=Place("refurb:device_describe", can_record_evidence, "un technicien de l’atelier", "workshop"),
)


def _over_ceiling(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    ceilings, refused = ceilings_on(ctx.day), {}
    for pk, type_, donor_kind in Device.objects.filter(pk__in=list(per_row)).values_list("pk", "type", "donor_kind"):
        if why := over_ceiling(ceilings, type_, donor_kind, Decimal(per_row[pk]["price"])):
            refused[pk] = why
        elif per_row[pk].get("price_ceiling") != ceiling_of(ceilings, type_, donor_kind):
            refused[pk] = "Le plafond donné n’est pas celui du jour."
    return refused


def _no_price(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    return {pk: NO_PRICE for pk, given in per_row.items() if not is_price(given["price"])}


NO_PRICE = "Donnez un prix solidaire, en euros TTC."
PRICE_GIVEN = PerRow("price_given", NO_PRICE, _no_price, needs=("price",), field="price")
PRICE_UNDER_CEILING = PerRow(
    "price_under_ceiling",
    "Le prix dépasse le plafond légal du jour.",
    lambda ctx, per_row: _over_ceiling(
        ctx, {pk: given for pk, given in per_row.items() if is_price(given.get("price"))}
    ),
    constraint="refurb_device_price_ceiling",
    field="price",
)
REOPEN_REASON = coded(DeviceReopenReason.values, "Dites pourquoi l’appareil revient en traitement.")

QUOTA_GIVEN_BACK = Capacity("quota_given_back", "La place est rendue.", counter=Quota, key="quota", amount=-1)
"""Whatever a device was allotted to is no longer its own; without a quota nothing is counted."""

# --- waste and the other ways out

UNUSABLE_REASON = coded(UnusableReason.values, "Dites pourquoi l’appareil n’est pas réemployable.")
UNDO_REASON = coded(UndoRejectReason.values, "Dites en quoi la décision était une erreur.")


def _not_recyclers(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    keys = {pk: key_of(given["recycler"]) for pk, given in per_row.items()}
    known = Organisation.objects.filter(
        pk__in=set(keys.values()), kinds__contains=[OrganisationKind.RECYCLER], is_active=True
    )
    recyclers = set(known.values_list("pk", flat=True))
    return {pk: RECYCLER_KNOWN.sentence for pk, key in keys.items() if key not in recyclers}


RECYCLER_KNOWN = PerRow(
    "recycler",
    "Choisissez le recycleur qui prend l’appareil.",
    _not_recyclers,
    needs=("recycler",),
    field="recycler",
)
BSD_GIVEN = value_given(
    "bsd_number",
    "Donnez le numéro du bordereau de suivi de déchets (BSD)\u00a0: lettres, chiffres et tirets.",
    lambda number: BSD.fullmatch(str(number)) is not None,
)


def _of_another_recycler(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The devices whose workshop has used this number for somebody else, with others than these; silent until both are
    given.
    """
    asked = {
        pk: (str(given["bsd_number"]), key_of(given["recycler"]))
        for pk, given in per_row.items()
        if given.get("bsd_number") and given.get("recycler")
    }
    if not asked:
        return {}
    gone = Device.objects.filter(state=S.RECYCLED, bsd_number__in={number for number, _ in asked.values()})
    others = gone.filter(workshop__devices__in=list(asked)).exclude(pk__in=list(asked)).distinct()
    used = {(row.workshop_id, row.bsd_number): row.recycler for row in others.select_related("recycler")}
    if not used:
        return {}
    homes = dict(Device.objects.filter(pk__in=list(asked)).values_list("pk", "workshop"))
    return {
        pk: f"Le bordereau {number} est celui de {holder}\u00a0: un bordereau va à un seul recycleur."
        for pk, (number, recycler) in asked.items()
        if (holder := used.get((homes[pk], number))) is not None and holder.pk != recycler
    }


def key_of(row: Any) -> Any:
    """The key of a row, given as itself or by its key."""
    return getattr(row, "pk", row)


ONE_RECYCLER_A_NOTE = PerRow(
    "one_recycler_a_note",
    "Un bordereau va à un seul recycleur.",
    _of_another_recycler,
    field="bsd_number",
)


def _neither_proven_nor_certified(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    alone = [pk for pk, given in per_row.items() if given["destruction_awaited"] is not True]
    left = Device.objects.filter(unproven(), pk__in=alone).values_list("pk", flat=True)
    return dict.fromkeys(left, PROVEN_OR_CERTIFIED.sentence)


PROVEN_OR_CERTIFIED = PerRow(
    "proven_or_certified",
    "Un disque n’est ni effacé ni détruit\u00a0: faites-le, ou demandez au recycleur une destruction certifiée.",
    _neither_proven_nor_certified,
    needs=("destruction_awaited",),
    where=BENCH.at("storages"),
    field="destruction_awaited",
)
RECIPIENT_NAMED = value_given("recipient", "Nommez à qui l’appareil est cédé.", is_text)
CEDE_REASON = coded(CedeReason.values, "Dites pourquoi l’appareil sort de la filière.")

# --- correction


def _is_attached() -> Q:
    """A screen with its desktop, or a desktop with its screen."""
    return Q(attached_to__isnull=False) | Q(Exists(Device.objects.filter(attached_to=OuterRef("pk"))))


class _Row(NamedTuple):
    """What a correction looks at: the row as it is; ``soldered``: it was a tablet or a telephone one day."""

    type: str
    origin_epci: int | None
    may_change_type: bool
    soldered: bool


def _as_they_are(per_row: PerRowValues) -> dict[int, _Row]:
    soldered = DeviceEntry.objects.filter(object=OuterRef("pk"), type__in=SOLDERED_STORAGE)
    devices = Device.objects.filter(pk__in=list(per_row)).annotate(
        is_attached=_is_attached(), soldered=Exists(soldered)
    )
    return {
        pk: _Row(type_, epci, state in BEFORE_ALLOT and not convention_epci and not is_attached, soldered)
        for pk, type_, epci, state, convention_epci, is_attached, soldered in devices.values_list(
            "pk", "type", "origin_epci", "state", "convention_epci", "is_attached", "soldered"
        )
    }


def _epci_given(given: dict[str, Any], row: _Row) -> int | None:
    epci = given.get("origin_epci", row.origin_epci)
    key: int | None = getattr(epci, "pk", epci)
    return key


def _type_may_not_change(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    technician = acts_as(ctx.actor, (Role.TECHNICIAN, OrganisationKind.RECONDITIONER))
    return {
        pk: TYPE_CORRECTED.sentence
        for pk, row in _as_they_are(per_row).items()
        if per_row[pk]["type"] != row.type and not (technician and row.may_change_type)
    }


def _holds_storage(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    rows = _as_they_are(per_row)
    return {
        pk: NO_SCREEN.sentence for pk, row in rows.items() if row.soldered and per_row[pk]["type"] == DeviceType.SCREEN
    }


def _epci_may_not_change(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    return {
        pk: EPCI_CORRECTED.sentence
        for pk, row in _as_they_are(per_row).items()
        if _epci_given(per_row[pk], row) != row.origin_epci and not is_pilot(ctx.actor)
    }


def _nothing_changes(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Both are given, what stays included: null is an EPCI of origin too."""
    refused = {}
    for pk, row in _as_they_are(per_row).items():
        given = per_row[pk]
        same = (given["type"], _epci_given(given, row)) == (row.type, row.origin_epci)
        if same or "origin_epci" not in given:
            refused[pk] = CORRECTED.sentence
    return refused


TYPE_KNOWN = value_given("type", "Choisissez un type d’appareil.", lambda type_: type_ in DeviceType.values)
NO_SCREEN = PerRow(
    "no_screen",
    "Une tablette ou un smartphone a toujours un stockage\u00a0: il ne devient pas un écran.",
    _holds_storage,
    needs=("type",),
    field="type",
)
TYPE_CORRECTED = PerRow(
    "type_corrected",
    "Le type se corrige par un technicien de l’atelier, tant que l’appareil n’est ni reconditionné ni affecté.",
    _type_may_not_change,
    needs=("type",),
    lifted_by="un technicien, après «\u00a0Remettre en traitement\u00a0» s’il est reconditionné",
    field="type",
)
EPCI_CORRECTED = PerRow(
    "epci_corrected",
    "L’EPCI d’origine se corrige par le pilote.",
    _epci_may_not_change,
    needs=("type",),
    lifted_by="le pilote",
    field="origin_epci",
)
CORRECTED = PerRow(
    "corrected",
    "Rien ne change\u00a0: donnez le type et l’EPCI d’origine, dont l’un au moins est corrigé.",
    _nothing_changes,
    needs=("type",),
)
RECLASSIFY_REASON = coded(ReclassifyReason.values, "Dites pourquoi la ligne est corrigée.")
