"""Accounts that were forgotten stay so: the database may be put back as it was before."""

from django.core.exceptions import ValidationError
from django.db import transaction

from lifecycle.erased import erased, note_erased
from network.models import User
from network.services.accounts import forget_user
from typography.french import plural


def note_forgotten_accounts() -> None:
    """Write down outside of the database every account that is forgotten and was not written there yet."""
    gone = User.objects.exclude(forgotten_at=None).order_by("pk")
    note_erased("account", [user.account_key for user in gone.only("pk", "created_at")])


def forget_again() -> str:
    """Forget whoever was forgotten and is back with a backup; what came of it, in a French sentence.

    The last pilot waits until there is another one, as when he asks for it.

    Source of the rule: RGPD, art. 5, 1, e and 17 (what was erased stays so, whatever the copy it comes back from).
    """
    known = erased("account")
    numbers = {key.partition(".")[0] for key in known}
    back = User.objects.filter(pk__in=numbers, forgotten_at=None).order_by("pk")
    done, waiting = 0, 0
    for user in [user for user in back if user.account_key in known]:
        try:
            with transaction.atomic():
                forget_user(user=user)
        except ValidationError:
            waiting += 1
        else:
            done += 1
    told = f"{done} compte{plural(done)} effacé{plural(done)} de nouveau."
    return f"{told} {waiting} attend qu’une autre personne pilote le réseau." if waiting else told
