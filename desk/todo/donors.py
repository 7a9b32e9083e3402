"""« À faire » of a donor: its lots on the chain, its deed to accept, the proofs that its data are gone."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast
from django.urls import reverse

from desk.todo.blocks import WHOLE, Block, BlockRow, TodoAction, TodoPage, since
from donations.enums import DonationPaperKind, DonationState
from donations.models import DeedAcceptance, Donation, DonationPaper
from network.models import Membership
from typography.french import day, grouped, plural

S = DonationState


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """What is left to the donor to do is little: finish a draft, accept the deed. Then it reads what became of it."""
    lots = Donation.objects.visible_to(actor)
    return TodoPage(
        actions=(TodoAction("Proposer un lot", reverse("donations:donation_create")),),
        blocks=(_deeds(lots), _drafts(lots), _lots(lots), _certificates(actor)),
        changes=("donation", "device"),
    )


def _deeds(lots: QuerySet[Donation]) -> Block:
    accepted = DeedAcceptance.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))
    return Block(
        "actes-de-don",
        "Actes de don à accepter",
        lots.filter(~Exists(accepted), state=S.QUALIFIED).order_by("qualified_at", "pk"),
        _deed,
        "Aucun acte de don n’attend votre accord.",
    )


def _drafts(lots: QuerySet[Donation]) -> Block:
    return Block(
        "brouillons",
        "Lots à finir d’annoncer",
        lots.filter(state=S.DRAFT).order_by("created_at", "pk"),
        _draft,
        "Aucun lot en cours de saisie.",
        f"{reverse('donations:donation_list')}?state={S.DRAFT}",
    )


def _lots(lots: QuerySet[Donation]) -> Block:
    return Block(
        "lots",
        "Mes lots sur la chaîne",
        lots.order_by("-moved_at", "-pk"),
        _lot,
        "Proposez un premier lot\u00a0: vous suivrez ici chaque appareil, de l’enlèvement au foyer.",
        reverse("donations:donation_list") + WHOLE,
    )


def _certificates(actor: Membership) -> Block:
    """The erasure certificate of each lot: the last one, which replaces those before."""
    certificates = DonationPaper.objects.visible_to(actor).filter(kind=DonationPaperKind.ERASURE)
    later = certificates.filter(donation=OuterRef("donation"), pk__gt=OuterRef("pk"))
    remaining = Cast(KeyTextTransform("remaining", "document__values"), IntegerField())
    last = certificates.filter(~Exists(later)).annotate(remaining=remaining)
    return Block(
        "certificats",
        "Certificats d’effacement à télécharger",
        last.select_related("donation", "document").defer("document__values").order_by("-pk"),
        _certificate,
        "Le certificat d’un lot apparaît ici une fois le lot soldé\u00a0; un autre le remplace quand on en sait plus.",
    )


def _deed(donation: Donation) -> BlockRow:
    url = reverse("donations:donation_accept_deed", args=[donation.reference])
    return BlockRow(f"Lot {donation.reference}", url, donation.site, since(donation.qualified_at, "qualifié"))


def _draft(donation: Donation) -> BlockRow:
    url = reverse("donations:donation_edit", args=[donation.reference])
    return BlockRow(f"Lot {donation.reference}", url, donation.site, since(donation.created_at, "commencé"))


def _lot(donation: Any) -> BlockRow:
    url = reverse("donations:donation_detail", args=[donation.reference])
    return BlockRow(
        f"Lot {donation.reference}", url, donation.get_state_display(), since(donation.moved_at), row=donation
    )


def _certificate(paper: Any) -> BlockRow:
    url = reverse("donations:donation_paper", args=[paper.donation.reference, paper.pk])
    made = f"établi le {day(paper.document.created_at)}"
    left = paper.remaining or 0
    told = f", {grouped(left)} appareil{plural(left)} à prouver" if left else ""
    return BlockRow(f"Lot {paper.donation.reference}", url, f"certificat du lot, PDF{told}", made)
