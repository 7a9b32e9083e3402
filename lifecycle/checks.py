"""What can be wrong in the declaration of a machine is told by ``manage.py check``, before anything moves."""

import re
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Info
from django.core.exceptions import FieldDoesNotExist
from django.db import DatabaseError, connection, models

from lifecycle.fields import StateField
from lifecycle.journal import Entry
from lifecycle.lock_plan import model_at
from lifecycle.machine import CREATION, Capacity, GivenRow, Stateful, Verb, field_of, machines, verbs_of
from lifecycle.operations import WATCHED
from lifecycle.registry import registry
from lifecycle.roles import excess, sentence

NAME = re.compile(r"[a-z][a-z_]*")


def check_machines(**_: Any) -> list[CheckMessage]:
    """Every machine can be moved, locked, seen and journaled; every name it gives exists."""
    return [
        *_settings(),
        *_still(),
        *(error for model in machines().values() for error in errors_of(model)),
        *_registrations(),
    ]


def check_role(**_: Any) -> list[CheckMessage]:
    """Where the settings ask for it, the role of the database may do no more than it should."""
    if not settings.LIFECYCLE_SERVING_ROLE_ONLY:
        return []
    try:
        found = excess(connection)
    except DatabaseError as error:
        return [
            Info(
                f"La base ne répond pas\u00a0: son rôle n’est pas vérifié ({type(error).__name__}).",
                id="lifecycle.I001",
            )
        ]
    return [Error(sentence(str(connection.settings_dict["USER"]), found), id="lifecycle.E020")] if found else []


def _error(number: int, message: str, obj: Any = None) -> Error:
    return Error(message, obj=obj, id=f"lifecycle.E{number:03}")


def _model_exists(label: str) -> bool:
    try:
        apps.get_model(label)
    except (LookupError, ValueError):
        return False
    return True


def _settings() -> Iterator[Error]:
    if not _model_exists(getattr(settings, "LIFECYCLE_ACTOR_MODEL", "")):
        yield _error(1, "LIFECYCLE_ACTOR_MODEL must name the model of whoever acts (« app.Model »).")
    order = list(settings.LIFECYCLE_LOCK_ORDER)
    for label in order:
        if not _model_exists(label):
            yield _error(2, f"LIFECYCLE_LOCK_ORDER names « {label} », which is no model.")
    if len(set(order)) != len(order):
        yield _error(2, "LIFECYCLE_LOCK_ORDER names a model twice.")


def _still() -> Iterator[Error]:
    for model in apps.get_models():
        fields = model._meta.local_concrete_fields
        if any(isinstance(one, StateField) for one in fields) and "machine" not in vars(model):
            yield _error(10, f"{model._meta.label} has a state, and no module « machine » declares its machine.", model)


def errors_of(model: type[Stateful]) -> Iterator[Error]:
    """What is wrong in the declaration of one machine."""
    if not NAME.fullmatch(model.machine.name):
        yield _error(3, f"« {model.machine.name} » is no name for a machine: lower case letters and _.", model)
    yield from _ordered(model, model)
    if not hasattr(model._default_manager.all(), "visible_to"):
        yield _error(4, "The manager has no visible_to(actor).", model)
    yield from _journal(model)
    stamped = {name for declared in verbs_of(model).values() for name in declared.stamps}
    for name in model.machine.kept:
        if name not in stamped or isinstance(field_of(model, name), models.TextField):
            yield _error(8, f"« {name} » is kept by the journal, and no verb stamps it, or it is a free text.", model)
    for declared in verbs_of(model).values():
        yield from _states(model, declared)
        yield from _columns(model, declared)
        for name in declared.follows:
            if not _verb_exists(name):
                yield _error(9, f"« {declared.name} » follows « {name} », which no machine does.", model)


def _ordered(model: type[Stateful], locked: type[models.Model]) -> Iterator[Error]:
    if locked._meta.label not in settings.LIFECYCLE_LOCK_ORDER:
        yield _error(5, f"{locked._meta.label} is locked and has no place in LIFECYCLE_LOCK_ORDER.", model)


def _journal(model: type[Stateful]) -> Iterator[Error]:
    related = {relation.get_accessor_name(): relation.related_model for relation in model._meta.related_objects}
    journal = related.get("journal")
    if not (isinstance(journal, type) and issubclass(journal, Entry)):
        yield _error(6, 'There is no journal: an Entry whose « object » has related_name="journal".', model)
        return
    for name in model.machine.dimensions:
        for owner in (model, journal):
            if not _field_exists(owner, name):
                yield _error(6, f"The dimension « {name} » is not a field of {owner._meta.label}.", model)


def _states(model: type[Stateful], declared: Verb) -> Iterator[Error]:
    states = dict(field_of(model, "state").flatchoices)
    if not declared.label.strip():
        yield _error(7, f"« {declared.name} » has no label.", model)
    for state in declared.sources if not declared.creates else ():
        if state == CREATION or state not in states:
            yield _error(
                7, f"« {declared.name} » starts from « {state} », which is not one state of the machine.", model
            )
    if not declared.sources or (declared.creates and declared.target is None):
        yield _error(7, f"« {declared.name} » starts from nowhere, or creates in no state.", model)
    if declared.target is not None and declared.target not in states:
        yield _error(7, f"« {declared.name} » leads to « {declared.target} », which is not a state.", model)


def _columns(model: type[Stateful], declared: Verb) -> Iterator[Error]:
    for name in declared.stamps:
        if name in WATCHED or not _field_exists(model, name):
            yield _error(8, f"« {declared.name} » stamps « {name} », which is not a field it may write.", model)
    counters = [rule for rule in declared.requires if isinstance(rule, Capacity)]
    leans = [*declared.share_locks, *declared.update_locks]
    for lean in leans:
        if isinstance(lean, GivenRow):
            yield from _given(model, declared, lean)
    paths = [*leans, *(rule.key for rule in counters)]
    for path in paths:
        if isinstance(path, str):
            yield from _led_to(model, model, declared, path)
    for rule in counters:
        yield from _ordered(model, rule.counter)


def _given(model: type[Stateful], declared: Verb, lean: GivenRow) -> Iterator[Error]:
    yield from _ordered(model, lean.model)
    for path in lean.through:
        yield from _led_to(model, lean.model, declared, path)


def _led_to(model: type[Stateful], start: type[models.Model], declared: Verb, path: str) -> Iterator[Error]:
    try:
        yield from _ordered(model, model_at(start, path))
    except (FieldDoesNotExist, TypeError):
        yield _error(8, f"« {declared.name} » leans on « {path} », which is not a link of the row.", model)


def _registrations() -> Iterator[Error]:
    for machine, verb in registry.followers:
        if not _verb_exists(f"{machine}.{verb}"):
            yield _error(9, f"Something follows « {machine}.{verb} », which no machine does.")
    for label in registry.panels:
        if not _model_exists(label):
            yield _error(9, f"A panel is added to « {label} », which is no model.")


def _verb_exists(name: str) -> bool:
    machine, _, verb = name.partition(".")
    return machine in machines() and verb in verbs_of(machines()[machine])


def _field_exists(model: type[models.Model], name: str) -> bool:
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
