"""`manage.py seal_journal`: seal the heads of every journal now, those at fault too."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lifecycle.sealing import seal_journals


class Command(BaseCommand):
    help = "Scelle les journaux\u00a0: la liste des têtes sort de la base, son empreinte y reste."

    def handle(self, *args: Any, **options: Any) -> None:
        for seal in seal_journals(at=timezone.now(), whole=True):
            self.stdout.write(f"{seal.machine}\u00a0: {seal.objects_count} objets scellés, empreinte {seal.digest}")
