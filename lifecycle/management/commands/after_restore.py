"""`manage.py after_restore`: the database comes from a backup; say what was lost since, and let the nights go on."""

from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from lifecycle.clock import run_clock
from lifecycle.erased import REGISTER
from lifecycle.locking import advisory_lock
from lifecycle.registry import registry
from lifecycle.restoring import files_ahead, lost, note_restored, put_aside
from lifecycle.sealing import SEAL_LOCK, SealUnreadable, seal_journals
from lifecycle.verification import JOURNALS, FaultsFound, machines_in_doubt, note_verification, verify_journals
from typography.french import plural


class Command(BaseCommand):
    help = (
        "Après une sauvegarde remise en place\u00a0: dit ce que les scellés savent de plus que la base, les met à part,"
        " fait ce qui est échu, efface de nouveau qui l’avait été, vérifie tout et scelle ce qui est là."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        with advisory_lock(SEAL_LOCK):
            self._tell_what_was_lost()
        try:
            ran = run_clock()
        except ExceptionGroup as group:
            told = [f"{error.__notes__[0]}\u00a0: {error}" for error in group.exceptions]
            raise CommandError("\n".join(("Rien n’est scellé.", *told))) from group
        again = sum(done.moved for done in ran if done.verb == "erase_again")
        self.stdout.write(f"{again} foyer{plural(again)} effacé{plural(again)} de nouveau.")
        for erase_again in registry.put_back:
            self.stdout.write(erase_again())
        try:
            note_verification(JOURNALS, partial(verify_journals, whole=True))
        except FaultsFound as error:
            if machines_in_doubt() - {REGISTER}:
                raise CommandError(f"Rien n’est scellé. {error}") from error
            self.stdout.write(str(error))
        seal_journals(at=timezone.now(), whole=True)
        self.stdout.write("Tout est vérifié et scellé\u00a0: le site peut rouvrir.")

    def _tell_what_was_lost(self) -> None:
        """Said here, kept beside the seals that say it, and noted for the pilots; nothing when no seal is ahead."""
        ahead = files_ahead()
        if not ahead:
            self.stdout.write("Aucun scellé ne va plus loin que la base.")
            return
        try:
            missing = list(lost())
        except SealUnreadable as error:
            raise CommandError(f"Le fichier de scellés {error} est illisible\u00a0: remettez sa copie.") from error
        for one in missing:
            self.stdout.write(str(one))
        note_restored(missing)
        folder = put_aside(ahead, missing)
        self.stdout.write(f"{len(ahead)} fichier{plural(len(ahead))} de scellés mis à part dans {folder}.")
        self.stdout.write(f"Objets qui vont moins loin que leurs scellés, à reprendre\u00a0: {len(missing)}.")
