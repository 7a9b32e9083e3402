"""A condition on what is linked to a row, written before the model of what is linked is there."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable
from django.db.models.sql import Query


class Linked(Combinable):
    """True of a row to which at least one row is linked by ``link``, a reverse link, and fulfils the conditions.

    ``Q(Linked("reviews", organisation=3))``: as an ``Exists``, no row comes out twice. It stands where permissions are,
    below the models; above them, an ``Exists`` says the same and the types hold it. Raises FieldDoesNotExist when it
    is asked of a model that has no such link.
    """

    conditional = True

    def __init__(self, link: str, *conditions: Q, **columns: Any) -> None:
        self.link, self.conditions, self.columns = link, conditions, columns

    def resolve_expression(self, query: Query, *args: Any, **kwargs: Any) -> Any:
        """What Django asks of an expression when the query it stands in is known."""
        relation: Any = query.model._meta.get_field(self.link)  # type: ignore[union-attr]
        rows = relation.related_model._base_manager.filter(*self.conditions, **self.columns)
        return Exists(rows.filter(**{relation.field.name: OuterRef("pk")})).resolve_expression(query, *args, **kwargs)
