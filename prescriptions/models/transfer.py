"""Transfers: a prescriber offers a household's file to another one, which takes it or does not."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.models import Membership, Organisation
from prescriptions.enums import TransferRefusal, TransferState
from prescriptions.models.prescription import Prescription
from prescriptions.permissions import sees_transfers

S = TransferState


class TransferQuerySet(models.QuerySet["Transfer"]):
    """Reads of transfers."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot; for a prescriber, those it offers and those it is offered."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_transfers(actor)
        return self.none() if scope is None else self.filter(scope)

    def waiting(self) -> Self:
        """Those that are not answered yet."""
        return self.filter(state=TransferState.ASKED)


class Transfer(Stateful):
    """One prescription offered by a prescriber to another one. Until it is accepted, the receiver reads no name."""

    state = StateField("état", choices=TransferState, default=TransferState.ASKED, protected=True)
    prescription = models.ForeignKey(
        Prescription, models.PROTECT, related_name="transfers", verbose_name="prescription"
    )
    sender = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="proposé par")
    receiver = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="proposé à")
    asked_at = models.DateTimeField("proposé le", null=True, editable=False)
    asked_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="proposé par"
    )
    settled_at = models.DateTimeField("réglé le", null=True, editable=False)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, editable=False, related_name="+", verbose_name="réglé par"
    )
    refusal = models.CharField("motif", max_length=10, choices=TransferRefusal, blank=True, editable=False)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = "transfert"
        ordering = ("-pk",)
        indexes = (models.Index(fields=("receiver", "state"), name="prescriptions_transfer_receive"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=TransferState.values), name="prescriptions_transfer_state_known"
            ),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="prescriptions_transfer_two"),
            models.UniqueConstraint(
                fields=("prescription",), condition=Q(state=S.ASKED), name="prescriptions_transfer_one_asked"
            ),
            models.CheckConstraint(
                condition=Q(state=S.ASKED, settled_at=None) | ~Q(state=S.ASKED) & Q(settled_at__isnull=False),
                name="prescriptions_transfer_settled",
            ),
            models.CheckConstraint(
                condition=Q(state=S.DECLINED, refusal__in=TransferRefusal.values)
                | ~Q(state=S.DECLINED) & Q(refusal=""),
                name="prescriptions_transfer_refusal",
            ),
        )


class TransferEntry(Entry):
    """The journal of transfers."""

    object = models.ForeignKey(Transfer, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des transferts"
        verbose_name_plural = "journal des transferts"
