"""While the demonstration is being prepared, the site answers one page: how far it is; nobody signs in, nobody acts.

How far it is lies in a file (``settings.DEMO_PREPARATION``), since there may be no database yet. Without that setting
nothing is prepared: every request goes through.
"""

import json
import logging
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

STEPS = ("Tables", "Droits", "Territoire", "Barèmes et listes", "Données inventées")
WAITING = 503
AGAIN_SECONDS = 3
"""How often the page reloads itself."""
STILL = "fixe"
"""Asks, in the address, for a page that does not reload itself."""


class PreparationState(StrEnum):
    """Where a preparation is."""

    RUNNING = "running"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True)
class Preparation:
    """How far a preparation is: its present step, what it is doing there, how much of it is done (0 to 1)."""

    began: float
    step: str = ""
    doing: str = ""
    done: float = 0
    stage: str = PreparationState.RUNNING
    why: str = ""

    @property
    def percent(self) -> int:
        return round(self.done * 100)

    @property
    def elapsed(self) -> str:
        minutes, seconds = divmod(max(round(time.time() - self.began), 0), 60)
        return f"{minutes}\u00a0min {seconds:02}\u00a0s" if minutes else f"{seconds}\u00a0s"

    @property
    def steps(self) -> list[tuple[str, str]]:
        """Each step with where it is: done, running, or to come."""
        present = STEPS.index(self.step) if self.step in STEPS else -1
        states = [
            "fait" if rank < present else "en cours" if rank == present else "à venir" for rank in range(len(STEPS))
        ]
        return list(zip(STEPS, states, strict=True))


def note_preparation(**told: str | float) -> None:
    """Write down what has changed since the last time; nothing where nothing is prepared."""
    if not settings.DEMO_PREPARATION:
        return
    file = Path(settings.DEMO_PREPARATION)
    known = read_preparation() or Preparation(began=time.time())
    draft = file.with_suffix(".draft")
    file.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(asdict(known) | told), encoding="utf-8")
    draft.replace(file)


def begin_preparation() -> None:
    """Forget what was written down of an earlier one."""
    if settings.DEMO_PREPARATION:
        Path(settings.DEMO_PREPARATION).unlink(missing_ok=True)
    note_preparation()


def read_preparation() -> Preparation | None:
    """How far it is; None when nothing that can be read is written down."""
    try:
        return Preparation(**json.loads(Path(settings.DEMO_PREPARATION).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


class PreparedFilter(logging.Filter):
    """Says nothing of the answers of this page."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(record, "status_code", None) != WAITING


class PreparationMiddleware:
    """503 and the page, whatever is asked for, until the preparation says that it is over.

    Only whether the process lives, and which copy it is, is answered before: another `make demo` asks it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.is_over = not settings.DEMO_PREPARATION

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self.is_over and request.path != reverse("desk:alive"):
            found = read_preparation() or Preparation(began=time.time())
            if found.stage != PreparationState.READY:
                return self._wait(request, found)
            self.is_over = True
        return self.get_response(request)

    def _wait(self, request: HttpRequest, found: Preparation) -> HttpResponse:
        page = render_to_string(
            "demo/preparation.html",
            {
                "preparation": found,
                "failed": found.stage == PreparationState.FAILED,
                "still": STILL in request.GET,
                "again": AGAIN_SECONDS,
            },
        )
        headers = {"Retry-After": str(AGAIN_SECONDS), "Cache-Control": "no-store"}
        return HttpResponse(page, status=WAITING, headers=headers)
