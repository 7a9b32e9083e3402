"""A machine beside its model: the verbs in their order, and what a reader who knows only django-fsm finds of them."""

import re
from collections.abc import Callable, Iterator

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import models
from django.db.models.signals import class_prepared
from django.test.utils import isolate_apps
from django.utils import timezone
from django_fsm import TransitionNotAllowed, can_proceed, has_transition_perm

from lifecycle.actors import SYSTEM
from lifecycle.exceptions import OutsideTheGate
from lifecycle.fields import StateField
from lifecycle.machine import CREATION, SAME, Machine, Stateful, Verb, machines, verbs_of
from lifecycle.requirements import Context, Given
from network.models import Membership
from refurb.models import Device
from tests.lifecycle.parcels.machine import ParcelMachine
from tests.lifecycle.parcels.models import Parcel

MODELS = list(machines().values())
Announce = Callable[..., list[Parcel]]


def edges(model: type[Stateful]) -> set[tuple[str, str, str]]:
    return {
        (name, source, declared.target_from(source))
        for name, declared in verbs_of(model).items()
        for source in declared.sources
    }


@pytest.fixture
def loan() -> Iterator[type[Stateful]]:
    """A model with a state, that no migration knows; it hears of other models no more than the test lasts."""
    with isolate_apps("tests.lifecycle.parcels"):

        class Loan(Stateful):
            state = StateField(choices=[("lent", "Prêté"), ("back", "Rendu")], protected=True)

            class Meta:
                app_label = "parcels"

    yield Loan
    class_prepared.disconnect(Loan._meta.get_field("state")._collect_transitions)


# --- django-fsm


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.machine.name)
def test_each_verb_is_a_transition_that_django_fsm_knows(model: type[Stateful]) -> None:
    known = {(one.name, one.source, one.target) for one in model().get_all_state_transitions()}
    assert known == edges(model)
    for code, _ in model._meta.get_field("state").flatchoices:
        available = {one.name for one in model(state=code).get_available_state_transitions()}
        assert available == {name for name, declared in verbs_of(model).items() if code in declared.sources}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.machine.name)
def test_graph_transitions_draws_each_verb(model: type[Stateful], capsys: pytest.CaptureFixture[str]) -> None:
    call_command("graph_transitions", model._meta.label)
    drawn = re.findall(r'"[^"]*\.state\.(\w*)" -> "[^"]*\.state\.(\w*)" \[label=(\w+)\]', capsys.readouterr().out)
    assert {(name, source, target) for source, target, name in drawn} == edges(model)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.machine.name)
def test_a_verb_that_is_called_says_where_it_is_done(model: type[Stateful]) -> None:
    for name, declared in verbs_of(model).items():
        for source in declared.sources:
            with pytest.raises(OutsideTheGate, match=rf"«\u00a0{name}\u00a0» se fait par lifecycle.gate"):
                getattr(model(state=source), name)()
        assert getattr(model, name).__doc__ == declared.why


def test_a_verb_that_is_called_from_another_state_is_refused_by_django_fsm() -> None:
    with pytest.raises(TransitionNotAllowed):
        Parcel(state="given").store()
    assert not can_proceed(Parcel(state="given").store)


def test_django_fsm_knows_who_may(announce: Announce, keeper: Membership, pilot: Membership) -> None:
    (parcel,) = announce()
    assert has_transition_perm(parcel.store, keeper)
    assert not has_transition_perm(parcel.store, pilot)
    asked = {one.name for one in parcel.get_available_user_state_transitions(pilot)}
    assert asked == {"break_", "reclassify"}


def test_django_fsm_is_told_the_label_and_the_verb() -> None:
    (give,) = (one for one in Parcel(state="stored").get_available_state_transitions() if one.name == "give")
    assert give.custom == {"label": "Remettre", "verb": ParcelMachine.give}


# --- the machine


def test_the_verbs_are_in_the_order_of_declaration() -> None:
    assert list(verbs_of(Parcel)) == ["announce", "store", "give", "break_", "reclassify", "carry", "expire"]
    assert [declared.name for declared in verbs_of(Parcel).values()] == list(verbs_of(Parcel))
    assert ParcelMachine.store is verbs_of(Parcel)["store"]


def test_what_is_added_to_a_machine_comes_after_what_was_there() -> None:
    names = list(verbs_of(Device))
    assert names[0] == "declare"
    assert names.index("follow_merger") < names.index("correct_tag") < names.index("attach") < names.index("exchange")


def test_a_verb_that_is_added_is_a_transition_of_the_lower_model(loan: type[Stateful]) -> None:
    class LoanMachine(Machine, of=loan):
        name = "loan"
        lend = Verb("Prêter", source=CREATION, target="lent")

    LoanMachine.extend(
        take_back=Verb("Reprendre", source="lent", target="back"),
        remind=Verb("Relancer", source="lent", target=SAME),
    )

    assert loan.machine is LoanMachine
    assert list(verbs_of(loan)) == ["lend", "take_back", "remind"]
    assert {one.name for one in loan(state="lent").get_available_state_transitions()} == {"take_back", "remind"}
    with pytest.raises(OutsideTheGate):
        loan(state="lent").take_back()


def test_the_page_of_a_verb_is_in_the_app_that_adds_it(loan: type[Stateful]) -> None:
    class LoanMachine(Machine, of=loan):
        name = "loan"
        lend = Verb("Prêter", source=CREATION, target="lent")

    LoanMachine.extend(take_back=Verb("Reprendre", source="lent", target="back"))
    assert not LoanMachine.has_page("archives:loan_close")

    LoanMachine.extend("archives", close=Verb("Clore", source="back", target=SAME))

    assert [declared.app for declared in verbs_of(loan).values()] == ["parcels", "parcels", "archives"]
    assert [LoanMachine.page_name(verb) for verb in verbs_of(loan)] == [
        "parcels:loan_lend",
        "parcels:loan_take_back",
        "archives:loan_close",
    ]
    assert LoanMachine.has_page("parcels:loan_detail")
    assert LoanMachine.has_page("archives:loan_note")
    assert not LoanMachine.has_page("archives:parcel_detail")
    assert not LoanMachine.has_page("desk:loan_close")


@pytest.mark.parametrize("name", ["store", "label", "save", "extend", "model"])
def test_a_name_that_is_taken_is_refused(name: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"«\u00a0{name}\u00a0» est déjà pris sur parcels.Parcel"):
        ParcelMachine.extend(**{name: Verb("Refaire", source="stored", target="given")})
    assert list(verbs_of(Parcel))[-1] == "expire"


def test_a_model_has_one_machine() -> None:
    with pytest.raises(ImproperlyConfigured, match="a déjà une machine"):

        class Another(Machine, of=Parcel):
            name = "another"

    assert Parcel.machine is ParcelMachine


def test_two_machines_of_one_name_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ParcelMachine, "name", "device")
    with pytest.raises(ImproperlyConfigured, match="deux machines"):
        machines()


def test_a_proxy_has_the_transitions_of_its_model(loan: type[Stateful]) -> None:
    with isolate_apps("tests.lifecycle.parcels"):

        class Late(loan):
            class Meta:
                app_label, proxy = "parcels", True

    class LoanMachine(Machine, of=loan):
        name = "loan"
        take_back = Verb("Reprendre", source="lent", target="back")

    assert [one.name for one in Late(state="lent").get_available_state_transitions()] == ["take_back"]


def test_what_a_verb_says_is_kept_as_it_was_said() -> None:
    requires: list[object] = []
    declared = Verb("Ranger", source=["announced", "broken"], target="stored", who=len, requires=requires)
    requires.append(models.Q())
    assert declared.sources == ("announced", "broken")
    assert declared.permissions == (len,)
    assert declared.requires == ()
    assert declared.done == "Ranger"


def test_what_is_not_given_is_its_default_and_an_error_where_there_is_none() -> None:
    """None is a value, and a default like another."""
    assert Given("grade").pick({"grade": None}) is None
    assert Given("grade", default="A").pick({}) == "A"
    assert Given("grade", default=None).pick({}) is None
    with pytest.raises(TypeError, match="grade"):
        Given("grade").pick({})


def test_two_judgements_of_the_same_act_are_equal_whatever_was_read_for_one_of_them() -> None:
    at = timezone.now()
    judged, same = Context(at, SYSTEM), Context(at, SYSTEM)
    assert judged.once("rows", lambda: [1]) == judged.once("rows", list) == [1]
    assert judged == same
