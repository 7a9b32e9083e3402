"""What is missing before a photo is sent or answered, and when the clock deletes one (machines §4.37)."""

from datetime import timedelta
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from lifecycle.machine import Context, Requirement
from prescriptions.enums import PhotoFault, PhotoState, PrescriptionState
from prescriptions.models import ProofPhoto
from prescriptions.parameters import PHOTO_DAYS, PHOTOS_WAITING


def _few(ctx: Context) -> Any:
    others = ProofPhoto._base_manager.filter(prescription=OuterRef("prescription"), state=PhotoState.WAITING)
    counted = others.exclude(pk=OuterRef("pk")).order_by().values("prescription").annotate(count=Count("pk"))
    most = PHOTOS_WAITING.on(ctx.day)
    kept = ProofPhoto._base_manager.filter(pk=OuterRef("pk"))
    few = kept.annotate(others=Coalesce(Subquery(counted.values("count")[:1]), 0)).filter(others__lt=most)
    return Q(pk__in=few.values("pk"))


SOMETHING_ASKED = Requirement(
    "something_asked",
    "Rien n’est demandé à ce foyer\u00a0: aucune photo n’est attendue.",
    lambda ctx: Q(prescription__state=PrescriptionState.INCOMPLETE),
)
STILL_ASKED = Requirement(
    "still_asked",
    "Rien n’est plus demandé sur cette prescription\u00a0: aucun fait ne s’y note.",
    lambda ctx: Q(prescription__state=PrescriptionState.INCOMPLETE),
)
FEW_WAITING = Requirement(
    "few_waiting",
    "Trop de photos attendent déjà\u00a0: votre travailleur social doit d’abord les regarder.",
    _few,
    lifted_by="le travailleur social du foyer",
)
FAULT_GIVEN = Requirement(
    "fault",
    "Dites pourquoi la photo est à refaire.",
    lambda ctx: not ctx.has("fault") or ctx.values["fault"] in PhotoFault.values,
    needs=("fault",),
    field="fault",
)


def too_old(ctx: Context) -> Q:
    """Nobody looked at it in so many days."""
    return Q(sent_at__lte=ctx.at - timedelta(days=PHOTO_DAYS.on(ctx.day)))
