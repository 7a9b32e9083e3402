from importlib import import_module

from django.apps import AppConfig


class ConnectivityConfig(AppConfig):
    name = "connectivity"
    verbose_name = "Connexion"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers know the models, which are there from now on only."""
        import_module("connectivity.followers").register()
        import_module("connectivity.visits").register()
        import_module("connectivity.own_line").register()
        import_module("connectivity.authenticity").register_standings()
        import_module("connectivity.personal_data").register()
        import_module("connectivity.search").register_finders()
