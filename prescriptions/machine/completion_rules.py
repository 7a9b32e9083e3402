"""A file that was sent back is not filed again as it was: each point that was asked has its answer (machines §4.4)."""

from lifecycle.machine import Context, PerRow, Place
from lifecycle.requirements import PerRowValues
from prescriptions.completion import points_left
from prescriptions.models import ProofPhoto
from prescriptions.permissions import can_edit_prescription


def _left(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    return {pk: _sentence(count) for pk, count in points_left(per_row).items()}


def _sentence(count: int) -> str:
    if count == 1:
        return "Un point demandé par le distributeur n’a pas de réponse\u00a0: répondez-y."
    return f"{count} points demandés par le distributeur n’ont pas de réponse\u00a0: répondez à chacun."


def _unseen(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Filed again, a photo that waits is deleted: it is looked at first, or the worker says that it need not be.

    Of that photo, and not of one that came since.
    """
    waiting = ProofPhoto.objects.waiting().filter(prescription__in=list(per_row))
    waiting = waiting.exclude(reference__in=ctx.values.get("photos_left") or ())
    return dict.fromkeys(waiting.values_list("prescription", flat=True), PHOTO_WAITS)


PHOTO_WAITS = (
    "Le foyer a envoyé la photo d’un papier, que personne n’a regardée et que le dépôt efface\u00a0: dites ce qu’elle"
    " montre, ou cochez qu’elle ne sert plus."
)
PHOTOS_SEEN = PerRow(
    "photos",
    PHOTO_WAITS,
    _unseen,
    where=Place(
        "prescriptions:prescription_detail",
        can_edit_prescription,
        "un travailleur social du prescripteur",
        "prescriber",
    ),
    field="photos_left",
)


COMPLETION_ANSWERED = PerRow(
    "completion",
    "Des points demandés par le distributeur n’ont pas de réponse\u00a0: répondez à chacun.",
    _left,
    where=Place(
        "prescriptions:prescription_completion",
        can_edit_prescription,
        "un travailleur social du prescripteur",
        "prescriber",
    ),
    of_rows=True,
)
