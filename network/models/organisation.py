"""The organisations of the chain: what they are, what they know how to do, where."""

from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from lifecycle.actors import Actor
from lifecycle.references import new_reference
from network.enums import Competence, LegalNature, OrganisationKind
from network.models.territory import Commune, Epci
from network.permissions import sees_donors, sees_everything
from network.siret import spaced, validate_siret


def organisation_reference() -> str:
    """A new public reference of an organisation."""
    return new_reference("O")


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Reads of organisations."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The pilot sees all; the others their own and the active ones, donors if they work with them."""
        if sees_everything(actor):
            return self.all()
        if actor is None or actor.organisation_id is None:
            return self.none()
        seen = Q(is_active=True)
        if not sees_donors(actor):
            seen &= ~Q(kinds=[OrganisationKind.DONOR])
        return self.filter(seen | Q(pk=actor.organisation_id))

    def active(self) -> Self:
        return self.filter(is_active=True)

    def serving(self, epci: Epci) -> Self:
        """The EPCI itself, those that lie in it, and those that serve one of its communes."""
        there = self.model._base_manager.filter(communes_served__epci=epci).values("pk")
        return self.filter(Q(epci=epci) | Q(commune__epci=epci) | Q(pk__in=there))

    def of_kind(self, *kinds: OrganisationKind) -> Self:
        """The organisations that have at least one of these kinds."""
        return self.filter(kinds__overlap=list(kinds))


class Organisation(models.Model):
    """A member of the chain. Never deleted: ``is_active`` says whether one still works with it."""

    reference = models.CharField(
        "référence", max_length=12, unique=True, default=organisation_reference, editable=False
    )
    name = models.CharField("nom", max_length=160)
    kinds = ArrayField(models.CharField(max_length=20, choices=OrganisationKind), verbose_name="rôles dans la filière")
    legal_nature = models.CharField("nature juridique", max_length=12, choices=LegalNature)
    legal_form = models.CharField(
        "forme juridique",
        max_length=60,
        blank=True,
        help_text="SA, SARL, SAS, commune, EPCI, association loi 1901… Le reçu fiscal d’une entreprise la porte.",
    )
    siret = models.CharField("SIRET", max_length=14, blank=True, validators=[validate_siret])
    address = models.CharField("adresse", max_length=200, blank=True)
    postcode = models.CharField(
        "code postal",
        max_length=5,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{5}$", "Un code postal compte 5 chiffres.")],
    )
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="organisations", verbose_name="commune"
    )
    epci = models.ForeignKey(
        Epci,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="organisations",
        verbose_name="EPCI",
        help_text="L’EPCI qu’elle est, ou celui qu’elle sert.",
    )
    communes_served = models.ManyToManyField(
        Commune, blank=True, related_name="served_by", verbose_name="communes desservies"
    )
    competences = ArrayField(
        models.CharField(max_length=20, choices=Competence),
        verbose_name="compétences",
        default=list,
        blank=True,
    )
    phone = models.CharField("téléphone", max_length=20, blank=True)
    email = models.EmailField("adresse électronique", blank=True)
    is_active = models.BooleanField("active", default=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = "organisation"
        ordering = ("name", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(kinds__len__gte=1) & Q(kinds__contained_by=OrganisationKind.values),
                name="network_organisation_kinds",
                violation_error_message="Choisissez au moins un rôle dans la filière.",
            ),
            models.CheckConstraint(
                condition=Q(competences__contained_by=Competence.values),
                name="network_organisation_competences",
            ),
            models.CheckConstraint(
                condition=Q(legal_nature__in=LegalNature.values), name="network_organisation_legal_nature"
            ),
            models.CheckConstraint(
                condition=Q(siret="") | Q(siret__regex=r"^[0-9]{14}$"), name="network_organisation_siret"
            ),
            models.UniqueConstraint(
                fields=("siret",),
                condition=~Q(siret=""),
                name="network_organisation_siret_once",
                violation_error_message="Une organisation a déjà ce SIRET.",
            ),
            models.CheckConstraint(
                condition=Q(postcode="") | Q(postcode__regex=r"^[0-9]{5}$"),
                name="network_organisation_postcode",
            ),
        )
        indexes = (GinIndex(fields=("kinds",), name="network_organisation_kinds_gin"),)

    def __str__(self) -> str:
        return self.name

    @property
    def kind_labels(self) -> list[str]:
        """The French labels of its kinds, in the order of the chain."""
        return [label for code, label in OrganisationKind.choices if code in self.kinds]

    @property
    def spaced_siret(self) -> str:
        """The SIRET as people read it: 732 829 320 00074."""
        return spaced(self.siret)

    @property
    def competence_labels(self) -> list[str]:
        """The French labels of its competences."""
        return [label for code, label in Competence.choices if code in self.competences]
