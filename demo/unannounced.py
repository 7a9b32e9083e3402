"""Devices that nobody announced: left at the door of a workshop, of unknown origin."""

from demo import device_fates, papers
from demo.agenda import Thread
from demo.bench import Work
from demo.context import Story
from refurb.services import devices

FOUND = ((75, "lille", "Latitude 5490", device_fates.ready), (45, "sambre", "Galaxy A40", device_fates.ready))
"""How many working days before the end, where, what, and what becomes of it."""


def unannounced_devices(story: Story) -> Thread:
    """Each is registered, and counts as given by a public body for the price ceiling."""
    for days, workshop, name, fate in FOUND:
        yield (at := story.moment(story.back(days)))
        model = story.catalogue.named(name)
        device = devices.register_device(
            actor=story.cast.technician(workshop, story.rng),
            type=model.type,
            tag=story.labels.next(workshop, at),
            serial=papers.serial(model.manufacturer, story.rng),
            manufacturer=model.manufacturer,
            model=model.model,
            processor=model.processor,
            at=at,
            comment="Déposé à la porte de l’atelier, sans nom.",
        )
        work = Work(story, workshop, [device], model, at)
        story.agenda.add(fate(work), about=work)
