"""What a person keeps of a list: the filter used last, named views. Only for the membership he acts in."""

from typing import Any

from django.core.exceptions import ValidationError

from lists.models import LAST, SavedView

MOST = 12
"""How many named views of one list one keeps."""
LONGEST: int = SavedView._meta.get_field("name").max_length or 0
"""Characters of the name of a view."""


def remember_filter(*, by: Any, page: str, query: str) -> None:
    """Keep the filter used last on a page (its URL name); an empty one forgets it."""
    if query:
        SavedView.objects.update_or_create(membership=by, page=page, name=LAST, defaults={"query": query})
    else:
        SavedView.objects.filter(membership=by, page=page, name=LAST).delete()


def save_view(*, by: Any, page: str, name: str, query: str) -> SavedView:
    """Name a filter of a page; the same name again replaces it. Raises ValidationError."""
    wanted = " ".join(name.split())
    if not wanted:
        raise ValidationError("Donnez un nom à cette vue.")
    if len(wanted) > LONGEST:
        raise ValidationError(
            f"Le nom d’une vue compte {LONGEST} caractères au plus, {len(wanted)} sont tapés\u00a0: raccourcissez-le."
        )
    if not query:
        raise ValidationError(
            "Choisissez d’abord des critères ou un ordre\u00a0: la liste entière n’a pas besoin d’un nom."
        )
    others = SavedView.objects.filter(membership=by, page=page).exclude(name__in=(LAST, wanted))
    if others.count() >= MOST:
        raise ValidationError(f"Vous avez déjà {MOST} vues de cette liste\u00a0: supprimez-en une.")
    view = SavedView(membership=by, page=page, name=wanted, query=query)
    view.clean_fields()
    saved, _ = SavedView.objects.update_or_create(membership=by, page=page, name=wanted, defaults={"query": query})
    return saved


def delete_view(*, by: Any, page: str, pk: int) -> None:
    """Delete one of one's own named views of a page."""
    SavedView.objects.filter(membership=by, page=page, pk=pk).exclude(name=LAST).delete()


def forget_views(*, user: Any) -> None:
    """Delete whatever a person kept of the lists, in every capacity."""
    SavedView.objects.filter(membership__user=user).delete()
