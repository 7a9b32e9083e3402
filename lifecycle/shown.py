"""Forms that write a whole record again: what changed since the page was shown is not overwritten unseen."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from lifecycle.typed import with_plain_breaks

SHOWN = "shown"


class _ShownField(forms.CharField):
    """What the page said of the record; it is nothing that a person types."""

    widget = forms.HiddenInput

    def has_changed(self, initial: Any, data: Any) -> bool:
        return False


class ShownForm(forms.BaseForm):
    """A form of a record that a colleague, or another tab, may change meanwhile.

    The page carries what it showed. Of a field that was left as shown, the record keeps what it says now; one that was
    changed here and there is refused once, with what it says now: sent again, what is typed replaces it.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._changed_there: dict[str, str] = {}
        instance = getattr(self, "instance", None)
        if instance is None or instance.pk is not None:
            self.fields[SHOWN] = _ShownField(required=False, initial=lambda: json.dumps(self._said_now()))

    def full_clean(self) -> None:
        if self.is_bound and SHOWN in self.fields:
            self._look_again()
        super().full_clean()
        if not self.is_bound:
            return
        self.cleaned_data.pop(SHOWN, None)
        for name, told in self._changed_there.items():
            if name not in self.errors:
                self.add_error(name, told)

    def _look_again(self) -> None:
        shown = _read(self.data.get(self.add_prefix(SHOWN), ""))
        if not shown or not isinstance(self.data, QueryDict):
            return
        now, data = self._said_now(), self.data.copy()
        for name in now.keys() & shown.keys():
            typed = self._typed(name)
            if shown[name] == now[name] or typed == now[name]:
                continue
            if typed == shown[name]:
                _put(data, self.add_prefix(name), now[name])
            else:
                self._changed_there[name] = (
                    f"Changé entre-temps\u00a0: «\u00a0{self._in_words(name, now[name])}\u00a0» est enregistré."
                    " Enregistrez de nouveau pour mettre à la place ce que vous avez tapé."
                )
        data[self.add_prefix(SHOWN)] = json.dumps(now)
        self.data = data

    def _said_now(self) -> dict[str, Any]:
        """What the record says of each field, as the page would send it back."""
        said = {}
        for name, field in self.fields.items():
            if name != SHOWN:
                value = field.prepare_value(self.get_initial_for_field(field, name))
                said[name] = _as_sent(field.widget, value)
        return said

    def _typed(self, name: str) -> Any:
        field = self.fields[name]
        sent = field.widget.value_from_datadict(self.data, self.files, self.add_prefix(name))
        return _as_sent(field.widget, sent)

    def _in_words(self, name: str, said: Any) -> str:
        if isinstance(said, bool):
            return "oui" if said else "non"
        labels: dict[str, str] = {}
        for code, label in getattr(self.fields[name], "choices", ()):
            labels |= dict(label) if isinstance(label, list | tuple) else {str(code): str(label)}
        codes = said if isinstance(said, list) else [said]
        return ", ".join(labels.get(str(code), str(code)) for code in codes if code) or "rien"


class HeldForm(forms.BaseForm):
    """A form of an act about what its page shows: an hour that one moves, a paper that one has signed.

    The page carries it (``holds``). Sent once that is no more what stands, or without it, it is refused once, with
    ``changed``, which says what stands now: sent again, it is done. What stands was read before the row was locked:
    the service is given it (``holds``), and a rule compares it again on the locked row.
    """

    of_what_was_shown: ClassVar[tuple[str, ...]] = ()
    """What is given of it alone, and serves no other: it is asked again."""

    def __init__(self, *args: Any, holds: str = "", changed: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holds, self.changed = holds, changed
        self.fields[SHOWN] = _ShownField(required=False, initial=holds)

    def full_clean(self) -> None:
        sent = self.data.get(self.add_prefix(SHOWN), "") if self.is_bound else ""
        is_overtaken = self.is_bound and sent != self.holds
        if is_overtaken:
            self._forget_what_was_shown()
        super().full_clean()
        if self.is_bound:
            self.cleaned_data.pop(SHOWN, None)
        if is_overtaken:
            self.add_error(None, self.changed)

    def _forget_what_was_shown(self) -> None:
        data, files = QueryDict(mutable=True), MultiValueDict[str, Any]()
        data.update(self.data)
        files.update(self.files)
        data[self.add_prefix(SHOWN)] = self.holds
        for name in self.of_what_was_shown:
            data.pop(self.add_prefix(name), None)
            files.pop(self.add_prefix(name), None)
        self.data, self.files = data, files


def _as_sent(widget: forms.Widget, value: Any) -> Any:
    if isinstance(widget, forms.CheckboxInput):
        return bool(value)
    if getattr(widget, "allow_multiple_selected", False):
        return sorted(str(getattr(one, "pk", one)) for one in value or ())
    if not isinstance(value, str):
        value = widget.format_value(value)
    if isinstance(value, list):
        value = value[0] if value else ""
    return "" if value is None else with_plain_breaks(str(value)).strip()


def _put(data: QueryDict, name: str, said: Any) -> None:
    """Have the page say this, as if it had been shown so."""
    if isinstance(said, list):
        data.setlist(name, said)
    elif said is False:
        data.pop(name, None)
    else:
        data[name] = "on" if said is True else said


def _read(sent: str) -> Mapping[str, Any]:
    try:
        said = json.loads(sent or "{}")
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
