"""What is missing before each verb of a prescription (machines §4), in the order of a file's life."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from lifecycle.actors import System
from lifecycle.machine import Context, PerRow, Place, Requirement
from lifecycle.requirements import PerRowValues, explained_in_comment
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from network.permissions import is_pilot
from prescriptions.births import ADULT_YEARS, EMANCIPATED_YEARS, MINOR, born_before
from prescriptions.enums import (
    HOUSEHOLD_ARCHIVED,
    NEEDS_GIVEN_UP,
    NOT_ELIGIBLE,
    OPEN_NEED_STATES,
    OTHER_REASON,
    CodePurpose,
    EligibilityVerdict,
    ErasureChannel,
    HouseholdState,
    NeedState,
    PrescriptionState,
    ReminderKind,
)
from prescriptions.machine.household_rules import PRESCRIBER_GIVEN as KNOWN_PRESCRIBER
from prescriptions.machine.need_rules import DECLINED_LIFTED_BY
from prescriptions.models import Agreement, CodedReason, Fact, Need, Reminder, RightsRequest
from prescriptions.parameters import ANSWER_DAYS, COMPLETE_DAYS, VALID_DAYS
from prescriptions.permissions import FOLLOWING, can_edit_prescription


def _written_on(step: str, anchor: str) -> Place:
    """A spot on the page of a step of the filing."""
    who = "un travailleur social du prescripteur"
    return Place(f"prescriptions:prescription_{step}", can_edit_prescription, who, "prescriber", anchor)


def _pk(value: Any) -> Any:
    return getattr(value, "pk", value)


def _needs(*states: NeedState) -> Exists:
    return Exists(Need.objects.filter(prescription=OuterRef("pk"), state__in=states))


# --- create and submit

HOUSEHOLD_OPEN = Requirement(
    "household_open",
    "Le dossier du foyer est archivé ou effacé\u00a0: rouvrez-le, ou s’il est effacé, ouvrez-en un autre.",
    lambda ctx: Q(household__state=HouseholdState.OPEN),
    lifted_by="le travailleur social",
)
RESIDENCE = Requirement(
    "residence",
    "La commune où vit le foyer, ou celle de sa domiciliation, manque\u00a0: le Nord et ses EPCI seulement.",
    lambda ctx: Q(household__commune__isnull=False),
    field="commune",
    where=_written_on("home", "id_commune"),
)
REACHABLE = Requirement(
    "reachable",
    "Donnez au moins un moyen de joindre le foyer\u00a0: téléphone, courriel, ou adresse complète.",
    lambda ctx: (
        ~Q(household__phone="") | ~Q(household__email="") | ~Q(household__address="") & ~Q(household__postcode="")
    ),
    field="phone",
    where=_written_on("person", "id_phone"),
)


def _of_age(ctx: Context) -> Q:
    """Whoever asks is of age on the day of the first filing; of one whose day of birth is unknown nothing is said."""
    adult = Q(household__birth_date__lte=born_before(ctx.day, ADULT_YEARS))
    let = Q(household__emancipated_on__isnull=False)
    emancipated = let & Q(household__birth_date__lte=born_before(ctx.day, EMANCIPATED_YEARS))
    return Q(submitted_at__isnull=False) | Q(household__birth_date=None) | adult | emancipated


OF_AGE = Requirement(
    "of_age",
    MINOR,
    _of_age,
    field="birth_date",
    where=_written_on("person", "id_birth_date"),
)
MEMBERS_COUNTED = Requirement(
    "members_counted",
    "Comptez les personnes du foyer\u00a0: au moins un adulte, et le nombre d’enfants.",
    lambda ctx: Q(household__adults__gte=1, household__children__gte=0),
    field="adults",
    where=_written_on("home", "id_adults"),
)
AGREEMENT_GIVEN = Requirement(
    "agreement",
    "L’information du foyer et son accord ne sont pas enregistrés.",
    lambda ctx: Exists(Agreement.objects.filter(prescription=OuterRef("pk"), informed=True)),
    field="agreement",
    where=_written_on("situation", "id_agreed"),
)
HAS_NEEDS = Requirement(
    "needs",
    "Ajoutez au moins un besoin.",
    lambda ctx: _needs(NeedState.ASKED),
    field="needs",
    where=_written_on("needs", "id_needs-0-kind"),
)
FACTS_SEEN = Requirement(
    "facts",
    "Notez au moins un justificatif vu\u00a0: sa nature, sa date, le jour où vous l’avez vu.",
    lambda ctx: Exists(Fact.objects.current().filter(prescription=OuterRef("pk"))),
    field="facts",
    where=_written_on("situation", "id_facts-0-what"),
)


DISTRIBUTOR_GIVEN = Requirement(
    "distributor",
    "Choisissez le distributeur qui reçoit la demande.",
    lambda ctx: (
        not ctx.has("distributor")
        or Exists(
            Organisation.objects.filter(
                pk=_pk(ctx.values["distributor"]), is_active=True, kinds__contains=[OrganisationKind.DISTRIBUTOR]
            )
        )
    ),
    needs=("distributor",),
    lifted_by="le pilote",
    field="distributor",
)

# --- ask_completion


def _missing_said(ctx: Context) -> Q:
    codes = ctx.values.get("missing") or []
    known = CodedReason.objects.codes_on(CodePurpose.MISSING, ctx.day)
    if not set(codes) <= known:
        return Q(pk__in=[])
    asked = "missing" in ctx.values or "words" in ctx.values
    return Q() if codes or not asked or str(ctx.values.get("words") or "").strip() else Q(pk__in=[])


MISSING_SAID = Requirement(
    "missing", "Dites ce qui manque\u00a0: dans la liste, ou avec vos mots.", _missing_said, field="missing"
)

# --- accept and refuse: the rules of the day


def _explained(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    silent = [pk for pk, given in per_row.items() if not str(given.get("motive") or "").strip()]
    verdicts = Fact.objects.verdicts(silent, ctx.day)
    return {pk: AGAINST_EXPLAINED.sentence for pk in silent if verdicts[pk] == EligibilityVerdict.AGAINST}


AGAINST_EXPLAINED = PerRow(
    "against_explained",
    "Les règles du jour sont défavorables\u00a0: écrivez pourquoi vous acceptez quand même.",
    _explained,
    field="motive",
)


def _coded(code: str, sentence: str, purpose: CodePurpose) -> Requirement:
    def known(ctx: Context) -> bool | Q:
        if not ctx.has("reason"):
            return True
        if ctx.values["reason"] == NEEDS_GIVEN_UP:
            return ~Q(_needs(*OPEN_NEED_STATES))
        if ctx.values["reason"] == HOUSEHOLD_ARCHIVED:
            # Neither withdraws by itself: it follows the archive, by the clock or by the pilot who erases on request.
            return isinstance(ctx.actor, System) or is_pilot(ctx.actor)
        codes = CodedReason.objects.codes_on(purpose, ctx.day)
        return ctx.values["reason"] in codes

    return Requirement(code, sentence, known, needs=("reason",), field="reason")


REFUSE_REASON = _coded("reason", "Choisissez le motif du refus dans la liste.", CodePurpose.REFUSAL)
NEXT_STEP = Requirement(
    "next_step",
    "Écrivez au foyer où s’adresser, ou que faire\u00a0: ce motif n’a pas de suite prévue.",
    needs=("next_step",),
    field="next_step",
)


def _grounded(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    said = [pk for pk, given in per_row.items() if given.get("reason") == NOT_ELIGIBLE]
    verdicts = Fact.objects.verdicts(said, ctx.day)
    return {pk: REFUSAL_GROUNDED.sentence for pk in said if verdicts[pk] != EligibilityVerdict.AGAINST}


def _explained_refusal(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    said = [pk for pk, given in per_row.items() if given.get("reason") == OTHER_REASON]
    return {pk: REFUSAL_EXPLAINED.sentence for pk in said if not str(per_row[pk].get("motive") or "").strip()}


REFUSAL_EXPLAINED = PerRow(
    "refusal_explained",
    "Ce motif ne dit rien seul\u00a0: écrivez dans la précision pourquoi vous refusez, le travailleur social la lit.",
    _explained_refusal,
    field="motive",
)

REFUSAL_GROUNDED = PerRow(
    "refusal_grounded",
    "Les règles du jour ne sont pas défavorables\u00a0: le quotient familial seul ne suffit jamais à refuser.",
    _grounded,
    needs=("reason",),
    field="reason",
)

# --- withdraw

WITHDRAW_REASON = _coded("reason", "Choisissez le motif de l’abandon dans la liste.", CodePurpose.WITHDRAWAL)
OTHER_EXPLAINED = explained_in_comment(OTHER_REASON)
NOTHING_MET = Requirement(
    "nothing_met",
    "Un besoin est déjà satisfait\u00a0: abandonnez plutôt les autres besoins, la prescription se clôt d’elle-même.",
    lambda ctx: ~Q(_needs(NeedState.MET)),
)

# --- revoke

REVOKED_BY = Requirement(
    "channel",
    "Dites par où le foyer a retiré son accord.",
    lambda ctx: not ctx.has("channel") or ctx.values["channel"] in ErasureChannel.values,
    needs=("channel",),
    field="channel",
)

# --- transfer

ANOTHER_PRESCRIBER = Requirement(
    "another_prescriber",
    "Ce prescripteur suit déjà le dossier.",
    lambda ctx: ~Q(prescriber=_pk(ctx.values["prescriber"])) if ctx.has("prescriber") else Q(),
    field="prescriber",
)
RECEIVER_GIVEN = KNOWN_PRESCRIBER


def _colleague(ctx: Context) -> Q:
    """Whoever may follow a file of this prescriber today, other than the one who does."""
    if not ctx.has("worker"):
        return Q()
    pk = _pk(ctx.values["worker"])
    everyone = Membership.objects.open()
    team = everyone.filter(pk=pk, kind=OrganisationKind.PRESCRIBER, role__in=FOLLOWING)
    return Q(Exists(team.filter(organisation=OuterRef("prescriber")))) & (Q(worker=None) | ~Q(worker=pk))


COLLEAGUE_GIVEN = Requirement(
    "colleague_given",
    "Choisissez un collègue de votre équipe, autre que la personne qui suit déjà le dossier.",
    _colleague,
    needs=("worker",),
    field="worker",
)

# --- what the household asked of its data


def unrestricted(household: str) -> Q:
    """The household at the end of this path did not ask that what is written of it be used for nothing."""
    return ~Q(Exists(RightsRequest.objects.restricting().filter(household=OuterRef(household))))


NOT_RESTRICTED = Requirement(
    "not_restricted",
    "Le foyer a demandé que ses informations soient gardées sans servir (limitation)\u00a0: rien n’avance tant qu’elle"
    " n’est pas levée.",
    lambda ctx: unrestricted("household"),
    lifted_by="le délégué à la protection des données, par «\u00a0Lever la limitation\u00a0»",
)

# --- what the household answered

NOT_DECLINED = Requirement(
    "not_declined",
    "Le foyer a répondu qu’il n’en a plus besoin\u00a0: abandonnez la demande, ou notez qu’il a changé d’avis.",
    lambda ctx: Q(declined_at=None),
    lifted_by=DECLINED_LIFTED_BY,
)
DECLINED = Requirement(
    "declined",
    "Le foyer n’a pas répondu non\u00a0: il n’y a pas d’avis à changer.",
    lambda ctx: Q(declined_at__isnull=False),
)

# --- the end

ALL_SETTLED = Requirement("all_settled", "Un besoin n’est pas encore réglé.", lambda ctx: ~Q(_needs(*OPEN_NEED_STATES)))
SOMETHING_MET = Requirement("something_met", "Aucun besoin n’est satisfait.", lambda ctx: _needs(NeedState.MET))
NOTHING_IN_PROGRESS = Requirement(
    "nothing_in_progress", "Un besoin est en cours.", lambda ctx: ~Q(_needs(NeedState.IN_PROGRESS))
)

# --- the clock: remind, expire


def complete_by(ctx: Context) -> datetime:
    """Until when a completion is waited for."""
    return ctx.at + timedelta(days=COMPLETE_DAYS.on(ctx.day))


def valid_until(ctx: Context) -> datetime:
    """Until when an acceptance holds without an answer to « toujours d’actualité ? »."""
    return ctx.at + timedelta(days=VALID_DAYS.on(ctx.day))


def to_remind(ctx: Context) -> Q:
    """A planned reminder is due."""
    due = Reminder.objects.planned().filter(prescription=OuterRef("pk"))
    return Q(Exists(due.filter(due_on__lte=ctx.day))) & unrestricted("household")


NOT_REMINDED_TODAY = Requirement(
    "not_reminded_today",
    "Une relance est déjà partie aujourd’hui\u00a0: laissez le temps de répondre, vous pourrez relancer demain.",
    lambda ctx: ~Exists(Reminder.objects.filter(prescription=OuterRef("pk"), sent_at__date=ctx.day)),
)


def overdue(ctx: Context) -> Q:
    """The delay is over, the household was asked or said no long enough before, and nothing is under way."""
    long_ago = ctx.at - timedelta(days=ANSWER_DAYS.on(ctx.day))
    asked = Reminder.objects.filter(prescription=OuterRef("pk"), cancelled_at=None, sent_at__lte=long_ago)
    incomplete = Q(Exists(asked.filter(kind=ReminderKind.COMPLETE)), complete_by__lte=ctx.at)
    answered = Exists(asked.filter(kind=ReminderKind.STILL_CURRENT)) | Q(declined_at__lte=long_ago)
    accepted = Q(answered, valid_until__lte=ctx.at)
    over = Q(state=PrescriptionState.INCOMPLETE) & incomplete | Q(state=PrescriptionState.ACCEPTED) & accepted & ~Q(
        _needs(NeedState.IN_PROGRESS)
    )
    return over & unrestricted("household")
