"""Note what a workshop and its people know how to do, and the training sessions that they followed."""

from collections.abc import Iterable
from datetime import date, datetime

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from network.enums import OrganisationKind, SkillKind
from network.models import Membership, Organisation, Skill, TrainingSession
from network.permissions import can_note_skills

NOT_A_WORKSHOP = "Les compétences se notent pour un atelier de reconditionnement."
OF_ANOTHER = "Cette personne n’agit pas dans cet atelier."
TO_COME = "Ce jour est à venir."
ENDS_BEFORE = "La fin précède le jour où la compétence est acquise."


@transaction.atomic
def note_skill(
    *,
    actor: Membership,
    organisation: Organisation,
    kind: SkillKind | str,
    acquired_on: date,
    source: str,
    membership: Membership | None = None,
    valid_until: date | None = None,
    at: datetime | None = None,
) -> Skill:
    """Note a skill of a workshop, or of one of its people; it takes the place of what was noted of the same one.

    ``valid_until``: its last day; one that is past says that it is over. Raises PermissionDenied, ValidationError.
    """
    instant = at or timezone.now()
    _may_note(actor, organisation)
    _right_people(organisation, [membership] if membership else [])
    _right_days(acquired_on, valid_until, instant, "acquired_on")
    return Skill.objects.create(
        organisation=organisation,
        membership=membership,
        kind=SkillKind(kind),
        acquired_on=acquired_on,
        valid_until=valid_until,
        source=source.strip(),
        recorded_at=instant,
        recorded_by=actor,
    )


@transaction.atomic
def record_training(
    *,
    actor: Membership,
    organisation: Organisation,
    kind: SkillKind | str,
    held_on: date,
    place: str,
    organiser: str,
    attended: Iterable[Membership],
    valid_until: date | None = None,
    at: datetime | None = None,
) -> TrainingSession:
    """Note a session and who followed it: each has its skill from that day on. Raises as ``note_skill`` does."""
    instant, people = at or timezone.now(), list(attended)
    _may_note(actor, organisation)
    _right_people(organisation, people)
    _right_days(held_on, valid_until, instant, "held_on")
    session = TrainingSession.objects.create(
        organisation=organisation,
        kind=SkillKind(kind),
        held_on=held_on,
        place=place.strip(),
        organiser=organiser.strip(),
        recorded_at=instant,
        recorded_by=actor,
    )
    Skill.objects.bulk_create(
        Skill(
            organisation=organisation,
            membership=one,
            kind=session.kind,
            acquired_on=held_on,
            valid_until=valid_until,
            training=session,
            recorded_at=instant,
            recorded_by=actor,
        )
        for one in people
    )
    return session


def _may_note(actor: Membership, organisation: Organisation) -> None:
    scope = can_note_skills(actor)
    if scope is None or not Organisation.objects.visible_to(actor).filter(pk=organisation.pk).exists():
        raise PermissionDenied
    if scope and organisation.pk != actor.organisation_id:
        raise PermissionDenied
    if OrganisationKind.RECONDITIONER not in organisation.kinds:
        raise ValidationError(NOT_A_WORKSHOP)


def _right_people(organisation: Organisation, people: Iterable[Membership]) -> None:
    if any(one.organisation_id != organisation.pk or not one.is_open for one in people):
        raise ValidationError(OF_ANOTHER)


def _right_days(begins: date, ends: date | None, at: datetime, field: str) -> None:
    if begins > timezone.localdate(at):
        raise ValidationError({field: TO_COME})
    if ends is not None and ends < begins:
        raise ValidationError({"valid_until": ENDS_BEFORE})
