"""What the database is asked is what Django would ask, whatever rows are ordered by."""

from contextlib import suppress
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.backends.postgresql.compiler import SQLCompiler as DjangoCompiler
from django.db.models import F, Q, Value
from django.db.models.functions import Lower
from django.db.utils import load_backend

from config import database
from config.compiled.compiler import SQLCompiler
from lifecycle.machine import Stateful


def by_both(rows: "models.QuerySet[Any]") -> tuple[Any, Any]:
    ours, theirs = (kind(rows.query.clone(), connection, "default").as_sql() for kind in (SQLCompiler, DjangoCompiler))
    return ours, theirs


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_every_model_is_read_in_the_same_order(model: type[models.Model]) -> None:
    rows = model._base_manager.all()
    for asked in (
        rows,
        rows.order_by("pk"),
        rows.order_by("-pk", "?"),
        rows.values_list("pk").order_by("-pk"),
        rows.annotate(own=F("pk")).order_by("own", "-pk"),
        rows.order_by("pk").distinct("pk"),
        rows.filter(pk__in=rows.filter(pk=models.OuterRef("pk")).order_by("-pk").values("pk")[:1]).order_by("pk"),
        rows.values_list("pk", named=True).order_by("pk").distinct("pk"),
    ):
        ours, theirs = by_both(asked)
        assert ours == theirs


@pytest.mark.parametrize("model", [m for m in apps.get_models() if issubclass(m, Stateful)], ids=lambda m: m.__name__)
def test_by_expressions_aliases_and_several_at_once_too(model: type[Stateful]) -> None:
    rows = model._base_manager.all()
    shouted = rows.annotate(shout=Lower("reference"), one=Value(1))
    for asked in (
        rows.order_by(Lower("reference").desc(), "state"),
        rows.order_by(F("moved_at").desc(nulls_last=True), "-reference"),
        shouted.values_list("shout", "one", "state").order_by("-shout", "one", "state"),
        shouted.order_by("-shout", "one", "state"),
        rows.values("state").annotate(count=models.Count("pk")).order_by("-count", "state"),
        rows.values_list("reference").union(rows.values_list("reference")).order_by("reference"),
        rows.reverse(),
    ):
        ours, theirs = by_both(asked)
        assert ours == theirs


@pytest.mark.django_db
@pytest.mark.parametrize("model", [m for m in apps.get_models() if m._meta.constraints], ids=lambda m: m._meta.label)
def test_a_constraint_of_any_model_is_checked_before_the_database_is_asked_to_write(model: type[models.Model]) -> None:
    """A condition alone is compiled for no model: the answer is a refusal or nothing, never a fault."""
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.CheckConstraint):
            with suppress(ValidationError):
                constraint.validate(model, model())


@pytest.mark.django_db
def test_a_condition_is_checked_alone() -> None:
    assert Q(asked__lt=3).check({"asked": 2})
    assert not Q(asked__lt=3).check({"asked": 3})


@pytest.mark.parametrize("engine", [database.ENGINE, database.OWN_ENGINE])
def test_production_compiles_as_the_tests_do(engine: str) -> None:
    operations = load_backend(engine).DatabaseWrapper.ops_class
    assert operations.compiler_module == "config.compiled.compiler"
