from importlib import import_module

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "desk"
    verbose_name = "Accueil"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers, the panels and the finder know the models, which are there from now on only."""
        import_module("desk.followers").register()
        import_module("desk.organisations").register_panels()
        import_module("desk.leaving").register()
        import_module("desk.search").register_finders()
        import_module("desk.scores_import").register_scores()
        import_module("desk.closures_import").register_closures()
        import_module("desk.by_commune_import").register_tables()
