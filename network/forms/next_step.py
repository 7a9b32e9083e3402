"""What people type of whoever is followed: what was said, what is to be done next."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from lifecycle.forms import CommentForm, RowField, choose, day_input, field_of
from network.enums import ExchangeChannel
from network.models import Membership
from network.naming import told_to
from network.services.next_step import Exchange, Then
from typography.french import day, in_a_sentence

PLANNED = "Prévu\u00a0: {planned}. Ce que vous dites ici le remplace\u00a0; «\u00a0Aucune\u00a0» l’efface."
NEXT_FIELDS = ("next_step", "next_on", "next_owner")


class NextForm(forms.Form):
    """What is to be done next: a step of ``steps``, its day, who does it."""

    steps: tuple[tuple[str, Any], ...] = ()

    next_step = forms.ChoiceField(label="Prochaine étape", required=False)
    next_on = forms.DateField(label="Pour le", required=False, widget=day_input())
    next_owner = RowField(
        label="Qui s’en charge", queryset=Membership.objects.none(), required=False, empty_label="Choisissez…"
    )

    def offer(self, people: QuerySet[Membership], by: Membership) -> None:
        """Offer the steps, and these people; he who types it, unless he says otherwise."""
        field_of(self, "next_step", forms.ChoiceField).choices = choose(self.steps, "Aucune")
        owners = field_of(self, "next_owner", RowField)
        owners.told = lambda one: told_to(one, by)
        owners.queryset = people.select_related("user", "organisation")
        owners.initial = by.pk

    def then(self) -> Then:
        """What is to be done next; an owner alone says nothing."""
        data = self.cleaned_data
        if not data["next_step"] and data["next_on"] is None:
            return Then()
        return Then(data["next_step"], data["next_on"], data["next_owner"])


class ExchangeForm(NextForm, CommentForm):
    """One exchange: when, how, what was said, what comes next."""

    contacted_on = forms.DateField(label="Jour de l’échange", widget=day_input())
    channel = forms.ChoiceField(label="Moyen", choices=choose(ExchangeChannel.choices))
    said = forms.CharField(
        label="Ce qui s’est dit",
        max_length=500,
        required=False,
        widget=forms.Textarea({"rows": 3}),
        help_text="Facultatif. Ne nommez personne.",
    )
    field_order: tuple[str, ...] = ("contacted_on", "channel", "said", *NEXT_FIELDS)

    def begin(self, people: QuerySet[Membership], by: Membership, row: Any) -> None:
        """As typed today by whoever opens the page; what is planned for the row is told, as it is replaced."""
        self.offer(people, by)
        if row.next_step:
            planned = (
                f"{in_a_sentence(row.get_next_step_display())}, le {day(row.next_on)}, {told_to(row.next_owner, by)}"
            )
            self.fields["next_step"].help_text = PLANNED.format(planned=planned)
        self.fields["contacted_on"].initial = timezone.localdate()
        del self.fields["comment"]

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        return {"exchange": Exchange(data["contacted_on"], data["channel"], data["said"], self.then())}


class PlanForm(NextForm, CommentForm):
    """What is to be done next."""

    field_order = NEXT_FIELDS

    def begin(self, people: QuerySet[Membership], by: Membership, row: Any) -> None:
        """As it is planned; a step and a day are asked."""
        self.offer(people, by)
        for name in ("next_step", "next_on"):
            self.fields[name].required = True
            self.fields[name].initial = getattr(row, name)
        field_of(self, "next_step", forms.ChoiceField).choices = choose(self.steps)

    def values(self) -> dict[str, Any]:
        """What the services take."""
        return {"then": self.then(), "comment": self.cleaned_data["comment"]}
