"""The directory of those who prescribe: a service of a structure, where it receives, for which communes."""

from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Q

from calendars.days import day_start
from calendars.working_days import add_months
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.forms import validate_telephone
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import OrganisationKind, ServiceState, StructureKind
from network.models.membership import Membership
from network.models.organisation import Organisation
from network.models.territory import Commune
from network.parameters import CONFIRM_MONTHS
from network.permissions import can_keep_service

S = ServiceState


def confirmed_before(day: date) -> datetime:
    """What was last confirmed before this instant is to be confirmed again on ``day``."""
    return day_start(add_months(day, -CONFIRM_MONTHS.on(day)))


class PublicServiceQuerySet(models.QuerySet["PublicService"]):
    """Reads of the directory."""

    def visible_to(self, actor: Actor | None) -> Self:
        """What is published of active structures, to whoever signs in; besides, to whoever keeps them, their own."""
        if actor is SYSTEM:
            return self.all()
        if actor is None:
            return self.none()
        seen, own = Q(state=S.PUBLISHED, organisation__is_active=True), can_keep_service(actor)
        if own is None:
            return self.filter(seen)
        return self.filter(seen | own) if own else self.all()

    def in_directory(self) -> Self:
        """What the directory tells: published, of a structure that still works with the chain."""
        return self.filter(state=S.PUBLISHED, organisation__is_active=True)

    def to_confirm(self, day: date) -> Self:
        """Those that nobody has said to be right for so many months."""
        return self.in_directory().filter(confirmed_at__lt=confirmed_before(day))


class PublicService(Stateful):
    """One service of a structure that prescribes, as its public reads it: it names no person."""

    state = StateField("état", choices=ServiceState, default=S.PUBLISHED, protected=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="services", verbose_name="structure")
    kind = models.CharField("sorte de structure", max_length=16, choices=StructureKind)
    name = models.CharField("service", max_length=120)
    address = models.CharField("adresse", max_length=200, blank=True)
    communes = models.ManyToManyField(Commune, related_name="+", verbose_name="communes desservies")
    phone = models.CharField("téléphone", max_length=20, blank=True, validators=[validate_telephone])
    email = models.EmailField("courriel", blank=True)
    hours = models.CharField("accueil", max_length=300, blank=True)

    confirmed_at = models.DateTimeField("vérifiée le", editable=False)
    confirmed_by = models.ForeignKey(Membership, models.PROTECT, editable=False, related_name="+")

    objects = PublicServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "fiche de l’annuaire"
        verbose_name_plural = "fiches de l’annuaire"
        ordering = ("organisation__name", "name", "pk")
        constraints = (
            models.CheckConstraint(condition=Q(state__in=S.values), name="network_publicservice_state_known"),
            models.CheckConstraint(condition=Q(kind__in=StructureKind.values), name="network_publicservice_kind"),
            models.UniqueConstraint(
                fields=("organisation", "name"),
                condition=Q(state=S.PUBLISHED),
                name="network_publicservice_once",
                violation_error_message="Cette structure a déjà une fiche à ce nom.",
            ),
            models.CheckConstraint(condition=~Q(phone="", email=""), name="network_publicservice_reachable"),
        )

    def __str__(self) -> str:
        return f"{self.name}, {self.organisation.name}"

    def is_to_confirm(self, day: date) -> bool:
        """Whether nobody has said it to be right for so many months."""
        return self.state == S.PUBLISHED and self.confirmed_at < confirmed_before(day)


class PublicServiceEntry(Entry):
    """The journal of the directory."""

    object = models.ForeignKey(PublicService, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal de l’annuaire"
        verbose_name_plural = "journal de l’annuaire"


def prescribers() -> models.QuerySet[Organisation]:
    """The structures that prescribe, and still work with the chain."""
    return Organisation.objects.active().of_kind(OrganisationKind.PRESCRIBER)
