"""Pages as a browser opens and answers them, for every role that comes near a prescription."""

import re
from typing import Any

from django.urls import reverse

from documents.models import Mail
from lifecycle.machine import Stateful
from network.enums import ROLES_BY_KIND
from network.models import Membership
from tests.network.factories import make_membership
from tests.pages import acting, answered, done, read

__all__ = ["STRANGERS", "acting", "answered", "done", "page_of", "page_sent", "read", "stranger"]


def page_of(row: Stateful, name: str, *args: Any) -> str:
    """The address of a page of one row."""
    return reverse(f"prescriptions:{name}", args=[row.reference, *args])


def page_sent(address: str) -> str:
    """The address of the page, as it is in the last mail sent to a household."""
    mail = Mail.objects.filter(to__contains=[address]).latest("pk")
    token = re.search(r"/toujours-d-actualite/([^/\s]+)/", mail.body)
    assert token is not None
    return reverse("prescriptions:still_current", args=[token[1]])


STRANGERS = [
    (kind.value, role.value)
    for kind, roles in ROLES_BY_KIND.items()
    for role in roles
    if (kind.value, role.value)
    not in {
        ("departement", "pilot"), ("departement", "manager"),
        ("prescriber", "worker"), ("prescriber", "manager"),
        ("distributor", "adviser"), ("distributor", "manager"),
        ("relay", "adviser"), ("relay", "manager"),
    }
]  # fmt: skip
"""Everyone whose work households are not: (kind, role)."""


def stranger(kind: str, role: str) -> Membership:
    """Someone whose work households are not."""
    return make_membership(role, kind)
