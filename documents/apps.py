from django.apps import AppConfig
from django.core.checks import Tags, register

from documents.checks import check_delivery


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "Documents"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        register(check_delivery, Tags.mail, deploy=True)
