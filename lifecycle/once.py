"""A page that is sent twice is done once: two clicks, a line that broke, a browser that tries again.

Each page is drawn with a token of its own, the one that keeps other sites from sending in a person's name: it is drawn
anew every time. The same token with the same content, at the same address, is the same page sent again; corrected and
sent, or opened anew, it is another. What was sent is known by a digest, which the first transaction of the request
writes: where the act is undone, so is it, and the page may be sent again.
"""

import hashlib
import json
from collections.abc import Callable
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from lifecycle.locking import advisory_lock
from lifecycle.models import SentPage

TOKEN = "csrfmiddlewaretoken"  # noqa: S105  # the name of a field
KEPT_FOR = timedelta(days=2)
"""Longer than a session lives: the token of a former one sends nothing."""
SENT_AGAIN = "Cette page était déjà envoyée\u00a0: rien n’est enregistré deux fois."
UNKNOWN_END = (
    "Cette page était déjà envoyée, et la réponse s’est perdue\u00a0: regardez ce qui est enregistré avant de l’envoyer"
    " de nouveau."
)


class SentBefore(Exception):
    """Another request did what this one is about to do, while it was on its way."""


@dataclass
class Sending:
    """What one request sends: its digest, whether a transaction of its own has kept it, whether its end is known.

    ``held``: the lock that makes the same page wait for the end of the first.
    """

    digest: str
    held: ExitStack = field(default_factory=ExitStack)
    is_kept: bool = False
    is_settled: bool = False

    def hold(self) -> None:
        """Wait until nobody sends the same."""
        self.held.enter_context(advisory_lock(f"sent {self.digest}"))

    def known(self) -> SentPage | None:
        """The same page, sent before."""
        return SentPage.objects.filter(digest=self.digest).first()

    def keep(self) -> None:
        """Keep the digest with what the transaction writes; raises SentBefore when another request has kept it."""
        if self.is_kept:
            return
        try:
            SentPage(digest=self.digest, at=timezone.now()).save(force_insert=True)
        except IntegrityError as error:
            raise SentBefore from error

    def kept(self) -> None:
        """A transaction of this request is committed: what follows is of the same request."""
        self.is_kept = True

    def settle(self, answer: str, said: str = "") -> None:
        """Keep where the first led, and what is said to whoever sends it again."""
        self.is_settled = True
        kept = {"answer": answer, "said": said}
        if not SentPage.objects.filter(digest=self.digest).update(**kept):
            SentPage.objects.create(digest=self.digest, at=timezone.now(), **kept)

    def give_back(self) -> None:
        """Nothing was done that may not be done again: the page was shown anew."""
        if self.is_kept and not self.is_settled:
            SentPage.objects.filter(digest=self.digest).delete()


sending: ContextVar[Sending | None] = ContextVar("lifecycle_sending", default=None)
"""What the request that is being answered sends."""


def one_after_another[V: Callable[..., Any]](view: V) -> V:
    """Of a page that stays while its script sends scans: each is judged by the machine of what is scanned."""
    view.one_after_another = True  # type: ignore[attr-defined]
    return view


def only_reads[V: Callable[..., Any]](view: V) -> V:
    """Of a page that is posted so that what is typed is in no address: it changes nothing, sent again as often."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def is_free_to_repeat(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether sending the same again is no fault: nothing is written, or each is judged by its machine."""
    return getattr(view, "only_reads", False) or is_one_of_many(request, view)


def is_one_of_many(request: HttpRequest, view: Callable[..., Any]) -> bool:
    """Whether a script sends it, from a page that stays and sends others."""
    return getattr(view, "one_after_another", False) and "scripted" in request.POST


def sending_of(request: HttpRequest) -> Sending | None:
    """What a request sends from one of our pages; None when it carries no token of a page."""
    if request.method != "POST" or TOKEN not in request.POST:
        return None
    files = [[name, one.name, _print_of(one)] for name, many in request.FILES.lists() for one in many]
    said = [request.user.pk, request.get_full_path(), sorted(request.POST.lists()), files]
    return Sending(salted_hmac("lifecycle.once", json.dumps(said), algorithm="sha256").hexdigest())


def _print_of(file: UploadedFile) -> str:
    """The digest of a file, which is then read again from its beginning."""
    made = hashlib.sha256()
    for piece in file.chunks():
        made.update(piece)
    file.seek(0)
    return made.hexdigest()


def settle_sent(answer: str, said: str) -> None:
    """Of a page whose answer is no other page: it is done, and whoever sends it again is led to ``answer``."""
    if (mine := sending.get()) is not None:
        mine.settle(answer, said)


def forget_sent(*, at: datetime) -> int:
    """Forget the digests that nothing can be sent under any more, and return how many."""
    return SentPage.objects.filter(at__lt=at - KEPT_FOR).delete()[0]
