"""The dated terms of a convention, written when it comes into force, then by each of its amendments."""

from conventions.enums import TermKind
from conventions.models import Convention, ConventionTerm


def write_terms(act: Convention, convention: Convention) -> None:
    """Write on ``convention`` what ``act`` settles from its effective date on: itself, or one of its amendments.

    An amendment writes only what it changes.
    """
    assert act.starts_on is not None
    common = {"convention": convention, "act": act, "valid_from": act.starts_on}
    terms = [
        ConventionTerm(**common, kind=TermKind.PRICE, type=price.type, grade=price.grade, amount=price.amount)
        for price in act.prices.all()
    ]
    terms += [
        ConventionTerm(**common, kind=TermKind.QUOTA, type=plan.type, year=plan.year, amount=plan.total)
        for plan in act.planned_quotas.all()
    ]
    if act.max_nonconformity is not None:
        terms.append(ConventionTerm(**common, kind=TermKind.NONCONFORMITY, amount=act.max_nonconformity))
    known = ConventionTerm.objects.filter(convention=convention, kind=TermKind.END).order_by("-valid_from", "-pk")
    if convention.ends_on != known.values_list("day", flat=True).first():
        terms.append(ConventionTerm(**common, kind=TermKind.END, day=convention.ends_on))
    ConventionTerm.objects.bulk_create(terms)
