"""What is missing before each verb of a household's file (machines §4), and what the clock waits for."""

import calendar
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.utils import timezone

from lifecycle.erased import erased
from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.requirements import PerRowValues, as_expression
from network.enums import OrganisationKind
from network.models import Organisation
from prescriptions.enums import (
    LIVE_STATES,
    Bond,
    ContactChannel,
    ErasureChannel,
    HouseholdState,
    PrescriptionState,
    ReminderKind,
)
from prescriptions.liveness import nothing_lives
from prescriptions.models import (
    Decision,
    Household,
    HouseholdAccess,
    Need,
    Prescription,
    Reminder,
    Residence,
    RightsRequest,
)
from prescriptions.nir import SENTENCE
from prescriptions.parameters import ANONYMISE_AFTER_MONTHS, ANONYMISE_NOTICE_DAYS, ARCHIVE_AFTER_MONTHS, DRAFT_DAYS
from typography.french import day

PEOPLE_FIELDS = {
    "last_name": "Nom",
    "first_name": "Prénom",
    "phone": "Téléphone",
    "email": "Courriel",
    "address": "Adresse",
}
"""The columns of a person, with the name each has on screen: none may hold a social security number."""


def start_of(first: date) -> datetime:
    """The first instant of a day in Paris."""
    return timezone.make_aware(datetime.combine(first, time.min))


def shifted(first: date, months: int) -> date:
    """``first`` moved by whole months, held to the last day of a shorter month."""
    rank = first.year * 12 + first.month - 1 + months
    year, month = divmod(rank, 12)
    return date(year, month + 1, min(first.day, calendar.monthrange(year, month + 1)[1]))


# --- create

NAMED = Requirement(
    "named",
    "Le nom de la personne de référence manque.",
    lambda ctx: ~Q(last_name=""),
    field="last_name",
)
NO_NIR = tuple(
    Requirement(
        f"nir_{name}", f"{label}\u00a0: {SENTENCE}", constraint=f"prescriptions_household_nir_{name}", field=name
    )
    for name, label in PEOPLE_FIELDS.items()
)

# --- stop_sms

TOLD_BY_SMS = Requirement(
    "told_by_sms", "Ce foyer n’est pas prévenu par SMS.", lambda ctx: Q(contact_channel=ContactChannel.SMS)
)

# --- move


def _not_moved_then(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The day of the move is to come, or before the one from which the household lived where it does."""
    if not ctx.has("moved_on"):
        return {}
    moved_on = ctx.values["moved_on"]
    rows = Residence.objects.filter(household__in=list(per_row)).order_by()
    first = dict(rows.values_list("household").annotate(Max("since")))
    refused = {}
    for pk in per_row:
        since = first.get(pk)
        if moved_on > ctx.day:
            wrong = f"Le {day(moved_on)} est à venir"
        elif since is not None and moved_on < since:
            wrong = f"Le {day(moved_on)}, le foyer n’avait pas encore emménagé où il vit"
        else:
            continue
        refused[pk] = f"{wrong}\u00a0: donnez le jour du déménagement, {_days_of_move(since, ctx.day)}."
    return refused


def _days_of_move(first: date | None, last: date) -> str:
    if first is None:
        return f"le {day(last)} au plus tard"
    return f"du {day(first)} au {day(last)}" if first < last else f"le {day(last)} seulement"


COMMUNE_GIVEN = Requirement(
    "commune_given", "Choisissez la commune où vit désormais le foyer.", needs=("commune",), field="commune"
)


def _another_commune(ctx: Context) -> Q:
    if not ctx.has("commune"):
        return Q()
    return ~Q(commune=getattr(ctx.values["commune"], "pk", ctx.values["commune"]))


MOVED_ELSEWHERE = Requirement(
    "moved_elsewhere",
    "Le foyer vit déjà dans cette commune\u00a0: s’il y a changé d’adresse, corrigez l’adresse dans son dossier.",
    _another_commune,
    lifted_by="le travailleur social du foyer, par «\u00a0Corriger l’identité ou le contact\u00a0»",
    field="commune",
)
MOVED_ON = PerRow(
    "moved_on",
    "Donnez le jour du déménagement\u00a0: pas dans le futur, ni avant le précédent.",
    _not_moved_then,
    needs=("moved_on",),
    field="moved_on",
)

# --- locate

COMMUNE_NOTED = Requirement(
    "commune_noted", "Choisissez la commune où vit le foyer.", needs=("commune",), field="commune"
)
NOTHING_FILED = Requirement(
    "nothing_filed",
    "Une demande de ce foyer est déjà déposée\u00a0: corrigez la commune, ou déclarez un déménagement.",
    lambda ctx: ~Q(Exists(Prescription.objects.filter(household=OuterRef("pk"), submitted_at__isnull=False))),
    field="commune",
)

# --- correct_commune

ANOTHER_COMMUNE = Requirement(
    "another_commune",
    "C’est la commune déjà notée\u00a0: choisissez celle où vit le foyer.",
    _another_commune,
    field="commune",
)
UNDECIDED = ~Q(Exists(Decision.objects.filter(prescription__household=OuterRef("pk"))))
"""Of a household: no request was decided on by the commune that is noted."""
NOTHING_DECIDED = Requirement(
    "nothing_decided",
    "Une demande de ce foyer a été décidée d’après la commune notée\u00a0: elle ne se corrige plus."
    " Déclarez un déménagement.",
    lambda ctx: UNDECIDED,
    lifted_by="le travailleur social du foyer, en déclarant un déménagement",
)

# --- attach and detach


def _other_file(ctx: Context) -> Q:
    """One that is seen, or from which one that is seen hangs."""
    if not ctx.has("same_as"):
        return Q()
    other = getattr(ctx.values["same_as"], "pk", ctx.values["same_as"])
    seen = Household.objects.visible_to(ctx.actor)
    leads = Q(pk__in=seen.values("pk")) | Q(Exists(seen.filter(same_as=OuterRef("pk"))))
    found = Household.objects.filter(leads, pk=other, same_as=None)
    return ~Q(pk=other) & Q(Exists(found.exclude(state__in=(HouseholdState.ANONYMISED, HouseholdState.JOINED))))


OTHER_FILE = Requirement(
    "other_file",
    "Choisissez l’autre dossier de ce foyer\u00a0: un dossier que vous suivez, lui-même rattaché à aucun autre.",
    _other_file,
    needs=("same_as",),
    constraint="prescriptions_household_not_itself",
    field="same_as",
)
NOT_ATTACHED = Requirement(
    "not_attached", "Ce dossier est déjà rattaché à un autre.", lambda ctx: Q(same_as=None), field="same_as"
)
NOTHING_ATTACHED = Requirement(
    "nothing_attached",
    "D’autres dossiers sont rattachés à celui-ci\u00a0: rattachez plutôt l’autre.",
    lambda ctx: ~Q(Exists(Household.objects.filter(same_as=OuterRef("pk")).exclude(state=HouseholdState.JOINED))),
    field="same_as",
)
ATTACHED = Requirement("attached", "Ce dossier n’est rattaché à aucun autre.", lambda ctx: Q(same_as__isnull=False))

# --- entrust

PRESCRIBER_GIVEN = Requirement(
    "prescriber",
    "Choisissez le prescripteur qui reprend le dossier\u00a0: une autre organisation, en activité.",
    lambda ctx: (
        not ctx.has("prescriber")
        or Exists(
            Organisation.objects.filter(
                pk=getattr(ctx.values["prescriber"], "pk", ctx.values["prescriber"]),
                is_active=True,
                kinds__contains=[OrganisationKind.PRESCRIBER],
            )
        )
    ),
    needs=("prescriber",),
    field="prescriber",
)

# --- erase on request

BINDS = {
    Bond.LINE_SOUGHT: (
        "Une connexion est en cours de mise en place\u00a0: elle est à abandonner d’abord.",
        "le travailleur social du foyer",
    ),
    Bond.LINE_ACTIVE: (
        "Une ligne est active au nom du foyer\u00a0: elle est à terminer d’abord.",
        "le travailleur social du foyer, ou l’opérateur",
    ),
    Bond.DEVICE_RESERVED: (
        "Un appareil est réservé pour ce foyer\u00a0: il est à libérer d’abord.",
        "le conseiller du point de distribution",
    ),
    Bond.DEVICE_RETURNED: (
        "Le foyer a rapporté un appareil\u00a0: il est à rendre, à échanger ou à rembourser d’abord.",
        "le conseiller du point de distribution",
    ),
    Bond.WARRANTY: (
        (
            "Un appareil est sous garantie\u00a0: ce qui permet de la faire jouer se garde"
            " jusqu’à son terme, ou son retour."
        ),
        "le conseiller du point de distribution, si le foyer rend l’appareil",
    ),
}
"""What has to end before a household is erased because it asked, and who ends it.

Source of the rule: RGPD, art. 17, 1, c (a right to object, since the ground is a task of public interest) and 3, b and
e (what that task, or a right to defend, still needs is kept until then); code de la consommation, art. L. 217-3.
"""


def _unbound(bond: Bond) -> Requirement:
    sentence, lifted_by = BINDS[bond]
    return Requirement(bond.value, sentence, lambda ctx: nothing_lives(ctx.at, bond), lifted_by=lifted_by)


NOTHING_BINDS = (
    Requirement(
        "no_live_file",
        "Une demande est en cours pour ce foyer\u00a0: elle est à abandonner d’abord, ou chacun de ses besoins.",
        lambda ctx: ~Q(Exists(Prescription.objects.filter(household=OuterRef("pk"), state__in=LIVE_STATES))),
        lifted_by="le travailleur social du foyer",
    ),
    *(_unbound(bond) for bond in BINDS),
)
NOTHING_ELSE_ASKED = Requirement(
    "nothing_else_asked",
    "Ce foyer exerce un droit et attend une autre réponse\u00a0: elle est à donner d’abord.",
    lambda ctx: nothing_asked(),
    lifted_by="le délégué à la protection des données du Département",
)
RECEIVED_ON = Requirement(
    "received_on",
    "Dites quel jour la demande du foyer est arrivée\u00a0: pas dans le futur.",
    lambda ctx: not ctx.has("received_on") or ctx.values["received_on"] <= ctx.day,
    needs=("received_on",),
    field="received_on",
)
CHANNEL = Requirement(
    "channel",
    "Dites par où la demande du foyer est arrivée.",
    lambda ctx: not ctx.has("channel") or ctx.values["channel"] in ErasureChannel.values,
    needs=("channel",),
    field="channel",
)

# --- the clock: archive, give notice, anonymise


def put_back(ctx: Context) -> Q:
    """It was made anonymous, and is here again since a backup was put back; nothing binds it, nothing waits.

    What was joined to it and was not erased itself would go with it: it had been parted since.

    Source of the rule: RGPD, art. 5, 1, e and 17 (what was erased stays so, whatever the copy it comes back from).
    """
    known = erased("household")
    others = Household.objects.filter(joined_into=OuterRef("pk"), state=HouseholdState.JOINED)
    again = Q(reference__in=known) & ~Q(Exists(others.exclude(reference__in=known))) & nothing_asked()
    return reduce(and_, (Q(as_expression(rule.condition(ctx))) for rule in NOTHING_BINDS), again)


def only_a_draft() -> Q:
    """It is written in drafts alone, and hangs with no other file: somebody would have said whose it is."""
    files = Prescription.objects.filter(household=OuterRef("pk"))
    attached = Household.objects.filter(same_as=OuterRef("pk"))
    filed = files.exclude(state=PrescriptionState.DRAFT)
    return Q(same_as=None) & Q(Exists(files)) & ~Q(Exists(filed)) & ~Q(Exists(attached))


def left_as_a_draft(ctx: Context, days: int | None = None) -> Q:
    """It was only ever written in drafts, and nobody of those who write them has opened it for so many days.

    Those are its prescriber, and that of a draft that came with a file joined to it.
    """
    since = start_of(ctx.day - timedelta(days=DRAFT_DAYS.on(ctx.day) if days is None else days))
    written = Prescription.objects.filter(
        household=OuterRef("household"), prescriber=OuterRef("organisation"), state=PrescriptionState.DRAFT
    )
    opened = HouseholdAccess.objects.filter(
        Q(organisation=OuterRef("prescriber")) | Q(Exists(written)), household=OuterRef("pk")
    )
    return (
        Q(last_contact_at__lt=since)
        & only_a_draft()
        & nothing_asked()
        & not_restricted()
        & ~Q(Exists(opened.filter(at__gte=since)))
    )


def last_contact() -> Greatest:
    """When the household was last in contact: its file opened or reopened, a move told, or what a prescription says.

    A prescription says it by its own verbs (``contacted_at``), and by its needs that were met.
    """
    files = Prescription.objects.filter(household=OuterRef("pk"), contacted_at__isnull=False)
    needs = Need.objects.filter(prescription__household=OuterRef("pk"), met_at__isnull=False)
    return Greatest(
        F("last_contact_at"),
        Subquery(files.order_by("-contacted_at").values("contacted_at")[:1]),
        Subquery(needs.order_by("-met_at").values("met_at")[:1]),
    )


def untouched(ctx: Context, months: int | None = None) -> Q:
    """No contact since so many months, no live file, nothing that an app above still serves.

    A contact is with the household: its file opened or reopened, a move told, a prescription created, submitted or
    confirmed, a need met. Source of the delay: CNIL, référentiel du secteur social (two years after the last contact).
    """
    months = ARCHIVE_AFTER_MONTHS.on(ctx.day) if months is None else months
    since = start_of(shifted(ctx.day, -months) + timedelta(days=1))
    files = Prescription.objects.filter(household=OuterRef("pk"))
    met = Need.objects.filter(prescription__household=OuterRef("pk"), met_at__gte=since)
    return (
        nothing_asked()
        & not_restricted()
        & Q(last_contact_at__lt=since)
        & ~Q(Exists(files.filter(Q(state__in=LIVE_STATES) | Q(contacted_at__gte=since))))
        & ~Q(Exists(met))
        & nothing_lives(ctx.at)
    )


def anonymised_on(ctx: Context) -> date:
    """The day an archived file is erased, by the delay of the day."""
    return shifted(ctx.day, ANONYMISE_AFTER_MONTHS.on(ctx.day))


def to_notify(ctx: Context) -> Q:
    """The notice that was planned is due."""
    return Q(Exists(_notices().filter(sent_at=None, due_on__lte=ctx.day)))


def noticed(ctx: Context, days: int | None = None) -> Q:
    """The day has come, and the prescriber was told long enough before."""
    days = ANONYMISE_NOTICE_DAYS.on(ctx.day) if days is None else days
    told = _notices().filter(sent_at__lte=ctx.at - timedelta(days=days))
    return Q(Exists(told), anonymise_on__lte=ctx.day) & nothing_asked() & not_restricted() & nothing_lives(ctx.at)


def nothing_asked() -> Q:
    """It exercises no right that waits for its answer: what it asked of is still there when it is answered."""
    return ~Q(Exists(RightsRequest.objects.open().filter(household=OuterRef("pk"))))


def not_restricted() -> Q:
    """It did not ask that what is written of it be kept and used for nothing: the clock then erases nothing either."""
    return ~Q(Exists(RightsRequest.objects.restricting().filter(household=OuterRef("pk"))))


def _notices() -> QuerySet[Any]:
    return Reminder.objects.filter(household=OuterRef("pk"), kind=ReminderKind.ANONYMISATION, cancelled_at=None)
