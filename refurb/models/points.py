"""Where devices are handed over, and the deliveries that bring them there."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Count, Exists, OuterRef, Q

from conventions.models import Convention
from documents.models import Document
from lifecycle.actors import SYSTEM, Actor
from lifecycle.references import new_reference
from network.models import Commune, Membership, Organisation
from refurb.enums import LineOutcome
from refurb.permissions import can_edit_point, sees_deliveries


def point_reference() -> str:
    """A new public reference of a distribution point."""
    return new_reference("G")


def delivery_reference() -> str:
    """A new public reference of a delivery note."""
    return new_reference("B")


class DistributionPointQuerySet(models.QuerySet["DistributionPoint"]):
    """Reads of distribution points."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Whoever acts knows where devices are handed over; a closed point is shown to those who keep the list."""
        if actor is None:
            return self.none()
        scope = Q() if actor is SYSTEM else can_edit_point(actor)
        if scope is None:
            return self.filter(is_active=True)
        return self.filter(Q(is_active=True) | scope) if scope else self.all()

    def serving(self, convention: Convention) -> Self:
        """The points in service of the distributor of a convention, those its relays hold included."""
        return self.filter(is_active=True, distributor=convention.distributor_id)

    def around(self, distributor: int, commune: int) -> "list[DistributionPoint]":
        """Where the households of a commune go: the points of that commune; else those of relays that serve it, in
        its EPCI first; else those of its EPCI. None when the distributor has no such point: nobody is sent across the
        département.
        """
        return self.around_each([(distributor, commune)])[distributor, commune]

    def around_each(self, pairs: Iterable[tuple[int, int]]) -> "dict[tuple[int, int], list[DistributionPoint]]":
        """``{(distributor, commune): its points}``, as ``around`` says them; three queries for the set."""
        asked = set(pairs)
        homes = Commune.objects.in_bulk({commune for _, commune in asked})
        points: dict[int, list[DistributionPoint]] = defaultdict(list)
        for point in self._open_to_households({distributor for distributor, _ in asked}):
            points[point.distributor_id].append(point)
        serving = _serving(commune__in=homes)
        return {
            (distributor, commune): _where(
                points[distributor], commune, homes[commune].epci_id, serving[commune] - {distributor}
            )
            for distributor, commune in asked
        }

    def communes_of(self, point: "DistributionPoint") -> list[int]:
        """The keys of the communes whose households go to this point, as ``around`` says; three queries."""
        points = self._open_to_households({point.distributor_id})
        serving = _serving()
        return [
            commune
            for commune, epci in Commune.objects.order_by("pk").values_list("pk", "epci")
            if point in _where(points, commune, epci, serving[commune] - {point.distributor_id})
        ]

    def _open_to_households(self, distributors: Collection[int]) -> "list[DistributionPoint]":
        rows = self.filter(is_active=True, distributor__in=distributors).select_related("commune", "organisation")
        return list(rows.order_by("name", "pk"))


def _serving(**which: Any) -> dict[int, set[int]]:
    """``{commune: the organisations that serve it}``, of the links that are asked for."""
    serving: dict[int, set[int]] = defaultdict(set)
    links = Organisation.communes_served.through.objects.filter(**which)
    for commune, organisation in links.values_list("commune", "organisation"):
        serving[commune].add(organisation)
    return serving


def _where(
    points: "list[DistributionPoint]", commune: int, epci: int, serving: Collection[int]
) -> "list[DistributionPoint]":
    """Those of ``points`` where the households of a commune go; ``serving``: the relays that serve it."""
    near = [point for point in points if point.commune.epci_id == epci]
    ways = (
        [point for point in points if point.commune_id == commune],
        [point for point in near if point.organisation_id in serving],
        [point for point in points if point.organisation_id in serving],
        near,
    )
    return next((found for found in ways if found), [])


class DistributionPoint(models.Model):
    """A place where devices are handed over: a distributor's own, or one that a relay holds under it."""

    reference = models.CharField("référence", max_length=12, unique=True, default=point_reference, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="points_held", verbose_name="tenu par")
    distributor = models.ForeignKey(Organisation, models.PROTECT, related_name="points", verbose_name="distributeur")
    name = models.CharField("nom", max_length=120)
    address = models.CharField("adresse", max_length=200)
    postcode = models.CharField(
        "code postal",
        max_length=5,
        validators=[RegexValidator(r"^[0-9]{5}$", "Un code postal compte 5 chiffres.")],
    )
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    opening = models.CharField("ouverture", max_length=250, blank=True)
    is_active = models.BooleanField("en service", default=True)

    objects = DistributionPointQuerySet.as_manager()

    class Meta:
        verbose_name = "point de distribution"
        verbose_name_plural = "points de distribution"
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(address="") & Q(postcode__regex=r"^[0-9]{5}$"),
                name="refurb_distributionpoint_address",
            ),
            models.UniqueConstraint(fields=("distributor", "name"), name="refurb_distributionpoint_once"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> str:
        """Its address on one line."""
        return f"{self.address}, {self.postcode} {self.commune.name}"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Reads of deliveries."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot, those of one's workshop, those to one's points."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_deliveries(actor)
        return self.none() if scope is None else self.filter(scope)

    def counted(self) -> Self:
        """Each delivery with how many ``sent`` devices it holds and how many are still ``expected``."""
        return self.annotate(
            sent=Count("lines", filter=~Q(lines__outcome=LineOutcome.CANCELLED)),
            expected=Count("lines", filter=Q(lines__outcome=LineOutcome.EXPECTED)),
            missing=Count("lines", filter=Q(lines__outcome=LineOutcome.MISSING)),
        )

    def open(self) -> Self:
        """Those with a line that is still expected at the point."""
        return self.filter(Exists(DeliveryLine.objects.filter(delivery=OuterRef("pk"), outcome=LineOutcome.EXPECTED)))


class Delivery(models.Model):
    """One delivery note: the devices of one convention that leave a workshop for one point together."""

    reference = models.CharField("référence", max_length=12, unique=True, default=delivery_reference, editable=False)
    convention = models.ForeignKey(Convention, models.PROTECT, related_name="deliveries", verbose_name="convention")
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="deliveries", verbose_name="atelier")
    point = models.ForeignKey(DistributionPoint, models.PROTECT, related_name="deliveries", verbose_name="point")
    prepared_at = models.DateTimeField("établi le")
    prepared_by = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, blank=True, related_name="delivery", verbose_name="bon de livraison"
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "livraison"
        ordering = ("-prepared_at", "-pk")
        indexes = (models.Index(fields=("point", "-prepared_at"), name="refurb_delivery_point"),)

    def __str__(self) -> str:
        return f"Livraison {self.reference}"


class DeliveryLine(models.Model):
    """One device of a delivery, and what became of it at the other end."""

    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="lines", verbose_name="livraison")
    device = models.ForeignKey("refurb.Device", models.PROTECT, related_name="delivery_lines", verbose_name="appareil")
    outcome = models.CharField("issue", max_length=10, choices=LineOutcome, default=LineOutcome.EXPECTED)
    settled_at = models.DateTimeField("constaté le", null=True, blank=True)
    settled_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="constaté par"
    )

    class Meta:
        verbose_name = "ligne de livraison"
        verbose_name_plural = "lignes de livraison"
        ordering = ("delivery", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=("device",), condition=Q(outcome=LineOutcome.EXPECTED), name="refurb_deliveryline_one_open"
            ),
            models.CheckConstraint(
                condition=Q(outcome=LineOutcome.EXPECTED, settled_at=None)
                | Q(outcome__in=LineOutcome.values, settled_at__isnull=False) & ~Q(outcome=LineOutcome.EXPECTED),
                name="refurb_deliveryline_settled",
            ),
        )

    def __str__(self) -> str:
        return f"{self.device}\u00a0: {self.get_outcome_display().lower()}"
