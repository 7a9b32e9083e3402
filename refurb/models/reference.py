"""Numbers with a date: grading scales and test checklists. Rows with their source, never constants."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from reference.dated import Dated, read_once
from refurb.enums import CriterionKind, DeviceType
from refurb.grading import Cap, Condition, Criterion, GradeLevel, PointsStep, Scale
from refurb.verdict import Function


class GradingScale(Dated):
    """A scale by which devices of some types are graded. Several live side by side: a grade says which made it."""

    code = models.SlugField("code", max_length=40, unique=True)
    name = models.CharField("nom", max_length=80)
    types = ArrayField(models.CharField(max_length=12, choices=DeviceType), verbose_name="types")
    note = models.CharField("note", max_length=250, blank=True)

    class Meta(Dated.Meta):
        verbose_name = "grille de classement"
        verbose_name_plural = "grilles de classement"
        ordering = ("-valid_from", "code")
        constraints = (
            *Dated.Meta.constraints,
            models.CheckConstraint(
                condition=Q(types__contained_by=DeviceType.values), name="refurb_gradingscale_types"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @read_once
    def as_scale(self) -> Scale:
        """The scale as ``refurb.grading`` computes with it; four queries."""
        steps: dict[int, list[PointsStep]] = {}
        for step in GradingStep.objects.filter(criterion__scale=self):
            steps.setdefault(step.criterion_id, []).append(PointsStep(step.points, step.at_least, step.value))
        return Scale(
            code=self.code,
            criteria=[
                Criterion(
                    code=row.code,
                    label=row.label,
                    kind=CriterionKind(row.kind),
                    measure=row.measure,
                    unit=row.unit,
                    when=Condition(row.when_measure, tuple(row.when_values)),
                    steps=tuple(steps.get(row.pk, ())),
                    factor=row.factor,
                    minimum=row.minimum,
                    maximum=row.maximum,
                )
                for row in self.criteria.all()
            ],
            caps=[
                Cap(
                    code=row.code,
                    label=row.label,
                    grade=row.grade,
                    when=Condition(row.when_measure, tuple(row.when_values)),
                    below_measure=row.below_measure,
                    below=row.below,
                )
                for row in self.caps.all()
            ],
            levels=[GradeLevel(row.grade, row.label, row.at_least) for row in self.levels.all()],
        )


class GradingCriterion(models.Model):
    """One line of a scale's sum."""

    scale = models.ForeignKey(GradingScale, models.CASCADE, related_name="criteria", verbose_name="grille")
    position = models.PositiveSmallIntegerField("rang")
    code = models.SlugField("code", max_length=40)
    label = models.CharField("libellé", max_length=80)
    kind = models.CharField("calcul", max_length=10, choices=CriterionKind)
    measure = models.CharField("mesure", max_length=40)
    unit = models.CharField("unité", max_length=12, blank=True)
    when_measure = models.CharField("si", max_length=40, blank=True)
    when_values = ArrayField(models.CharField(max_length=40), verbose_name="vaut", default=list, blank=True)
    factor = models.DecimalField("facteur", max_digits=10, decimal_places=6, default=1)
    minimum = models.DecimalField("minimum", max_digits=12, decimal_places=2, null=True, blank=True)
    maximum = models.DecimalField("maximum", max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "critère de classement"
        verbose_name_plural = "critères de classement"
        ordering = ("scale", "position")
        constraints = (models.UniqueConstraint(fields=("scale", "code"), name="refurb_gradingcriterion_once"),)

    def __str__(self) -> str:
        return self.label


class GradingStep(models.Model):
    """Points from a threshold on, or for one value."""

    criterion = models.ForeignKey(GradingCriterion, models.CASCADE, related_name="steps", verbose_name="critère")
    at_least = models.DecimalField("à partir de", max_digits=12, decimal_places=2, null=True, blank=True)
    value = models.CharField("valeur", max_length=40, blank=True)
    points = models.DecimalField("points", max_digits=6, decimal_places=2)

    class Meta:
        verbose_name = "palier de classement"
        verbose_name_plural = "paliers de classement"
        ordering = ("criterion", F("at_least").asc(nulls_last=True), "value")
        constraints = (
            models.CheckConstraint(
                condition=Q(at_least=None) & ~Q(value="") | Q(at_least__isnull=False, value=""),
                name="refurb_gradingstep_either",
            ),
            models.UniqueConstraint(
                fields=("criterion", "at_least", "value"), name="refurb_gradingstep_once", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.value or f'≥ {self.at_least}'}\u00a0: {self.points}"


class GradingCap(models.Model):
    """A grade that cannot be passed under a condition."""

    scale = models.ForeignKey(GradingScale, models.CASCADE, related_name="caps", verbose_name="grille")
    position = models.PositiveSmallIntegerField("rang")
    code = models.SlugField("code", max_length=40)
    label = models.CharField("libellé", max_length=120)
    when_measure = models.CharField("si", max_length=40, blank=True)
    when_values = ArrayField(models.CharField(max_length=40), verbose_name="vaut", default=list, blank=True)
    below_measure = models.CharField("et si", max_length=40, blank=True)
    below = models.DecimalField("est inférieur à", max_digits=12, decimal_places=2, null=True, blank=True)
    grade = models.CharField("grade maximal", max_length=12)

    class Meta:
        verbose_name = "plafond de grade"
        verbose_name_plural = "plafonds de grade"
        ordering = ("scale", "position")
        constraints = (
            models.UniqueConstraint(fields=("scale", "code"), name="refurb_gradingcap_once"),
            models.CheckConstraint(
                condition=Q(below=None, below_measure="") | Q(below__isnull=False) & ~Q(below_measure=""),
                name="refurb_gradingcap_below",
            ),
        )

    def __str__(self) -> str:
        return self.label


class GradingLevel(models.Model):
    """One grade of a scale and the lowest score that gives it."""

    scale = models.ForeignKey(GradingScale, models.CASCADE, related_name="levels", verbose_name="grille")
    position = models.PositiveSmallIntegerField("rang", help_text="1 pour le meilleur grade.")
    grade = models.CharField("grade", max_length=12)
    label = models.CharField("libellé", max_length=80)
    at_least = models.DecimalField("à partir de", max_digits=8, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "grade"
        ordering = ("scale", "position")
        constraints = (
            models.UniqueConstraint(fields=("scale", "grade"), name="refurb_gradinglevel_once"),
            models.UniqueConstraint(fields=("scale", "position"), name="refurb_gradinglevel_position"),
        )

    def __str__(self) -> str:
        return self.label


class Checklist(Dated):
    """The functions to test on a type of device: one version."""

    type = models.CharField("type", max_length=12, choices=DeviceType)
    version = models.PositiveSmallIntegerField("version")

    class Meta(Dated.Meta):
        verbose_name = "liste de tests"
        verbose_name_plural = "listes de tests"
        ordering = ("type", "-version")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("type", "version"), name="refurb_checklist_once"),
        )

    def __str__(self) -> str:
        return f"Tests {self.get_type_display().lower()}, version {self.version}"

    @read_once
    def as_functions(self) -> list[Function]:
        """The functions as ``refurb.verdict`` reads them."""
        return [Function(row.code, row.essential, row.not_applicable_when) for row in self.functions.all()]


class ChecklistFunction(models.Model):
    """One function of a checklist. An essential one that fails keeps the device on the bench."""

    checklist = models.ForeignKey(Checklist, models.CASCADE, related_name="functions", verbose_name="liste")
    position = models.PositiveSmallIntegerField("rang")
    code = models.SlugField("code", max_length=40)
    label = models.CharField("fonction", max_length=120)
    essential = models.BooleanField("essentielle")
    not_applicable_when = models.CharField(
        "sans objet quand", max_length=160, blank=True, help_text="Vide\u00a0: toujours à tester."
    )

    class Meta:
        verbose_name = "fonction à tester"
        verbose_name_plural = "fonctions à tester"
        ordering = ("checklist", "position")
        constraints = (models.UniqueConstraint("checklist", Lower("code"), name="refurb_checklistfunction_once"),)

    def __str__(self) -> str:
        return self.label
