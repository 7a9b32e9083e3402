"""The wall of data: the storage of a device is inventoried, proven empty, and what is said of it twice agrees."""

from functools import cache

from django.db.models import Exists, F, FloatField, OuterRef, Q, Subquery, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce

from lifecycle.machine import Place, Requirement
from refurb.enums import SOLDERED_STORAGE, DriveKind
from refurb.models import Drive, Erasure, Grading, StorageAbsence
from refurb.models.predicates import left_behind, never_held_data, unproven
from refurb.permissions import can_record_evidence

GIGABYTE = 10**9
ROUNDED_UP = 1.1
"""Makers count in thousands, systems in 1,024: the same drive is said up to a tenth larger."""


@cache
def inventoried() -> Q:
    """Since the arrival: what holds data was found and written down, or somebody attests that nothing does.

    What was written while it was called otherwise is nothing: a laptop has no internal storage, a phone has no disk.
    """
    absence = StorageAbsence.objects.of_this_stay().exclude(device__type__in=SOLDERED_STORAGE)
    return never_held_data() | Q(Exists(Drive.objects.of_this_stay().real().fitting())) | Q(Exists(absence))


@cache
def _fits() -> Q:
    return ~Q(Exists(Drive.objects.of_this_stay().in_place().misfitting()))


@cache
def _internal_works() -> Q:
    """A phone or a tablet works with its own storage, or does not work."""
    internal = Drive.objects.of_this_stay().filter(kind=DriveKind.INTERNAL)
    return ~Q(type__in=SOLDERED_STORAGE) | ~Q(Exists(internal.real())) | Q(Exists(internal.working()))


@cache
def _storage_agrees() -> Q:
    """Once it is inventoried, whoever is graded for a storage holds one: what was said of it twice is the same."""
    counted = Grading.objects.of_this_stay().filter(type=OuterRef("type"), measures__has_key="storage_gb")
    return (
        ~inventoried()
        | ~Q(Exists(counted.exclude(measures__storage_gb=0)))
        | Q(Exists(Drive.objects.of_this_stay().working().fitting()))
    )


@cache
def _storage_matches() -> Q:
    """What is graded is what is inventoried: a kind that is there, and no more than all of them hold.

    A drive whose capacity nobody said holds what its erasure wrote: no more than that was proven.
    """
    proofs = Erasure.objects.accepted().filter(drive=OuterRef("pk")).order_by("-pk")
    size = Coalesce("capacity", Subquery(proofs.values("bytes_erased")[:1]))
    found = Drive.objects.working().fitting().filter(device=OuterRef("device"), stay=OuterRef("stay"))
    graded = Grading.objects.of_this_stay().filter(type=OuterRef("type")).exclude(measures__storage_gb=0)
    kinds = graded.filter(measures__has_key="storage_kind").annotate(said=KeyTextTransform("storage_kind", "measures"))
    sizes = graded.filter(measures__has_key="storage_gb").annotate(
        said=Cast(KeyTextTransform("storage_gb", "measures"), FloatField()),
        held=Subquery(found.order_by().values("device").annotate(sum=Sum(size)).values("sum")),
    )
    other_kind = kinds.filter(
        Exists(found), ~Exists(found.filter(Q(kind=OuterRef("said")) | Q(kind=DriveKind.INTERNAL)))
    )
    unknown = Exists(found.annotate(size=size).filter(size=None))
    larger = sizes.filter(~unknown, said__gt=F("held") * (ROUNDED_UP / GIGABYTE))
    return ~Q(Exists(other_kind)) & ~Q(Exists(larger))


def proofs_stand() -> Q:
    """What was proven of the data of a device, and graded of its storage, holds, whatever was recorded since."""
    proven = inventoried() & ~left_behind() & ~unproven()
    return proven & _internal_works() & _storage_agrees() & _storage_matches()


BENCH = Place("refurb:device_evidence", can_record_evidence, "un technicien de l’atelier", "workshop")
STORAGE_INVENTORIED = Requirement(
    "storage_inventoried",
    "Le stockage n’a pas été inventorié depuis l’arrivée\u00a0: enregistrez chaque "
    "disque, ou attestez qu’il n’y en a pas.",
    lambda ctx: inventoried(),
    where=BENCH.at("storages"),
)
DRIVES_FOUND = Requirement(
    "drives_found",
    "Un disque inventorié lors d’un passage précédent n’est ni prouvé vide ni retrouvé\u00a0: s’il est dans l’appareil,"
    " inventoriez-le de nouveau\u00a0; sinon, dites sur la fiche d’établi, sous «\u00a0Passages précédents\u00a0», ce"
    " qu’il est devenu (effacement, destruction ou retrait).",
    lambda ctx: ~left_behind(),
    constraint="refurb_device_proven",
    where=BENCH.at("earlier"),
)
DRIVES_PROVEN = Requirement(
    "drives_proven",
    "Un disque n’a ni effacement accepté fait depuis l’arrivée, ni destruction, ni retrait enregistré.",
    lambda ctx: ~unproven(),
    constraint="refurb_device_proven",
    where=BENCH.at("storages"),
)
EMPTY = (STORAGE_INVENTORIED, DRIVES_FOUND, DRIVES_PROVEN)
STORAGE_FITS = Requirement(
    "storage_fits",
    "Un stockage a été inventorié quand l’appareil était d’un autre type\u00a0: par «\u00a0Corriger\u00a0», dites ce"
    " qu’il est, puis effacez-le de nouveau. S’il n’existe pas, le responsable de l’atelier le retire,"
    " «\u00a0Inventorié par erreur\u00a0».",
    lambda ctx: _fits(),
    where=BENCH.at("storages"),
)
INTERNAL_WORKS = Requirement(
    "internal_works",
    "Son stockage interne est dit détruit\u00a0: un téléphone ou une tablette ne sert pas sans lui. Annulez la"
    " destruction si c’est une erreur, ou déclarez l’appareil non réemployable.",
    lambda ctx: _internal_works(),
    constraint="refurb_device_keeps_storage",
    where=BENCH.at("storages"),
)
STORAGE_AGREES = Requirement(
    "storage_agrees",
    "Le grade compte un stockage, mais l’appareil n’en a pas\u00a0: celui qui y était est retiré ou détruit, ou son"
    " absence est attestée. Enregistrez celui qui y est, ou refaites le grade avec 0\u00a0Go.",
    lambda ctx: _storage_agrees(),
    where=BENCH.at("storages"),
)
STORAGE_MATCHES = Requirement(
    "storage_matches",
    "Le grade dit un autre stockage que celui qui est inventorié, par son type ou par sa taille\u00a0: refaites le"
    " grade d’après ce qui a été trouvé, ou corrigez l’inventaire.",
    lambda ctx: _storage_matches(),
    where=BENCH.at("grading"),
)
PROOFS_STAND = Requirement(
    "proofs_stand",
    "Les preuves d’effacement ne tiennent plus\u00a0: un disque a été découvert, changé ou retiré, ou une preuve"
    " remplacée. Remettez l’appareil en traitement.",
    lambda ctx: proofs_stand(),
    constraint="refurb_device_proven",
    where=BENCH.at("storages"),
)
