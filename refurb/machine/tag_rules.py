"""What a tag must be, when a device enters a workshop or its label is corrected: of a device, and on no other here.

Two tags are the same when they differ by case, spaces or dashes alone (``refurb.tags.normal``).
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from django.db.models import Q

from lifecycle.machine import Context, PerRow, Requirement
from lifecycle.references import is_reference
from lifecycle.requirements import PerRowValues
from refurb.enums import ENDED, CorrectTagReason
from refurb.machine.device_rules import coded, is_text, value_given
from refurb.models import Device, TagShape
from refurb.tags import cleaned, fits, is_made_right, normal


class _Stuck(NamedTuple):
    """A device as these rules look at it: where it is, and its label as it is kept and as it compares."""

    workshop: int | None
    tag: str = ""
    key: str = ""
    seq: int = 0


def _as_they_are(ctx: Context, per_row: PerRowValues) -> dict[int, _Stuck]:
    """The devices of the set; one that is being born is in the workshop of whoever writes."""
    found = Device.objects.filter(pk__in=list(per_row)).values_list("pk", "workshop", "tag", "tag_key", "seq")
    known = {pk: _Stuck(*stuck) for pk, *stuck in found}
    return {pk: known.get(pk, _Stuck(ctx.actor.organisation_id)) for pk in per_row}


def _given(per_row: PerRowValues) -> dict[int, str]:
    return {pk: cleaned(given.get("tag")) for pk, given in per_row.items()}


def _tags_taken(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """The tags already stuck on another device of the same workshop, or given twice in the set."""
    keys = {pk: normal(tag) for pk, tag in _given(per_row).items()}
    homes = {pk: stuck.workshop for pk, stuck in _as_they_are(ctx, per_row).items()}
    given = Counter((homes[pk], key) for pk, key in keys.items())
    devices = Device.objects.filter(workshop__in=set(homes.values()), tag_key__in=set(keys.values()))
    stuck: dict[tuple[int | None, str], set[int]] = defaultdict(set)
    for pk, workshop, key in devices.exclude(state__in=ENDED).values_list("pk", "workshop", "tag_key"):
        stuck[workshop, key].add(pk)
    return {
        pk: TAG_FREE.sentence
        for pk, key in keys.items()
        if key and (given[homes[pk], key] > 1 or stuck.get((homes[pk], key), set()) - {pk})
    }


AN_ADDRESS = (
    "C’est l’adresse d’une page, celle d’un autre code\u00a0: scannez l’étiquette de l’atelier qui est sur l’appareil."
)


def _not_tags(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What a scanner reads on papers: a reference of a lot, of a device, of a delivery, or the address of a page."""
    given = _given(per_row).items()
    papers = {pk: TAG_OF_A_DEVICE.sentence for pk, tag in given if is_reference(tag.upper())}
    return papers | {pk: AN_ADDRESS for pk, tag in given if "://" in tag}


def _made_wrong(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    return {
        pk: TAG_MADE_RIGHT.sentence
        for pk, tag in _given(per_row).items()
        if tag and "://" not in tag and not is_made_right(tag)
    }


def _out_of_shape(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """Those that have not the form their workshop fixed; a label that a device already had stays good."""
    devices = _as_they_are(ctx, per_row)
    shapes = TagShape.objects.of_workshops(stuck.workshop for stuck in devices.values() if stuck.workshop)
    tags = {pk: tag for pk, tag in _given(per_row).items() if tag}
    kept = {pk for pk, tag in tags.items() if devices[pk].seq > 1 and devices[pk].key == normal(tag)}
    return {
        pk: f"«\u00a0{tag}\u00a0» n’a pas la forme des étiquettes de l’atelier\u00a0: {shape} (#\u00a0: un chiffre,"
        " @\u00a0: une lettre, *\u00a0: l’un ou l’autre)."
        for pk, tag in tags.items()
        if pk not in kept and (shape := shapes.get(devices[pk].workshop or 0)) and not fits(tag, shape)
    }


def _not_corrected(ctx: Context, per_row: PerRowValues) -> dict[int, str]:
    """What is given must be another label than the present one, and told from it: the journal keeps both."""
    devices, tags = _as_they_are(ctx, per_row), _given(per_row)
    return {
        pk: TAG_CORRECTED.sentence
        for pk, given in per_row.items()
        if tags[pk] == devices[pk].tag or (given["was"], given["becomes"]) != (devices[pk].key, normal(tags[pk]))
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
TAG_OF_A_DEVICE = PerRow(
    "tag_of_a_device",
    "C’est la référence d’un lot ou d’un papier, pas une étiquette\u00a0: scannez celle de l’appareil.",
    _not_tags,
    needs=("tag",),
    field="tag",
)
TAG_MADE_RIGHT = PerRow(
    "tag_made_right",
    "Une étiquette compte 40\u00a0signes au plus\u00a0: des lettres sans accent, des chiffres et, entre eux, des"
    " espaces ou les signes - . / _.",
    _made_wrong,
    needs=("tag",),
    field="tag",
)
TAG_IN_SHAPE = PerRow(
    "tag_in_shape",
    "Cette étiquette n’a pas la forme que l’atelier a fixée.",
    _out_of_shape,
    needs=("tag",),
    lifted_by="le responsable de l’atelier, qui fixe la forme des étiquettes",
    field="tag",
)
TAG_CORRECTED = PerRow(
    "tag_corrected",
    "Rien ne change\u00a0: donnez l’étiquette qui est collée sur l’appareil.",
    _not_corrected,
    needs=("tag", "was", "becomes"),
    field="tag",
)
TAG_SEEN = Requirement(
    "tag_seen",
    "Cet appareil n’a pas encore d’étiquette\u00a0: elle est scannée à la réception.",
    lambda ctx: ~Q(tag=""),
)
CORRECT_TAG_REASON = coded(CorrectTagReason.values, "Dites pourquoi l’étiquette est corrigée.")
TAG_RULES = (TAG_GIVEN, TAG_OF_A_DEVICE, TAG_MADE_RIGHT, TAG_IN_SHAPE, TAG_FREE)
"""What is asked of the tag of a device that enters a workshop."""
