"""What a page showed of a record, when the record changed meanwhile."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict

from lifecycle.shown import ShownForm
from tests.pages import boxes_of


class Sheet(ShownForm, forms.Form):
    """A record of boxes of each kind."""

    name = forms.CharField(required=False)
    tall = forms.BooleanField(required=False)
    days = forms.MultipleChoiceField(choices=[("1", "lundi"), ("2", "mardi")], required=False)
    kind = forms.ChoiceField(choices=[("a", "petit"), ("b", "grand")])
    told = forms.CharField(widget=forms.Textarea, required=False)


WRITTEN: dict[str, Any] = {"name": "Un", "tall": True, "days": ["1"], "kind": "a", "told": "Une ligne\nune autre"}


def _sent(form: Sheet | None = None, **typed: Any) -> QueryDict:
    boxes = boxes_of(str(form or Sheet(initial=WRITTEN))) | typed
    return QueryDict(urlencode(boxes, doseq=True))


def test_a_page_sent_back_as_it_was_shown_changes_nothing_of_what_changed_meanwhile() -> None:
    now = {"name": "Deux", "tall": False, "days": ["2"], "kind": "b", "told": "Autre\nchose"}
    form = Sheet(_sent(), initial=now)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == now
    assert form.changed_data == []


def test_what_is_typed_is_kept_where_the_record_stands_still() -> None:
    form = Sheet(_sent(name="Trois", days=["1", "2"]), initial=WRITTEN | {"kind": "b"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data == WRITTEN | {"name": "Trois", "days": ["1", "2"], "kind": "b"}


def test_the_same_thing_typed_twice_is_no_disagreement() -> None:
    form = Sheet(_sent(name="Deux"), initial=WRITTEN | {"name": "Deux"})
    assert form.is_valid(), form.errors


def test_a_disagreement_says_what_is_recorded_now_in_words_and_is_settled_by_sending_again() -> None:
    now = WRITTEN | {"days": [], "name": "Deux"}
    form = Sheet(_sent(name="Trois", days=["2"]), initial=now)
    assert not form.is_valid()
    assert "«\u00a0Deux\u00a0» est enregistré" in form.errors["name"][0]
    assert "«\u00a0rien\u00a0» est enregistré" in form.errors["days"][0]
    again = Sheet(_sent(form), initial=now)
    assert again.is_valid(), again.errors
    assert again.cleaned_data == WRITTEN | {"name": "Trois", "days": ["2"]}


def test_a_page_that_does_not_say_what_it_showed_is_taken_as_it_is() -> None:
    for said in ({"shown": ""}, {"shown": "{"}, {"shown": "[1]"}):
        form = Sheet(_sent(**said), initial=WRITTEN | {"name": "Deux"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["name"] == "Un"
