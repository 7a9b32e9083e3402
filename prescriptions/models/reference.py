"""Rules and lists with a date: points of territories, bands, rules of eligibility, codes. Rows, never constants."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q

from prescriptions.enums import PROOF_LOOKED_AT, CodePurpose, EligibilityVerdict, FactKind, FilePart, RuleOutcome
from prescriptions.parameters import PROOF_OLD_DAYS
from reference.dated import Dated, DatedQuerySet, read_once


class TerritorialPriority(Dated):
    """Points that a territory gives to the needs that wait in it: an arrondissement or one EPCI (domaine §8.9)."""

    arrondissement_code = models.CharField("arrondissement (code Insee)", max_length=3, blank=True)
    epci_siren = models.CharField("EPCI (SIREN)", max_length=9, blank=True)
    label = models.CharField("libellé", max_length=120)
    points = models.IntegerField("points")

    class Meta(Dated.Meta):
        verbose_name = "priorité territoriale"
        verbose_name_plural = "priorités territoriales"
        ordering = ("-points", "label")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=("arrondissement_code", "epci_siren", "valid_from"), name="prescriptions_priority_once"
            ),
            models.CheckConstraint(
                condition=Q(arrondissement_code="") ^ Q(epci_siren=""), name="prescriptions_priority_one_territory"
            ),
        )

    def __str__(self) -> str:
        return f"{self.label}\u00a0: {self.points}"


class CodedReasonQuerySet(DatedQuerySet["CodedReason"]):
    """Reads of lists of codes."""

    @read_once
    def codes_on(self, purpose: str, day: date) -> set[str]:
        """The codes in force on ``day`` for this purpose."""
        return set(self.on(day).filter(purpose=purpose).values_list("code", flat=True))

    @read_once
    def labels_on(self, purpose: str, day: date) -> dict[str, str]:
        """``{code: label}`` in the order of the list, in force on ``day``."""
        return dict(self.on(day).filter(purpose=purpose).order_by("position", "pk").values_list("code", "label"))

    def labels_by(self, purpose: str, day: date) -> dict[str, str]:
        """``{code: label}`` of all that was ever in the list, by its last version begun on ``day``."""
        begun = self.filter(purpose=purpose, valid_from__lte=day).order_by("valid_from")
        return dict(begun.values_list("code", "label"))

    @read_once
    def told_on(self, purpose: str, day: date) -> dict[str, str]:
        """``{code: what the household reads of it}``, in force on ``day``."""
        rows = self.on(day).filter(purpose=purpose).values_list("code", "told", "label")
        return {code: told or label for code, told, label in rows}

    @read_once
    def parts_by(self, day: date) -> dict[str, str]:
        """``{code: part of the file}`` of what was ever missing, by its last version begun on ``day``; empty: none."""
        begun = self.filter(purpose=CodePurpose.MISSING, valid_from__lte=day).order_by("valid_from")
        return dict(begun.values_list("code", "part"))


class CodedReason(Dated):
    """One line of a list that people choose from: why one refuses, why one gives up, what is missing."""

    purpose = models.CharField("sert à", max_length=12, choices=CodePurpose)
    code = models.CharField("code", max_length=24)
    label = models.CharField("libellé", max_length=160)
    told = models.CharField("ce que lit le foyer", max_length=160, blank=True)
    next_step = models.CharField("suite proposée", max_length=300, blank=True)
    next_step_without_device = models.CharField("suite sans appareil demandé", max_length=300, blank=True)
    part = models.CharField("se complète à", max_length=12, choices=FilePart, blank=True)
    position = models.PositiveSmallIntegerField("rang", default=0)

    objects = CodedReasonQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "motif"
        ordering = ("purpose", "position", "pk")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("purpose", "code", "valid_from"), name="prescriptions_codedreason_once"),
            models.CheckConstraint(
                condition=Q(purpose__in=CodePurpose.values), name="prescriptions_codedreason_purpose"
            ),
            models.CheckConstraint(condition=Q(part__in=["", *FilePart.values]), name="prescriptions_codedreason_part"),
        )

    def __str__(self) -> str:
        return self.label


class FactBandQuerySet(DatedQuerySet):
    """Reads of bands."""

    @read_once
    def of_kind(self, kind: str, day: date) -> "dict[str, FactBand]":
        """``{code: band}`` of one kind of fact, in force on ``day``."""
        return {band.code: band for band in self.on(day).filter(kind=kind)}


class FactBand(Dated):
    """One band of a number that is looked at and not kept: a quotient familial, a reste à vivre."""

    kind = models.CharField("fait", max_length=20, choices=FactKind)
    code = models.CharField("code", max_length=24)
    label = models.CharField("tranche", max_length=80)
    at_most = models.PositiveIntegerField("au plus (€ par mois)", null=True, blank=True)

    objects = FactBandQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "tranche"
        ordering = ("kind", "at_most", "pk")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("kind", "code", "valid_from"), name="prescriptions_factband_once"),
        )

    def __str__(self) -> str:
        return self.label


@dataclass(frozen=True)
class RuleLine:
    """What one rule says of one prescription, and on which fact, whose document is of the day ``dated_on``."""

    code: str
    label: str
    outcome: str
    seen: str
    decisive: bool
    kind: str
    dated_on: date | None = None

    @property
    def proof(self) -> str:
        """What is looked at to know."""
        return PROOF_LOOKED_AT[FactKind(self.kind)]

    @property
    def outcome_label(self) -> str:
        return str(RuleOutcome(self.outcome).label)

    def frozen(self) -> dict[str, Any]:
        """The line as a decision keeps it."""
        return {
            "code": self.code,
            "label": self.label,
            "outcome": self.outcome,
            "outcome_label": self.outcome_label,
            "seen": self.seen,
            "decisive": self.decisive,
        }


@dataclass(frozen=True)
class Evaluation:
    """What the rules of one day say of one prescription, line by line. People decide."""

    on: date
    lines: tuple[RuleLine, ...]

    @property
    def verdict(self) -> EligibilityVerdict:
        """Favourable as soon as one rule is met; against when a decisive one is not and none is met.

        The quotient familial is never decisive: alone it leaves the file to be appraised.
        """
        outcomes = {line.outcome for line in self.lines}
        if RuleOutcome.MET in outcomes:
            return EligibilityVerdict.FAVOURABLE
        return EligibilityVerdict.AGAINST if self.against else EligibilityVerdict.TO_APPRAISE

    @property
    def old(self) -> tuple[RuleLine, ...]:
        """Those that lean on a document too old to be sure of today: the rules do not look at its day, people do."""
        dated = [line for line in self.lines if line.dated_on is not None]
        oldest = self.on - timedelta(days=self.old_days) if dated else None
        return tuple(line for line in dated if oldest and line.dated_on and line.dated_on < oldest)

    @property
    def old_days(self) -> int:
        """From how many days on a document is said to be old."""
        return PROOF_OLD_DAYS.on(self.on)

    @property
    def met(self) -> tuple[RuleLine, ...]:
        """The rules that are met: one is enough."""
        return self._with(RuleOutcome.MET)

    @property
    def missing(self) -> tuple[RuleLine, ...]:
        """The rules of which nothing was seen: one of them, met, would be enough."""
        return self._with(RuleOutcome.UNKNOWN)

    @property
    def against(self) -> tuple[RuleLine, ...]:
        """The decisive rules that are not met."""
        return tuple(line for line in self._with(RuleOutcome.NOT_MET) if line.decisive)

    def _with(self, outcome: RuleOutcome) -> tuple[RuleLine, ...]:
        return tuple(line for line in self.lines if line.outcome == outcome)


class EligibilityRuleQuerySet(DatedQuerySet["EligibilityRule"]):
    """Reads of rules."""

    @read_once
    def rules_on(self, day: date) -> "list[EligibilityRule]":
        """The rules in force on ``day``, in their order."""
        return list(self.on(day).order_by("position", "pk"))


class EligibilityRule(Dated):
    """One rule: a fact of this kind was seen and, where it counts, is in a band not above ``at_most``.

    Rules are alternatives: one met is favourable. ``decisive``: not met, it speaks against; the quotient familial
    never does (domaine §4.2).
    """

    code = models.CharField("code", max_length=30)
    label = models.CharField("règle", max_length=200)
    kind = models.CharField("fait", max_length=20, choices=FactKind)
    at_most = models.PositiveIntegerField("au plus (€ par mois)", null=True, blank=True)
    decisive = models.BooleanField("défavorable si non remplie", default=False)
    position = models.PositiveSmallIntegerField("rang", default=0)

    objects = EligibilityRuleQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "règle d’éligibilité"
        verbose_name_plural = "règles d’éligibilité"
        ordering = ("position", "pk")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="prescriptions_rule_once"),
            models.CheckConstraint(
                condition=~Q(kind=FactKind.QUOTIENT_FAMILIAL) | Q(decisive=False),
                name="prescriptions_rule_never_on_quotient_alone",
            ),
        )

    def __str__(self) -> str:
        return self.label

    def applied_to(self, facts: Iterable[Any]) -> RuleLine:
        """What this rule says of the newest fact of its kind among ``facts``, given newest first."""
        fact = next((fact for fact in facts if fact.kind == self.kind), None)
        if fact is None:
            return RuleLine(self.code, self.label, RuleOutcome.UNKNOWN, "", self.decisive, self.kind)
        met = self.at_most is None or (fact.at_most is not None and fact.at_most <= self.at_most)
        outcome = RuleOutcome.MET if met else RuleOutcome.NOT_MET
        dated = fact.dated_on or fact.seen_on
        return RuleLine(self.code, self.label, outcome, fact.in_one_line, self.decisive, self.kind, dated)


def weigh(rules: Iterable[EligibilityRule], facts: Sequence[Any], day: date) -> Evaluation:
    """What ``rules``, those in force on ``day``, say of ``facts``, given newest first: noted, or supposed."""
    return Evaluation(day, tuple(rule.applied_to(facts) for rule in rules))
