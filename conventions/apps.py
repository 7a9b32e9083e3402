from importlib import import_module

from django.apps import AppConfig


class ConventionsConfig(AppConfig):
    name = "conventions"
    verbose_name = "Conventions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers know the models, which are there from now on only."""
        import_module("conventions.followers").register()
        import_module("conventions.unblocking").register()
        import_module("conventions.ending").register()
        import_module("conventions.circuit").register()
        import_module("conventions.mergers").register()
        import_module("conventions.rollouts").register()
        import_module("conventions.search").register_finders()
        import_module("conventions.authenticity").register_standings()
