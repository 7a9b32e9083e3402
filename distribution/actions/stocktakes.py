"""What is done of a stocktake: close it, or give it up; one page each."""

from collections.abc import Mapping
from typing import Any

from distribution.enums import Finding
from distribution.models import Stocktake
from distribution.services import stocktakes
from distribution.stocktaking import findings_of
from distribution.views.stocktakes import visible_stocktake
from lifecycle.pages import Page, Pages
from network.requests import Request
from refurb.views.devices import DEVICE
from typography.french import plural


def _not_scanned(request: Request, stocktake: Stocktake) -> Mapping[str, Any]:
    """How many would be said not to be there: whoever stopped halfway reads it before he closes."""
    missing = sum(one.finding == Finding.MISSING for one in findings_of(stocktake))
    told = "Tout ce qui est attendu a été scanné."
    if missing:
        which = f"{DEVICE.counted(missing)} attendu{plural(missing)}"
        then = plural(missing, "il sera dit introuvable,ils seront dits introuvables")
        told = f"{which} {plural(missing, 'n’a,n’ont')} pas été scanné{plural(missing)}\u00a0: {then}."
    return {"warning": f"{told} Rien ne bouge tout seul\u00a0: vous rangez et signalez ensuite, d’un geste chacun."}


PAGES: tuple[Page[Request], ...] = (
    Page(
        "close",
        "clore",
        service=stocktakes.close_stocktake,
        done="Inventaire clos\u00a0: voici ce qu’il a trouvé",
        context=_not_scanned,
    ),
    Page("abandon", "abandonner", done="Inventaire abandonné\u00a0: il ne dit rien du stock"),
)

urlpatterns = Pages(Stocktake, visible_stocktake).urls("appareils/inventaires", PAGES)
