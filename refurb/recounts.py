"""What is counted again each night from the rows themselves: places of quotas, and proofs of what was reconditioned."""

from collections.abc import Callable
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from conventions.models import Quota
from lifecycle.faults import Fault
from lifecycle.machine import verbs_of
from lifecycle.registry import verify
from refurb.enums import COUNTED_BY_QUOTA, WITH_PRICE, DeviceState
from refurb.machine.storage_rules import DRIVES_PROVEN
from refurb.models import Destruction, Device, DeviceEntry, Drive, DriveRemoval, Erasure, StorageAbsence

type Tell = Callable[[Fault], None]

STATES = tuple(state for state in WITH_PRICE if state != DeviceState.RETURNED)
"""States reached with a proof, the household's own data apart."""


def register_verifiers() -> None:
    """Each night, with the journals."""
    verify(recount_quotas)
    verify(look_for_proofs)


def recount_quotas(tell: Tell) -> int:
    """The places taken of each quota are the devices that hold one."""
    holding = Device.objects.filter(quota=OuterRef("pk"), state__in=COUNTED_BY_QUOTA).order_by()
    counted = holding.values("quota").annotate(number=Count("pk")).values("number")
    rows = Quota.objects.annotate(held=Coalesce(Subquery(counted), 0)).select_related("convention")
    for quota in rows.exclude(used=F("held")).order_by("pk"):
        told = f"le compteur dit {quota.used}, les appareils qui y tiennent une place sont {quota.held}."
        tell(Fault("checks", f"quota {quota}", None, told))
    return rows.count()


def look_for_proofs(tell: Tell) -> int:
    """What was reconditioned is still proven erased, or was recorded since to be no longer so."""
    wall = DRIVES_PROVEN.constraint
    asking = [name for name, verb in verbs_of(Device).items() if any(rule.constraint == wall for rule in verb.requires)]
    entries = DeviceEntry.objects.filter(object=OuterRef("pk"), verb__in=[*asking, "give_back"]).order_by("-seq")
    held = Device.objects.filter(state__in=STATES).annotate(
        last_verb=Subquery(entries.values("verb")[:1]), asked_at=Subquery(entries.values("at")[:1])
    )
    unproven = held.exclude(pk__in=Device.objects.proven().filter(state__in=STATES).values("pk"))
    for reference in (
        unproven.exclude(last_verb="give_back")
        .exclude(_something_recorded_since())
        .order_by("pk")
        .values_list("reference", flat=True)
    ):
        told = "reconditionné, et ses preuves d’effacement ne tiennent plus sans que rien ait été enregistré depuis."
        tell(Fault("device", reference, None, told))
    return held.count()


def _something_recorded_since() -> Q:
    recorded = Q()
    for model in (Drive, Erasure, Destruction, DriveRemoval, StorageAbsence):
        rows: QuerySet[Any] = model._default_manager.filter(device=OuterRef("pk"), recorded_at__gt=OuterRef("asked_at"))
        recorded |= Q(Exists(rows))
    return recorded
