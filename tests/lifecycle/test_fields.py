"""The state field: django-fsm's own on a real model, silent on the models of migrations."""

import gc

from django.db.migrations.loader import MigrationLoader
from django.db.models.signals import class_prepared

from lifecycle.fields import StateField
from lifecycle.machine import Stateful, field_of, machines
from tests.lifecycle.parcels.models import Parcel


def test_every_machine_keeps_its_state_in_it() -> None:
    assert {type(field_of(model, "state")) for model in machines().values()} == {StateField}


def test_a_real_model_has_all_that_django_fsm_gives() -> None:
    parcel = Parcel(state="announced")
    asked = {transition.name for transition in parcel.get_available_state_transitions()}
    declared = {transition.name for transition in parcel.get_all_state_transitions()}
    assert asked == {t.name for t in parcel.get_all_state_transitions() if t.source == "announced"}
    assert "store" in asked < declared
    assert parcel._get_protected_fsm_fields() == {"state"}


def test_the_models_of_migrations_listen_to_nothing() -> None:
    gc.collect()
    before = len(class_prepared.receivers)
    apps = MigrationLoader(None).project_state().apps
    past = [apps.get_model(model._meta.label) for model in machines().values()]
    assert not any(issubclass(model, Stateful) for model in past)
    assert {type(field_of(model, "state")) for model in past} == {StateField}
    assert len(class_prepared.receivers) == before
