"""How a machine and a drive are called: the maker once, whatever was typed of the model."""

import pytest

from distribution.documents import _model
from refurb.models import Device, Drive
from refurb.services.labels import description_of


@pytest.mark.parametrize("make", [Device, Drive])
@pytest.mark.parametrize(
    ("maker", "model", "called"),
    [
        ("ASUS", "ASUS ExpertBook P2451", "ASUS ExpertBook P2451"),
        ("Asus", "ASUS ExpertBook P2451", "ASUS ExpertBook P2451"),
        ("ASUS", "ExpertBook P2451", "ASUS ExpertBook P2451"),
        ("", "ExpertBook P2451", "ExpertBook P2451"),
        ("ASUS", "", "ASUS"),
        ("", "", ""),
    ],
)
def test_the_maker_is_said_once(make: type[Device] | type[Drive], maker: str, model: str, called: str) -> None:
    assert make(manufacturer=maker, model=model).called == called


def test_a_label_and_a_note_say_the_maker_once() -> None:
    device = Device(manufacturer="ASUS", model="ASUS ExpertBook P2451")
    assert description_of(device).startswith("ASUS ExpertBook P2451")
    assert _model(device) == "ASUS ExpertBook P2451"
