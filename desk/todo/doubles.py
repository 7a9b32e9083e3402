"""« À faire »: files that look alike, of whoever sees every file, or whom a list brought some; needs asked twice."""

from datetime import date, datetime

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from desk.todo.blocks import Block, BlockRow, since
from desk.todo.limits import Limits
from network.models import Membership
from network.permissions import is_manager
from prescriptions.doubles import Alike, asked_of_nobody_else, unanswered_of
from prescriptions.enums import NeedState, PrescriptionState
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Household, Need, Prescription
from prescriptions.models.need import twin_open
from typography.french import HARD


def doubles(limits: Limits) -> Block:
    """One line for two files that nobody else is asked to compare. No name is told."""
    return Block(
        "ressemblances",
        "Dossiers qui se ressemblent",
        lambda: asked_of_nobody_else(limits.values),
        _pair,
        "Aucune ressemblance n’attend votre réponse.",
    )


def _pair(pair: tuple[Household, Alike]) -> BlockRow:
    file, alike = pair
    said = f"{alike.likeness.label}{HARD}: {', '.join(str(sign.label) for sign in alike.signs)}"
    url = reverse("prescriptions:household_doubles", args=[file.reference])
    return BlockRow(f"{file.reference} et {alike.household.reference}", url, f"{said}. Dites si c’est le même foyer")


def imported_doubles(actor: Membership, at: datetime) -> Block:
    """The drafts that a list brought to a worker, or to the team of a manager, and that look like a file he sees."""
    drafts = Prescription.objects.visible_to(actor).filter(
        state=PrescriptionState.DRAFT, household__import_line__isnull=False
    )
    mine = drafts if is_manager(actor) else drafts.followed_by(actor)
    return Block(
        "importes-ressemblants",
        "Personnes importées qui ressemblent à un dossier",
        lambda: waiting_of(mine, actor, timezone.localdate(at)),
        _imported,
        "Aucune personne importée ne ressemble à un dossier.",
    )


def waiting_of(drafts: QuerySet[Prescription], actor: Membership, day: date) -> list[Prescription]:
    """Those of these drafts about which it is to be said whether they are of a household known already."""
    waiting = unanswered_of(drafts.values_list("pk", flat=True), actor, day)
    return list(drafts.filter(pk__in=list(waiting)).select_related("household").order_by("pk"))


def _imported(prescription: Prescription) -> BlockRow:
    url = reverse("prescriptions:prescription_doubles", args=[prescription.reference])
    asked = f"{prescription.reference}{HARD}: dites si c’est le même foyer, avant de finir le brouillon"
    return BlockRow(prescription.household.name, url, asked)


def needs_asked_twice(files: QuerySet[Prescription]) -> Block:
    """The same need for one household in two requests, once both are accepted, or one is opened again."""
    accepted = files.filter(unrestricted("household"), state=PrescriptionState.ACCEPTED).order_by()
    needs = Need.objects.filter(twin_open(), prescription__in=accepted.values("pk"))
    return Block(
        "besoins-en-double",
        "Besoins demandés deux fois",
        needs.filter(state__in=(NeedState.WAITING, NeedState.IN_PROGRESS))
        .select_related("prescription__household")
        .order_by("accepted_at", "pk"),
        _twice,
        "Aucun foyer n’a le même besoin dans deux demandes.",
    )


def _twice(need: Need) -> BlockRow:
    url = reverse("prescriptions:need_detail", args=[need.reference])
    told = f"{need.get_kind_display()}{HARD}: aussi dans une autre demande, abandonnez celui qui est de trop"
    return BlockRow(need.prescription.household.name, url, told, since(need.accepted_at, "accepté"))
