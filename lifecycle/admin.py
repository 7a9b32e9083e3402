"""The technical team's window: to look at every table, and to write in none. The gate and the services write."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest

from lifecycle.journal import Entry
from lifecycle.machine import Stateful
from lifecycle.operations import watched_columns

COLUMNS = 6
"""How many columns a list shows of a table nobody described."""
NOTHING: Mapping[str, Iterable[str]] = MappingProxyType({})


class ReadOnlyAdmin(admin.ModelAdmin):
    """A table to be read. ``hidden``: what names people or opens a door, which nobody needs to mend anything."""

    hidden: tuple[str, ...] = ()
    actions = None
    list_per_page = 50
    show_full_result_count = False

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """What the page of a row leaves out."""
        return [*(super().get_exclude(request, obj) or ()), *self.hidden]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TechnicalSite(admin.AdminSite):
    """Every table for superusers, and only to be read, whoever registered it."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Superusers, and nobody else."""
        return request.user.is_active and request.user.is_superuser

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Register a table; a class of another project loses what would write."""
        found = admin_class or admin.ModelAdmin
        if not issubclass(found, ReadOnlyAdmin):
            found = type(found.__name__, (ReadOnlyAdmin, found), {})
        super().register(model_or_iterable, found, **options)


class MachineAdmin(ReadOnlyAdmin):
    """An object with a life."""

    list_display = ("reference", "state", "moved_at")
    list_filter = ("state",)
    search_fields = ("reference",)
    ordering = ("-pk",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """State, rank, head, dimensions and every stamp."""
        watched = set(watched_columns(self.model))
        return [field.name for field in self.model._meta.concrete_fields if field.column in watched]


class EntryAdmin(ReadOnlyAdmin):
    """A journal."""

    list_display = ("object", "seq", "verb", "source", "target", "at", "actor")
    list_filter = ("verb",)
    search_fields = ("object__reference",)
    ordering = ("-pk",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("object", "actor__user", "actor__organisation")


def show(app: str, hidden: Mapping[str, Iterable[str]] = NOTHING) -> None:
    """Register what is left of the tables of an app; ``hidden``: by model, the columns that are not shown."""
    for model in apps.get_app_config(app).get_models():
        if not admin.site.is_registered(model):
            left_out = tuple(hidden.get(model._meta.model_name or "", ()))
            base, columns = _described(model, left_out)
            admin.site.register(model, type(f"{model.__name__}Admin", (base,), {"hidden": left_out} | columns))


def _described(model: type[models.Model], hidden: tuple[str, ...]) -> tuple[type[ReadOnlyAdmin], dict[str, Any]]:
    """How a table is listed: as a machine, as a journal, or by its days, codes and figures, which name nobody."""
    if issubclass(model, Stateful):
        return MachineAdmin, {}
    if issubclass(model, Entry):
        return EntryAdmin, {}
    plain = [
        field.name
        for field in model._meta.concrete_fields
        if not field.is_relation and field.name not in hidden and (field.choices or not _is_text(field))
    ]
    return ReadOnlyAdmin, {"list_display": plain[:COLUMNS] or ["pk"], "ordering": ("-pk",)}


def _is_text(field: Any) -> bool:
    plain = (models.DateField, models.BooleanField, models.IntegerField, models.DecimalField)
    return not isinstance(field, plain)
