"""What the database is asked is what Django would ask, whatever rows are ordered by."""

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.backends.postgresql.compiler import SQLCompiler as DjangoCompiler
from django.db.models import F, Value
from django.db.models.functions import Lower

from config.postgresql.compiler import SQLCompiler
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
