"""Seed the demonstration once: a finished one is kept, what an unfinished one left behind is dropped."""

import shutil
from collections.abc import Callable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from demo.agenda import OnRefusal, log_refusal
from demo.beside import InAnotherProcess, TellBeside
from demo.calendar import local
from demo.coming import answers_come
from demo.schema import recreate_schema
from demo.story import first_day, tell_story
from demo.telling import in_one_go
from desk.models import Seeding
from documents.enums import SendState
from documents.models import Sms
from documents.services.sms import deliver_sms
from donations.models import DeedText
from lifecycle.clock import CLOCK_LOCK
from lifecycle.instants import telling_history
from lifecycle.locking import advisory_lock
from lifecycle.sealing import seal_journals
from lifecycle.verification import JOURNALS, note_verification, verify_journals
from network.models import Epci, User
from refurb.models import Checklist, GradingScale
from reports.services import REPORTS, verify_reports

type Tell = Callable[[float, datetime], None]
"""How much is done (0 to 1), and the instant that the story has reached."""


class SeedingRefused(Exception):
    """The demonstration cannot be seeded here, or not for that day; the sentence says why."""


def seed_demo(
    *,
    as_of: date,
    seed: int,
    devices: int,
    tell: Tell,
    refused: OnRefusal = log_refusal,
    ahead: bool = False,
    beside: TellBeside = InAnotherProcess,
) -> tuple[Seeding, bool]:
    """Seed the département as it stands on the morning of ``as_of``, unless it is seeded already.

    Waits for the clock and for another seeding. What was written is verified, then sealed, before it is said to be
    finished. ``refused`` is told of each thread of the story that ended before its time; ``ahead`` lets a day to come
    be tried, on a database that nobody opens; ``beside``, by whom what is told apart is (``demo.apart``). Returns the
    seeding, and whether this call did it. Raises SeedingRefused, FaultsFound, and what ``refused`` raises.
    """
    if not settings.DEMO:
        raise SeedingRefused("Les données inventées ne s’écrivent qu’en démonstration (config.settings.demo).")
    with advisory_lock(CLOCK_LOCK):
        last = Seeding.objects.order_by("pk").last()
        if last is not None and last.finished_at is not None:
            return last, False
        if last is not None:
            recreate_schema()
        _refuse_what_is_missing(as_of, ahead=ahead)
        # Seals of a demonstration that was dropped since: nothing of this one is sealed yet.
        shutil.rmtree(settings.LIFECYCLE_SEAL_DIR, ignore_errors=True)
        seeding = Seeding.objects.create(as_of=as_of, seed=seed, devices=devices, started_at=timezone.now())
        with telling_history(until=local(as_of, 0)):
            with in_one_go():
                tell_story(as_of=as_of, seed=seed, devices=devices, tell=tell, refused=refused, beside=beside)
            _let_sms_go(local(as_of, 0))
            answers_come(local(as_of, 0))
            note_verification(JOURNALS, verify_journals)
            note_verification(REPORTS, verify_reports)
            seal_journals(at=max(timezone.now(), local(as_of, 0)))  # a story told ahead has seals of days to come
        seeding.finished_at = timezone.now()
        seeding.save(update_fields=["finished_at"])
        return seeding, True


def _let_sms_go(before: datetime) -> None:
    """Each SMS of the story is taken at its hour, as it would have been."""
    waiting = Sms.objects.filter(delivery=SendState.QUEUED, leaves_at__lt=before).order_by("leaves_at", "pk")
    for pk, hour in list(waiting.values_list("pk", "leaves_at")):
        deliver_sms(sms=pk, at=hour)


def _refuse_what_is_missing(as_of: date, *, ahead: bool) -> None:
    """Raise SeedingRefused when a story that ends on ``as_of`` cannot be told here."""
    first = first_day(as_of) - timedelta(days=7)
    if as_of > timezone.localdate() and not ahead:
        raise SeedingRefused(
            f"Le {as_of:%d/%m/%Y} est à venir\u00a0: la démonstration s’arrête au plus tard aujourd’hui."
        )
    if User.objects.exists():
        raise SeedingRefused(
            "Cette base a déjà des comptes qui ne viennent pas de la démonstration\u00a0: on n’y touche pas."
        )
    if not Epci.objects.exists():
        raise SeedingRefused("Le territoire manque\u00a0: tapez d’abord «\u00a0manage.py load_territory\u00a0».")
    if not all(model.objects.on(first).exists() for model in (Checklist, DeedText, GradingScale)):
        raise SeedingRefused(
            f"Les listes de tests, barèmes ou actes de don du {first:%d/%m/%Y} manquent\u00a0: tapez d’abord"
            " «\u00a0manage.py load_reference\u00a0», ou choisissez un jour plus récent."
        )
