"""Households: who they are, how to reach them, where they lived when, and who opened their file."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Case, Exists, F, Func, OuterRef, Q, When
from django.db.models.functions import Cast, ExtractDay, ExtractMonth, ExtractYear
from django.utils import timezone

from lifecycle.actors import SYSTEM, Actor
from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from network.enums import OrganisationKind
from network.models import Commune, Membership, Organisation
from network.permissions import is_pilot
from prescriptions.enums import ContactChannel, HouseholdState, IdentityReason, PrescriptionState
from prescriptions.likeness import birth_dates, words_of
from prescriptions.nir import validate_no_nir
from prescriptions.parameters import IDENTITY_MINUTES
from prescriptions.permissions import sees_accesses, sees_facts, sees_households

COUNT_HERSELF = "Comptez au moins la personne elle-même."
ELSEWHERE = "alike_elsewhere"
"""What the log of accesses says of a file that was compared for whoever may not see it: nothing of it was shown."""
IDENTITY = "identity"
"""What it says of whoever gave a reason to read who the household is."""
OWN_SHEET = "sheet:"
"""What the log of accesses says of whoever opened the household's page by its sheet, before the key of that sheet."""

SWAPPED = Case(
    When(
        birth_date__day__lte=12,
        then=Func(
            *(Cast(part("birth_date"), models.IntegerField()) for part in (ExtractYear, ExtractDay, ExtractMonth)),
            function="make_date",
            output_field=models.DateField(),
        ),
    )
)
"""The birth date whose day and month have changed places, in SQL; NULL where there is none."""


class HouseholdQuerySet(models.QuerySet["Household"]):
    """Reads of households."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Walls of domaine §6.1: a prescriber its own, another those of the prescriptions it sees, the pilot all."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_households(actor)
        return self.none() if scope is None else self.filter(scope)

    def sharing(self, files: Sequence["Household"]) -> Self:
        """Those that share with one of these files something that no name is: when born, telephone, e-mail, address.

        A name alone makes no double, whatever its points: nothing is looked for by it.
        """
        return self.filter(
            Q(birth_date__in=birth_dates({file.birth_date for file in files}))
            | Q(phone_key__in={file.phone_key for file in files} - {""})
            | Q(email__in={file.email for file in files} - {""})
            | Q(address_key__in={file.address_key for file in files} - {""})
        ).exclude(state__in=(HouseholdState.ANONYMISED, HouseholdState.JOINED))

    def asking(self, states: Sequence[str]) -> Self:
        """The open files with a prescription in one of these states."""
        asked = Household.objects.filter(prescriptions__state__in=states)
        return self.filter(state=HouseholdState.OPEN, pk__in=asked.values("pk"))

    def with_something_shared(self) -> Self:
        """Those that share with another file something that no name is, as ``sharing``: what is worth comparing."""
        shared = Q(birth_date=OuterRef("birth_date")) | Q(birth_date=OuterRef("swapped"))
        for key in ("phone_key", "email", "address_key"):
            shared |= Q(**{key: OuterRef(key)}) & ~Q(**{key: ""})
        others = Household.objects.exclude(pk=OuterRef("pk")).filter(shared)
        return self.annotate(swapped=SWAPPED).filter(Exists(others))

    def followed(self) -> Self:
        """Not those for whom nothing was ever filed and who are being written: they are drafts."""
        filed = Household.objects.filter(prescriptions__submitted_at__isnull=False)
        shown = self.exclude(state=HouseholdState.JOINED)
        return shown.filter(~Q(prescriptions__state=PrescriptionState.DRAFT) | Q(pk__in=filed.values("pk")))

    def named_to(self, actor: Actor | None) -> Self:
        """Those whose people the actor may read of: for the pilot, once a reason is given, and for a time."""
        seen = self.visible_to(actor)
        if actor is SYSTEM or actor is None or not is_pilot(actor):
            return seen
        return seen.filter(pk__in=HouseholdAccess.objects.naming(actor).values("household"))

    def unseen_by(self, actor: Actor) -> Self:
        """Those that the actor may not see."""
        return self.exclude(pk__in=Household.objects.visible_to(actor).values("pk"))

    def together_with(self, household: "Household") -> Self:
        """The files of one household, this one included: all hang from the same one."""
        return self.filter(Q(pk=household.lead_id) | Q(same_as=household.lead_id))


class Household(Stateful):
    """A household's file, opened by a social worker. Its person of reference is named; the others are counted."""

    state = StateField("état", choices=HouseholdState, default=HouseholdState.OPEN, protected=True)
    prescriber = models.ForeignKey(Organisation, models.PROTECT, related_name="households", verbose_name="prescripteur")
    last_name = models.CharField("nom", max_length=80, blank=True, validators=[validate_no_nir])
    first_name = models.CharField("prénom", max_length=80, blank=True, validators=[validate_no_nir])
    birth_date = models.DateField("date de naissance", null=True, blank=True)
    emancipated_on = models.DateField("émancipation vue le", null=True, blank=True)
    phone = models.CharField("téléphone", max_length=20, blank=True, validators=[validate_no_nir])
    email = models.EmailField("courriel", blank=True, validators=[validate_no_nir])
    address = models.CharField("adresse", max_length=200, blank=True, validators=[validate_no_nir])
    postcode = models.CharField(
        "code postal",
        max_length=5,
        blank=True,
        validators=[RegexValidator(r"^[0-9]{5}$", "Un code postal compte 5 chiffres.")],
    )
    commune = models.ForeignKey(
        Commune,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="commune",
        help_text="Où le foyer vit, ou est domicilié.",
    )
    domiciled = models.BooleanField(
        "domiciliation", default=False, help_text="Sans domicile stable\u00a0: domicilié là."
    )
    adults = models.PositiveSmallIntegerField(
        "adultes", null=True, blank=True, validators=[MinValueValidator(1, COUNT_HERSELF), MaxValueValidator(30)]
    )
    children = models.PositiveSmallIntegerField("enfants", null=True, blank=True, validators=[MaxValueValidator(30)])
    contact_channel = models.CharField(
        "comment le joindre", max_length=8, choices=ContactChannel, default=ContactChannel.PHONE
    )
    address_doubted_at = models.DateTimeField("adresse douteuse depuis le", null=True, blank=True, editable=False)
    name_key = models.CharField("nom, tel qu’on le cherche", max_length=170, blank=True, editable=False, db_index=True)
    phone_key = models.CharField(
        "téléphone, tel qu’on le cherche", max_length=20, blank=True, editable=False, db_index=True
    )
    address_key = models.CharField(
        "adresse, telle qu’on la cherche", max_length=220, blank=True, editable=False, db_index=True
    )
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="attached", verbose_name="même foyer que"
    )
    joined_into = models.ForeignKey(
        "self", models.PROTECT, null=True, editable=False, related_name="joined", verbose_name="réuni à"
    )

    created_at = models.DateTimeField("ouvert le", null=True, editable=False)
    created_by = models.ForeignKey(Membership, models.PROTECT, null=True, editable=False, related_name="+")
    last_contact_at = models.DateTimeField("dernier contact le", null=True, editable=False)
    archived_at = models.DateTimeField("archivé le", null=True, editable=False)
    anonymise_on = models.DateField("effacement prévu le", null=True, editable=False)
    anonymised_at = models.DateTimeField("rendu anonyme le", null=True, editable=False)

    objects = HouseholdQuerySet.as_manager()
    veiled = False
    """Whether this copy was emptied of who the household is: it is shown, never written."""

    told_to: Sequence[str] = ()
    """Of a household that was just corrected: to whom the correction was told, for the page that comes next."""

    class Meta:
        verbose_name = "foyer"
        verbose_name_plural = "foyers"
        ordering = ("-pk",)
        indexes = (
            models.Index(fields=("state", "last_contact_at"), name="prescriptions_household_state"),
            models.Index(fields=("birth_date",), name="prescriptions_household_born"),
            models.Index(fields=("email",), name="prescriptions_household_email", condition=~Q(email="")),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=HouseholdState.values), name="prescriptions_household_state_known"
            ),
            models.CheckConstraint(condition=~Q(same_as=F("id")), name="prescriptions_household_not_itself"),
            models.CheckConstraint(
                condition=Q(state__in=(HouseholdState.OPEN, HouseholdState.JOINED), archived_at=None)
                | Q(state__in=(HouseholdState.ARCHIVED, HouseholdState.ANONYMISED), archived_at__isnull=False),
                name="prescriptions_household_archived",
            ),
            models.CheckConstraint(
                condition=Q(state=HouseholdState.JOINED, joined_into__isnull=False)
                | Q(state__in=(HouseholdState.OPEN, HouseholdState.ARCHIVED), joined_into=None)
                | Q(state=HouseholdState.ANONYMISED),
                name="prescriptions_household_joined",
            ),
            models.CheckConstraint(
                condition=Q(state=HouseholdState.ANONYMISED, anonymised_at__isnull=False)
                | ~Q(state=HouseholdState.ANONYMISED) & Q(anonymised_at=None),
                name="prescriptions_household_anonymised",
            ),
            models.CheckConstraint(
                condition=Q(contact_channel__in=ContactChannel.values), name="prescriptions_household_channel"
            ),
        )

    @property
    def is_reachable(self) -> bool:
        """Whether there is one way at least to reach it: a phone, a mail, a complete address."""
        return bool(self.phone or self.email or (self.address and self.postcode))

    @property
    def name(self) -> str:
        """First and last name, or what remains of an erased file; its reference to whom it is not named."""
        if self.veiled:
            return str(self.reference)
        return f"{self.first_name} {self.last_name}".strip() or "Foyer effacé"

    @property
    def lead_id(self) -> int:
        """The key of the file from which those of its household hang: that it is attached to, or itself."""
        return self.same_as_id or self.pk

    @property
    def members(self) -> int:
        """How many people live in it."""
        return (self.adults or 0) + (self.children or 0)

    def veil(self) -> None:
        """Empty this copy of who the household is, for whoever is to read the rest of its file."""
        self.last_name = self.first_name = self.phone = self.email = self.address = self.postcode = ""
        self.birth_date = self.emancipated_on = None
        self.veiled = True

    def save(self, **kwargs: Any) -> None:
        """As usual. Raises ValueError for a copy that was emptied to be shown."""
        if self.veiled:
            raise ValueError(f"{self.reference}\u00a0: une copie sans nom ne s’enregistre pas")
        super().save(**kwargs)

    def set_keys(self) -> None:
        """Work out what doubles are looked for by; to be called before each writing of what names people."""
        self.email = self.email.strip().lower()
        self.name_key = words_of(f"{self.first_name} {self.last_name}")
        figures = re.sub(r"\D", "", self.phone)
        self.phone_key = re.sub(r"^(0033|33)(?=\d{9}$)", "0", figures)
        self.address_key = words_of(f"{self.address} {self.postcode}") if self.address else ""


class HouseholdEntry(Entry):
    """The journal of households."""

    object = models.ForeignKey(Household, models.PROTECT, related_name="journal", db_constraint=True)

    class Meta(Entry.Meta):
        verbose_name = "ligne du journal des foyers"
        verbose_name_plural = "journal des foyers"
        indexes = (models.Index(fields=("at", "object"), name="prescriptions_hhentry_at"),)


class OfHouseholdQuerySet[M: models.Model](models.QuerySet[M]):
    """Rows that hang from a household."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the households one may see."""
        return self.filter(household__in=Household.objects.visible_to(actor).values("pk"))


class ResidenceQuerySet(OfHouseholdQuerySet["Residence"]):
    """Reads of where households lived."""

    def told_last(self) -> Self:
        """Those that nothing put right since."""
        return self.filter(corrected=None).select_related("commune")


class Residence(models.Model):
    """Where a household has lived since when, in the order it was told. Append-only.

    ``corrects``: the one that was told by mistake, in place of which it stands.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="residences", verbose_name="foyer")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    since = models.DateField("depuis le")
    told_at = models.DateTimeField("dit le")
    corrects = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="corrected", verbose_name="en place de"
    )

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        verbose_name = "commune d’un foyer"
        verbose_name_plural = "communes d’un foyer"
        ordering = ("household", "-since", "-pk")

    def __str__(self) -> str:
        return f"{self.commune} depuis le {self.since:%d/%m/%Y}"


class HouseholdCorrectionQuerySet(OfHouseholdQuerySet["HouseholdCorrection"]):
    """Reads of what was corrected."""

    def visible_to(self, actor: Actor | None) -> Self:
        """Those of the households one may see, for whoever may see facts: not for a relay."""
        return super().visible_to(actor) if actor is SYSTEM or sees_facts(actor) else self.none()


class HouseholdCorrection(models.Model):
    """What of a household's file was written again once something was filed for it, never what it said. Append-only.

    ``columns`` are the names of the columns; who wrote and when.
    """

    household = models.ForeignKey(Household, models.PROTECT, related_name="corrections", verbose_name="foyer")
    columns = ArrayField(models.CharField(max_length=20), verbose_name="ce qui a été corrigé")
    corrected_at = models.DateTimeField("corrigé le")
    corrected_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    objects = HouseholdCorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = "correction du dossier d’un foyer"
        verbose_name_plural = "corrections des dossiers des foyers"
        ordering = ("-pk",)

    def __str__(self) -> str:
        return ", ".join(str(Household._meta.get_field(name).verbose_name) for name in self.columns)  # type: ignore[union-attr]


class HouseholdAccessQuerySet(models.QuerySet["HouseholdAccess"]):
    """Reads of the log of accesses."""

    def visible_to(self, actor: Actor | None) -> Self:
        """The pilot sees all, a prescriber's manager those of the households its organisation follows."""
        if actor is SYSTEM:
            return self.all()
        scope = sees_accesses(actor)
        return self.none() if scope is None else self.filter(scope)

    def naming(self, actor: Actor, at: datetime | None = None) -> Self:
        """Those by which this person reads who a household is at ``at``: a reason was given, a moment ago."""
        at = at or timezone.now()
        since = at - timedelta(minutes=IDENTITY_MINUTES.on(timezone.localdate(at)))
        return self.filter(actor=actor.pk, what=IDENTITY, at__gt=since, at__lte=at).exclude(reason="")


class HouseholdAccess(models.Model):
    """Who opened a household's file, when, which page of it: a person, or whoever holds a signed link. Append-only."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="accesses", verbose_name="foyer")
    actor = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="+", verbose_name="par")
    via = models.CharField("lien signé", max_length=80, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", verbose_name="organisation"
    )
    kind = models.CharField("au titre de", max_length=20, choices=OrganisationKind, blank=True)
    at = models.DateTimeField("le")
    what = models.CharField("page", max_length=40)
    reason = models.CharField("nom lu pour", max_length=9, choices=IdentityReason, blank=True)

    objects = HouseholdAccessQuerySet.as_manager()

    class Meta:
        verbose_name = "accès à un dossier"
        verbose_name_plural = "accès aux dossiers"
        ordering = ("-at", "-pk")
        indexes = (models.Index(fields=("household", "at"), name="prescriptions_access"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(actor__isnull=False, organisation__isnull=False, via="") | (Q(actor=None) & ~Q(via="")),
                name="prescriptions_access_by",
            ),
            models.CheckConstraint(
                condition=Q(reason="") | Q(reason__in=IdentityReason.values, actor__isnull=False),
                name="prescriptions_access_reason",
            ),
        )

    def __str__(self) -> str:
        return f"{self.by} – {self.what}"

    @property
    def is_blind(self) -> bool:
        """Whether nothing of the file was shown: only that another one looks like it."""
        return self.what == ELSEWHERE

    @property
    def by(self) -> str:
        """Who read: a person of an organisation; of a link, no more is known than whom it was sent to."""
        if self.via.startswith(OWN_SHEET):
            return "par la feuille du foyer et son année de naissance"
        if self.actor is not None:
            return f"{self.actor.user}, {self.organisation}"
        return f"par un lien envoyé à {self.organisation or 'l’adresse du foyer'}"
