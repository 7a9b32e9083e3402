"""Who acts next on a lot: the person who reads the page, with one button, or someone else."""

from collections.abc import Callable

from django.urls import reverse

from donations.enums import DonationState
from donations.models import Donation, DonationLine, PickUp
from donations.permissions import (
    can_accept_deed,
    can_announce_donation,
    can_collect_donation,
    can_qualify_donation,
    can_reconcile_donation,
    can_schedule_donation,
)
from donations.units import EXPECTED, units
from lifecycle import gate
from lifecycle.acting import Step
from lifecycle.actors import Actor
from network.models import Organisation

S = DonationState


def next_step(donation: Donation, actor: Actor) -> Step:
    """Who acts next, for whoever sees the lot; three queries at most."""
    return NEXT.get(DonationState(donation.state), _nothing)(donation, actor)


def _page(name: str, donation: Donation) -> str:
    return reverse(f"donations:donation_{name}", args=[donation.reference])


def _nothing(donation: Donation, actor: Actor) -> Step:
    return Step("Plus rien n’est attendu pour ce lot")


def _draft(donation: Donation, actor: Actor) -> Step:
    awaited = f"En attente de l’annonce par {donation.donor}"
    if can_announce_donation(actor) is None:
        return Step(awaited)
    if gate.preview(Donation.objects.filter(pk=donation.pk), "announce", actor=actor).refused:
        return Step(awaited, "complétez la description du lot", url=_page("edit", donation), label="Compléter")
    return Step(awaited, "relisez le lot, puis annoncez-le", "announce")


def _announced(donation: Donation, actor: Actor) -> Step:
    awaited = "En attente de la décision du Département"
    if can_qualify_donation(actor) is None:
        return Step(awaited)
    return Step(awaited, "décidez ligne par ligne et confiez le lot à un atelier", "qualify")


def _qualified(donation: Donation, actor: Actor) -> Step:
    if not donation.deeds.filter(round=donation.allocation_round).exists():
        awaited = f"En attente de l’acceptation de l’acte de don par {donation.donor}"
        if can_accept_deed(actor) is None:
            return Step(awaited)
        return Step(
            awaited, "lisez et acceptez l’acte de don", url=_page("accept_deed", donation), label="Lire l’acte de don"
        )
    return _schedule(donation, actor, list(donation.workshops().order_by("name")))


def _schedule(donation: Donation, actor: Actor, workshops: list[Organisation]) -> Step:
    awaited = f"En attente de la date d’enlèvement, à fixer par {named(workshops)}"
    mine = any(workshop.pk == actor.organisation_id for workshop in workshops)
    if not mine or can_schedule_donation(actor) is None:
        return Step(awaited)
    return Step(awaited, "fixez la date de l’enlèvement", "schedule")


def _scheduled(donation: Donation, actor: Actor) -> Step:
    """One's own part first, then whoever is late: without a date, not picked up yet, slip not signed."""
    workshops = list(donation.workshops().order_by("name"))
    live = {row.workshop_id: row for row in PickUp.objects.filter(donation=donation, cancelled_at=None)}
    own = next((workshop for workshop in workshops if workshop.pk == actor.organisation_id), None)
    if own is not None and (step := _own_pick_up(donation, actor, own, live.get(own.pk))):
        return step
    undated = [workshop for workshop in workshops if workshop.pk not in live]
    coming = [live[workshop.pk] for workshop in workshops if workshop.pk in live and not live[workshop.pk].done_at]
    if coming:
        first = min(coming, key=lambda row: row.starts_at)
        home = next(workshop for workshop in workshops if workshop.pk == first.workshop_id)
        return Step(f"En attente de l’enlèvement par {home}, {first.slot}")
    if undated:
        return _schedule(donation, actor, undated)
    unsigned = [workshop for workshop in workshops if not live[workshop.pk].proof]
    return Step(f"En attente du bordereau signé, à joindre par {named(unsigned)}")


def _own_pick_up(donation: Donation, actor: Actor, own: Organisation, pick_up: PickUp | None) -> Step | None:
    """What one's own workshop still has to do, if one may do it."""
    if pick_up is None:
        step = _schedule(donation, actor, [own])
        return step if step.yours else None
    if can_collect_donation(actor) is None or pick_up.proof:
        return None
    if pick_up.done_at is None:
        yours = f"inscrivez l’enlèvement prévu {pick_up.slot}, une fois qu’il est fait"
        return Step("", yours, url=_page("collect", donation), label="Inscrire l’enlèvement")
    yours = "joignez le bordereau signé, ou attestez l’accord du donateur"
    return Step("", yours, url=_page("sign", donation), label="Signer le bordereau")


def _collected(donation: Donation, actor: Actor) -> Step:
    """Devices to receive come first, then the differences to explain, then the balance."""
    expected = donation.devices.filter(**EXPECTED).count()
    works, balances = can_collect_donation(actor) is not None, can_reconcile_donation(actor) is not None
    if expected:
        awaited = f"En attente de la réception de {expected} appareil{'s' if expected > 1 else ''} à l’atelier"
        if not works:
            return Step(awaited)
        return Step(
            awaited, "réceptionnez les appareils de ce lot", url=reverse(units().reception), label="Réceptionner"
        )
    awaited = "En attente du bilan de l’atelier"
    if not balances:
        return Step(awaited)
    if DonationLine.objects.unexplained().filter(donation=donation).exists():
        yours = "expliquez les écarts de comptage"
        return Step(awaited, yours, url=_page("differences", donation), label="Expliquer les écarts")
    return Step(awaited, "soldez le lot\u00a0: tout est reçu et expliqué", "reconcile")


def named(organisations: list[Organisation]) -> str:
    """Names in a sentence: « A, B et C »."""
    names = [organisation.name for organisation in organisations]
    return " et ".join(filter(None, (", ".join(names[:-1]), names[-1] if names else "")))


NEXT: dict[DonationState, Callable[[Donation, Actor], Step]] = {
    S.DRAFT: _draft,
    S.ANNOUNCED: _announced,
    S.QUALIFIED: _qualified,
    S.SCHEDULED: _scheduled,
    S.COLLECTED: _collected,
}
