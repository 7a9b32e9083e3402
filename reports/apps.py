from importlib import import_module

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Rapports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers, the finder and the panel know the models, which are there from now on only."""
        import_module("reports.followers").register()
        import_module("reports.pace").register()
        import_module("reports.search").register_finders()
        import_module("reports.conformity").register_panels()
