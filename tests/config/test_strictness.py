"""The safeguards of the tests stop what they are meant to stop."""

import socket
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, TemplateSyntaxError, engines
from django.template.base import Origin, Template

from tests.conftest import THIRD_PARTY, NetworkRefusedError


def render(source: str, place: Path = Path("/templates/ours.html"), **values: object) -> str:
    template = Template(source, Origin(str(place)), engine=engines["django"].engine)
    return template.render(Context(values))


@pytest.mark.parametrize("host", ["192.0.2.1", "2001:db8::1", "example.org"])
def test_another_machine_cannot_be_reached(host: str) -> None:
    with pytest.raises(NetworkRefusedError, match=host):
        socket.create_connection((host, 443), timeout=1)


def test_this_machine_can_be_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()


@pytest.mark.parametrize("source", ["{{ nothing }}", "{{ known.nothing }}", "{{ nothing|upper }}"])
def test_a_variable_that_is_not_there_fails_in_our_templates(source: str) -> None:
    with pytest.raises(TemplateSyntaxError, match="is not defined in"):
        render(source, known={})


def test_a_changed_setting_does_not_make_templates_lenient(settings: Any) -> None:
    settings.DEBUG = not settings.DEBUG
    with pytest.raises(TemplateSyntaxError, match="is not defined in"):
        render("{{ nothing }}")


@pytest.mark.parametrize("source", ["{% if nothing %}{% endif %}", "{{ nothing|default:'' }}", "{{ known }}"])
def test_a_variable_that_may_be_absent_is_said_to_be(source: str) -> None:
    assert render(source, known="") == ""


def test_templates_of_others_are_read_as_in_production() -> None:
    assert render("{{ nothing }}", place=THIRD_PARTY / "theirs.html") == ""


def test_files_of_a_test_are_its_own(settings: object, tmp_path: Path) -> None:
    assert tmp_path / "media" == settings.MEDIA_ROOT
