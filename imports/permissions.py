"""Who may see and carry out an import: whoever its kind says, each kind for itself."""

from collections.abc import Callable
from functools import reduce
from operator import or_

from django.db.models import Q

from lifecycle.actors import Actor

type Scope = Callable[[Actor], Q | None]

_scopes: dict[str, Scope] = {}


def let_see(kind: str, scope: Scope) -> None:
    """Say who sees the imports of a kind; the last that is said of a kind counts."""
    _scopes[kind] = scope


def sees_imports(actor: Actor | None) -> Q | None:
    """The imports that the kinds let an actor see and carry out; None when there is no such kind."""
    if actor is None:
        return None
    seen = [Q(kind=kind) & allowed for kind, scope in _scopes.items() if (allowed := scope(actor)) is not None]
    return reduce(or_, seen) if seen else None
