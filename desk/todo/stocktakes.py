"""« À faire »: the stocktakes that nobody has closed yet, of a workshop or of points."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse

from desk.parameters import SORTED_DAYS
from desk.todo.blocks import Block, BlockRow, since
from distribution.models import Stocktake
from network.models import Membership


def stocktakes(actor: Membership, at: datetime) -> Block:
    """Begun, and neither closed nor given up."""
    under_way = Stocktake.objects.visible_to(actor).under_way().select_related("workshop", "point")
    return Block(
        "inventaires",
        "Inventaires en cours",
        under_way.order_by("opened_at", "pk"),
        _stocktake,
        "Aucun inventaire n’est en cours.",
        reverse("distribution:stocktake_list"),
        late=Q(opened_at__lte=SORTED_DAYS.before(at)),
    )


def _stocktake(stocktake: Any) -> BlockRow:
    url = reverse("distribution:stocktake_detail", args=[stocktake.reference])
    return BlockRow(stocktake.where, url, stocktake.reference, since(stocktake.opened_at, "commencé"))
