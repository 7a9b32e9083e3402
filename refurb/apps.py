from importlib import import_module

from django.apps import AppConfig


class RefurbConfig(AppConfig):
    name = "refurb"
    verbose_name = "Reconditionnement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers know the models, which are there from now on only."""
        import_module("refurb.followers").register()
        import_module("refurb.authenticity").register_standings()
        import_module("refurb.panels").register_panels()
        import_module("refurb.search").register_finders()
        import_module("refurb.recounts").register_verifiers()
        import_module("refurb.changes").register_changes()
        import_module("refurb.tectech_import").register_tectech()
