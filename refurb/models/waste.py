"""The register of outgoing waste: one note per workshop and tracking number, corrected by newer rows."""

from decimal import Decimal
from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce

from lifecycle.actors import SYSTEM, Actor
from network.models import Membership, Organisation
from network.siret import is_siren, is_siret
from reference.dated import Dated
from refurb.enums import DeviceState, Hierarchy, Treatment, UndoneReason
from refurb.models.device import Device
from refurb.models.drive import Destruction, Drive
from refurb.permissions import certifies_destruction, sees_waste

CODE = r"^[0-9]{2} [0-9]{2} [0-9]{2}\*?$"
"""A code of the nomenclature: three pairs of figures, and a star for what is dangerous."""
LEAST_WEIGHT = Decimal("0.01")


def validate_company(value: str) -> None:
    """Refuse what is neither a SIREN nor a SIRET; raises ``ValidationError``."""
    if not (is_siren(value) or is_siret(value)):
        raise ValidationError(
            "Ce n’est ni un SIREN (9 chiffres) ni un SIRET (14 chiffres)\u00a0: vérifiez chaque chiffre.",
            code="company",
        )


class WasteCode(Dated):
    """A code of the nomenclature of waste (code de l’environnement, art. R. 541-7; decision 2000/532/EC)."""

    code = models.CharField(
        "code",
        max_length=9,
        validators=[
            RegexValidator(CODE, "Trois fois deux chiffres, et une étoile si c’est dangereux\u00a0: 16 02 13*.")
        ],
    )
    label = models.CharField("libellé", max_length=200)

    class Meta(Dated.Meta):
        verbose_name = "code de déchet"
        verbose_name_plural = "codes de déchets"
        ordering = ("code", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="refurb_wastecode_once"),
            models.CheckConstraint(condition=Q(code__regex=CODE), name="refurb_wastecode_shape"),
        )

    def __str__(self) -> str:
        return f"{self.code} – {self.label}"

    @property
    def is_dangerous(self) -> bool:
        """Whether the nomenclature says so, by a star."""
        return self.code.endswith("*")


class WasteNoteQuerySet(models.QuerySet["WasteNote"]):
    """Reads of waste notes."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of one's workshop, all for the pilot."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_waste(actor)
        return self.none() if scope is None else self.filter(scope)

    def current(self) -> Self:
        """The rows that no newer row supersedes: one per workshop and number."""
        return self.filter(superseded_by=None)

    def borne(self) -> Self:
        """Those under which devices left: a number that was corrected is borne by none, and is in no register."""
        return self.filter(Exists(_gone()))

    def to_certify_by(self, actor: Actor | None) -> Self:
        """Those under which drives left that this recycler is to certify destroyed, the oldest first.

        Those that it says it never had are none of them. ``numbers``: their serial numbers.
        """
        scope = certifies_destruction(actor)
        if scope is None:
            return self.none()
        waiting = self.current().borne().filter(scope)
        received = _received_drives()
        counted = received.order_by().values("device__bsd_number").annotate(n=Count("pk")).values("n")
        numbers = ArraySubquery(received.order_by("serial", "pk").values("serial"))
        waiting = waiting.annotate(awaited=Coalesce(Subquery(counted), Value(0)), numbers=numbers)
        return waiting.filter(awaited__gt=0).select_related("workshop").order_by("taken_on", "pk")

    def with_devices(self) -> Self:
        """Each note with ``types``, one per device that left under it, and ``awaited``, certificates still to come."""
        gone = _gone()
        drives = _awaited_drives().order_by().values("device__bsd_number").annotate(n=Count("pk")).values("n")
        return self.annotate(
            types=ArraySubquery(gone.order_by("type").values("type")), awaited=Coalesce(Subquery(drives), Value(0))
        )

    def incomplete(self) -> Self:
        """Those of which the register still lacks something."""
        return self.filter(
            Q(weight_kg=None)
            | Q(waste_code=None)
            | Q(carrier_name="")
            | Q(carrier_number="")
            | Q(treatment="")
            | Q(hierarchy="")
            | Q(destination=None) & (Q(recycler__siret="") | Q(recycler__address=""))
            | Q(destination__siret="")
            | Q(destination__address="")
            | Exists(_awaited_drives())
        )


def _gone() -> Any:
    """The devices that left under the number of the note of an outer query."""
    borne = {"workshop": OuterRef("workshop"), "bsd_number": OuterRef("bsd_number")}
    return Device.objects.filter(state=DeviceState.RECYCLED, **borne)


def _awaited_drives() -> Any:
    """Drives that the recycler is to certify destroyed, of the devices of the note of an outer query."""
    return (
        Drive.objects.unproven()
        .in_place()
        .filter(
            device__state=DeviceState.RECYCLED,
            device__destruction_awaited=True,
            device__workshop=OuterRef("workshop"),
            device__bsd_number=OuterRef("bsd_number"),
            stay=F("device__stay"),
        )
    )


def _received_drives() -> Any:
    """The same, less those of which their recycler said that it did not receive them."""
    never = Destruction.objects.filter(
        drive=OuterRef("pk"), undone=UndoneReason.NOT_RECEIVED, recycler=OuterRef("device__recycler")
    )
    return _awaited_drives().filter(~Exists(never))


class WasteNote(models.Model):
    """What left a workshop for a recycler under one tracking number (BSD); its devices bear the same number.

    Append-only: a newer row supersedes the one it completes or corrects. Contents: arrêté du 31 mai 2021, art. 2.
    """

    # Read by ``with_devices``, never stored.
    types: list[str]
    awaited: int

    workshop = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="atelier")
    bsd_number = models.CharField("numéro de bordereau (BSD)", max_length=40)
    recycler = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="recycleur")
    taken_on = models.DateField("expédié le")
    waste_code = models.ForeignKey(
        WasteCode, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="code du déchet"
    )
    weight_kg = models.DecimalField(
        "poids, en kg",
        max_digits=9,
        decimal_places=2,
        null=True,
        blank=True,
        validators=[MinValueValidator(LEAST_WEIGHT, "Un poids est plus grand que zéro.")],
    )
    pops = models.BooleanField("contient des polluants organiques persistants (POP)", null=True, blank=True)
    carrier_name = models.CharField("transporteur", max_length=160, blank=True)
    carrier_number = models.CharField(
        "SIREN ou SIRET du transporteur", max_length=14, blank=True, validators=[validate_company]
    )
    carrier_address = models.CharField("adresse du transporteur", max_length=250, blank=True)
    carrier_receipt = models.CharField("n° de récépissé du transporteur", max_length=40, blank=True)
    scheme_name = models.CharField("éco-organisme", max_length=160, blank=True)
    scheme_number = models.CharField(
        "SIREN ou SIRET de l’éco-organisme", max_length=14, blank=True, validators=[validate_company]
    )
    destination = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="destinataire"
    )
    treatment = models.CharField("traitement par le destinataire", max_length=3, choices=Treatment, blank=True)
    hierarchy = models.CharField("traitement final", max_length=10, choices=Hierarchy, blank=True)
    recorded_at = models.DateTimeField("enregistré le")
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, related_name="+", verbose_name="enregistré par"
    )
    supersedes = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="superseded_by", verbose_name="remplace"
    )

    objects = WasteNoteQuerySet.as_manager()

    class Meta:
        verbose_name = "bordereau de déchets"
        verbose_name_plural = "bordereaux de déchets"
        ordering = ("-taken_on", "-pk")
        indexes = (models.Index(fields=("workshop", "bsd_number"), name="refurb_wastenote_number"),)
        constraints = (
            models.UniqueConstraint(
                fields=("workshop", "bsd_number"), condition=Q(supersedes=None), name="refurb_wastenote_once"
            ),
            models.CheckConstraint(condition=~Q(bsd_number=""), name="refurb_wastenote_numbered"),
            models.CheckConstraint(condition=Q(weight_kg=None) | Q(weight_kg__gt=0), name="refurb_wastenote_weight"),
            models.CheckConstraint(
                condition=Q(treatment="") | Q(treatment__in=Treatment.values), name="refurb_wastenote_treatment"
            ),
            models.CheckConstraint(
                condition=Q(hierarchy="") | Q(hierarchy__in=Hierarchy.values), name="refurb_wastenote_hierarchy"
            ),
            models.CheckConstraint(
                condition=Q(supersedes=None) | ~Q(supersedes=F("id")), name="refurb_wastenote_supersedes"
            ),
        )

    def __str__(self) -> str:
        return self.bsd_number

    @property
    def receiver(self) -> Organisation:
        """Where the waste was sent: the recycler, unless another place is named."""
        return self.destination or self.recycler

    @property
    def missing(self) -> list[str]:
        """What the register still lacks of a note read ``with_devices``, in words."""
        lacking = {
            "le poids": self.weight_kg is None,
            "le code du déchet": self.waste_code_id is None,
            "le transporteur": not self.carrier_name,
            "le SIREN du transporteur": not self.carrier_number,
            "le traitement": not self.treatment,
            "le traitement final": not self.hierarchy,
            "le SIRET du destinataire": not self.receiver.siret,
            "l’adresse du destinataire": not self.receiver.address,
        }
        said = [word for word, is_lacking in lacking.items() if is_lacking]
        if self.awaited:
            several = self.awaited > 1
            said.append(f"{self.awaited}\u00a0certificat{'s' * several} de destruction attendu{'s' * several}")
        return said
