"""Devices: what is stored of them, what is always true of it, how they are read."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, Func, OuterRef, Q, Subquery
from django.utils.functional import cached_property

from conventions.models import MONEY, Convention, PriceCeiling, Quota
from donations.enums import DonorKind
from donations.models.donation import Donation, DonationLine
from donations.models.inventory import InventoryUnit, called
from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from lifecycle.references import scanned
from network.models import Epci, Organisation
from prescriptions.models import Need
from refurb.enums import (
    CEILED,
    ENDED,
    GONE,
    HOLDS_A_NEED,
    NOT_YET_HANDED_OVER,
    RECALLED,
    WASTE,
    WITH_PRICE,
    CedeReason,
    DeviceState,
    DeviceType,
    MissingReason,
    ReturnReason,
    UnreadReason,
    UnusableReason,
    WithdrawalReason,
)
from refurb.models.bench import Grading
from refurb.models.device_constraints import DISTRIBUTION
from refurb.models.evidence import serial_key_of
from refurb.models.points import Delivery, DistributionPoint
from refurb.models.predicates import for_recycling, left_behind, never_held_data, unproven
from refurb.permissions import sees_devices
from refurb.tags import LONGEST, SPELT_OUT, normal

S = DeviceState
UNSEEN = (S.DECLARED, S.COLLECTED)
MAY_BE_UNSEEN = (*UNSEEN, S.MISSING, S.WITHDRAWN)
"""States a device may be in without ever having been received."""
TERRITORIES = ("convention__epci", "convention__epci_party__epci")
"""The columns that say which territories it may serve: those of its convention, before and after a merger."""


class DeviceQuerySet(models.QuerySet["Device"]):
    """Reads of devices."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All for the pilot and the system; of one's workshop, of one's donations, sent to one's points."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_devices(actor)
        return self.none() if scope is None else self.filter(scope)

    def expected(self) -> Self:
        """Announced or picked up, not yet seen; those already picked up first: a scan takes the first."""
        return self.filter(state__in=UNSEEN).order_by(F("collected_at").asc(nulls_last=True), "pk")

    def holding_data(self) -> Self:
        """All but what its donor announced as a screen, and nobody calls otherwise."""
        return self.exclude(never_held_data())

    def proven(self) -> Self:
        """Storage inventoried in the present stay and proven empty, or gone; the wall of the database asks the same."""
        return self.alias(
            is_proven=Func(
                F("pk"),
                F("type"),
                F("stay"),
                F("received_at"),
                function="refurb_device_proven",
                output_field=models.BooleanField(),
            )
        ).filter(is_proven=True)

    def on_the_way_back(self) -> Self:
        """Sent back by a point, and nobody at the workshop said where it is put or took it in hand since."""
        moves = DeviceEntry.objects.filter(object=OuterRef("pk")).exclude(source=F("target")).order_by("-seq")
        waiting = self.filter(state=S.RECEIVED, stay__gt=1, place="")
        return waiting.alias(moved_by=Subquery(moves.values("verb")[:1])).filter(moved_by="send_back")

    def twins_of(self, device: "Device") -> Self:
        """Other devices, still followed, that bear the same maker's number; a placeholder is no number."""
        if not device.serial_key:
            return self.none()
        return self.filter(serial_key=device.serial_key).exclude(pk=device.pk).exclude(state__in=ENDED)

    def tagged(self, text: str) -> Self:
        """Those whose label is this one, however it is spelt; none when nothing is written."""
        key = normal(text)
        return self.filter(tag_key=key) if key else self.none()

    def named(self, text: str, *, begun: bool = False) -> Self:
        """Those that have this label, reference or serial number, however it is spelt; ``begun``: or a longer label.

        What a maker wrote in the place of a number (« 0 », « To be filled… ») names nobody.
        """
        wanted = scanned(text)
        key = normal(wanted)
        label = Q(tag_key__startswith=key) if begun and key else Q(tag_key=key)
        serial = Q(serial__iexact=wanted) & ~Q(serial_key="")
        return self.filter((label & ~Q(tag="")) | Q(reference__iexact=wanted) | serial)

    def labelled(self, texts: Collection[str]) -> Self:
        """Those that have one of these labels, however it is spelt, or one of these references; one query for all."""
        keys, references = {normal(text) for text in texts}, [text.upper() for text in texts]
        return self.filter(Q(tag_key__in=keys) & ~Q(tag="") | Q(reference__in=references))

    def main(self) -> Self:
        """Without the screens that go with a desktop."""
        return self.filter(attached_to=None)

    def never_seen(self) -> Self:
        """Those that have not left their donor, those that are looked for already included."""
        return self.filter(state__in=(S.DECLARED, S.MISSING), stay=0, collected_at=None)

    def to_send_back(self, at: datetime, alive: models.QuerySet[Convention] | None = None) -> Self:
        """Not handed over, and their convention has been over for too long for them to be (machines §3.19).

        ``alive``: ``Convention.objects.handing_over(at)``, from whoever has asked it already.
        """
        alive = Convention.objects.handing_over(at) if alive is None else alive
        return self.filter(state__in=NOT_YET_HANDED_OVER).exclude(convention__in=alive.values("pk"))

    def to_recall(self) -> Self:
        """Out of the workshop with a drive that nothing proves empty, as everybody was told since, and still not."""
        incidents = self.model._meta.get_field("incidents").related_model._default_manager
        told = incidents.filter(kind__in=RECALLED, device=OuterRef("pk"), stay=OuterRef("stay"))
        return self.filter(unproven() | left_behind(), Exists(told), state__in=GONE)

    def serving(self, need: Need) -> Self:
        """The device that is held for a need or was handed over for it; a screen is not counted."""
        return self.main().filter(need=need, state__in=HOLDS_A_NEED)


class Device(Stateful):
    """One device, from the unit of a donation line to a household, or to waste."""

    state = StateField("état", choices=DeviceState, default=DeviceState.DECLARED, protected=True)
    type = models.CharField("type", max_length=12, choices=DeviceType)
    donor_kind = models.CharField("nature du donateur", max_length=10, choices=DonorKind)
    donation = models.ForeignKey(
        Donation, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="lot"
    )
    line = models.ForeignKey(
        DonationLine, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="ligne du lot"
    )
    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="devices", verbose_name="atelier")
    origin_epci = models.ForeignKey(
        Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="EPCI d’origine"
    )
    convention_epci = models.ForeignKey(
        Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="EPCI de la convention"
    )
    unannounced = models.BooleanField("inattendu", default=False)
    inventory = models.OneToOneField(
        InventoryUnit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="device",
        verbose_name="machine de l’inventaire",
    )

    serial = models.CharField("numéro de série", max_length=80, blank=True)
    serial_key = serial_key_of("serial")
    manufacturer = models.CharField("marque", max_length=60, blank=True)
    model = models.CharField("modèle", max_length=80, blank=True)
    year = models.PositiveSmallIntegerField("année d’achat", null=True, blank=True)
    place = models.CharField("rangé à", max_length=60, blank=True)
    # By the clock of the database, written by a trigger whoever writes the place: a stocktake asks which came last.
    place_written_at = models.DateTimeField("place écrite le", null=True, blank=True, editable=False)

    processor = models.CharField("processeur", max_length=80, blank=True)
    memory_gb = models.PositiveSmallIntegerField("mémoire (Go)", null=True, blank=True)
    unread = models.CharField("non relevé car", max_length=12, choices=UnreadReason, blank=True)

    tag = models.CharField("étiquette", max_length=LONGEST, blank=True)
    tag_key = models.GeneratedField(
        expression=SPELT_OUT,
        output_field=models.CharField(max_length=LONGEST),
        db_persist=True,
        verbose_name="étiquette, sans casse, espaces ni tirets",
    )
    tag_twin = models.PositiveSmallIntegerField("se lit comme une autre", default=0, editable=False)
    stay = models.PositiveSmallIntegerField("passage à l’atelier", default=0)
    collected_at = models.DateTimeField("enlevé le", null=True, blank=True)
    received_at = models.DateTimeField("arrivé le", null=True, blank=True)
    ready_at = models.DateTimeField("reconditionné le", null=True, blank=True)
    grade = models.CharField("grade", max_length=12, blank=True)
    grading = models.ForeignKey(
        Grading, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="classement"
    )
    price = models.DecimalField("prix solidaire", null=True, blank=True, **MONEY)
    price_ceiling = models.DecimalField("plafond appliqué", null=True, blank=True, **MONEY)
    part_wanted = models.CharField("pièce attendue", max_length=120, blank=True)
    unusable_at = models.DateTimeField("déclaré non réemployable le", null=True, blank=True)
    unusable_reason = models.CharField("non réemployable car", max_length=20, choices=UnusableReason, blank=True)
    missing_at = models.DateTimeField("manquant depuis le", null=True, blank=True)
    missing_reason = models.CharField("manquant car", max_length=20, choices=MissingReason, blank=True)
    withdrawal_reason = models.CharField("retiré car", max_length=20, choices=WithdrawalReason, blank=True)
    ended_at = models.DateTimeField("sorti le", null=True, blank=True)
    recycler = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="recycleur"
    )
    bsd_number = models.CharField("numéro de bordereau (BSD)", max_length=40, blank=True)
    destruction_awaited = models.BooleanField("destruction certifiée attendue", default=False)
    recipient = models.CharField("cédé à", max_length=160, blank=True)
    cede_reason = models.CharField("cédé pour", max_length=20, choices=CedeReason, blank=True)

    convention = models.ForeignKey(
        Convention, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="convention"
    )
    quota = models.ForeignKey(
        Quota, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="place occupée"
    )
    allotted_at = models.DateTimeField("affecté le", null=True, blank=True)
    attached_to = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="screens", verbose_name="écran de"
    )
    point = models.ForeignKey(
        DistributionPoint, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="point"
    )
    delivery = models.ForeignKey(
        Delivery, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="livraison"
    )
    shipped_at = models.DateTimeField("expédié le", null=True, blank=True)
    available_at = models.DateTimeField("mis en rayon le", null=True, blank=True)
    need = models.ForeignKey(Need, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name="besoin")
    reserved_at = models.DateTimeField("réservé le", null=True, blank=True)
    reserved_until = models.DateTimeField("réservé jusqu’au", null=True, blank=True)
    handed_over_at = models.DateTimeField("remis le", null=True, blank=True)
    sale_price = models.DecimalField("prix de vente", null=True, blank=True, **MONEY)
    sale_ceiling = models.DecimalField("plafond à la remise", null=True, blank=True, **MONEY)
    warranty_until = models.DateField("garanti jusqu’au", null=True, blank=True)
    returned_at = models.DateTimeField("rapporté le", null=True, blank=True)
    return_reason = models.CharField("rapporté car", max_length=20, choices=ReturnReason, blank=True)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="remplace"
    )

    # Of its journal; read by ``refurb.donor_data``, never stored.
    was_emptied: bool | None
    used_at: datetime | None

    objects = DeviceQuerySet.as_manager()

    class Meta:
        verbose_name = "appareil"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("workshop", "state"), name="refurb_device_bench"),
            models.Index(fields=("serial",), name="refurb_device_serial", condition=~Q(serial="")),
            models.Index(fields=("serial_key",), name="refurb_device_serial_key", condition=~Q(serial_key="")),
            models.Index(fields=("point", "state"), name="refurb_device_shelf"),
            models.Index(fields=("tag_key",), name="refurb_device_tag_key", opclasses=["varchar_pattern_ops"]),
            models.Index(fields=("reserved_until",), name="refurb_device_reserved", condition=Q(state=S.RESERVED)),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("workshop", "tag_key", "tag_twin"),
                condition=~Q(tag="") & ~Q(state__in=ENDED),
                name="refurb_device_tag_once",
            ),
            models.CheckConstraint(
                condition=Q(unread="") | Q(unread__in=UnreadReason.values), name="refurb_device_unread"
            ),
            models.CheckConstraint(condition=Q(state__in=S.values), name="refurb_device_state_known"),
            models.CheckConstraint(condition=Q(type__in=DeviceType.values), name="refurb_device_type_known"),
            models.CheckConstraint(condition=Q(donor_kind__in=DonorKind.values), name="refurb_device_donor_kind_known"),
            models.CheckConstraint(
                condition=Q(line=None) | Q(donation__isnull=False), name="refurb_device_line_of_donation"
            ),
            models.CheckConstraint(
                condition=Q(donation__isnull=False) & ~Q(donor_kind=DonorKind.UNKNOWN)
                | Q(donation=None, unannounced=True, donor_kind=DonorKind.UNKNOWN),
                name="refurb_device_origin",
            ),
            models.CheckConstraint(
                condition=Q(stay=0, tag="", received_at=None) | Q(stay__gte=1, received_at__isnull=False) & ~Q(tag=""),
                name="refurb_device_received",
            ),
            models.CheckConstraint(
                condition=Q(state__in=UNSEEN, stay=0)
                | Q(state__in=(S.MISSING, S.WITHDRAWN))
                | ~Q(state__in=MAY_BE_UNSEEN) & Q(stay__gte=1),
                name="refurb_device_stay",
            ),
            models.CheckConstraint(
                condition=~Q(state=S.COLLECTED) | Q(collected_at__isnull=False), name="refurb_device_collected"
            ),
            models.CheckConstraint(
                condition=Q(state__in=WITH_PRICE, ready_at__isnull=False, grading__isnull=False, price__gte=0)
                & ~Q(grade="")
                | Q(state=S.MISSING)
                | ~Q(state__in=(*WITH_PRICE, S.MISSING)) & Q(ready_at=None, grading=None, price=None, grade=""),
                name="refurb_device_graded_and_priced",
            ),
            models.CheckConstraint(
                condition=Q(price=None)
                | ~Q(donor_kind__in=CEILED)
                | Q(price_ceiling__isnull=False, price__lte=F("price_ceiling")),
                name="refurb_device_price_ceiling",
            ),
            models.CheckConstraint(
                condition=Q(state=S.AWAITING_PART) & ~Q(part_wanted="") | ~Q(state=S.AWAITING_PART) & Q(part_wanted=""),
                name="refurb_device_part_wanted",
            ),
            models.CheckConstraint(
                condition=Q(state__in=WASTE, unusable_at__isnull=False) & ~Q(unusable_reason="")
                | ~Q(state__in=(*WASTE, S.MISSING)) & Q(unusable_at=None, unusable_reason="")
                | Q(state=S.MISSING),
                name="refurb_device_unusable",
            ),
            models.CheckConstraint(
                condition=Q(state=S.MISSING, missing_at__isnull=False) & ~Q(missing_reason="")
                | ~Q(state=S.MISSING) & Q(missing_at=None, missing_reason=""),
                name="refurb_device_missing",
            ),
            models.CheckConstraint(
                condition=Q(state=S.WITHDRAWN) & ~Q(withdrawal_reason="")
                | ~Q(state=S.WITHDRAWN) & Q(withdrawal_reason=""),
                name="refurb_device_withdrawn",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False) | ~Q(state__in=ENDED) & Q(ended_at=None),
                name="refurb_device_ended",
            ),
            models.CheckConstraint(
                condition=Q(state=S.RECYCLED, recycler__isnull=False) & ~Q(bsd_number="")
                | ~Q(state=S.RECYCLED) & Q(recycler=None, bsd_number="", destruction_awaited=False),
                name="refurb_device_recycled",
            ),
            models.CheckConstraint(
                condition=Q(state=S.CEDED) & ~Q(recipient="") & ~Q(cede_reason="")
                | ~Q(state=S.CEDED) & Q(recipient="", cede_reason=""),
                name="refurb_device_ceded",
            ),
            *DISTRIBUTION,
        )

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.tag or self.reference}"

    @cached_property
    def is_for_recycling(self) -> bool:
        """As ``for_recycling``, of one device; one query."""
        return self.line_id is not None and Device.objects.filter(for_recycling(), pk=self.pk).exists()

    @cached_property
    def never_held_data(self) -> bool:
        """As ``never_held_data``, of one device; one query for a screen."""
        return self.type == DeviceType.SCREEN and Device.objects.filter(never_held_data(), pk=self.pk).exists()

    @property
    def called(self) -> str:
        """Its maker and its model on one line, the maker said once; nothing when neither is known."""
        return called(self.manufacturer, self.model)

    @property
    def is_said_stolen(self) -> bool:
        """Whether it is looked for and a theft was told, that nobody has denied."""
        return self.missing_reason == MissingReason.THEFT

    @property
    def is_under_ceiling_rule(self) -> bool:
        """Given by a public body, or of unknown origin: the legal price ceiling applies."""
        return self.donor_kind in CEILED

    def ceiling_on(self, day: date) -> PriceCeiling | None:
        """The price ceiling of its type in force on ``day``, whether the rule applies to it or not."""
        return PriceCeiling.objects.filter(type=self.type).on(day).first()


class DeviceEntry(Entry):
    """The journal of devices. The dimensions are those after the move: a later correction rewrites no past month."""

    object = models.ForeignKey(Device, models.PROTECT, related_name="journal", verbose_name="appareil")
    type = models.CharField("type", max_length=12, choices=DeviceType)
    origin_epci = models.ForeignKey(Epci, models.PROTECT, null=True, related_name="+", verbose_name="EPCI d’origine")
    convention_epci = models.ForeignKey(
        Epci, models.PROTECT, null=True, related_name="+", verbose_name="EPCI de la convention"
    )
    donor_kind = models.CharField("nature du donateur", max_length=10, choices=DonorKind)

    class Meta(Entry.Meta):
        verbose_name = "mouvement d’appareil"
        verbose_name_plural = "mouvements d’appareils"
