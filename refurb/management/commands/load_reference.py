"""Load the reference data of reconditioning from the files of the project; may be run again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from refurb.readers.reference import DATA, ReferenceFileError, read_reference
from refurb.services.reference import load_reference


class Command(BaseCommand):
    help = "Charge plafonds, seuils, grilles, listes de tests et texte de l’acte de don ; peut être relancée."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, default=DATA, help="dossier des fichiers CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_reference(read_reference(options["folder"]))
        except ReferenceFileError as error:
            raise CommandError(str(error)) from error
        for written in report:
            self.stdout.write(
                f"{written.label} : {written.created} ajouts, {written.changed} modifications, "
                f"{written.unchanged} sans changement"
            )
