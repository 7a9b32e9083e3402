"""`manage.py verify_journal`: is every journal whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifecycle.machine import machines
from lifecycle.verification import Fault, verify_comments, verify_journal


class Command(BaseCommand):
    help = "Relit tous les journaux, recalcule les chaînes, compare aux objets et aux derniers scellés."

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0

        def report(fault: Fault) -> None:
            nonlocal faults
            faults += 1
            self.stdout.write(str(fault))

        rows = sum(verify_journal(model, report) for model in machines().values())
        comments = verify_comments(report)
        if faults:
            raise CommandError(f"{faults} faute(s) sur {rows} lignes de journal et {comments} commentaires.")
        self.stdout.write(f"Les journaux sont intacts\u00a0: {rows} lignes, {comments} commentaires.")
