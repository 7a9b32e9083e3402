"""What households answer to an SMS that is of no appointment: read by the team that follows them, then forgotten."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from documents.enums import SendState
from documents.models import Sms, SmsAnswer
from documents.texting import mobile_of
from lifecycle.actors import Actor
from lifecycle.exceptions import Unknown
from prescriptions.enums import HouseholdState
from prescriptions.models import Household, HouseholdMessage
from prescriptions.models.household import HouseholdQuerySet
from prescriptions.permissions import can_follow_household

LEFT = (SendState.SENT, SendState.KEPT)
APPOINTMENT = "appointment"
"""The machine whose answers the point reads."""
ANSWERED_WITHIN = timedelta(days=30)
"""How long after an SMS what comes from its number is an answer to it."""


def sms_answered(mobile: str, at: datetime, *, since: Sms | None = None) -> Sms | None:
    """The last SMS that this mobile may be answering, of an open file that has this number still; one query.

    What was written to a file that was joined is answered to the file kept. ``since``: one that left after that one.
    """
    left = Sms.objects.filter(number=mobile, delivery__in=LEFT, forgotten_at=None, leaves_at__gte=at - ANSWERED_WITHIN)
    if since is not None:
        left = left.filter(Q(leaves_at__gt=since.leaves_at) | Q(leaves_at=since.leaves_at, pk__gt=since.pk))
    told = HouseholdMessage.objects.filter(
        Q(household__state=HouseholdState.OPEN) | Q(household__joined_into__state=HouseholdState.OPEN),
        sms__in=left.exclude(about_machine=APPOINTMENT),
    )
    found = told.select_related("sms", "household__joined_into").order_by("-sms__leaves_at", "-pk")
    return next((one.sms for one in found if mobile_of(_followed(one.household).phone) == mobile), None)


def _followed(household: Household) -> Household:
    return household.joined_into or household


def answers_heard(household: Household) -> QuerySet[SmsAnswer]:
    """What this household answered and nobody has read, the first one first; what came to a file joined to it too."""
    own = Q(household=household) | Q(household__joined_into=household)
    return _unread().filter(sms__in=HouseholdMessage.objects.filter(own, sms__isnull=False).values("sms"))


def households_heard(actor: Actor) -> QuerySet[Household]:
    """The households that one follows, of which an answer is to be read."""
    scope = can_follow_household(actor)
    if scope is None:
        return Household.objects.none()
    return to_hear().visible_to(actor).filter(scope)


def to_hear() -> HouseholdQuerySet:
    """The households of which an answer is to be read."""
    told = HouseholdMessage.objects.filter(
        Q(household=OuterRef("pk")) | Q(household__joined_into=OuterRef("pk")), sms__in=_unread().values("sms")
    )
    return Household.objects.filter(Exists(told), state=HouseholdState.OPEN)


@transaction.atomic
def read_household_answers(*, actor: Actor, household: Household, at: datetime | None = None) -> int:
    """Somebody of the team read what was answered: the words go. Raises Unknown, PermissionDenied."""
    seen = Household.objects.visible_to(actor).filter(pk=household.pk)
    if not seen.exists():
        raise Unknown
    scope = can_follow_household(actor)
    if scope is None or not seen.filter(scope).exists():
        raise PermissionDenied
    pks = list(answers_heard(household).values_list("pk", flat=True))
    return SmsAnswer.objects.filter(pk__in=pks).update(text="", read_at=at or timezone.now(), read_by=actor.pk)


def _unread() -> QuerySet[SmsAnswer]:
    return SmsAnswer.objects.to_read().exclude(sms__about_machine=APPOINTMENT).order_by("received_at", "pk")
