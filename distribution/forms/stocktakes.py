"""What people type to count a stock: what is counted, then one label after another or many at once."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from conventions.enums import DeviceType
from distribution.forms.scanning import PastedForm
from lifecycle.forms import RowField, choose, field_of
from network.models import Membership
from refurb.forms.devices import SCANNED
from refurb.machine.tag_rules import TAG_GIVEN
from refurb.models import DistributionPoint


def points_counted_by(by: Membership) -> QuerySet[DistributionPoint]:
    """The points whose shelf one counts: a distributor's, those of its relays included; a relay's own."""
    points = DistributionPoint.objects.filter(is_active=True)
    mine = points.filter(distributor=by.organisation_id) | points.filter(organisation=by.organisation_id)
    return mine.select_related("commune").distinct()


class StocktakeForm(forms.Form):
    """Which stock: a point, for those who keep one; all of it, or one place, or one type."""

    point = RowField(
        label="Point de distribution",
        queryset=DistributionPoint.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": "Choisissez le point que vous comptez."},
    )
    place = forms.CharField(
        label="Une seule place",
        max_length=60,
        required=False,
        help_text="Vide\u00a0: tout le stock. Sinon la place telle qu’elle est écrite sur les appareils.",
    )
    type = forms.ChoiceField(label="Un seul type", choices=choose(DeviceType.choices, "Tous"), required=False)

    def __init__(self, *args: Any, by: Membership, at_points: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if at_points:
            field_of(self, "point", RowField).queryset = points_counted_by(by)
            del self.fields["place"]
        else:
            del self.fields["point"]


class CountForm(forms.Form):
    """One label after another, and where one stands."""

    place = forms.CharField(
        label="Vous êtes devant",
        max_length=60,
        required=False,
        help_text="La place que vous comptez\u00a0: ce qui est rangé ailleurs dans Maillon sera dit mal rangé.",
    )
    tag = forms.CharField(
        label="Étiquette",
        max_length=80,
        widget=forms.TextInput({**SCANNED, "autofocus": True, "class": "scan"}),
        error_messages={"required": TAG_GIVEN.sentence},
    )


class CountListForm(PastedForm):
    """Many labels at once, of a place."""

    place = CountForm.base_fields["place"]
    field_order = ("place", "tags")
