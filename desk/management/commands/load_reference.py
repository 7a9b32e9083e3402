"""Load the reference data of every app from the files of the project; may be run again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reference.files import ReferenceFileError
from reference.loading import Written, load_reference
from typography.french import plural


class Command(BaseCommand):
    help = "Charge plafonds, seuils, grilles, listes, textes et offres\u00a0; peut être relancée."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = load_reference()
        except ReferenceFileError as error:
            raise CommandError(str(error)) from error
        for written in report:
            self.stdout.write(
                f"{written.label}\u00a0: {written.created} ajout{plural(written.created)}, "
                f"{written.changed} modification{plural(written.changed)}, "
                f"{written.unchanged} sans changement{_left_as_they_are(written)}"
            )


def _left_as_they_are(written: Written) -> str:
    """What the files say otherwise and was not rewritten."""
    if not written.kept:
        return ""
    s = plural(written.kept)
    return f", {written.kept} laissée{s} car déjà utilisée{s}\u00a0: ajoutez une nouvelle version dans Administration"
