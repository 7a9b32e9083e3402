"""Who may see and carry out an import: whoever its kind says, each kind for itself."""

from functools import reduce
from operator import or_

from django.db.models import Q

from imports.kinds import kinds
from lifecycle.actors import Actor


def sees_imports(actor: Actor | None) -> Q | None:
    """The imports that the kinds let an actor see and carry out; None when there is no such kind."""
    if actor is None:
        return None
    seen = [Q(kind=kind.code) & scope for kind in kinds() if (scope := kind.sees(actor)) is not None]
    return reduce(or_, seen) if seen else None
