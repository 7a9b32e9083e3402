"""What the clock will archive and erase, without a name."""

from typing import Any

import django_tables2 as tables

from lists.columns import WHOLE, StateColumn
from prescriptions.enums import Fate
from prescriptions.models import Household
from typography.french import day

WHY = {
    Fate.ARCHIVED: "aucun contact depuis le {}",
    Fate.ERASED: "effacement prévu le {}",
    Fate.SWEPT: "brouillon jamais déposé, du {}",
}


class ForeseenTable(tables.Table):
    """Which file, what happens to it, why, and who may keep it."""

    caption = "Ce qui sera archivé ou effacé"

    reference = tables.Column(verbose_name="Dossier", attrs=WHOLE)
    fate = tables.Column(verbose_name="Sera", attrs=WHOLE)
    since = tables.Column(verbose_name="Parce que")
    state = StateColumn()
    commune = tables.Column(verbose_name="Commune", order_by=("commune__name",), default="–")
    prescriber = tables.Column(verbose_name="Suivi par", order_by=("prescriber__name",))

    class Meta:
        model = Household
        fields = ("reference", "fate", "since", "state", "commune", "prescriber")

    def render_fate(self, value: Any) -> str:
        return str(Fate(value).label)

    value_fate = render_fate

    def render_since(self, value: Any, record: Any) -> str:
        return WHY[Fate(record.fate)].format(day(value))

    value_since = render_since
