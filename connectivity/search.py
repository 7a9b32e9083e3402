"""What the search box finds here: connection files, among those one may see."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse

from connectivity.models import ConnectionFile
from lifecycle.actors import Actor
from lifecycle.registry import LOOKED_FOR, Found, find


def register_finders() -> None:
    """Answer the search box."""
    find("connectivity.files", files)


def files(text: str, actor: Actor) -> Iterator[Found]:
    """By reference, ours or the operator's; one query."""
    same = Q(reference__iexact=text) | Q(operator_reference__iexact=text)
    for file in (
        ConnectionFile.objects.visible_to(actor).filter(same).select_related("offer").order_by("pk")[:LOOKED_FOR]
    ):
        yield Found(
            kind="Dossiers de connexion",
            title=f"Dossier {file}",
            said=f"{file.get_kind_display()}{f', {file.offer}' if file.offer else ''}",
            url=reverse("connectivity:connection_detail", args=[file.reference]),
            row=file,
            is_exact=True,
        )
