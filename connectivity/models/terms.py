"""The delays of connection files, with a date: when one is reminded, when a file closes by itself."""

from django.db import models

from connectivity.enums import USUAL_TERMS, TermCode
from network.models import DatedNumber, known_codes


class ConnectionTerm(DatedNumber):
    """A delay of connection files, in the unit its code says: days, working days, months."""

    usual = USUAL_TERMS

    code = models.CharField("délai", max_length=24, choices=TermCode)

    class Meta(DatedNumber.Meta):
        verbose_name = "délai des connexions"
        verbose_name_plural = "délais des connexions"
        constraints = (*DatedNumber.Meta.constraints, known_codes(TermCode))
