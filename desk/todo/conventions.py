"""What the circuits of conventions ask: reviews, signatures, drafts, what is signed and not yet in force."""

from datetime import datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from conventions.enums import ConventionState
from conventions.models import Convention
from conventions.permissions import can_activate_convention, can_edit_convention
from conventions.templatetags.conventions import working_days
from conventions.views.inbox import Item, items_of
from desk.todo.blocks import Block, BlockRow, TodoAction, TodoPage, since, until
from network.models import Membership
from typography.french import day

S = ConventionState


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """A reviewer or a signatory of a party that is not an EPCI: he opens this twice a year."""
    return TodoPage(
        actions=(TodoAction("Conventions", reverse("conventions:convention_list")),),
        blocks=(inbox(actor),),
        changes=("convention", "review", "signature"),
    )


def inbox(actor: Membership) -> Block:
    """« À relire, à signer », with the day and the working days that are left."""
    return Block(
        "a-relire-a-signer",
        "Ce qui est attendu de vous",
        lambda: [item for item in items_of(actor) if not item.is_others],
        _asked,
        "Rien ne vous attend. Un texte à relire ou à signer apparaît ici, avec sa date, et vous recevez un courriel.",
        reverse("conventions:inbox"),
    )


def _asked(item: Item) -> BlockRow:
    if item.due_on is None:
        return BlockRow(item.name, item.url, item.convention.title, since(item.asked_at, "demandé"))
    when = f"pour le {day(item.due_on)}, {working_days(item.due_on)}"
    return BlockRow(item.name, item.url, item.convention.title, when, is_late=item.due_on < timezone.localdate())


def writing_blocks(actor: Membership, at: datetime) -> tuple[Block, ...]:
    """What the EPCI that writes and decides has to carry on."""
    seen = Convention.objects.visible_to(actor)
    listed = reverse("conventions:convention_list")
    blocks: tuple[Block, ...] = ()
    if can_edit_convention(actor) is not None:
        blocks += (
            Block(
                "projets",
                "Projets de convention à finir",
                seen.filter(state=S.DRAFT).order_by("moved_at", "pk"),
                _draft,
                "Aucun projet n’est en cours d’écriture.",
                f"{listed}?state={S.DRAFT}",
            ),
        )
    if can_activate_convention(actor) is not None:
        blocks += (
            Block(
                "a-mettre-en-vigueur",
                "Conventions signées, à mettre en vigueur",
                seen.filter(state=S.SIGNED).order_by("starts_on", "pk"),
                _signed,
                "Aucune convention signée n’attend.",
                f"{listed}?state={S.SIGNED}",
                late=Q(starts_on__lt=timezone.localdate(at)),
            ),
        )
    return blocks


def convention_page(convention: Convention) -> str:
    return reverse("conventions:convention_detail", args=[convention.reference])


def _draft(convention: Convention) -> BlockRow:
    url = reverse("conventions:convention_edit", args=[convention.reference])
    return BlockRow(convention.title, url, convention.reference, since(convention.moved_at, "modifié"))


def _signed(convention: Convention) -> BlockRow:
    when = until(convention.starts_on, "prend effet le")
    return BlockRow(convention.title, convention_page(convention), convention.reference, when)
