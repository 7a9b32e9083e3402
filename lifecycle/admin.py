"""Bases for the technical team's window on a machine: what the gate writes is shown, never typed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from lifecycle.operations import watched_columns


class MachineAdmin(admin.ModelAdmin):
    """An object with a life: no creation, no deletion, and only the gate moves it."""

    list_display = ("reference", "state", "moved_at")
    list_filter = ("state",)
    search_fields = ("reference",)
    ordering = ("-pk",)
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """State, rank, head, dimensions and every stamp."""
        watched = set(watched_columns(self.model))
        return [field.name for field in self.model._meta.concrete_fields if field.column in watched]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EntryAdmin(admin.ModelAdmin):
    """A journal, to be read."""

    list_display = ("object", "seq", "verb", "source", "target", "at", "actor")
    list_filter = ("verb",)
    search_fields = ("object__reference",)
    ordering = ("-pk",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("object", "actor__user", "actor__organisation")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
