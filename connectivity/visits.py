"""What follows when a visit that was planned is off, or stands after all, in the gate's transaction."""

from connectivity.called_off import called_off_day, waits_for_nobody
from connectivity.documents import freeze_family_sheet
from connectivity.enums import LineNews
from connectivity.models import ConnectionFile
from connectivity.services.lines import overtake_notices, promise_notice
from connectivity.services.transmissions import AROUND
from lifecycle.registry import Move, on_transition


def call_off_visit(file: ConnectionFile, move: Move) -> None:
    """The household that was told of a visit is told that nobody comes; its sheet says it."""
    if called_off_day(file, move.at) is None:
        return
    freeze_family_sheet(file, move)
    if waits_for_nobody(file, move.at):
        promise_notice(file=file, about=LineNews.CALLED_OFF, at=move.at)


def tell_visit_again(move: Move) -> None:
    """The visit stands after all: its household is told, unless it knows of that day and not that it was off."""
    for file in ConnectionFile.objects.filter(pk__in=move.pks).select_related(*AROUND).order_by("pk"):
        freeze_family_sheet(file, move)
        last, *before = file.notices.filter(about__in=(LineNews.VISIT, LineNews.CALLED_OFF)).order_by("-pk")[:2]
        if last.about != LineNews.CALLED_OFF:
            continue
        said = set(file.notices.said().values_list("pk", flat=True))
        overtake_notices([file.pk], move.at)
        if last.pk in said or not all(one.pk in said for one in before):
            promise_notice(file=file, about=LineNews.VISIT, at=move.at)


def register() -> None:
    """The registration of this subject."""
    on_transition("connection", "withdraw_scheduled_problem", tell_visit_again)
