"""Load the territory from the files of the project; may be run again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from network.readers.territory import DATA, TerritoryFileError, read_territory
from network.services.territory import TerritoryRefused, load_territory
from typography.french import plural


class Command(BaseCommand):
    help = "Charge les arrondissements, EPCI et communes du Nord\u00a0; peut être relancée."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA, help="dossier des fichiers CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_territory(read_territory(options["folder"]))
        except (TerritoryFileError, TerritoryRefused) as error:
            raise CommandError(str(error)) from error
        for written in report:
            self.stdout.write(
                f"{written.label}\u00a0: {written.created} ajout{plural(written.created)}, "
                f"{written.changed} modification{plural(written.changed)}, "
                f"{written.unchanged} sans changement"
            )
