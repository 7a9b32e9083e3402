from importlib import import_module

from django.apps import AppConfig
from django.core.checks import Tags, register

from documents.checks import check_delivery
from lifecycle.registry import forget


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """The services know the models, which are there from now on only."""
        register(check_delivery, Tags.mail, deploy=True)
        forget(import_module("documents.services").forget_person)
