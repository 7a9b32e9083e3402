from django.apps import AppConfig


class RefurbConfig(AppConfig):
    name = "refurb"
    verbose_name = "Reconditionnement"
    default_auto_field = "django.db.models.BigAutoField"
