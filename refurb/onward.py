"""What the page and the lists of devices ask of the app that takes them from the stock to households.

That app stands above, and says so in ``AppConfig.ready()`` (``take_onward``); without one a device stays in stock.
"""

from collections.abc import Callable
from dataclasses import dataclass

from lifecycle.acting import Step
from lifecycle.actors import Actor
from lifecycle.sets import SetVerb
from refurb.models import Device


@dataclass(frozen=True)
class Onward:
    """What that app answers of a device, and offers on a selection of them."""

    step: Callable[[Device, Actor], Step | None]
    """Who acts next on a device, where its state alone does not tell."""
    more: Callable[[Device, Actor], list[tuple[str, str]]]
    """What may be done from the page of a device and is no verb: ``(what, address)``."""
    sets: tuple[SetVerb, ...]
    """The verbs offered on a selection of devices."""


_taken = [Onward(step=lambda device, actor: None, more=lambda device, actor: [], sets=())]


def take_onward(onward: Onward) -> None:
    """Say who takes devices to households: one app, the last that says so."""
    _taken[:] = [onward]


def onward() -> Onward:
    """Who takes devices to households."""
    return _taken[0]
