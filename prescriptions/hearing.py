"""Which households are written nothing: those that left, those that asked that nothing more be done of their file."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from prescriptions.enums import HouseholdState, RightKind, RightsState
from prescriptions.models import Agreement, Household, RightsRequest


def hearing() -> Q:
    """The households that may be written to: open, and that did not object, or agreed again since."""
    agreed = Agreement.objects.filter(
        prescription__household=OuterRef("household"), recorded_at__gt=OuterRef("settled_at")
    )
    objected = RightsRequest.objects.filter(
        ~Exists(agreed), household=OuterRef("pk"), kind=RightKind.OBJECTION, state=RightsState.ANSWERED
    )
    return Q(state=HouseholdState.OPEN) & ~Exists(objected)


def hears(household: Household) -> bool:
    """Whether one household may be written to; one query, none for one that left."""
    if household.state != HouseholdState.OPEN:
        return False
    return Household.objects.filter(hearing(), pk=household.pk).exists()


def unheard(households: Iterable[Household]) -> set[int]:
    """Of these households, the keys of those that are written nothing; one query."""
    pks = {household.pk for household in households}
    return pks - set(Household.objects.filter(hearing(), pk__in=pks).values_list("pk", flat=True)) if pks else pks
