"""The technical team's window on dated parameters."""

from django.contrib import admin

from lifecycle.admin import ReadOnlyAdmin
from reference.models import Parameter


@admin.register(Parameter)
class ParameterAdmin(ReadOnlyAdmin):
    list_display = ("code", "value", "unit", "valid_from", "valid_to", "source", "checked_on")
    search_fields = ("code", "source")
