"""`manage.py export_journal FOLDER`: the journals and seals as files that anyone can recompute."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lifecycle.exporting import FolderNotEmpty, export_journals
from lifecycle.sealing import SealUnreadable


class Command(BaseCommand):
    help = "Écrit les journaux, les têtes et les scellés en fichiers que chacun peut recalculer (docs/verification.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DOSSIER", help="un dossier vide, ou à créer")

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            done = export_journals(folder)
        except FolderNotEmpty as error:
            raise CommandError(f"{folder} n’est pas vide\u00a0: choisissez un autre dossier.") from error
        except SealUnreadable as error:
            raise CommandError(f"Le fichier de scellé {error} est illisible\u00a0: rendez-le d’une copie.") from error
        except OSError as error:
            raise CommandError(f"{folder} ne s’écrit pas\u00a0: {error.strerror}.") from error
        self.stdout.write(f"{folder}\u00a0: {done.machines} journaux, {done.rows} lignes, {done.seals} scellés.")
