"""Devices that nobody announced: left at the door of a workshop, of unknown origin."""

from demo import fates, papers
from demo.agenda import Thread
from demo.bench import Work
from demo.context import Story
from refurb.services import devices

FOUND = ((75, "lille", "Latitude 5490", fates.ready), (45, "sambre", "Galaxy A40", fates.ready))
"""How many working days before the end, where, what, and what becomes of it."""


def strays(stage: Story) -> Thread:
    """Each is registered, and counts as given by a public body for the price ceiling."""
    for days, workshop, name, fate in FOUND:
        yield (at := stage.moment(stage.back(days)))
        model = stage.catalogue.named(name)
        device = devices.register_device(
            actor=stage.cast.technician(workshop, stage.rng),
            type=model.type,
            tag=stage.labels.next(workshop, at),
            serial=papers.serial(model.manufacturer, stage.rng),
            manufacturer=model.manufacturer,
            model=model.model,
            processor=model.processor,
            at=at,
            comment="Déposé à la porte de l’atelier, sans nom.",
        )
        work = Work(stage, workshop, [device], model, at)
        stage.agenda.add(fate(work), about=work)
