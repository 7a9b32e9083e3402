"""Which households are written nothing: those that left, those that asked that nothing be done of their file, or that
it be kept and used for nothing. The answers to what they ask leave by another door."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Q, QuerySet

from prescriptions.enums import HouseholdState, RightKind, RightsState
from prescriptions.models import Agreement, Household, RightsRequest


def objecting() -> QuerySet[RightsRequest]:
    """The objections that hold: answered, and the household agreed to nothing since."""
    own = Q(prescription__household=OuterRef("household"))
    agreed = Agreement.objects.filter(
        own | Q(prescription__household=OuterRef("household__joined_into")), recorded_at__gt=OuterRef("settled_at")
    )
    return RightsRequest.objects.filter(~Exists(agreed), kind=RightKind.OBJECTION, state=RightsState.ANSWERED)


def objection_of(household: Household) -> RightsRequest | None:
    """The last objection of a household that holds, under whichever file it was made; one query."""
    own = Q(household=household.pk) | Q(household__joined_into=household.pk)
    return objecting().filter(own).order_by("-settled_at", "-pk").first()


def hearing() -> Q:
    """The households that may be written to: open, under no limitation, and that did not object, or agreed again since.

    What was asked under a file that was joined holds for the file kept.
    """
    objected = objecting().filter(Q(household=OuterRef("pk")) | Q(household__joined_into=OuterRef("pk")))
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
