"""Fill the demonstration with invented people and data, on the real territory."""

import time
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format

from desk.services.seeding import SeedingRefused, seed_demo

WIDTH = 40
DEVICES = 1500
"""About how many devices, unless one asks otherwise."""


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
            "--devices", type=int, default=DEVICES, help="combien d’appareils, à peu près (une cinquantaine au moins)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.shown, self.began = "", time.monotonic()
        as_of = options["as_of"] or timezone.localdate()
        try:
            seeding, done = seed_demo(as_of=as_of, seed=options["seed"], devices=options["devices"], tell=self.tell)
        except SeedingRefused as error:
            raise CommandError(str(error)) from error
        if done:
            if self.stdout.isatty():
                self.stdout.write("")
            self.stdout.write(self.style.SUCCESS(f"{seeding} : prête."))
        else:
            self.stdout.write(
                f"{seeding} : déjà en place, gardée telle quelle. Pour en faire une autre : « make clean », puis"
                " « make demo »."
            )

    def tell(self, done: float, now: datetime) -> None:
        """One line that rewrites itself on a terminal; in a file, a line for each new thing that is done."""
        doing = f"on rejoue {date_format(timezone.localtime(now), 'F Y')}" if done else "organisations et comptes"
        minutes, seconds = divmod(round(time.monotonic() - self.began), 60)
        elapsed = f"{minutes} min {seconds:02} s"
        if self.stdout.isatty():
            filled = round(done * WIDTH)
            line = f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done:4.0%}  {elapsed}  {doing:<28}"
            if line != self.shown:
                self.stdout.write(line, ending="")
                self.stdout.flush()
            self.shown = line
        elif doing != self.shown:
            self.stdout.write(f"{done:4.0%}  {elapsed}  {doing}")
            self.stdout.flush()
            self.shown = doing
