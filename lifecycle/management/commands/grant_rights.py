"""Give the role that serves its rights on rows, after each migration; may be run again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lifecycle.roles import NoSuchRole, grant_rights


class Command(BaseCommand):
    help = "Donne au rôle qui sert le site ses droits sur les lignes, et rien de plus\u00a0; à lancer en propriétaire."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="Le rôle avec lequel le site et le travail de fond se connectent.")

    def handle(self, *args: Any, **options: Any) -> None:
        role = options["role"]
        try:
            grant_rights(role)
        except NoSuchRole as error:
            told = f"Le rôle «\u00a0{role}\u00a0» n’existe pas\u00a0: créez-le d’abord"
            raise CommandError(f"{told} (CREATE ROLE {role} LOGIN PASSWORD '…').") from error
        self.stdout.write(f"«\u00a0{role}\u00a0» lit et écrit les lignes, rien de plus.")
