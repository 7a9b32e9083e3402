from importlib import import_module

from django.apps import AppConfig


class PrescriptionsConfig(AppConfig):
    name = "prescriptions"
    verbose_name = "Prescriptions"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The followers and the chains know the models, which are there from now on only."""
        import_module("prescriptions.followers").register()
        import_module("prescriptions.erasing").register()
        import_module("prescriptions.regrouping").register()
        import_module("prescriptions.losses").register()
        import_module("prescriptions.revoking").register()
        import_module("prescriptions.transferring").register()
        import_module("prescriptions.answering").register()
        import_module("prescriptions.rights").register()
        import_module("prescriptions.photographing").register()
        import_module("prescriptions.own_photos").register()
        import_module("prescriptions.instructing").register()
        import_module("prescriptions.sheets").register()
        import_module("prescriptions.promises").register()
        import_module("prescriptions.authenticity").register_standings()
        import_module("prescriptions.progress").register_chains()
        import_module("prescriptions.personal_data_here").register()
        import_module("prescriptions.search").register_finders()
        import_module("prescriptions.people_list").register_people()
        import_module("prescriptions.unnamed").register()
        import_module("prescriptions.nir").register()
