"""What a rule asks of a row is made SQL once, and asks the same as when Django makes it anew."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from django.db import connection
from django.db.models import BooleanField, ExpressionWrapper, F, Model, Q
from django.db.models.expressions import BaseExpression, RawSQL
from django.utils import timezone

from lifecycle import compiled
from lifecycle.actors import SYSTEM
from lifecycle.compiled import condition_of
from lifecycle.machine import Stateful, machines, verbs_of
from lifecycle.requirements import Context, Requirement, SetValues, as_expression
from network.models import Organisation
from tests.lifecycle.parcels.models import Depot, Parcel

Announce = Callable[..., list[Parcel]]


def rules() -> Iterator[tuple[type[Stateful], Requirement]]:
    """Each rule of each machine, once."""
    seen = set()
    for model in machines().values():
        for verb in verbs_of(model).values():
            for rule in verb.requires:
                if isinstance(rule, Requirement) and (model, rule.condition) not in seen:
                    seen.add((model, rule.condition))
                    yield model, rule


def rule_that(asks: Callable[[Context], Any]) -> Requirement:
    return Requirement("essai", "Il manque un essai.", asks)


def given(**values: object) -> Context:
    return Context(timezone.now(), SYSTEM, SetValues(values, {}))


def answers(rule: Requirement, ctx: Context) -> list[bool]:
    """What each parcel answers to a rule made once; the same as it answers to the rule itself."""
    made = Parcel.objects.order_by("pk").annotate(holds=condition_of(Parcel, rule, ctx))
    anew = Parcel.objects.order_by("pk").annotate(holds=as_expression(rule.condition(ctx)))
    found = list(made.values_list("holds", flat=True))
    assert found == list(anew.values_list("holds", flat=True))
    return [bool(holds) for holds in found]


def is_made_once(rule: Requirement, ctx: Context) -> bool:
    return isinstance(condition_of(Parcel, rule, ctx), RawSQL)


def test_a_rule_of_the_row_alone_is_made_once(announce: Announce) -> None:
    announce(1, size="small")
    announce(1, size="large")
    small = rule_that(lambda ctx: Q(size="small"))
    assert answers(small, given()) == [True, False]
    assert is_made_once(small, given())
    assert condition_of(Parcel, small, given()) is condition_of(Parcel, small, given())


def test_what_a_link_leads_to_is_asked_of_the_row_by_its_key(announce: Announce, depot: Depot) -> None:
    inside = announce(1)[0]
    announce(1, inside=inside)
    Depot.objects.update(total=7)
    of_the_depot = rule_that(lambda ctx: Q(depot__total=7, inside__depot__total=F("depot__total")))
    assert answers(of_the_depot, given()) == [False, True]
    made = condition_of(Parcel, of_the_depot, given())
    asked = str(Parcel.objects.filter(pk__gt=0).annotate(holds=made).values("holds").query)
    assert asked.count("JOIN") == asked.rpartition('FROM "parcels_parcel" WHERE')[0].count("JOIN"), "none outside"


def test_it_is_another_when_another_value_is_given(announce: Announce) -> None:
    announce(1, limit=5)
    asks = rule_that(lambda ctx: Q(limit__lt=5) if ctx.has("weight") else True)
    assert answers(asks, given()) == [True]
    assert answers(asks, given(weight=3)) == [False]
    assert answers(asks, given(weight="")) == [True], "an empty value is none"
    assert is_made_once(asks, given(weight=3))


@pytest.mark.parametrize(
    "asks",
    [
        lambda ctx: Q(limit=ctx.values["weight"]),
        lambda ctx: Q(limit=ctx.values.get("weight")),
        lambda ctx: Q(stored_at__lt=ctx.at),
        lambda ctx: Q(stored_at__date=ctx.day),
        lambda ctx: Q(stored_by=ctx.actor.pk),
        lambda ctx: bool(ctx.comment),
        lambda ctx: ctx.once("essai", lambda: True),
    ],
)
@pytest.mark.django_db
def test_a_rule_that_reads_more_is_made_anew(asks: Callable[[Context], Any]) -> None:
    assert not is_made_once(rule_that(asks), given(weight=3))


def test_two_values_one_after_the_other_are_not_taken_for_each_other(announce: Announce) -> None:
    announce(1, limit=5)
    asks = rule_that(lambda ctx: Q(limit=ctx.values["weight"]))
    assert [answers(asks, given(weight=weight)) for weight in (5, 6, 5)] == [[True], [False], [True]]


def test_signs_that_a_statement_reads_as_places_are_those_of_the_rule(announce: Announce) -> None:
    announce(1, size="5%s")
    announce(1, size="5%%s'")
    for size in ("5%s", "5%%s'"):
        answered = answers(rule_that(lambda ctx, size=size: Q(size=size)), given(weight=1))  # type: ignore[misc]
        assert answered == [size == "5%s", size != "5%s"]


def test_a_rule_that_nothing_can_fulfil_and_one_that_all_do_are_told_so(announce: Announce) -> None:
    announce(2)
    assert answers(rule_that(lambda ctx: Q(pk__in=[])), given()) == [False, False]
    assert answers(rule_that(lambda ctx: ~Q(pk__in=[])), given()) == [True, True]
    assert answers(rule_that(lambda ctx: Q()), given()) == [True, True]


@pytest.mark.django_db
def test_each_model_has_its_own() -> None:
    alive = rule_that(lambda ctx: ExpressionWrapper(Q(pk__gt=0), BooleanField()))
    assert "parcels_parcel" in str(condition_of(Parcel, alive, given()).sql)  # type: ignore[attr-defined]
    assert "network_organisation" in str(condition_of(Organisation, alive, given()).sql)  # type: ignore[attr-defined]


@pytest.mark.django_db
def test_a_value_given_row_by_row_is_an_error_each_time() -> None:
    ctx = Context(timezone.now(), SYSTEM, SetValues({}, {1: {"weight": 3}}))
    blind = rule_that(lambda ctx: Q(limit=3) if ctx.has("weight") else True)
    for _ in range(2):
        with pytest.raises(TypeError, match="ligne par ligne"):
            condition_of(Parcel, blind, ctx)
    assert is_made_once(blind, given())


class Touched(AssertionError):
    """A rule that is made once read what may be another tomorrow."""


def names_asked(rule: Requirement) -> set[str]:
    """The values of which a rule asks whether they are given, whatever the others are."""
    known: set[str] = set()

    class Asking(compiled.Asked):
        def has(self, name: str) -> bool:
            known.add(name)
            return super().has(name)

    before = None
    while before != known:
        before = set(known)
        for values in ({}, dict.fromkeys(known | set(rule.needs), True)):
            with suppress(compiled.ReadsMore):
                rule.condition(Asking(values))  # type: ignore[arg-type]
    return known


@pytest.mark.django_db
def test_no_rule_that_is_made_once_reads_the_clock_or_a_table() -> None:
    """It would say for ever what held on the day on which it was first asked."""

    def refuse(*args: object) -> datetime:
        raise Touched

    made = 0
    for model, rule in rules():
        names = names_asked(rule) | set(rule.needs)
        for values in (set(), *({name} for name in names), names):
            with mock.patch("django.utils.timezone.now", refuse), connection.execute_wrapper(refuse):
                made += compiled._made.__wrapped__(model, rule.condition, frozenset(values), frozenset()) is not None
    assert made > 400, "most rules are of the row alone"


@pytest.mark.django_db
def test_no_rule_that_is_made_once_joins_a_link_that_leads_to_many_rows() -> None:
    """Asked of a row by its key, it would answer several times."""
    many = []
    for model, rule in rules():
        for values in ({}, dict.fromkeys(names_asked(rule) | set(rule.needs), True)):
            with suppress(compiled.ReadsMore):
                holds = as_expression(rule.condition(compiled.Asked(values)))  # type: ignore[arg-type]
                many += [rule.code for leads in links_to_many(model, holds) if leads]
    assert many == []


def links_to_many(model: type[Model], holds: BaseExpression) -> list[bool]:
    """Of each link that a condition joins, whether it leads to many rows."""
    joined = compiled._question(model, holds).alias_map.values()
    fields: list[Any] = [one.join_field for one in joined if hasattr(one, "join_field")]
    return [field.one_to_many or field.many_to_many for field in fields]


@pytest.mark.django_db
def test_a_link_that_leads_to_many_rows_is_found() -> None:
    assert links_to_many(Parcel, as_expression(Q(seals__parcel__depot__total=1))) == [True, False, False]


def test_a_rule_that_reads_the_clock_by_itself_is_found() -> None:
    with mock.patch("django.utils.timezone.now", side_effect=Touched), pytest.raises(Touched):
        compiled._made(Parcel, lambda ctx: Q(stored_at__lt=timezone.now()), frozenset(), frozenset())
