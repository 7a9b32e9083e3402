"""Where PostgreSQL is: the server of DATABASE_URL, else one that Maillon starts for itself.

The databases: the one named in DATABASE_URL, else `maillon`; for the tests TEST_DATABASE_NAME, else
`test_maillon`. A name for the tests must begin with `test_`, since the tests drop that database.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config.postgresql import server

PROJECT = Path(__file__).resolve().parents[1]
USES = DEMO, TEST = "maillon", "test"
TEST_PREFIX = "test_"
OWN_ENGINE = "config.postgresql"
SERVING_ROLE = "maillon_site"
"""Who serves: a role that owns nothing. DATABASE_ROLE names it to have the settings made for it."""


def settings(*, throwaway: bool = False) -> dict[str, Any]:
    """Django's settings of the default database.

    `throwaway`: without DATABASE_URL, a second server whose data may be lost, so that the tests are fast
    and touch nothing of the demonstration's.
    """
    url = os.environ.get("DATABASE_URL", "")
    found = from_url(url) if url else own_server(throwaway=throwaway)
    return serving(found) if os.environ.get("DATABASE_ROLE") == SERVING_ROLE else found


def serving(found: dict[str, Any]) -> dict[str, Any]:
    """The same database for the role that only reads and writes rows, as the demonstration is served.

    On its own server it signs in as that role; on another, whose passwords are not Maillon's to know, it takes the
    part of that role once connected.
    """
    if found["ENGINE"] == OWN_ENGINE:
        return found | {"USER": SERVING_ROLE}
    options = found["OPTIONS"]
    taken = f"{options.get('options', '')} -c role={SERVING_ROLE}".strip()
    return found | {"OPTIONS": options | {"options": taken}}


def own_server(*, throwaway: bool) -> dict[str, Any]:
    """Settings of the server that Maillon starts at the first connection."""
    home = server.home(PROJECT, TEST if throwaway else DEMO)
    server.Server.declare(home, throwaway=throwaway)
    return {
        "ENGINE": OWN_ENGINE,
        "NAME": server.DATABASE,
        "USER": server.SUPERUSER,
        "HOST": str(home),
        "PORT": str(server.PORT),
        "TEST": {"NAME": test_name()},
    }


def from_url(url: str) -> dict[str, Any]:
    """Read `postgresql://user:password@host:port/name?option=value` into Django's database settings.

    A folder of Unix sockets is given as the option `host`. Raises ImproperlyConfigured for another scheme.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL doit commencer par «\u00a0postgresql://\u00a0». / DATABASE_URL must begin with postgresql://"
        )
    options = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or server.DATABASE,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": str(options.pop("port", parts.port or "")),
        "OPTIONS": options,
        "TEST": {"NAME": test_name()},
    }


def test_name() -> str:
    """The name of the tests' database; ImproperlyConfigured unless it begins with `test_`."""
    name = os.environ.get("TEST_DATABASE_NAME", "test_maillon")
    if not name.startswith(TEST_PREFIX):
        raise ImproperlyConfigured(
            f"TEST_DATABASE_NAME doit commencer par «\u00a0{TEST_PREFIX}\u00a0». / "
            f"TEST_DATABASE_NAME must begin with {TEST_PREFIX}"
        )
    return name
