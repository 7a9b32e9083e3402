"""The field that holds the state of a machine."""

from typing import Any

from django.db import models
from django.db.models.signals import class_prepared
from django_fsm import FSMField


class StateField(FSMField):
    """django-fsm's field, which migrations cost nothing.

    Each field of django-fsm listens to every class that Django prepares, to find the transitions of its own model. The
    models of a migration have no method, hence no transition, and Django makes thousands of them: each would listen to
    all the others, for as long as it lives. Theirs does not listen.
    """

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        super().contribute_to_class(cls, name, private_only=private_only, **kwargs)
        if cls.__module__ == "__fake__":
            class_prepared.disconnect(self._collect_transitions)

    def collect(self, model: type[models.Model]) -> None:
        """Find the transitions of a model again, and of its proxies: a machine declared them since it was prepared."""
        for known in [model, *(one for one in self.transitions if one is not model and issubclass(one, model))]:
            self._collect_transitions(sender=known)
