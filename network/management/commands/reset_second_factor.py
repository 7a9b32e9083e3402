"""Take away the second factor of the last pilot, who lost his telephone; of all, once the key of the site changed."""

from argparse import ArgumentParser
from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError

from network.models import FactorResetReason, User
from network.services.second_factor import reset_second_factor
from typography.french import plural


class Command(BaseCommand):
    help = "Retire le second facteur d’un compte, ou de tous\u00a0; chacun en est prévenu par courriel."

    def add_arguments(self, parser: ArgumentParser) -> None:
        chosen = parser.add_mutually_exclusive_group(required=True)
        chosen.add_argument("email", nargs="?", help="adresse du compte")
        chosen.add_argument("--all", action="store_true", help="tous les comptes\u00a0: SECRET_KEY a changé")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["all"]:
            users, reason = self.all_users(), FactorResetReason.UNREADABLE
        else:
            users, reason = User.objects.filter(email=options["email"].lower()), FactorResetReason.LOST
            if not users:
                raise CommandError("Aucun compte n’a cette adresse.")
        count = sum(reset_second_factor(user=user, reason=reason) for user in users)
        self.stdout.write(f"{count} second{plural(count)} facteur{plural(count)} retiré{plural(count)}")

    def all_users(self) -> Any:
        return User.objects.filter(pk__in=Authenticator.objects.values("user")).order_by("pk")
