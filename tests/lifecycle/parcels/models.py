"""The tables of the tests' own machine."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation
from network.permissions import acts_as


class ParcelState(models.TextChoices):
    ANNOUNCED = "announced", "Annoncé"
    STORED = "stored", "En rayon"
    GIVEN = "given", "Remis"
    EXPIRED = "expired", "Échu"
    BROKEN = "broken", "Cassé"


class Depot(models.Model):
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    used = models.IntegerField(default=0)
    total = models.IntegerField(default=1)

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(used__lte=F("total")), name="parcels_depot_room"),)

    def __str__(self) -> str:
        return f"{self.used}/{self.total}"


class ParcelQuerySet(models.QuerySet["Parcel"]):
    def visible_to(self, actor: Actor) -> Self:
        if actor is SYSTEM or acts_as(actor, (Role.PILOT, OrganisationKind.DEPARTEMENT)):
            return self
        return self.filter(depot__organisation_id=actor.organisation_id)


class Parcel(Stateful):
    state = StateField("état", choices=ParcelState, protected=True)
    depot = models.ForeignKey(Depot, models.PROTECT)
    size = models.CharField(max_length=10, default="small")
    limit = models.IntegerField(default=100)
    weight = models.IntegerField(null=True, blank=True)
    label = models.CharField(max_length=20, blank=True, default="")
    rounds = models.IntegerField(default=0)
    stored_at = models.DateTimeField(null=True, blank=True)
    stored_by = models.ForeignKey(Membership, models.PROTECT, null=True, blank=True, related_name="+")
    given_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    inside = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="contents")

    objects = ParcelQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("label",), condition=~Q(label=""), name="parcels_label_once"),
            models.CheckConstraint(
                condition=~Q(state=ParcelState.STORED) | Q(stored_at__isnull=False),
                name="parcels_stored_stamp",
            ),
        )


class ParcelEntry(Entry):
    object = models.ForeignKey(Parcel, models.PROTECT, related_name="journal")
    size = models.CharField(max_length=10)
    depot = models.ForeignKey(Depot, models.PROTECT, related_name="+")


class SealProof(models.Model):
    parcel = models.ForeignKey(Parcel, models.PROTECT, related_name="seals")

    def __str__(self) -> str:
        return str(self.pk)
