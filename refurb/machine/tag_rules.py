"""What a tag must be, when a device enters a workshop: given, of a device, and on no other of the workshop."""

from collections import Counter

from lifecycle.machine import Context, PerRow
from lifecycle.references import is_reference
from lifecycle.requirements import PerRowValues
from refurb.machine.device_rules import is_text, rows_of, value_given


def _tags_taken(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The tags already stuck on another device of the same workshop, or given twice in the set."""
    tags = {pk: str(given.get("tag") or "").strip() for pk, given in per_row.items()}
    devices = rows_of("Device")
    homes = dict(devices.filter(pk__in=list(tags)).values_list("pk", "workshop"))
    homes |= {pk: ctx.actor.organisation_id for pk in tags if pk not in homes}
    given = Counter((homes[pk], tag) for pk, tag in tags.items())
    stuck = {
        (workshop, tag): pk
        for pk, workshop, tag in devices.filter(workshop__in=set(homes.values()), tag__in=set(tags.values()))
        .exclude(tag="")
        .values_list("pk", "workshop", "tag")
    }
    return {
        pk: TAG_FREE.sentence
        for pk, tag in tags.items()
        if tag and (given[homes[pk], tag] > 1 or stuck.get((homes[pk], tag), pk) != pk)
    }


TAG_GIVEN = value_given(
    "tag",
    "Scannez ou saisissez l’étiquette de l’atelier.",
    is_text,
    code="tag_given",
    constraint="refurb_device_received",
)
TAG_FREE = PerRow(
    "tag_free",
    "Cette étiquette est déjà sur un autre appareil de l’atelier.",
    _tags_taken,
    needs=("tag",),
    constraint="refurb_device_tag_once",
    field="tag",
)


def _not_tags(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What a scanner reads on papers: a reference of a lot, of a device, of a delivery, or the address of a page."""
    tags = {pk: str(given.get("tag") or "").strip() for pk, given in per_row.items()}
    return {pk: TAG_OF_A_DEVICE.sentence for pk, tag in tags.items() if is_reference(tag.upper()) or "://" in tag}


TAG_OF_A_DEVICE = PerRow(
    "tag_of_a_device",
    "C’est la référence d’un lot ou d’un papier, pas une étiquette\u00a0: scannez celle de l’appareil.",
    _not_tags,
    needs=("tag",),
    field="tag",
)
