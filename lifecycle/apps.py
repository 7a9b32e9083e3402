from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.module_loading import autodiscover_modules


class LifecycleConfig(AppConfig):
    name = "lifecycle"
    verbose_name = "Le moteur"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The machines know the models, the checks and the walls the journal: they are there from now on only.

        The modules ``machine`` of all apps are imported first, whatever the app: the followers know the verbs.
        """
        autodiscover_modules("machine")
        checks = import_module("lifecycle.checks")
        register(checks.check_machines, Tags.models)
        register(checks.check_role, Tags.security, deploy=True)
        versions = import_module("lifecycle.versions")
        register(versions.check_history, Tags.database)
        register(versions.check_server, Tags.database)
        connection_created.connect(import_module("lifecycle.plans").keep_plans, dispatch_uid="lifecycle.keep_plans")
        post_migrate.connect(versions.keep_what_was_said, dispatch_uid="lifecycle.keep_what_was_said")
        post_migrate.connect(import_module("lifecycle.walls").raise_walls, dispatch_uid="lifecycle.raise_walls")
