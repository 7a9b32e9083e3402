from importlib import import_module

from django.apps import AppConfig


class NetworkConfig(AppConfig):
    name = "network"
    verbose_name = "Le réseau"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """What the search box finds and what follows a merger know the models, which are there from now on only."""
        import_module("network.search").register_finders()
        import_module("network.followers").register()
        import_module("network.mergers").register()
        import_module("network.progress").register_chains()
        import_module("network.sessions").register()
