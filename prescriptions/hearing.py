"""Which households are written nothing: those that left, those that asked that nothing be done of their file, or that
it be kept and used for nothing. The answers to what they ask leave by another door."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q

from prescriptions.enums import HouseholdState, RightKind, RightsState
from prescriptions.models import Agreement, Household, RightsRequest


def hearing() -> Q:
    """The households that may be written to: open, under no limitation, and that did not object, or agreed again since.

    What was asked under a file that was joined holds for the file kept.
    """
    own = Q(prescription__household=OuterRef("household"))
    agreed = Agreement.objects.filter(
        own | Q(prescription__household=OuterRef("household__joined_into")), recorded_at__gt=OuterRef("settled_at")
    )
    objected = RightsRequest.objects.filter(
        ~Exists(agreed),
        Q(household=OuterRef("pk")) | Q(household__joined_into=OuterRef("pk")),
        kind=RightKind.OBJECTION,
        state=RightsState.ANSWERED,
    )
    restricted = RightsRequest.objects.restricting().filter(household=OuterRef("pk"))
    return Q(state=HouseholdState.OPEN) & ~Exists(objected) & ~Exists(restricted)


def hears(household: Household) -> bool:
    """Whether one household may be written to; one query, none for one that left."""
    if household.state != HouseholdState.OPEN:
        return False
    return Household.objects.filter(hearing(), pk=household.pk).exists()


def unheard(households: Iterable[Household]) -> set[int]:
    """Of these households, the keys of those that are written nothing; one query."""
    pks = {household.pk for household in households}
    return pks - set(Household.objects.filter(hearing(), pk__in=pks).values_list("pk", flat=True)) if pks else pks
