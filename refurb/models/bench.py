"""What was tested and graded on the bench: rows that are added, never edited."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from refurb.enums import CheckResult, CosmeticGrade, DeviceType
from refurb.models.evidence import Evidence
from refurb.models.reference import Checklist, GradingScale


class TestRun(Evidence):
    """The functions of a device tested against one version of the checklist of its type."""

    __test__ = False  # pytest would take its name for a test

    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="runs", verbose_name="liste")
    passed = models.BooleanField("en état de marche")
    failing = ArrayField(models.CharField(max_length=40), verbose_name="fonctions en défaut", default=list)

    class Meta(Evidence.Meta):
        verbose_name = "série de tests"
        verbose_name_plural = "séries de tests"
        constraints = (
            *Evidence.Meta.constraints,
            models.CheckConstraint(
                condition=Q(passed=True, failing=[]) | Q(passed=False, failing__len__gt=0), name="refurb_testrun_passed"
            ),
        )

    def __str__(self) -> str:
        return "Tests réussis" if self.passed else "Tests non réussis"


class TestResult(models.Model):
    """The result of one function in one run; ``carried_from`` is the run of this stay where it was observed."""

    __test__ = False  # pytest would take its name for a test

    run = models.ForeignKey(TestRun, models.PROTECT, related_name="results", verbose_name="série")
    function = models.SlugField("fonction", max_length=40)
    result = models.CharField("résultat", max_length=15, choices=CheckResult)
    carried_from = models.ForeignKey(
        TestRun, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="repris de"
    )

    class Meta:
        verbose_name = "résultat de test"
        verbose_name_plural = "résultats de tests"
        ordering = ("run", "pk")
        constraints = (models.UniqueConstraint(fields=("run", "function"), name="refurb_testresult_once"),)

    def __str__(self) -> str:
        return f"{self.function}\u00a0: {self.get_result_display().lower()}"


class Grading(Evidence):
    """A grade as it was computed: scale, measures, sum line by line. The cosmetic letter is apart."""

    type = models.CharField("type", max_length=12, choices=DeviceType)
    scale = models.ForeignKey(GradingScale, models.PROTECT, related_name="gradings", verbose_name="grille")
    measures = models.JSONField("mesures")
    lines = models.JSONField("somme, ligne par ligne")
    score = models.DecimalField("total", max_digits=8, decimal_places=2)
    uncapped = models.CharField("grade du total", max_length=12)
    caps = models.JSONField("plafonds appliqués", default=list)
    grade = models.CharField("grade", max_length=12)
    label = models.CharField("libellé", max_length=80)
    cosmetic = models.CharField("aspect", max_length=1, choices=CosmeticGrade)

    class Meta(Evidence.Meta):
        verbose_name = "classement"

    def __str__(self) -> str:
        return f"{self.label} ({self.scale})"
