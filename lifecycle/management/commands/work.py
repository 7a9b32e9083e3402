"""The worker: queued tasks and what comes back at its hour, until it is asked to stop."""

import asyncio
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app

from lifecycle.roles import watch_connections
from lifecycle.working import work


class Command(BaseCommand):
    help = "Fait le travail de fond jusqu’à ce qu’on l’arrête\u00a0; attend la base quand elle s’absente."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--grace", type=float, default=30, help="Secondes laissées aux tâches en cours à l’arrêt.")

    def handle(self, *args: Any, **options: Any) -> None:
        watch_connections()
        asyncio.run(_until_asked(options["grace"]))


async def _until_asked(grace: float) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await work(app, stop=stop, shutdown_graceful_timeout=grace)
