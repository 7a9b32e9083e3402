from django.apps import AppConfig


class ParcelsConfig(AppConfig):
    name = "tests.lifecycle.parcels"
    label = "parcels"
    default_auto_field = "django.db.models.BigAutoField"
