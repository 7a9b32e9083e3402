"""People, organisations and files that are called like a piece of markup: wherever one shows, it shows as written."""

from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from documents.services import files
from network.models import Organisation, User
from prescriptions.models import Household

MARKUP = "<img src=x onerror=alert(1)>"
SHOWN = "&lt;img src=x onerror=alert(1)&gt;"


@contextmanager
def files_called_like_markup() -> Iterator[None]:
    """What is deposited meanwhile keeps a name that a browser could take for an element."""
    with patch.object(files, "clean_name", lambda name: f"{MARKUP}{name}"[:120]):
        yield


def called_like_markup() -> None:
    """Rename everybody and everything; a household keeps its own name behind the markup."""
    User.objects.update(first_name=MARKUP, last_name=MARKUP)
    Organisation.objects.update(name=f"{MARKUP} SA")
    for household in Household.objects.exclude(last_name__contains=MARKUP):
        names = {"first_name": f"{MARKUP}{household.first_name}", "last_name": f"{MARKUP}{household.last_name}"}
        Household.objects.filter(pk=household.pk).update(**names)
