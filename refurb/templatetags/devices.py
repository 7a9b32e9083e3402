"""Figures of devices as people read them, and the links between the pages of devices."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django import template
from django.urls import reverse

from network.models import Organisation
from network.permissions import is_pilot
from network.siret import is_siren, spaced
from refurb.enums import NOT_YET_HANDED_OVER
from refurb.grading import named_grade, told_grade
from refurb.models import DepositedFile, Device, DeviceEntry
from refurb.permissions import (
    at_own_points,
    can_manage_device,
    can_work_on_device,
    reads_costs,
    sees_devices,
    sees_incidents,
    sees_waste,
)
from refurb.symptoms import Symptom, symptom_of
from refurb.unsorted import unsorted_along, unsorted_drives
from typography.french import (
    HARD,
    day,
    days_ago,
    euros,
    grouped,
    in_a_sentence,
    lasting,
    plural,
    storage,
    to_the_second,
)

register = template.Library()
for read in (day, days_ago, euros, grouped, in_a_sentence, lasting, plural, storage, to_the_second):
    register.filter(read)
register.filter(named_grade)
register.filter(told_grade)


@register.filter
def euros_and_cents(amount: Decimal | None) -> str:
    """An amount of a column: each with its cents, so that they stand under each other."""
    return euros(amount, cents=True)


@register.filter
def company_number(number: str) -> str:
    """« SIREN 732 829 320 », « SIRET 732 829 320 00074 »."""
    return f"{'SIREN' if is_siren(number) else 'SIRET'}{HARD}{spaced(number)}"


@register.filter
def true_minus(figure: object) -> str:
    """A figure with the sign that mathematics and French typography want: « −1 »."""
    return re.sub(r"^-(?=\d)", "\N{MINUS SIGN}", str(figure))


@register.simple_tag(takes_context=True)
def symptom(context: dict[str, Any], device: Any) -> Symptom | None:
    """What was wrong with a device that came back, for whoever repairs it."""
    actor = context["request"].membership
    return symptom_of(device, actor) if actor else None


@register.inclusion_tag("refurb/_device_pages.html", takes_context=True)
def device_pages(context: dict[str, Any]) -> dict[str, Any]:
    """The links between the lists of devices, those one may open; nothing for whoever opens one."""
    request = context["request"]
    works = can_work_on_device(request.membership) is not None
    names = [("Mon établi", "refurb:bench"), ("À recevoir", "refurb:reception")] if works else []
    if works or at_own_points(request.membership) is not None:
        names += [("Scanner", "distribution:scan_start"), ("Inventaires", "distribution:stocktake_list")]
    if sees_devices(request.membership) is not None:
        names.append(("Appareils", "refurb:device_list"))
    if is_pilot(request.membership) or can_manage_device(request.membership) is not None:
        names.append(("À affecter", "distribution:allotment"))
    if at_own_points(request.membership) is not None:
        names.append(("Rayon", "distribution:shelf"))
    if works or is_pilot(request.membership):
        names.append(("Effacements manquants", "refurb:missing_erasure_list"))
    if reads_costs(request.membership) is not None:
        names.append(("Coûts", "refurb:costs"))
    if sees_waste(request.membership) is not None:
        names.append(("Déchets", "refurb:waste_register"))
    if works:
        names += [
            ("Étiquettes", "refurb:tag_shape"),
            ("Pièces", "refurb:part_list"),
            ("Déposer des fichiers", "refurb:hardware_deposit"),
            ("tec.tech", "refurb:tectech"),
        ]
    if sees_incidents(request.membership) is not None:
        names.append(("Incidents", "refurb:incident_list"))
    links = [(label, reverse(name)) for label, name in names]
    here = reverse("distribution:scan_start")
    at = here if request.path.startswith(here) else request.path
    return {"links": [(label, url, url == at) for label, url in links]}


@dataclass(frozen=True)
class UnsortedFiles:
    """The files that wait and tell of a device, or of the screen that goes with it, to its workshop, which sorts them;
    to the point that has it, which reads no file, ``workshop`` alone."""

    files: list[tuple[DepositedFile, Device]] = field(default_factory=list)
    workshop: Organisation | None = None
    is_away: bool = False
    is_asked_back: bool = False


@register.simple_tag(takes_context=True)
def unsorted_files(context: dict[str, Any], device: Device) -> UnsortedFiles | None:
    """What waits and shows a drive that a device, or its screen, does not know; None when nothing, or to others."""
    actor = context["request"].membership
    works = can_work_on_device(actor) is not None and device.workshop_id == actor.organisation_id
    is_away = device.state in NOT_YET_HANDED_OVER
    if not works and (not is_away or at_own_points(actor) is None):
        return None
    held = unsorted_along([device.pk]).get(device.pk, [])
    if not held:
        return None
    if not works:
        asked = DeviceEntry.objects.filter(object=device, verb="ask_back", at__gte=device.shipped_at).exists()
        return UnsortedFiles(workshop=device.workshop, is_asked_back=asked)
    waiting = unsorted_drives(one.pk for one in held)
    return UnsortedFiles([(file, one) for one in held for file in waiting[one.pk]], is_away=is_away)
