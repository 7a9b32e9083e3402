from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "lifecycle"
    verbose_name = "Le moteur"
    default_auto_field = "django.db.models.BigAutoField"
