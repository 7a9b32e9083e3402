from importlib import import_module

from django.apps import AppConfig


class DistributionConfig(AppConfig):
    name = "distribution"
    verbose_name = "Distribution"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers, the panels and the chains know the models, which are there from now on only."""
        import_module("distribution.followers").register()
        import_module("distribution.appointing").register()
        import_module("distribution.repaired").register()
        import_module("distribution.asked_back").register()
        import_module("distribution.returns_told").register()
        import_module("distribution.mandates").register()
        import_module("distribution.found_elsewhere").register()
        import_module("distribution.panels").register_panels()
        import_module("distribution.progress").register_chains()
        import_module("distribution.personal_data").register()
        import_module("distribution.search").register_finders()
        import_module("distribution.authenticity").register_standings()
        import_module("distribution.unnamed").register()
        import_module("distribution.settled").register()
