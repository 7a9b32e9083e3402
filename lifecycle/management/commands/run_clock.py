"""`manage.py run_clock [--at 2026-11-24T14:05] [--foresee]`: do what is due, as the task does, or only count it."""

from datetime import datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from lifecycle.clock import due_now, run_clock


def instant(text: str) -> datetime:
    """An instant in ISO 8601; without an offset it is Paris time. Raises ValueError."""
    parsed = parse_datetime(text)
    if parsed is None:
        raise ValueError(text)
    return parsed if timezone.is_aware(parsed) else timezone.make_aware(parsed)


class Command(BaseCommand):
    help = "Fait ce qui est échu, en une fois, même après des jours d’arrêt."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--at", type=instant, help="instant ISO 8601 (sinon\u00a0: maintenant)")
        parser.add_argument("--foresee", action="store_true", help="compte ce qui est échu, sans rien faire")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["foresee"]:
            for name, count in due_now(at=options["at"]).items():
                self.stdout.write(f"{name}\u00a0: {count} à faire")
            self.stdout.write("Rien n’a été fait.")
            return
        try:
            ran = run_clock(at=options["at"])
        except ExceptionGroup as group:
            told = [f"{error.__notes__[0]}\u00a0: {error}" for error in group.exceptions]
            raise CommandError("\n".join(told)) from group
        for done in ran:
            self.stdout.write(f"{done.machine}.{done.verb}\u00a0: {done.moved} faits, {done.refused.total()} refusés")
            for sentence, count in done.refused.items():
                self.stdout.write(f"    {count} × {sentence}")
        self.stdout.write("L’horloge a fait son tour.")
