"""A machine that is declared wrong does not pass ``manage.py check``."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

import pytest

from lifecycle import checks
from lifecycle.machine import AT, SAME, GivenRow, verbs_of
from lifecycle.registry import registry
from network.models import Commune, User
from tests.lifecycle.parcels import machine
from tests.lifecycle.parcels.models import Depot, Parcel, ParcelQuerySet


def codes() -> set[str]:
    return {str(error.id).removeprefix("lifecycle.") for error in checks.check_machines()}


def test_the_machines_of_the_project_pass() -> None:
    assert codes() == set()


def with_verb(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Declare « store » otherwise."""
    declared = verbs_of(Parcel)
    wrong: Mapping[str, object] = MappingProxyType(declared | {"store": replace(declared["store"], **changes)})
    monkeypatch.setattr(checks, "verbs_of", lambda model: wrong if model is Parcel else verbs_of(model))


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("E007", {"label": " "}),
        ("E007", {"source": ("*",)}),
        ("E007", {"source": ("nowhere",)}),
        ("E007", {"source": ("", "announced")}),
        ("E007", {"source": ()}),
        ("E007", {"source": ("",), "target": SAME}),
        ("E007", {"target": "nowhere"}),
        ("E008", {"stamps": {"wrong": AT}}),
        ("E008", {"stamps": {"state": "given"}}),
        ("E008", {"stamps": {"moved_at": AT}}),
        ("E008", {"share_locks": ("nowhere",)}),
        ("E008", {"share_locks": ("size",)}),
        ("E005", {"update_locks": ("stored_by",)}),
        ("E008", {"share_locks": ("depot__nowhere",)}),
        ("E008", {"share_locks": (GivenRow("to", Depot, through=("total",)),)}),
        ("E005", {"share_locks": (GivenRow("to", User),)}),
        ("E005", {"requires": (replace(machine.SHELF, counter=Commune),)}),
        ("E009", {"follows": frozenset({"parcel.nothing"})}),
        ("E009", {"follows": frozenset({"nothing.give"})}),
    ],
)
def test_a_verb_declared_wrong_is_told(monkeypatch: pytest.MonkeyPatch, code: str, changes: dict[str, object]) -> None:
    with_verb(monkeypatch, **changes)
    assert codes() == {code}


@pytest.mark.parametrize("name", ["Parcel", "par cel", "parcel-1", ""])
def test_a_machine_has_a_plain_name(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(machine.ParcelMachine, "name", name)
    assert codes() - {"E009"} == {"E003"}  # and what follows its verbs finds them no more


def test_a_model_with_a_state_has_a_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Parcel, "machine")
    (error,) = (error for error in checks.check_machines() if error.id == "lifecycle.E010")
    assert error.obj is Parcel


def test_a_machine_can_be_restricted_to_who_may_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(ParcelQuerySet, "visible_to")
    assert codes() == {"E004"}


def test_a_machine_is_journaled_with_all_its_dimensions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.ParcelMachine, "dimensions", ("size", "limit"))
    assert codes() == {"E006"}


def test_the_journal_keeps_stamps_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.ParcelMachine, "kept", ("limit",))
    assert codes() == {"E008"}


def test_the_order_of_locks_names_models_that_exist_once_each(settings: object) -> None:
    order = settings.LIFECYCLE_LOCK_ORDER
    settings.LIFECYCLE_LOCK_ORDER = [*order, "parcels.Nothing"]
    assert codes() == {"E002"}
    settings.LIFECYCLE_LOCK_ORDER = [*order, order[0]]
    assert codes() == {"E002"}
    settings.LIFECYCLE_LOCK_ORDER = [label for label in order if label != "parcels.Parcel"]
    assert codes() == {"E005"}


@pytest.mark.parametrize("label", ["", "network.Nobody", "nobody"])
def test_whoever_acts_is_a_model(settings: object, label: str) -> None:
    settings.LIFECYCLE_ACTOR_MODEL = label
    assert codes() == {"E001"}


def test_a_registration_on_nothing_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.followers, ("parcel", "nothing"), [])
    monkeypatch.setitem(registry.panels, "parcels.nothing", [])
    errors = checks.check_machines()
    assert [error.id for error in errors] == ["lifecycle.E009"] * 2
