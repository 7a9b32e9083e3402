"""« À faire » of social workers and their manager: eight minutes between two appointments."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone

from desk.todo.appointments import told_by_the_worker
from desk.todo.blocks import SOON, Block, BlockRow, TodoAction, TodoPage, TodoPart, since, until
from desk.todo.connections import copper, renewals, serving_blocks, to_call, to_tell
from desk.todo.directory import entries
from desk.todo.doubles import imported_doubles, needs_asked_twice
from desk.todo.letters import letters_to_post
from desk.todo.limits import Limits, limits_on
from network.models import Membership
from network.permissions import is_manager
from prescriptions.enums import HouseholdState, PrescriptionState, ReminderKind
from prescriptions.machine.household_rules import only_a_draft
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.machine.rights_rules import to_correct, waits_for_its_worker
from prescriptions.models import (
    CompletionRequest,
    Household,
    HouseholdAccess,
    Need,
    Prescription,
    PromisedContact,
    ProofPhoto,
    Reminder,
    RightsRequest,
    Transfer,
)
from prescriptions.owing import nothing_owed
from prescriptions.parameters import COMPLETE_LAST_DAYS, DRAFT_DAYS, PHOTO_DAYS, STILL_CURRENT_LAST_DAYS, TRANSFER_DAYS
from prescriptions.reaching import way_told
from prescriptions.services.hearing_back import households_heard
from typography.french import HARD, moment

S = PrescriptionState
PHOTO_SOON = timedelta(days=2)
"""How long before a photo is deleted it is said to be done quickly."""
SWEPT_SOON = timedelta(days=7)
"""How long before a draft is erased it is said to be done quickly."""
STEPS = (
    (S.DRAFT, "Brouillons"),
    (S.SUBMITTED, "À l’étude"),
    (S.INCOMPLETE, "À compléter"),
    (S.ACCEPTED, "En attente d’équipement ou de connexion"),
    (S.FULFILLED, "Foyers servis"),
)


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """A worker reads his own files, and those of whoever left; the manager, those of the whole team."""
    limits = limits_on(at)
    return TodoPage(
        actions=(
            TodoAction("Nouvelle prescription", reverse("prescriptions:prescription_create")),
            TodoAction("Chercher un foyer", reverse("prescriptions:household_list")),
            TodoAction("Essayer une situation", reverse("desk:try_situation")),
        ),
        blocks=(
            *_file_blocks(actor, at, limits),
            *serving_blocks(actor, at, limits),
            renewals(actor, at, limits),
            to_tell(actor, at),
            to_call(actor, at),
            copper(actor, at, limits),
            entries(actor, at),
        ),
        above=(TodoPart("desk/_steps.html", lambda: {"title": _steps_title(actor), "steps": _steps(actor)}),),
        changes=("prescription", "connection"),
    )


def _mine(actor: Membership) -> QuerySet[Prescription]:
    seen = Prescription.objects.visible_to(actor)
    return seen if is_manager(actor) else seen.followed_by(actor)


def _address(actor: Membership, state: PrescriptionState) -> str:
    whose = "" if is_manager(actor) else "&mine=me"
    return f"{reverse('prescriptions:prescription_list')}?state={state}{whose}"


def _steps_title(actor: Membership) -> str:
    return "Les foyers de l’équipe, étape par étape" if is_manager(actor) else "Mes foyers, étape par étape"


def _steps(actor: Membership) -> list[dict[str, Any]]:
    """How many files are at each step; one query."""
    asked = {state.value: Count("pk", filter=Q(state=state)) for state, _ in STEPS}
    counts = _mine(actor).order_by().aggregate(**asked)
    return [
        {"label": label, "count": counts[state.value], "url": _address(actor, state), "state": state.value}
        for state, label in STEPS
    ]


def _file_blocks(actor: Membership, at: datetime, limits: Limits) -> tuple[Block, ...]:
    files = _mine(actor).select_related("household")
    return (
        _to_complete(actor, files, at, limits),
        _photos(actor, files, at, limits),
        _offered(actor, at, limits),
        _to_tell(actor, at),
        told_by_the_worker(actor, _mine(actor).values("pk"), at),
        letters_to_post(actor, at),
        _heard(actor, at),
        _to_correct(actor, at),
        _to_end(actor, at),
        *_answers(files, at, limits),
        needs_asked_twice(files),
        imported_doubles(actor, at),
        _drafts(actor, files, at, limits),
    )


def _to_complete(actor: Membership, files: QuerySet[Prescription], at: datetime, limits: Limits) -> Block:
    asked = CompletionRequest.objects.filter(prescription=OuterRef("pk")).order_by("-pk")
    return Block(
        "a-completer",
        "Dossiers à compléter",
        files.filter(unrestricted("household"), state=S.INCOMPLETE)
        .annotate(missing=Subquery(asked.values("labels")[:1]), asked_at=Subquery(asked.values("asked_at")[:1]))
        .order_by("complete_by", "pk"),
        _incomplete,
        "Rien ne manque à vos dossiers.",
        _address(actor, S.INCOMPLETE),
        late=Q(complete_by__lte=at + limits.days(COMPLETE_LAST_DAYS)),
        late_word=SOON,
    )


def _photos(actor: Membership, files: QuerySet[Prescription], at: datetime, limits: Limits) -> Block:
    """What households sent from their page: deleted by the answer, and in so many days without one."""
    kept = limits.days(PHOTO_DAYS)
    sent = ProofPhoto.objects.visible_to(actor).waiting().filter(prescription__in=files.order_by().values("pk"))
    return Block(
        "papiers-en-photo",
        "Papiers envoyés en photo, à regarder",
        sent.select_related("prescription__household").order_by("sent_at", "pk"),
        lambda photo: _photo(photo, kept),
        "Aucune photo n’attend d’être regardée.",
        late=Q(sent_at__lte=at - kept + PHOTO_SOON),
        late_word=SOON,
    )


def _photo(photo: Any, kept: timedelta) -> BlockRow:
    url = reverse("prescriptions:proof_photo_detail", args=[photo.reference])
    when = f"envoyée le {moment(photo.sent_at)}, {until(photo.sent_at + kept, 's’efface le')}"
    return BlockRow(photo.prescription.household.name, url, photo.reference, when)


def _offered(actor: Membership, at: datetime, limits: Limits) -> Block:
    """The files that another prescriber offers to this one: it reads no name before it answers."""
    return Block(
        "dossiers-proposes",
        "Dossiers proposés par un autre prescripteur",
        Transfer.objects.visible_to(actor)
        .waiting()
        .filter(receiver=actor.organisation_id)
        .select_related("sender", "prescription__commune")
        .order_by("asked_at", "pk"),
        _transfer,
        "Aucun dossier ne vous est proposé.",
        late=Q(asked_at__lte=at - limits.days(TRANSFER_DAYS)),
    )


def _to_tell(actor: Membership, at: datetime) -> Block:
    """What the sheets of households promise that they will be told; nothing while one limits the use of its data."""
    mine = unrestricted("prescription__household") & Q(prescription__in=_mine(actor).values("pk"))
    promised = PromisedContact.objects.visible_to(actor).to_keep().filter(mine)
    return Block(
        "a-prevenir",
        "Foyers à prévenir",
        promised.select_related("prescription__household", "mail", "sms").order_by("due_on", "pk"),
        _contact,
        "Tous les foyers savent où en est leur demande.",
        late=Q(due_on__lt=timezone.localdate(at)),
    )


def _heard(actor: Membership, at: datetime) -> Block:
    """What households answered to the SMS that Maillon wrote for the team."""
    households = households_heard(actor)
    if not is_manager(actor):
        households = households.filter(Exists(_mine(actor).filter(household=OuterRef("pk"))))
    return Block(
        "reponses-aux-sms",
        "Foyers qui ont répondu à un SMS",
        households.order_by("pk"),
        lambda household: BlockRow(
            household.name,
            reverse("prescriptions:household_detail", args=[household.reference]),
            household.reference,
            "sa réponse est à lire",
        ),
        "Aucune réponse n’attend d’être lue.",
    )


def _to_correct(actor: Membership, at: datetime) -> Block:
    """What households say is false, until their worker has corrected it: the officer then answers them."""
    asked = RightsRequest.objects.visible_to(actor).filter(to_correct(), household__prescriber=actor.organisation_id)
    return Block(
        "a-corriger",
        "Dossiers à corriger à la demande du foyer",
        asked.select_related("household").order_by("due_on", "pk"),
        _correction,
        "Aucun foyer ne demande une correction.",
        late=Q(due_on__lt=timezone.localdate(at)),
    )


def _to_end(actor: Membership, at: datetime) -> Block:
    """What households ask to be erased, and that what is under way holds back: the officer answers them after."""
    asked = RightsRequest.objects.visible_to(actor).filter(household__prescriber=actor.organisation_id)
    return Block(
        "a-clore",
        "Foyers à effacer, une fois clos ce qui est en cours",
        asked.filter(waits_for_its_worker(at)).select_related("household").order_by("due_on", "pk"),
        _correction,
        "Aucun foyer ne demande à être effacé avant la fin de ce qui est en cours.",
        late=Q(due_on__lt=timezone.localdate(at)),
    )


def _correction(asked: Any) -> BlockRow:
    url = reverse("prescriptions:rights_request_detail", args=[asked.reference])
    return BlockRow(asked.household.name, url, asked.reference, until(asked.due_on))


def _answers(files: QuerySet[Prescription], at: datetime, limits: Limits) -> tuple[Block, ...]:
    """What the household is asked, and what it answered no to."""
    questions = Reminder.objects.filter(
        prescription=OuterRef("pk"), kind=ReminderKind.STILL_CURRENT, sent_at__isnull=False, cancelled_at=None
    )
    late = Q(valid_until__lte=at + limits.days(STILL_CURRENT_LAST_DAYS))
    return (
        _lost(files),
        Block(
            "toujours-d-actualite",
            "Toujours d’actualité\u00a0?",
            files.filter(Exists(questions), unrestricted("household"), state=S.ACCEPTED).order_by("valid_until", "pk"),
            _still_current,
            "Aucun foyer n’est à rappeler.",
            late=late,
            late_word=SOON,
        ),
        Block(
            "repondu-non",
            "Foyers qui ont répondu non",
            files.filter(state=S.ACCEPTED, declined_at__isnull=False).order_by("declined_at", "pk"),
            _declined,
            "Aucun foyer n’a répondu qu’il n’en a plus besoin.",
            late=late,
            late_word=SOON,
        ),
    )


def _lost(files: QuerySet[Prescription]) -> Block:
    """What households have no more, and nobody repairs or exchanges."""
    return Block(
        "plus-servis",
        "Foyers qui n’ont plus ce qu’ils avaient reçu",
        Need.objects.lost()
        .filter(nothing_owed(), prescription__in=files.filter(household__state=HouseholdState.OPEN).values("pk"))
        .select_related("prescription__household")
        .order_by("lost_at", "pk"),
        _to_reopen,
        "Tous les foyers servis le sont toujours.",
    )


def _drafts(actor: Membership, files: QuerySet[Prescription], at: datetime, limits: Limits) -> Block:
    return Block(
        "brouillons",
        "Brouillons à finir",
        files.filter(state=S.DRAFT)
        .annotate(touched_at=_touched(), swept_at=_swept(limits.days(DRAFT_DAYS)))
        .order_by("touched_at", "pk"),
        _draft,
        "Aucun brouillon en cours.",
        _address(actor, S.DRAFT),
        late=Q(swept_at__lte=at + SWEPT_SOON),
        late_word=SOON,
    )


def _touched() -> Greatest:
    """When somebody of the prescriber last opened the file of a draft's household, or when it was begun."""
    opened = HouseholdAccess.objects.filter(
        household=OuterRef("household"), organisation=OuterRef("prescriber")
    ).order_by("-at")
    return Greatest(F("household__last_contact_at"), Subquery(opened.values("at")[:1]))


def _swept(after: timedelta) -> Case:
    """When a draft is erased unless somebody opens it: never, when something was filed for its household."""
    alone = Q(household__in=Household.objects.filter(only_a_draft()).values("pk"))
    return Case(When(alone, then=ExpressionWrapper(_touched() + after, DateTimeField())))


def _page(prescription: Prescription) -> str:
    return reverse("prescriptions:prescription_detail", args=[prescription.reference])


def _incomplete(prescription: Any) -> BlockRow:
    missing = ", ".join(prescription.missing or ()) or "Voir ce qui est demandé"
    when = f"{since(prescription.asked_at, 'demandé')}, {until(prescription.complete_by, 'avant le')}"
    url = reverse("prescriptions:prescription_edit", args=[prescription.reference])
    return BlockRow(prescription.household.name, url, missing, when)


def _transfer(transfer: Transfer) -> BlockRow:
    url = reverse("prescriptions:transfer_detail", args=[transfer.reference])
    about = f"{transfer.sender}{HARD}: à accepter ou non"
    return BlockRow(
        f"{transfer.prescription.reference}, {transfer.prescription.commune}", url, about, since(transfer.asked_at)
    )


def _contact(contact: PromisedContact) -> BlockRow:
    how = contact.why or way_told(contact.prescription.household, contact).label
    tried = f", sans réponse {contact.tries} fois" if contact.tries else ""
    about = f"{contact.told_about}{HARD}: {how}{tried}"
    return BlockRow(contact.prescription.household.name, _page(contact.prescription), about, until(contact.due_on))


def _still_current(prescription: Prescription) -> BlockRow:
    asked = bool(prescription.household.email)
    said = "Le foyer n’a pas encore répondu au courriel" if asked else "Le foyer n’a pas de courriel"
    when = until(prescription.valid_until, "acceptation valable jusqu’au")
    return BlockRow(prescription.household.name, _page(prescription), f"{said}\u00a0: appelez-le, puis confirmez", when)


def _declined(prescription: Prescription) -> BlockRow:
    asked = "abandonnez la demande, ou rappelez-le si c’est une erreur"
    when = since(prescription.declined_at, "a répondu non")
    return BlockRow(prescription.household.name, _page(prescription), f"N’en a plus besoin\u00a0: {asked}", when)


def _to_reopen(need: Need) -> BlockRow:
    url = reverse("prescriptions:need_detail", args=[need.reference])
    told = f"{need.get_kind_display()}{HARD}: {need.get_loss_display().lower()}, à rouvrir ou non"
    return BlockRow(need.prescription.household.name, url, told, since(need.lost_at))


def _draft(prescription: Any) -> BlockRow:
    url = reverse("prescriptions:prescription_edit", args=[prescription.reference])
    swept = f", s’efface {until(prescription.swept_at, 'le')} si personne ne l’ouvre" if prescription.swept_at else ""
    kept = f"{prescription.reference}{swept}"
    return BlockRow(prescription.household.name, url, kept, since(prescription.created_at, "commencé"))
