"""A workshop that works with tec.tech brings its file back: its numbers are kept, what it says otherwise is told."""

import csv
import io

from demo.agenda import Thread
from demo.context import Story
from documents.services import store_file
from imports.services import begin_import, deposit_import
from refurb.models import Device
from refurb.tectech import COLUMNS, followed_by_tectech, said_of
from refurb.tectech_import import TECTECH

WORKSHOP = "lille"
BACK = 6
"""So many days before the end."""
MOST = 15
"""Of so many devices of its bench, the last of which has another category there."""


def exchanges(story: Story) -> Thread:
    """What Maillon sent comes back with the numbers of tec.tech, as its export writes it."""
    yield (at := story.moment(story.back(BACK)))
    manager = story.cast.manager(WORKSHOP)
    mine = followed_by_tectech(Device.objects.filter(workshop=manager.organisation_id)).select_related(
        "workshop", "grading"
    )
    rows = [dict(said) for said in said_of(mine.order_by("-tag")[:MOST]).values()]
    if not rows:
        return
    for rank, row in enumerate(rows, 1):
        row |= {"id": f"TT-{4200 + rank}", "idLot": "L-12", "idStock": "Lille", "idGroupe": "3"}
    rows[-1]["categorie"] = "D"
    out = io.StringIO()
    lines = csv.DictWriter(out, COLUMNS, restval="", extrasaction="ignore")
    lines.writeheader()
    lines.writerows(rows)
    file = store_file(content=out.getvalue().encode(), name="export-tec-tech.csv", by=manager, at=at)
    with story.agenda.trying("exchanges", manager.organisation):
        source = deposit_import(actor=manager, kind=TECTECH, organisation=manager.organisation, file=file, at=at)
        begin_import(source=source, actor=manager, at=at)
