"""A convention as it is written: its parties and dates first, then everything else on one page."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from conventions.enums import QUOTA_TYPES, TAKES_A_PLACE, ConventionState
from conventions.forms.terms import UNCHANGED, Fields, clause_fields, price_fields, quota_fields, reviewer_fields
from conventions.models import Convention, articles_of, wording_of_today
from conventions.services.drafting import DraftArticle, DraftReviewer, DraftTerms, Plan, Price
from lifecycle.amounts import ShareField
from lifecycle.forms import day_input, field_of
from lifecycle.shown import ShownForm
from lifecycle.typed import whole
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation
from network.permissions import is_pilot
from typography.french import day

Kind = OrganisationKind
DAYS = {"starts_on": day_input(), "ends_on": day_input()}
PARTIES = {"workshop": Kind.RECONDITIONER, "distributor": Kind.DISTRIBUTOR}
SIGNATORIES = {
    "epci_signatory": ("epci_party", Kind.EPCI),
    "workshop_signatory": ("workshop", Kind.RECONDITIONER),
    "distributor_signatory": ("distributor", Kind.DISTRIBUTOR),
}
"""Each signatory with the column of its party and the kind it signs for."""


NEVER_TAKEN_AWAY = {*PARTIES, *SIGNATORIES, "starts_on", "ends_on"}
"""What a text that was submitted once has for good: it may change, not become empty."""


YEARS = (1, 2, 3)


def _counted(box: forms.BoundField) -> int:
    """What a box of the grid holds, typed or kept, or what an amendment leaves; what is no number counts for none."""
    typed = box.value()
    if typed in (None, ""):
        typed = box.field.widget.attrs.get(UNCHANGED)
    return whole(typed) or 0


def _same_end(today: date | None) -> str:
    """The last day as it is, and how an amendment leaves it."""
    return f"Aujourd’hui\u00a0: {day(today)}. Vide si l’avenant ne change pas la durée."


class SignatoryField(forms.ModelChoiceField):
    """People who may sign for an organisation."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user} ({obj.get_role_display().lower()})"


def _choose_parties(form: forms.ModelForm) -> None:
    for name, kind in PARTIES.items():
        if name in form.fields:
            field = field_of(form, name, forms.ModelChoiceField)
            field.queryset = Organisation.objects.active().of_kind(kind)
            field.empty_label = "À désigner plus tard"


class ConventionStartForm(forms.ModelForm):
    """What is needed to begin: the rest is written on the next page."""

    class Meta:
        model = Convention
        fields = ("epci_party", "title", "workshop", "distributor", "starts_on", "ends_on", "is_test")
        widgets = DAYS

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _choose_parties(self)
        self.fields["title"].help_text = "Exemple\u00a0: Équipement des foyers de la communauté de communes, 2027-2029."
        if is_pilot(by):
            epci_party = field_of(self, "epci_party", forms.ModelChoiceField)
            merged = Q(epci__succeeded_by__isnull=False)
            epci_party.queryset = Organisation.objects.active().of_kind(Kind.EPCI).exclude(merged)
            epci_party.empty_label = "Choisissez…"
        else:
            del self.fields["epci_party"]


class ConventionDraftForm(ShownForm, forms.ModelForm):
    """The whole draft: parties, signatories, dates, quotas, prices, articles, reviewers. Anything may wait."""

    class Meta:
        model = Convention
        fields = (
            "title",
            "workshop",
            "distributor",
            "epci_signatory",
            "workshop_signatory",
            "distributor_signatory",
            "starts_on",
            "ends_on",
            "is_test",
            "max_nonconformity",
        )
        widgets = DAYS
        field_classes = dict.fromkeys(SIGNATORIES, SignatoryField) | {"max_nonconformity": ShareField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.amends_id:
            for name in ("workshop", "distributor", "is_test"):
                del self.fields[name]
            self.fields["max_nonconformity"].help_text = "En pourcentage. Vide si l’avenant ne le change pas."
            self.fields["ends_on"].label = "Nouveau dernier jour"
            self.fields["ends_on"].help_text = _same_end(self._end_amended())
            if self.instance.ends_on == self._end_amended():
                self.initial["ends_on"] = None
        _choose_parties(self)
        if self.instance.state == ConventionState.CHANGES_REQUESTED:
            for name in NEVER_TAKEN_AWAY & self.fields.keys():
                self.fields[name].required = not (self.instance.amends_id and name == "ends_on")
        for name, (column, kind) in SIGNATORIES.items():
            self._choose_signatory(name, column, kind)
        self.quotas: Fields = quota_fields(self.instance)
        self.prices, self.grades = price_fields(self.instance, timezone.localdate())
        self.articles = clause_fields(self.instance)
        self.reviewers = reviewer_fields(self.instance)
        for group in (self.quotas, self.prices, self.grades, self.articles, self.reviewers):
            self.fields |= group.fields

    def _choose_signatory(self, name: str, column: str, kind: OrganisationKind) -> None:
        """Those of the organisation that is chosen: on the page just posted, or in the draft."""
        field = field_of(self, name, forms.ModelChoiceField)
        chosen = getattr(self.instance, f"{column}_id")
        if column == "epci_party":
            chosen = self.instance.succeeded_by_id or chosen
        if self.is_bound and column in self.fields:
            chosen = whole(self.data.get(column))
        field.queryset = (
            Membership.objects.open()
            .filter(organisation=chosen, kind=kind, role__in=(Role.SIGNATORY, Role.MANAGER))
            .select_related("user")
            .order_by("user__last_name", "user__first_name", "pk")
        )
        field.empty_label = "À désigner plus tard" if chosen else "Enregistrez d’abord la partie"
        field.error_messages["invalid_choice"] = (
            "Cette personne ne signe pas pour l’organisation choisie\u00a0: désignez-en une autre."
        )

    # --- how the page shows it

    def heading(self) -> list[forms.BoundField]:
        """The fields of the title and the dates, in order."""
        return self._named("title", "starts_on", "ends_on", "is_test", "max_nonconformity")

    def parties(self) -> list[forms.BoundField]:
        """The parties, each before its signatory."""
        return self._named("epci_signatory", "workshop", "workshop_signatory", "distributor", "distributor_signatory")

    def _named(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    def quota_rows(self) -> Iterable[tuple[str, list[forms.BoundField], int]]:
        """One row per type, one box per convention year, then the total of the type."""
        for code, label in QUOTA_TYPES:
            boxes = [self[f"quota_{code}_{year}"] for year in YEARS]
            yield label, boxes, sum(map(_counted, boxes))

    def quota_totals(self) -> list[int]:
        """The total of each convention year, then that of all."""
        years = [sum(_counted(self[f"quota_{code}_{year}"]) for code in TAKES_A_PLACE) for year in YEARS]
        return [*years, sum(years)]

    def price_boxes(self) -> list[forms.BoundField]:
        return self._named(*self.prices.fields)

    def grade_rows(self) -> list[list[forms.BoundField]]:
        """Type, grade and price of each line of the grid that is for one grade only."""
        names = list(self.grades.fields)
        return [self._named(*names[i : i + 3]) for i in range(0, len(names), 3)]

    def article_boxes(self) -> list[tuple[int, forms.BoundField, str]]:
        """``(number, box, words of today)`` of each article: of an amendment, those of the article that it rewrites."""
        amended = self.instance.amends
        today = wording_of_today(amended) if amended is not None else {}
        return [
            (article.number, self[name], today.get(article.code, ""))
            for article in articles_of(amended or self.instance)
            if (name := f"clause_{article.code}") in self.articles.fields
        ]

    def reviewer_boxes(self) -> list[forms.BoundField]:
        return self._named(*self.reviewers.fields)

    # --- what was typed

    def clean_ends_on(self) -> date | None:
        """Left empty in an amendment, the last day stays that of what it amends."""
        return self.cleaned_data["ends_on"] or self._end_amended()

    def _end_amended(self) -> date | None:
        return self.instance.amends.ends_on if self.instance.amends is not None else None

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for names in zip(*[iter(self.grades.fields)] * 3, strict=True):
            typed = [data.get(name) for name in names]
            if any(typed) and not all(typed) and not any(name in self.errors for name in names):
                missing = next(name for name, value in zip(names, typed, strict=True) if not value)
                self.add_error(missing, ValidationError("Une ligne par grade dit le type, le grade et le prix."))
        return data

    def heading_typed(self) -> dict[str, Any]:
        """The columns of the heading that the page holds; the last day that an amendment leaves is None."""
        typed = {name: self.cleaned_data[name] for name in self.Meta.fields if name in self.fields}
        if self.instance.amends_id and typed["ends_on"] == self._end_amended():
            typed["ends_on"] = None
        return typed

    def terms(self) -> DraftTerms:
        """Everything beside the heading, as the service takes it."""
        texts = {name.removeprefix("clause_"): self.cleaned_data[name] for name in self.articles.fields}
        prices, quotas, reviewers = self._prices(), self._quotas(), self._reviewers()
        if self.instance.amends_id:
            titles = {code: str(self.fields[f"clause_{code}"].label) for code in texts}
            written = [DraftArticle(code, titles[code], text) for code, text in texts.items() if text.strip()]
            return DraftTerms(articles=written, prices=prices, quotas=quotas, reviewers=reviewers)
        return DraftTerms(texts=texts, prices=prices, quotas=quotas, reviewers=reviewers)

    def _quotas(self) -> list[Plan]:
        found = []
        for name in self.quotas.fields:
            _, type_, year = name.split("_")
            total = self.cleaned_data.get(name)
            # In an amendment nothing typed changes nothing, and 0 closes a quota.
            if total or (total == 0 and self.instance.amends_id):
                found.append(Plan(type_, int(year), total))
        return found

    def _prices(self) -> list[Price]:
        found = {}
        for name in self.prices.fields:
            amount: Decimal | None = self.cleaned_data.get(name)
            if amount is not None:
                found[name.removeprefix("price_"), ""] = amount
        for names in zip(*[iter(self.grades.fields)] * 3, strict=True):
            type_, grade, amount = (self.cleaned_data.get(name) for name in names)
            if type_ and grade and amount:
                found[type_, grade.strip()] = amount
        return [Price(type_, amount, grade) for (type_, grade), amount in found.items()]

    def _reviewers(self) -> list[DraftReviewer]:
        found = []
        for name in self.reviewers.fields:
            nature, _, pk = (self.cleaned_data.get(name) or "").partition(":")
            subject = name.removeprefix("reviewer_")
            if nature == "m":
                member = Membership.objects.select_related("organisation").get(pk=pk)
                found.append(DraftReviewer(subject, member.organisation, member))
            elif nature == "o":
                found.append(DraftReviewer(subject, Organisation.objects.get(pk=pk)))
        return found


class AmendmentForm(forms.Form):
    """What is needed to begin an amendment; what it changes is written on the next page."""

    title = forms.CharField(
        label="Titre de l’avenant",
        max_length=160,
        help_text="Exemple\u00a0: Avenant n°\u00a01, quotas de la deuxième année.",
    )
    starts_on = forms.DateField(label="Prend effet le", widget=day_input())
    ends_on = forms.DateField(
        label="Nouveau dernier jour",
        required=False,
        widget=day_input(),
    )

    def __init__(self, *args: Any, convention: Convention, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.convention = convention
        self.fields["ends_on"].help_text = _same_end(convention.ends_on)

    def clean_starts_on(self) -> Any:
        starts_on = self.cleaned_data["starts_on"]
        first, last = self.convention.starts_on, self.convention.ends_on
        if first and last and not first <= starts_on <= last:
            raise ValidationError("Un avenant prend effet pendant la durée de la convention qu’il modifie.")
        return starts_on

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        starts_on, ends_on = data.get("starts_on"), data.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", ValidationError("Le dernier jour vient après la date d’effet."))
        return data
