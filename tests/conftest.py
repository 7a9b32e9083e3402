"""What every test lives under: no network, no variable that a template does not know, its own files."""

import gc
import ipaddress
import os
import socket
import sys
import sysconfig
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from _pytest import runner
from django.core.signals import setting_changed
from django.db import connections
from django.db.backends.signals import connection_created
from django.template import TemplateSyntaxError, engines
from django.template.base import FilterExpression, Node
from django.template.defaultfilters import default, default_if_none
from django.test.testcases import LiveServerThread

from config.database import SERVING_ROLE
from lifecycle import walls
from lifecycle.instants import telling_history
from lifecycle.roles import grant_rights, make_role
from tests import remembered
from tests.emptying import empty_instead_of_flushing
from tests.filled import BESIDE
from tests.frames import on_one_block
from tests.order import longest_first
from tests.plans import keep_plans_for_good
from tests.served import Server, close_pool
from tests.services_as_steps import take_services_for_steps, tell_doubles_apart
from tests.template import ready_template
from tests.unguarded import as_written

pytest_plugins = ["tests.browser"]
take_services_for_steps()
tell_doubles_apart()
run_one = on_one_block(runner.pytest_runtest_protocol)

# A machine that is busy is no fault of the code.
hypothesis.settings.register_profile("maillon", deadline=None, print_blob=True)
hypothesis.settings.load_profile("maillon")

THIRD_PARTY = Path(sysconfig.get_path("purelib"))


class NetworkRefusedError(AssertionError):
    """A test tried to leave this machine."""


def refuse_unless_local(address: Any) -> None:
    """`address`: what sockets take, a path for a Unix one, else (host, port, …).

    PostgreSQL may be on another machine, if DATABASE_URL says so.
    """
    if isinstance(address, str | bytes):
        return
    host = address[0] if isinstance(address, tuple) else address
    if host in {None, "", "localhost", connections["default"].settings_dict["HOST"]}:
        return
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        local = False
    if not local:
        raise NetworkRefusedError(f"A test may not reach {host}: replace the door of that service.")


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse every address but this machine's own, names included."""

    def guarded(original: Callable[..., Any], position: int) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            refuse_unless_local(args[position])
            return original(*args, **kwargs)

        return call

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        refuse_unless_local((host,))
        return resolve(host, *args, **kwargs)

    resolve = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        for method in ("connect", "connect_ex"):
            patch.setattr(socket.socket, method, guarded(getattr(socket.socket, method), 1))
        patch.setattr(socket.socket, "sendto", guarded(socket.socket.sendto, -1))
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


class UndefinedVariable(str):
    """What Django takes for a variable that is not there: false and empty, as in production.

    Django asks whether it is true at one moment only: when it is about to print it. That is when a template
    of ours fails. `{{ name|default:"…" }}` says that the variable may be absent, and passes.
    """

    __slots__ = ()

    def __bool__(self) -> bool:
        asking = sys._getframe(1)
        if asking.f_code is FilterExpression.resolve.__code__:
            self.refuse(asking.f_locals["self"], asking)
        return False

    @staticmethod
    def refuse(expression: FilterExpression, frame: Any) -> None:
        if expression.filters and expression.filters[0][0] in {default, default_if_none}:
            return
        while frame is not None and not isinstance(frame.f_locals.get("self"), Node):
            frame = frame.f_back
        if frame is None:
            return
        template = Path(frame.f_locals["self"].origin.name)
        if not template.is_relative_to(THIRD_PARTY):
            raise TemplateSyntaxError(f"“{expression.token}” is not defined in {template}")


@pytest.fixture(scope="session", autouse=True)
def undefined_variables_fail() -> Iterator[None]:
    """Also after a test that changes a setting for which Django makes its template engine anew (DEBUG, for one)."""

    def be_strict(setting: str = "", enter: bool = False, **kwargs: Any) -> None:
        if setting == "TEMPLATES" and enter:
            return  # a test that brings templates of its own says how they are read
        engines["django"].engine.string_if_invalid = UndefinedVariable()

    be_strict()
    setting_changed.connect(be_strict)
    yield
    setting_changed.disconnect(be_strict)
    engines["django"].engine.string_if_invalid = ""


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: Any) -> None:
    """The database of each process is a copy of one that they have in common."""
    with django_db_blocker.unblock():
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = ready_template()


def tell_triggers_as_written() -> None:
    """From now on, whoever compares the wall with its drawing reads each trigger as the code wrote it."""
    one_way = walls.one_way
    walls.one_way = lambda told: one_way(as_written(told))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """Making the database leaves a million dead objects behind: drop them once, and look at the others no more."""
    empty_instead_of_flushing()
    tell_triggers_as_written()
    gc.collect()
    gc.freeze()
    remembered.STEPS.begin()  # whoever made the database has left
    LiveServerThread.server_class = Server
    yield
    BESIDE.close()
    close_pool()


@pytest.fixture(scope="session", autouse=True)
def plans_kept() -> Iterator[None]:
    """PostgreSQL keeps the plans of what the thread of the tests asks: to plan costs three times what to answer does.

    A plan is made once, whatever the values. The site that a browser visits asks as in production, where what is rolled
    back takes plans away; any other thread asks with its values in the text: what passes proves both ways.
    """

    def keep(connection: Any, **kwargs: Any) -> None:
        if threading.current_thread() is threading.main_thread():
            keep_plans_for_good(connection)

    connection_created.connect(keep)
    yield
    connection_created.disconnect(keep)


@pytest.fixture(scope="session")
def serving_role(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The role with which the demonstration serves, and its rights in the database of the tests.

    The thread of the tests is the owner: it flushes the tables. Whatever connects from another thread, the site that a
    browser visits, people who race, workers, has the rights of that role and no more: what passes proves them enough.
    """
    with django_db_blocker.unblock():
        make_role(SERVING_ROLE)
        grant_rights(SERVING_ROLE)

    def take_its_part(connection: Any, **kwargs: Any) -> None:
        if threading.current_thread() is not threading.main_thread():
            with connection.cursor() as cursor:
                cursor.execute(f"SET ROLE {SERVING_ROLE}")

    connection_created.connect(take_its_part)
    yield
    connection_created.disconnect(take_its_part)


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    """Stored documents and seals of a test go with it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.LIFECYCLE_SEAL_DIR = tmp_path / "seals"


class Doubles(pytest.MonkeyPatch):
    """From where a test puts a double in the place of something, it takes no step from another, nor leaves it any."""

    def setattr(self, *args: Any, **kwargs: Any) -> None:
        remembered.STEPS.stop()
        super().setattr(*args, **kwargs)

    def delattr(self, *args: Any, **kwargs: Any) -> None:
        remembered.STEPS.stop()
        super().delattr(*args, **kwargs)

    def setitem(self, *args: Any) -> None:
        remembered.STEPS.stop()
        super().setitem(*args)

    def delitem(self, *args: Any, **kwargs: Any) -> None:
        remembered.STEPS.stop()
        super().delitem(*args, **kwargs)

    def setenv(self, *args: Any, **kwargs: Any) -> None:
        remembered.STEPS.stop()
        super().setenv(*args, **kwargs)


@pytest.fixture
def monkeypatch() -> Iterator[pytest.MonkeyPatch]:
    doubles = Doubles()
    yield doubles
    doubles.undo()


@pytest.fixture
def named_in_comments(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was written before a comment that names somebody was refused, or says a name that no rule tells."""
    monkeypatch.setattr("prescriptions.unnamed.names", lambda household, text: False)


@pytest.fixture
def days_to_come() -> Iterator[None]:
    """Let a test live days that have not come: it tells them as a history, or the gate would refuse them."""
    with telling_history():
        yield


def commits(item: Any) -> bool:
    """Whether a test may leave rows behind, which are deleted after it."""
    mark = item.get_closest_marker("django_db")
    is_marked = mark is not None and mark.kwargs.get("transaction")
    return bool(is_marked or {"transactional_db", "live_server"} & set(item.fixturenames))


@pytest.fixture(autouse=True)
def served_with_few_rights(request: pytest.FixtureRequest) -> Iterator[None]:
    """In a test that commits, whoever is not the test itself has the rights of those who serve, and no more."""
    if not commits(request.node):
        yield
        return
    request.getfixturevalue("transactional_db")
    request.getfixturevalue("serving_role")
    yield


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """As pytest does it, with room for its calls."""
    return run_one(item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A test starts from nothing, by steps that others may have taken."""
    remembered.STEPS.come_to(item.path)
    remembered.STEPS.begin()
    if "caplog" in getattr(item, "fixturenames", ()):
        remembered.STEPS.stop()  # what is put back logs nothing
    # A class may commit before its first test.
    BESIDE.begin(commits=not isinstance(item, pytest.Function) or item.cls is not None or commits(item))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Once they are drawn at random, and grouped as Django wants them."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    items[:] = [items[rank] for rank in longest_first([item.nodeid for item in items], processes)]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Keep Maillon's own server, if it is used, from the first test process to the last."""
    if not hasattr(session.config, "workerinput") and not session.config.option.collectonly:
        connections["default"].get_connection_params()
