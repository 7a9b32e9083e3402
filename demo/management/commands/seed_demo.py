"""Fill the demonstration with invented people and data, on the real territory."""

import time
from argparse import ArgumentParser
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.formats import date_format

from demo.agenda import ThreadRefusal, log_refusal
from demo.preparation import note_preparation
from demo.seeding import SeedingRefused, seed_demo
from demo.sweep import DAYS, SEEDS, cases, sweep
from typography.french import plural

WIDTH = 40
FIGURES = Path("benchmarks/sweep.csv")
DEVICES = 1500
"""About how many devices, unless one asks otherwise."""


class Command(BaseCommand):
    help = "Remplit la démonstration de données inventées\u00a0; une fois remplie, elle est gardée telle quelle."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--as-of",
            type=date.fromisoformat,
            default=None,
            metavar="AAAA-MM-JJ",
            help="le jour où l’on ouvre la démonstration (aujourd’hui)\u00a0: tout est arrivé avant",
        )
        parser.add_argument("--seed", type=int, default=59, help="même jour et même graine\u00a0: même département")
        parser.add_argument(
            "--devices", type=int, default=DEVICES, help="combien d’appareils, à peu près (une cinquantaine au moins)"
        )

        swept = parser.add_argument_group(
            "balayage", "Raconte l’histoire d’autres jours et d’autres graines, chacune sur une base d’essai."
        )
        swept.add_argument("--sweep", action="store_true", help="balaie, sans toucher à la démonstration")
        swept.add_argument(
            "--days", nargs="+", type=date.fromisoformat, metavar="AAAA-MM-JJ", help="les jours (quatorze, connus)"
        )
        swept.add_argument("--seeds", nargs="+", type=int, default=list(SEEDS), help="les graines")
        swept.add_argument("--jobs", type=int, default=1, help="combien à la fois")
        swept.add_argument(
            "--output",
            type=Path,
            default=FIGURES,
            help="où les chiffres s’ajoutent\u00a0; ce qui y est n’est pas refait",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["sweep"]:
            self.sweep(options)
            return
        self.shown, self.began, self.noted, self.left = "", time.monotonic(), 0.0, 0
        as_of = options["as_of"] or timezone.localdate()
        try:
            seeding, done = seed_demo(
                as_of=as_of, seed=options["seed"], devices=options["devices"], tell=self.tell, refused=self.leave
            )
        except SeedingRefused as error:
            raise CommandError(str(error)) from error
        if done:
            if self.stdout.isatty():
                self.stdout.write("")
            s = plural(self.left)
            left = f"\u00a0; {self.left} fil{s} du récit laissé{s} en route" if self.left else ""
            self.stdout.write(self.style.SUCCESS(f"{seeding}\u00a0: prête en {self.elapsed}{left}."))
        else:
            self.stdout.write(
                f"{seeding}\u00a0: déjà en place, gardée telle quelle. Pour en faire une "
                "autre\u00a0: «\u00a0make clean\u00a0», puis"
                " «\u00a0make demo\u00a0»."
            )

    @property
    def elapsed(self) -> str:
        """How long it has taken so far."""
        minutes, seconds = divmod(round(time.monotonic() - self.began), 60)
        return f"{minutes} min {seconds:02} s"

    def leave(self, refusal: ThreadRefusal) -> None:
        """A thread of the story ended before its time."""
        self.left += 1
        log_refusal(refusal)

    def sweep(self, options: dict[str, Any]) -> None:
        """One line for each story as it ends. Raises CommandError when one of them was refused something."""
        if not settings.DEMO:
            raise CommandError("Le balayage ne se fait qu’avec les réglages de la démonstration.")
        wanted = cases(options["days"] or DAYS, options["seeds"], options["devices"])
        bad = 0
        for figures, refusals in sweep(wanted, output=options["output"], jobs=options["jobs"]):
            bad += not figures.is_good
            self.stdout.write(
                f"{figures.as_of:%d/%m/%Y}, graine {figures.seed}, {figures.devices} appareils\u00a0: {figures.ended},"
                f" {figures.seconds} s ({figures.cpu_seconds} s de calcul), {figures.refusals} refus"
            )
            for refusal in refusals:
                self.stdout.write(f"    {refusal}")
            self.stdout.flush()
        if bad:
            raise CommandError(f"{bad} récit{plural(bad)} manqué{plural(bad)}\u00a0: voir les lignes ci-dessus.")

    def tell(self, done: float, now: datetime) -> None:
        """One line that rewrites itself on a terminal; in a file, a line for each new thing that is done."""
        doing = f"on rejoue {date_format(timezone.localtime(now), 'F Y')}" if done else "organisations et comptes"
        if time.monotonic() >= self.noted + 1 or done == 1:
            self.noted = time.monotonic()
            note_preparation(doing=doing, done=done)
        if self.stdout.isatty():
            filled = round(done * WIDTH)
            line = f"\r[{'#' * filled}{'.' * (WIDTH - filled)}] {done:4.0%}  {self.elapsed}  {doing:<28}"
            if line != self.shown:
                self.stdout.write(line, ending="")
                self.stdout.flush()
            self.shown = line
        elif doing != self.shown:
            self.stdout.write(f"{done:4.0%}  {self.elapsed}  {doing}")
            self.stdout.flush()
            self.shown = doing
