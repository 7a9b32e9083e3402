"""One kind of work that is asked of the people of an organisation, and of the pilot where none of them is left."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse

from network.enums import OrganisationKind as Kind
from network.enums import Role
from typography.french import Noun


@dataclass(frozen=True)
class AwaitedWork:
    """One kind of work: ``of`` leads from a row to the organisation it waits for, ``roles`` of ``kinds`` do it there.

    ``way_out``: what the pilot does. ``listed``: the list that shows them, and the filter that takes the organisation.
    ``asked_in``: the blocks of « À faire » in which its people read it, while there are some.
    """

    noun: Noun
    kinds: Collection[Kind]
    roles: Collection[Role]
    rows: QuerySet[Any]
    of: str
    way_out: str
    counted: str = "pk"
    listed: tuple[str, dict[str, str], str] | None = None
    asked_in: Collection[str] = ()

    def url(self, organisation: int) -> str:
        """Where they are listed, for one organisation; empty when no list has them."""
        if self.listed is None:
            return ""
        name, asked, by = self.listed
        return f"{reverse(name)}?{urlencode({**asked, by: organisation})}"
