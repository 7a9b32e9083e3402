from importlib import import_module

from django.apps import AppConfig


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = "Dons"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers know the models, which are there from now on only."""
        import_module("donations.followers").register()
        import_module("donations.authenticity").register_standings()
        import_module("donations.search").register_finders()
        import_module("donations.inventory").register_inventory()
