"""The columns that lists share: a box to tick, the state as a badge."""

from collections.abc import Collection
from typing import Any

import django_tables2 as tables
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

from lifecycle.machine import state_label
from lifecycle.templatetags.lifecycle import state_badge

WHOLE = {"td": {"class": "text-nowrap"}}
"""A cell that is read at once: it does not break."""


class ChosenColumn(tables.Column):
    """A box to tick, named for whoever does not see the row; ``table.ticked`` comes back ticked."""

    def __init__(self, box: str) -> None:
        self.box = box
        super().__init__(verbose_name="Choisir", accessor="reference", orderable=False, exclude_from_export=True)

    def render(self, value: str, record: Any, table: Any) -> SafeString:
        ticked: Collection[str] = table.ticked
        said = getattr(record, "tag", "") or value
        return format_html(
            '<label class="choice"><input type="checkbox" class="form-check-input" name="{}" value="{}"{}> '
            '<span class="visually-hidden">Choisir {}</span></label>',
            self.box,
            value,
            " checked" if value in ticked else "",
            said,
        )


class StateColumn(tables.Column):
    """The state of a machine: its badge on the page, on one line unless ``attrs`` say otherwise; its word in a file."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"verbose_name": "État", "attrs": WHOLE} | kwargs)

    def render(self, record: Any) -> SafeString:
        return render_to_string("lifecycle/state_badge.html", state_badge(record))

    def value(self, record: Any) -> str:
        return state_label(type(record), record.state)
