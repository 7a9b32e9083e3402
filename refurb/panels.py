"""What this app adds to the page of a lot: the data incidents of its devices, to those who read them."""

from donations.models import Donation
from lifecycle.actors import Actor
from lifecycle.registry import Panel, panel
from refurb.models import Incident


def register_panels() -> None:
    """The registration of this subject."""
    panel("donations.Donation", incidents_panel)


def incidents_panel(donation: Donation, actor: Actor) -> Panel | None:
    """Each incident of a lot, the newest first, with what was noted of it; two queries. A donor reads days alone."""
    rows = Incident.objects.visible_to(actor).filter(donation=donation)
    found = list(rows.select_related("device").prefetch_related("follow_ups"))
    if not found:
        return None
    return {"title": "Incidents de données", "template": "refurb/panels/incidents.html", "context": {"found": found}}
