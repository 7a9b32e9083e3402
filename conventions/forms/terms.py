"""The boxes of a draft that are as many as its types, years, articles and subjects."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone

from conventions.enums import QUOTA_TYPES, DeviceType, ReviewSubject
from conventions.models import Convention, PriceCeiling, Quota
from lifecycle.amounts import AmountField
from lifecycle.forms import choose
from network.enums import OrganisationKind, Role
from network.models import Membership, Organisation
from typography.french import euros, grouped, plural

BOX = {"class": "form-control"}
YEARS = (1, 2, 3)
BLANK_GRADES = 2
UNCHANGED = "data-unchanged"
"""Of a box of an amendment: the quantity that it leaves as it is while nothing is typed."""
SUBJECTS = (ReviewSubject.LEGAL, ReviewSubject.DATA_PROTECTION, ReviewSubject.DIGITAL)


@dataclass(frozen=True)
class Fields:
    """Fields by name, in the order they are shown."""

    fields: dict[str, forms.Field] = field(default_factory=dict)


def quota_fields(convention: Convention) -> Fields:
    """How many of each type in each convention year; empty for none."""
    held = {(row.type, row.year): row.total for row in convention.planned_quotas.all()}
    amended = convention.amends.quotas.all() if convention.amends is not None else ()
    now = {(row.type, row.year): row for row in amended}
    found: dict[str, forms.Field] = {}
    for code, label in QUOTA_TYPES:
        for year in YEARS:
            name, today, written = f"{label}, année {year}", now.get((code, year)), held.get((code, year))
            unchanged = {} if today is None else {UNCHANGED: str(today.total)}
            found[f"quota_{code}_{year}"] = forms.IntegerField(
                label=name,
                required=False,
                min_value=0,
                max_value=100_000,
                initial=written,
                help_text="" if today is None else _planned_and_used(today, written),
                widget=forms.NumberInput(BOX | unchanged | {"aria-label": name}),
            )
    return Fields(found)


def _planned_and_used(quota: Quota, written: int | None) -> str:
    """« 1 prévu, 0 affecté », « 1 200 prévus, 94 affectés »; whether what is written is under what is taken."""
    planned = f"{grouped(quota.total)} prévu{plural(quota.total)}"
    told = f"{planned}, {grouped(quota.used)} affecté{plural(quota.used)}"
    if written is None or written >= quota.used:
        return told
    return f"{told}. {grouped(written)} est en dessous\u00a0: aucun autre ne s’affectera."


def price_fields(convention: Convention, day: date) -> tuple[Fields, Fields]:
    """One price per type, with its legal ceiling; then lines for one grade only, and two empty ones."""
    ceilings = PriceCeiling.objects.amounts_on(day)
    held = {(row.type, row.grade): row.amount for row in convention.prices.all()}
    now = convention.amends.terms.prices_on(timezone.localdate()) if convention.amends is not None else {}
    whole: dict[str, forms.Field] = {
        f"price_{code}": _amount(
            label, held.get((code, "")), _ceiling(ceilings.get(code), now.get((code, "")), held.get((code, "")))
        )
        for code, label in DeviceType.choices
    }
    lines: list[tuple[Any, ...]] = [(type_, grade, amount) for (type_, grade), amount in held.items() if grade]
    grades: dict[str, forms.Field] = {}
    for rank, (type_, grade, amount) in enumerate([*lines, *[("", "", None)] * BLANK_GRADES], start=1):
        grades[f"grade_type_{rank}"] = forms.ChoiceField(
            label=f"Type, ligne {rank}", required=False, choices=choose(DeviceType.choices, "Aucun"), initial=type_
        )
        grades[f"grade_name_{rank}"] = forms.CharField(
            label=f"Grade, ligne {rank}", required=False, max_length=12, initial=grade
        )
        told = _over(ceilings.get(type_), amount)
        grades[f"grade_amount_{rank}"] = _amount(f"Prix, ligne {rank}", amount, told)
    return Fields(whole), Fields(grades)


def _amount(label: str, initial: Any, help_text: str) -> AmountField:
    return AmountField(
        label=label,
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        initial=initial,
        help_text=help_text,
    )


def _ceiling(amount: Any, now: Any = None, written: Any = None) -> str:
    """What the law allows, and for an amendment what the convention asks today; whether what is written is over it."""
    if over := _over(amount, written):
        return over
    told = "Aucun plafond légal." if amount is None else f"Plafond légal\u00a0: {euros(amount)}."
    return told if now is None else f"Aujourd’hui\u00a0: {euros(now)}. {told}"


def _over(ceiling: Any, written: Any) -> str:
    """What is said of a line that the law does not allow; it may be kept meanwhile, not submitted."""
    if ceiling is None or written is None or written <= ceiling:
        return ""
    return f"{euros(written)} dépasse le plafond légal\u00a0: {euros(ceiling)}. À corriger avant la relecture."


def clause_fields(convention: Convention) -> Fields:
    """The words of each article; in an amendment, the new wording of an article of the amended convention."""
    own = {clause.code: clause for clause in convention.clauses.all()}
    base = convention.amends.clauses.all() if convention.amends is not None else own.values()
    found: dict[str, forms.Field] = {}
    for clause in base:
        written = own.get(clause.code)
        found[f"clause_{clause.code}"] = forms.CharField(
            label=clause.title,
            required=False,
            max_length=20_000,
            initial=written.text if written else "",
            widget=forms.Textarea({"rows": 8}),
            help_text="Obligatoire pour soumettre." if clause.mandatory and convention.amends_id is None else "",
        )
    return Fields(found)


def reviewer_fields(convention: Convention) -> Fields:
    """Whom the EPCI asks about each subject: one person, or anyone of an organisation."""
    held = {row.subject: row for row in convention.reviewers_named.all()}
    own = convention.epci_acting
    people = (
        Membership.objects.open()
        .filter(organisation=own, kind=OrganisationKind.EPCI, role__in=(Role.REVIEWER, Role.MANAGER))
        .select_related("user")
        .order_by("user__last_name", "user__first_name", "pk")
    )
    inside = [(f"o:{own.pk}", f"Toute personne qui relit pour {own}")]
    inside += [(f"m:{member.pk}", f"{member.user} ({member.get_role_display().lower()})") for member in people]
    others = Organisation.objects.active().of_kind(OrganisationKind.EPCI).exclude(pk=own.pk)
    outside = [(f"o:{one.pk}", f"Les relecteurs de {one}") for one in others]
    choices: list[Any] = [("", "Pas de relecture sur ce sujet"), (str(own), inside)]
    if outside:
        choices.append(("Un agent partagé avec un autre EPCI", outside))
    found: dict[str, forms.Field] = {}
    for subject in SUBJECTS:
        row = held.get(subject)
        chosen = "" if row is None else f"m:{row.membership_id}" if row.membership_id else f"o:{row.organisation_id}"
        known = list(choices)
        if row is not None and chosen not in {code for _, group in choices[1:] for code, _ in group}:
            known.append(("Désignation actuelle", [(chosen, str(row.membership or row.organisation))]))
        found[f"reviewer_{subject}"] = forms.ChoiceField(
            label=f"Relecture {_of(subject)}", required=False, choices=known, initial=chosen
        )
    return Fields(found)


def _of(subject: ReviewSubject) -> str:
    return {
        ReviewSubject.LEGAL: "juridique",
        ReviewSubject.DATA_PROTECTION: "de la protection des données",
        ReviewSubject.DIGITAL: "numérique",
    }[subject]
