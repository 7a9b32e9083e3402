from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class ReferenceConfig(AppConfig):
    name = "reference"
    verbose_name = "Les données de référence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Every app says what it reads: its parameters, then its families. Then they are checked and walled."""
        autodiscover_modules("parameters", "families")
        checks = import_module("reference.checks")
        register(checks.check_declarations, Tags.models)
        register(checks.check_rows, Tags.database)
        post_migrate.connect(
            import_module("reference.known").raise_known, sender=self, dispatch_uid="reference.raise_known"
        )
