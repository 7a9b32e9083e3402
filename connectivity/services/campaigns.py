"""Campaigns of calls before copper closes: the list is frozen when it is made, each call is noted and counted.

What people write (title, script, note) may hold no social security number: ValidationError, naming the field.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from calendars.working_days import add_months
from connectivity.enums import TO_CALL_AGAIN, CallResult, ConnectionState, CurrentLine, Technology
from connectivity.models import (
    CampaignCall,
    CampaignHousehold,
    CampaignScript,
    ConnectionFile,
    CopperCampaign,
    CopperClosure,
)
from connectivity.models.campaign import agrees
from connectivity.parameters import FARTHEST_CALL_MONTHS
from connectivity.permissions import calls_households
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.exceptions import Refused, Unknown
from lifecycle.locking import locked
from lifecycle.machine import Reason
from network.models import Commune, Epci
from network.permissions import is_pilot
from prescriptions.enums import ASKED_STATES, HouseholdState, NeedKind
from prescriptions.models import Household, Prescription
from prescriptions.nir import refuse_nir

NO_SCRIPT = Reason("script", "Écrivez ce que les appelants disent.", field="script")
SCRIPT_LONG = Reason("script", "Ce texte est trop long\u00a0: 2 000 signes au plus.", field="script")
ONE_PLACE = Reason("where", "Choisissez une commune ou un EPCI, un seul des deux.", field="commune")
PAST = Reason("closes_by", "Ce jour est passé\u00a0: le cuivre y est déjà arrêté.", field="closes_by")
NO_CLOSURE = Reason(
    "closes_by",
    "Aucune commune n’y ferme d’ici ce jour, d’après le calendrier\u00a0: complétez-le, ou choisissez un autre jour.",
    field="closes_by",
)
ENDED = Reason("ended", "Cette campagne est terminée.")
NOT_CALLED = Reason(
    "household",
    "Ce foyer ne s’appelle plus\u00a0: son dossier est clos, il a repris son accord, ou demandé que ses informations ne"
    " servent pas (limitation). Il n’y a rien à noter.",
)
UNKNOWN_RESULT = Reason("result", "Dites ce que l’appel a donné.", field="result")
WHICH_DAY = Reason(
    "next_on", "Donnez le jour où rappeler\u00a0: aujourd’hui ou plus tard, d’ici un an.", field="next_on"
)
NO_DAY = Reason("next_on", "Après cette réponse, personne ne rappelle\u00a0: videz le jour.", field="next_on")
NOTE_LONG = Reason("note", "La note est trop longue\u00a0: 300 signes au plus.", field="note")
MOST_WORDS, MOST_NOTE = 2000, 300


def _only_pilot(actor: Actor) -> int:
    if not is_pilot(actor) or actor.pk is None:
        raise PermissionDenied
    return actor.pk


def _refuse(pk: int, reasons: Iterable[Reason]) -> None:
    if told := tuple(reasons):
        raise Refused({pk: told})


@gate.one_transaction
def create_campaign(
    *,
    actor: Actor,
    title: str,
    closes_by: date,
    script: str,
    commune: Commune | None = None,
    epci: Epci | None = None,
    with_unknown: bool = True,
    at: datetime | None = None,
) -> CopperCampaign:
    """A campaign and its list of today. Raises PermissionDenied for anyone but the pilot, Refused, ValidationError."""
    pilot, instant = _only_pilot(actor), at or timezone.now()
    refuse_nir(title=title, script=script)
    day = timezone.localdate(instant)
    row = CopperCampaign(
        title=title.strip(), commune=commune, epci=epci, closes_by=closes_by, with_unknown=with_unknown,
        created_at=instant, created_by_id=pilot,
    )  # fmt: skip
    one_place = (commune is None) != (epci is None)
    _refuse(
        0,
        [
            reason
            for reason, wrong in (
                (ONE_PLACE, not one_place),
                (PAST, closes_by <= day),
                (NO_CLOSURE, one_place and closes_by > day and not communes_of(row, day).exists()),
                *_wrong_script(script),
            )
            if wrong
        ],
    )
    row.full_clean(exclude=["created_by"])
    row.save()
    _write(row, script, pilot, instant)
    _join(row, instant)
    return row


def _wrong_script(words: str) -> tuple[tuple[Reason, bool], ...]:
    return (NO_SCRIPT, not words.strip()), (SCRIPT_LONG, len(words.strip()) > MOST_WORDS)


@gate.one_transaction
def write_script(*, actor: Actor, campaign: CopperCampaign, script: str, at: datetime | None = None) -> CampaignScript:
    """What callers say from now on. Raises PermissionDenied, Refused."""
    pilot, row = _only_pilot(actor), _locked_campaign(campaign)
    refuse_nir(script=script)
    _refuse(row.pk, [reason for reason, wrong in _wrong_script(script) if wrong])
    return _write(row, script, pilot, at or timezone.now())


@gate.one_transaction
def join_households(*, actor: Actor, campaign: CopperCampaign, at: datetime | None = None) -> int:
    """Add to the list the households that are concerned since; answers how many. Raises PermissionDenied, Refused."""
    _only_pilot(actor)
    return _join(_locked_campaign(campaign), at or timezone.now())


@gate.one_transaction
def end_campaign(*, actor: Actor, campaign: CopperCampaign, at: datetime | None = None) -> CopperCampaign:
    """Nobody calls any more; what was noted stays. Raises PermissionDenied, Refused when it is over already."""
    pilot, row = _only_pilot(actor), _locked_campaign(campaign)
    row.ended_at, row.ended_by_id = at or timezone.now(), pilot
    row.save(update_fields=["ended_at", "ended_by"])
    return row


def _locked_campaign(campaign: CopperCampaign) -> CopperCampaign:
    (row,) = locked(CopperCampaign.objects.filter(pk=campaign.pk))
    _refuse(row.pk, [ENDED] if row.ended_at is not None else [])
    return row


def _write(campaign: CopperCampaign, script: str, pilot: int, at: datetime) -> CampaignScript:
    return CampaignScript.objects.create(campaign=campaign, words=script.strip(), written_at=at, written_by_id=pilot)


# --- whom to call


def communes_of(campaign: CopperCampaign, day: date) -> QuerySet[Commune]:
    """The communes of a campaign where copper closes after ``day``, and by the day it asks."""
    closing = CopperClosure.objects.on(day).filter(technical_on__gt=day, technical_on__lte=campaign.closes_by)
    own = Q(pk=campaign.commune_id) if campaign.commune_id else Q(epci=campaign.epci_id)
    return Commune.objects.current().filter(own, pk__in=closing.values("commune"))


def concerned(campaign: CopperCampaign, day: date) -> QuerySet[Household]:
    """The followed households of a campaign whose fixed line is in copper, or may be, each with its ``line``.

    What is known of a line: the fixed one it was given and still has; else what it said last. Nothing said: unknown.
    """
    files = ConnectionFile.objects.filter(need__prescription__household=OuterRef("pk")).order_by("-pk")
    fixed = files.filter(kind=NeedKind.FIXED_CONNECTION, state=ConnectionState.ACTIVE)
    said = files.exclude(current_line=CurrentLine.UNKNOWN)
    filed = Prescription.objects.filter(submitted_at__isnull=False, state__in=ASKED_STATES)
    rows = (
        Household.objects.filter(state=HouseholdState.OPEN, commune__in=communes_of(campaign, day).values("pk"))
        .followed()
        .filter(pk__in=filed.values("household"))
        .annotate(given=Subquery(fixed.values("offer__technology")[:1]), said=Subquery(said.values("current_line")[:1]))
    )
    copper = Q(given=Technology.COPPER) | Q(given=None, said=CurrentLine.COPPER)
    unknown = Q(given=None, said=None)
    return rows.filter(copper | unknown if campaign.with_unknown else copper).order_by("pk")


def newly_concerned(campaign: CopperCampaign, day: date) -> QuerySet[Household]:
    """Those who are not in the list yet; nor whoever was reached under a file that was joined to its own since."""
    there = CampaignHousehold.objects.filter(campaign=campaign)
    same = there.exclude(household__same_as=None).values("household__same_as")
    listed = Q(pk__in=there.values("household")) | Q(same_as__in=there.values("household"))
    reached = there.filter(household__state=HouseholdState.JOINED).exclude(result__in=("", *TO_CALL_AGAIN))
    listed |= Q(pk__in=reached.values("household__joined_into"))
    return concerned(campaign, day).exclude(listed | Q(pk__in=same) | Q(same_as__in=same))


def _join(campaign: CopperCampaign, at: datetime) -> int:
    """One file of each household: those declared the same are called once."""
    day = timezone.localdate(at)
    own = Prescription.objects.filter(household=OuterRef("pk")).order_by("-pk")
    rows: Any = newly_concerned(campaign, day).annotate(follows=Subquery(own.values("worker")[:1]))
    there = CampaignHousehold.objects.filter(campaign=campaign).select_related("household")
    known = {one.household.lead_id for one in there}
    joined = []
    for row in rows:
        if row.lead_id in known:
            continue
        known.add(row.lead_id)
        is_copper = Technology.COPPER in (row.given, row.said)
        joined.append(
            CampaignHousehold(
                campaign=campaign,
                household=row,
                commune_id=row.commune_id,
                line=CurrentLine.COPPER if is_copper else CurrentLine.UNKNOWN,
                joined_at=at,
                caller_id=row.follows,
            )
        )
    return len(CampaignHousehold.objects.bulk_create(joined))


# --- calls


@gate.one_transaction
def take_call(*, actor: Actor, target: CampaignHousehold) -> CampaignHousehold:
    """Say that one calls this household oneself. Raises Unknown, PermissionDenied, Refused."""
    row = _held_target(actor, target)
    row.caller_id = actor.pk
    row.save(update_fields=["caller"])
    return row


@gate.one_transaction
def note_call(
    *,
    actor: Actor,
    target: CampaignHousehold,
    result: str,
    next_on: date | None = None,
    note: str = "",
    at: datetime | None = None,
) -> CampaignCall:
    """Note a call and what came of it (``CallResult``), with the day to call again when there is one.

    Raises Unknown, PermissionDenied, Refused, ValidationError.
    """
    refuse_nir(note=note)
    row, instant = _held_target(actor, target), at or timezone.now()
    _refuse(row.pk, _wrong_call(result, next_on, note, timezone.localdate(instant)))
    assert actor.pk is not None
    row.result, row.called_at, row.next_on, row.calls = result, instant, next_on, row.calls + 1
    row.caller_id = actor.pk
    row.save(update_fields=["result", "called_at", "next_on", "calls", "caller"])
    script = CampaignScript.objects.filter(campaign=row.campaign_id, written_at__lte=instant).first()
    return CampaignCall.objects.create(
        target=row, caller_id=actor.pk, called_at=instant, result=result, next_on=next_on, note=note.strip(),
        script=script,
    )  # fmt: skip


def _wrong_call(result: str, next_on: date | None, note: str, day: date) -> list[Reason]:
    again = result in TO_CALL_AGAIN
    far = next_on is not None and not day <= next_on <= add_months(day, FARTHEST_CALL_MONTHS.on(day))
    return [
        reason
        for reason, wrong in (
            (UNKNOWN_RESULT, result not in CallResult.values),
            (WHICH_DAY, again and (far or (next_on is None and result == CallResult.CALL_BACK))),
            (NO_DAY, not again and next_on is not None),
            (NOTE_LONG, len(note.strip()) > MOST_NOTE),
        )
        if wrong
    ]


def _held_target(actor: Actor, target: CampaignHousehold) -> CampaignHousehold:
    seen = CampaignHousehold.objects.visible_to(actor).filter(pk=target.pk)
    row = next(iter(locked(seen)), None)
    if row is None:
        raise Unknown
    if not calls_households(actor):
        raise PermissionDenied
    _refuse(row.pk, [ENDED] if row.campaign.ended_at is not None else [])
    _refuse(row.pk, [] if may_be_called(row) else [NOT_CALLED])
    return row


def may_be_called(target: CampaignHousehold) -> bool:
    """Whether its household is followed and still agrees; what was noted of another would not be erased with it."""
    rows = CampaignHousehold.objects.filter(agrees("household"), household__state=HouseholdState.OPEN)
    return rows.filter(pk=target.pk).exists()


def call_under_the_file_kept(left: Iterable[int], at: datetime) -> None:
    """Files were joined to others: whom one still had to call under them is to call under the file kept, by the same
    caller and from the same day, unless it is in the list already."""
    waiting = CampaignHousehold.objects.filter(
        household__in=list(left), household__joined_into__isnull=False, result__in=("", *TO_CALL_AGAIN),
        campaign__ended_at=None,
    ).select_related("household")  # fmt: skip
    CampaignHousehold.objects.bulk_create(
        [
            CampaignHousehold(
                campaign_id=one.campaign_id,
                household_id=one.household.joined_into_id or one.household_id,
                commune_id=one.commune_id,
                line=one.line,
                joined_at=at,
                caller_id=one.caller_id,
                result=one.result,
                called_at=one.called_at,
                calls=one.calls,
                next_on=one.next_on,
            )
            for one in waiting
        ],
        ignore_conflicts=True,
    )


def forget_calls(households: Iterable[int]) -> None:
    """The notes go with the household; what came of its calls stays, in figures."""
    CampaignCall.objects.filter(target__household__in=list(households)).update(note="")
    waiting = CampaignHousehold.objects.filter(household__in=list(households), result="")
    waiting.update(caller=None)
