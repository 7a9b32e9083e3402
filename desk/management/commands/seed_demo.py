"""Fill the demonstration with invented people and data, on the real territory."""

from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format

from desk.services.seeding import SeedingRefused, seed_demo

WIDTH = 40


class Command(BaseCommand):
    help = "Remplit la démonstration de données inventées ; une fois remplie, elle est gardée telle quelle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            default=None,
            metavar="AAAA-MM-JJ",
            help="le jour où l’on ouvre la démonstration (aujourd’hui) : tout est arrivé avant",
        )
        parser.add_argument("--seed", type=int, default=59, help="même jour et même graine : même département")
        parser.add_argument(
            "--devices", type=int, default=350, help="combien d’appareils, à peu près (une cinquantaine au moins)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.shown = ""
        as_of = options["as_of"] or timezone.localdate()
        try:
            seeding, done = seed_demo(as_of=as_of, seed=options["seed"], devices=options["devices"], tell=self.tell)
        except SeedingRefused as error:
            raise CommandError(str(error)) from error
        if done:
            self.stdout.write(self.style.SUCCESS(f"{seeding} : prête."))
        else:
            self.stdout.write(
                f"{seeding} : déjà en place, gardée telle quelle. Pour en faire une autre : « make clean », puis"
                " « make demo »."
            )

    def tell(self, done: float, now: datetime) -> None:
        """Draw the bar on a terminal; in a file, one line per month."""
        month = date_format(timezone.localtime(now), "F Y")
        if self.stdout.isatty():
            filled = round(done * WIDTH)
            line = f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done:4.0%}  {month:<16}"
            ending = "\n" if done >= 1 else ""
        else:
            line, ending = f"{done:4.0%}  {month}", "\n"
            if month in self.shown:
                return
        if line != self.shown:
            self.stdout.write(line, ending=ending)
            self.stdout.flush()
        self.shown = line
