"""`manage.py verify_journal`: is every journal whole?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifecycle.verification import CHECKS, Fault


class Command(BaseCommand):
    help = (
        "Relit tous les journaux et les preuves, recalcule les chaînes, compare aux objets, aux derniers scellés, aux"
        " compteurs, et le mur de la base au code."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = 0

        def report(fault: Fault) -> None:
            nonlocal faults
            faults += 1
            self.stdout.write(str(fault))

        read = {counted: check(report, True) for counted, check in CHECKS.values()}
        told = ", ".join(f"{count} {counted}" for counted, count in read.items())
        if faults:
            raise CommandError(f"{faults} faute(s) sur {told}.")
        self.stdout.write(f"Les journaux sont intacts\u00a0: {told}.")
