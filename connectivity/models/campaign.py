"""A campaign of calls before copper closes: whom to call, what to say, each call and what came of it."""

from datetime import date
from typing import Any, Self

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q

from connectivity.enums import TO_CALL_AGAIN, CallResult, CurrentLine
from connectivity.models.connection import ConnectionFile
from connectivity.permissions import calls_households
from lifecycle.actors import SYSTEM, Actor
from network.models import Commune, Epci, Membership
from network.permissions import is_pilot
from prescriptions.enums import AGREEMENT_WITHDRAWN, LIVE_STATES, HouseholdState
from prescriptions.models import Household, Prescription, RightsRequest
from prescriptions.nir import validate_no_nir


def agrees(household: str) -> Q:
    """Whether the household that ``household`` leads to still agrees: it did not take its agreement back, or asks
    again since; and did not ask that what is written of it serve for nothing."""
    own = Prescription.objects.order_by()
    revoked = own.filter(end_reason=AGREEMENT_WITHDRAWN).values("household")
    asking = own.filter(state__in=LIVE_STATES).values("household")
    restricted = RightsRequest.objects.restricting().order_by().values("household")
    agreeing = ~Q(**{f"{household}__in": revoked}) | Q(**{f"{household}__in": asking})
    return agreeing & ~Q(**{f"{household}__in": restricted})


def still_to_call(to: str = "") -> Q:
    """Never reached, followed, and in agreement; ``to``: the look-up that leads to the household of a campaign."""
    waits = {f"{to}result__in": ["", *TO_CALL_AGAIN], f"{to}household__state": HouseholdState.OPEN}
    return Q(**waits) & agrees(f"{to}household")


def told_twice(to: str = "") -> Q:
    """Those still to call under a file that was joined to another one: they are called under the file kept."""
    waits = {f"{to}result__in": ["", *TO_CALL_AGAIN], f"{to}household__state": HouseholdState.JOINED}
    return Q(**waits)


class CampaignQuerySet(models.QuerySet["CopperCampaign"]):
    """Reads of campaigns."""

    def visible_to(self, actor: Actor | None) -> Self:
        """All to the pilot; to whoever calls, those with a household that he may see."""
        if actor is SYSTEM or (actor is not None and is_pilot(actor)):
            return self.all()
        return self.filter(pk__in=CampaignHousehold.objects.visible_to(actor).values("campaign"))

    def counted(self, actor: Actor) -> Self:
        """With the figures of the households that the actor sees: nobody but the pilot reads those of others."""
        seen = Q(households__in=CampaignHousehold.objects.visible_to(actor).values("pk"))
        to_call = still_to_call("households__")
        reached = Q(households__result=CallResult.REACHED)
        return self.annotate(
            listed=Count("households", filter=seen & ~told_twice("households__")),
            to_call=Count("households", filter=seen & to_call),
            reached=Count("households", filter=seen & reached),
        )


class CopperCampaign(models.Model):
    """The calls about the end of copper in one commune, or in the communes of an EPCI where it closes by a day."""

    title = models.CharField("titre", max_length=80, validators=[validate_no_nir])
    commune = models.ForeignKey(
        Commune, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="commune"
    )
    epci = models.ForeignKey(Epci, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="EPCI")
    closes_by = models.DateField("cuivre arrêté au plus tard le")
    with_unknown = models.BooleanField("avec les foyers dont la ligne n’est pas connue", default=True)
    created_at = models.DateTimeField("créée le")
    created_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    ended_at = models.DateTimeField("terminée le", null=True, blank=True)
    ended_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="terminée par"
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = "campagne d’appels du cuivre"
        verbose_name_plural = "campagnes d’appels du cuivre"
        ordering = ("-created_at", "-pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(commune=None, epci__isnull=False) | Q(commune__isnull=False, epci=None),
                name="connectivity_coppercampaign_where",
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by=None) | Q(ended_at__gte=F("created_at"), ended_by__isnull=False),
                name="connectivity_coppercampaign_ended",
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def where(self) -> str:
        """The commune, or the EPCI."""
        return str(self.commune or self.epci)


class CampaignScript(models.Model):
    """What callers say, from a day on. Append-only: each call keeps the one of its time."""

    campaign = models.ForeignKey(CopperCampaign, models.PROTECT, related_name="scripts", verbose_name="campagne")
    words = models.TextField("ce qu’on dit", validators=[validate_no_nir])
    written_at = models.DateTimeField("écrit le")
    written_by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")

    class Meta:
        verbose_name = "texte d’une campagne"
        verbose_name_plural = "textes des campagnes"
        ordering = ("-written_at", "-pk")

    def __str__(self) -> str:
        return f"{self.campaign}, {self.written_at:%d/%m/%Y}"


class CampaignHouseholdQuerySet(models.QuerySet["CampaignHousehold"]):
    """Reads of the households of campaigns."""

    def visible_to(self, actor: Actor | None) -> Self:
        """To whoever calls, those whose file he may see; all to the pilot, who reads no name."""
        if actor is None:
            return self.none()
        if actor is SYSTEM or is_pilot(actor):
            return self.all()
        if not calls_households(actor):
            return self.none()
        return self.filter(household__in=Household.objects.visible_to(actor).values("pk"))

    def to_call(self) -> Self:
        """Those that somebody still calls: never reached, and the campaign goes on."""
        return self.filter(still_to_call(), campaign__ended_at=None)

    def due(self, day: date) -> Self:
        """Those to call by ``day``: nobody set a later one."""
        return self.to_call().filter(Q(next_on=None) | Q(next_on__lte=day))

    def of(self, actor: Membership) -> Self:
        """Those that the actor calls, and those that nobody calls any more: their caller left, or another prescriber
        follows the household since."""
        by = Q(prescriber=OuterRef("organisation")) | Q(distributor=OuterRef("organisation"))
        asked = Prescription.objects.filter(by, household=OuterRef(OuterRef("household")))
        follows = Q(organisation=OuterRef("household__prescriber")) | Q(Exists(asked))
        calls = Membership.objects.open().filter(follows, pk=OuterRef("caller"))
        return self.filter(Q(caller__user=actor.user_id) | ~Exists(calls))

    def figures(self) -> dict[str, Any]:
        """How many in all, to call, of each result, and with a line asked for since the campaign began; one query."""
        opened = ConnectionFile.objects.filter(
            need__prescription__household=OuterRef("household"), proposed_at__gte=OuterRef("campaign__created_at")
        )
        asked = {result.value: Count("pk", filter=Q(result=result)) for result in CallResult}
        rows = self.exclude(told_twice()).annotate(has_order=Exists(opened))
        return rows.aggregate(
            listed=Count("pk"),
            to_call=Count("pk", filter=still_to_call()),
            orders=Count("pk", filter=Q(has_order=True)),
            **asked,
        )


class CampaignHousehold(models.Model):
    """One household to call: what was known of its line when it joined the list, who calls it, what came of it last."""

    campaign = models.ForeignKey(CopperCampaign, models.PROTECT, related_name="households", verbose_name="campagne")
    household = models.ForeignKey(Household, models.PROTECT, related_name="copper_calls", verbose_name="foyer")
    commune = models.ForeignKey(Commune, models.PROTECT, related_name="+", verbose_name="commune")
    line = models.CharField("ligne", max_length=10, choices=CurrentLine)
    joined_at = models.DateTimeField("dans la liste depuis le")
    caller = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="appelé par"
    )
    result = models.CharField("suite", max_length=14, choices=CallResult, blank=True)
    called_at = models.DateTimeField("dernier appel le", null=True, blank=True)
    calls = models.PositiveSmallIntegerField("appels", default=0)
    next_on = models.DateField("à rappeler le", null=True, blank=True)

    objects = CampaignHouseholdQuerySet.as_manager()

    class Meta:
        verbose_name = "foyer à appeler"
        verbose_name_plural = "foyers à appeler"
        ordering = ("pk",)
        constraints = (
            models.UniqueConstraint(fields=("campaign", "household"), name="connectivity_campaignhousehold_once"),
            models.CheckConstraint(
                condition=Q(result="", called_at=None, calls=0, next_on=None)
                | Q(result=CallResult.CALL_BACK, called_at__isnull=False, next_on__isnull=False, calls__gte=1)
                | Q(result=CallResult.NO_ANSWER, called_at__isnull=False, calls__gte=1)
                | Q(
                    result__in=[one for one in CallResult.values if one not in TO_CALL_AGAIN],
                    called_at__isnull=False,
                    calls__gte=1,
                    next_on=None,
                ),
                name="connectivity_campaignhousehold_result",
            ),
        )

    def __str__(self) -> str:
        return f"{self.campaign}, {self.commune}"


class CampaignCall(models.Model):
    """One call: who, when, what came of it. Append-only; the note is erased with the household."""

    target = models.ForeignKey(CampaignHousehold, models.PROTECT, related_name="made", verbose_name="foyer à appeler")
    caller = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name="par")
    called_at = models.DateTimeField("appelé le")
    result = models.CharField("suite", max_length=14, choices=CallResult)
    next_on = models.DateField("à rappeler le", null=True, blank=True)
    note = models.CharField("note", max_length=300, blank=True, validators=[validate_no_nir])
    script = models.ForeignKey(CampaignScript, models.PROTECT, null=True, related_name="+", verbose_name="texte")

    class Meta:
        verbose_name = "appel d’une campagne"
        verbose_name_plural = "appels des campagnes"
        ordering = ("-called_at", "-pk")
        constraints = (
            models.CheckConstraint(condition=Q(result__in=CallResult.values), name="connectivity_campaigncall_result"),
        )

    def __str__(self) -> str:
        return f"{self.get_result_display()}, {self.called_at:%d/%m/%Y}"
