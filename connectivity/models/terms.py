"""The delays of connection files, with a date: when one is reminded, when a file closes by itself."""

from datetime import date

from django.db import models
from django.db.models import Q

from connectivity.enums import USUAL_TERMS, TermCode
from network.models import Dated, DatedQuerySet


class ConnectionTermQuerySet(DatedQuerySet):
    """Reads of delays."""

    def values_on(self, day: date) -> dict[str, int]:
        """``{code: value}`` of all of them on ``day``; the usual one where no row says otherwise; one query."""
        return dict(USUAL_TERMS) | dict(reversed(list(self.on(day).values_list("code", "value"))))

    def value_of(self, code: str, day: date) -> int:
        """One of them on ``day``, in the unit its code says."""
        return self.values_on(day)[code]


class ConnectionTerm(Dated):
    """A delay of connection files, in the unit its code says: days, working days, months."""

    code = models.CharField("délai", max_length=24, choices=TermCode)
    value = models.PositiveSmallIntegerField("valeur")

    objects = ConnectionTermQuerySet.as_manager()

    class Meta(Dated.Meta):
        verbose_name = "délai des connexions"
        verbose_name_plural = "délais des connexions"
        ordering = ("code", "-valid_from")
        constraints = (
            *Dated.Meta.constraints,
            models.UniqueConstraint(fields=("code", "valid_from"), name="connectivity_connectionterm_once"),
            models.CheckConstraint(
                condition=Q(value__gte=1, code__in=TermCode.values), name="connectivity_connectionterm_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_code_display()} : {self.value}"
