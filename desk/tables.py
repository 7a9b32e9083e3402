"""The lists of the house."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from desk.enums import Prescribing
from network.models import Commune
from typography.french import grouped


class UncoveredTable(tables.Table):
    """Communes where nobody active prescribes: how many people live there, what is there, what one does about it."""

    caption = "Communes sans prescripteur actif"

    name = tables.Column(verbose_name="Commune")
    epci = tables.Column(verbose_name="EPCI", accessor="epci__short_name")
    people = tables.Column(verbose_name="Habitants")
    standing = tables.Column(verbose_name="Ce qui s’y trouve")
    todo = tables.Column(
        verbose_name="Que faire", empty_values=(), orderable=False, accessor="code", exclude_from_export=True
    )

    class Meta:
        model = Commune
        fields = ("name", "epci", "people", "standing", "todo")
        order_by = ("epci", "name")

    def render_people(self, value: int) -> str:
        return grouped(value)

    def render_standing(self, value: str) -> str:
        return str(Prescribing(value).label)

    def render_todo(self, record: Any) -> SafeString:
        """Both acts, for this commune."""
        return format_html(
            '<a href="{}?commune={}">Inviter une structure<span class="visually-hidden">, {}</span></a><br>'
            '<a href="{}?commune={}">Programmer une session<span class="visually-hidden">, {}</span></a>',
            reverse("network:structure_invite"),
            record.code,
            record.name,
            reverse("network:awareness_plan"),
            record.code,
            record.name,
        )
