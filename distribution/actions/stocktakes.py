"""What is done of a stocktake: close it, or give it up; one page each."""

from distribution.models import Stocktake
from distribution.services import stocktakes
from distribution.views.stocktakes import visible_stocktake
from lifecycle.pages import Page, Pages
from network.requests import Request

PAGES: tuple[Page[Request], ...] = (
    Page(
        "close",
        "clore",
        service=stocktakes.close_stocktake,
        done="Inventaire clos\u00a0: voici ce qu’il a trouvé",
        warning="Ce qui n’a pas été scanné sera dit introuvable. Rien ne bouge tout seul\u00a0: vous rangez et signalez"
        " ensuite, d’un geste chacun.",
    ),
    Page("abandon", "abandonner", done="Inventaire abandonné\u00a0: il ne dit rien du stock"),
)

urlpatterns = Pages(Stocktake, visible_stocktake).urls("appareils/inventaires", PAGES)
