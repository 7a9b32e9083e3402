"""The chain of what goes from a donor to a household: Donateur · Atelier · Convention · Point de distribution · Foyer.

Names are told to those who may read them, with the page that they lead to. The household is never one of them: those
who serve it are led to its need.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Count, Q
from django.urls import reverse

from conventions.enums import ALIVE, ConventionState
from conventions.models import Convention, Quota
from distribution.asked_back import is_asked_back
from distribution.brought_back import LOST, LOST_PREPARED, OWED, PREPARED, QUIET, REPAIRED, SETTLED, TOLD, standing_of
from distribution.machine.files_rules import SORTED_BEFORE_A_HOUSEHOLD
from distribution.places_left import as_it_was, beside_quotas, to_allot, to_hand_over, told_beside
from donations.enums import DonationState
from donations.models import Donation
from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.registry import Chain, ChainLink, register_chain
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from prescriptions.models import Need
from refurb.enums import DeviceState, LineOutcome
from refurb.machine.storage_rules import proofs_stand
from refurb.models import Delivery, Device, DistributionPoint
from refurb.models.returns import is_lost_in_return
from typography.french import day, grouped, in_a_sentence, plural

D = DeviceState
LABELS = ("Donateur", "Atelier", "Convention", "Point de distribution", "Foyer")
STAGES: tuple[tuple[DeviceState, ...], ...] = (
    (D.DECLARED,),
    (D.COLLECTED, D.RECEIVED, D.IN_PROCESS, D.AWAITING_PART, D.READY, D.UNUSABLE),
    (D.ALLOTTED,),
    (D.SHIPPED, D.AVAILABLE, D.RESERVED, D.RETURNED),
    (D.HANDED_OVER,),
)
"""The states of a device by the link at which it stands; in another one it has left the chain, or is looked for."""
AWAITED = {
    D.DECLARED: "l’enlèvement chez le donateur",
    D.COLLECTED: "la réception à l’atelier",
    D.RECEIVED: "l’effacement prouvé, les tests et le grade",
    D.READY: "une place dans une convention",
    D.ALLOTTED: "l’expédition vers un point de distribution",
    D.SHIPPED: "le pointage de la livraison",
    D.AVAILABLE: "un foyer dont le besoin attend",
    D.MISSING: "que l’appareil soit retrouvé",
}
NOT_CONCERNED = "pas concerné"
"""Said of a link that is not part of the way of a thing, or will not be any more."""
FALLEN = "que l’atelier le remette en traitement et le prouve effacé\u00a0: ses preuves ne tiennent plus"
"""Said instead, of what was reconditioned: no step forward is possible."""
ON_PROOFS = (D.READY, D.ALLOTTED, D.SHIPPED, D.AVAILABLE, D.RESERVED)
AWAITED_BACK = {
    OWED: "la réparation, l’échange ou une autre issue pour le foyer",
    PREPARED: "la signature de la fiche d’échange par le foyer",
    REPAIRED: "la remise au foyer, une fois réparé",
    TOLD: "la venue du foyer, prévenu",
    QUIET: "la venue du foyer, que personne ne prévient",
    LOST: "l’échange ou une autre issue pour le foyer",
    LOST_PREPARED: "la signature de la fiche d’échange par le foyer",
    SETTLED: "la prise en traitement à l’atelier",
}
"""The same of what its household brought back."""
ASKED = {D.IN_PROCESS: "recondition", D.RESERVED: "hand_over"}
"""Verbs whose first missing requirement says what is awaited."""


def register_chains() -> None:
    """Draw the chain on the pages of devices, lots, deliveries and conventions."""
    register_chain("refurb.Device", device_chain)
    register_chain("donations.Donation", donation_chain)
    register_chain("refurb.Delivery", delivery_chain)
    register_chain("conventions.Convention", convention_chain)


# --- a device


def device_chain(device: Device, actor: Actor) -> Chain:
    """Where a device stands; seven queries at most."""
    stage = _stage_of(device)
    codes = [_code(rank, stage, device) for rank in range(len(LABELS))]
    links = (
        ChainLink(LABELS[0], codes[0], *_donor(device, actor)),
        ChainLink(LABELS[1], codes[1], *_workshop(device, actor, is_here=stage == 1)),
        ChainLink(LABELS[2], codes[2], *_convention(device, actor)),
        ChainLink(LABELS[3], codes[3], *_point(device, actor)),
        ChainLink(LABELS[4], codes[4], *_household(device, actor)),
    )
    ended = in_a_sentence(D(device.state).label)
    instead = {"stopped": ended, "none": NOT_CONCERNED}
    told = tuple(replace(link, said=instead.get(link.code, link.said)) for link in links)
    missing = "" if actor.kind == OrganisationKind.DONOR else _missing(device)
    return Chain(f"L’appareil {device}", told, missing)


def _stage_of(device: Device) -> int:
    """The rank of the link at which it stands; one that is lost or gone, the furthest that its dates tell."""
    state = D(device.state)
    for rank, states in enumerate(STAGES):
        if state in states:
            return rank
    reached = (device.received_at or device.collected_at, device.allotted_at, device.shipped_at, device.handed_over_at)
    return max((rank for rank, at in enumerate(reached, start=1) if at), default=0)


def _code(rank: int, stage: int, device: Device) -> Any:
    state = D(device.state)
    if rank == stage:
        on_its_way = any(state in states for states in STAGES) and state != D.UNUSABLE
        return "done" if state == D.HANDED_OVER else "now" if on_its_way else "stopped"
    if rank < stage:
        return "done"
    return "ahead" if any(state in states for states in STAGES) and state != D.UNUSABLE else "none"


def _missing(device: Device) -> str:
    state = D(device.state)
    if state == D.AWAITING_PART:
        return f"une pièce\u00a0: {device.part_wanted}" if device.part_wanted else "une pièce"
    if state in ON_PROOFS and not Device.objects.filter(proofs_stand(), pk=device.pk).exists():
        return FALLEN
    if state in ASKED:
        reasons = gate.missing_before(device, ASKED[state])
        if reasons and reasons[0].code == SORTED_BEFORE_A_HOUSEHOLD.code and is_asked_back(device):
            return "le renvoi à l’atelier, qui demande son retour"
        done = {D.IN_PROCESS: "la déclaration «\u00a0reconditionné\u00a0»", D.RESERVED: "la remise, fiche signée"}
        return in_a_sentence(reasons[0].sentence) if reasons else done[state]
    if state == D.RETURNED or (is_lost_in_return(device) and standing_of(device) != SETTLED):
        return AWAITED_BACK[standing_of(device)]
    return AWAITED.get(state, "")


def _donor(device: Device, actor: Actor) -> tuple[str, str, str]:
    if device.donation_id is None:
        return "sans lot annoncé", "", ""
    said = {D.DECLARED: "à enlever", D.WITHDRAWN: "retiré"}.get(D(device.state), "")
    if not said:
        said = f"enlevé le {day(device.collected_at)}" if device.collected_at else "annoncé"
    lot = Donation.objects.visible_to(actor).filter(pk=device.donation_id).select_related("donor").first()
    return (said, str(lot.donor), reverse("donations:donation_detail", args=[lot.reference])) if lot else (said, "", "")


def _workshop(device: Device, actor: Actor, *, is_here: bool) -> tuple[str, str, str]:
    said = f"reconditionné le {day(device.ready_at)}" if device.ready_at else "à venir"
    if is_here:
        said = in_a_sentence(D(device.state).label)
    return said, *_organisation(device.workshop, actor)


def _convention(device: Device, actor: Actor) -> tuple[str, str, str]:
    if device.convention_id is None:
        return "à affecter" if device.state == D.READY else "à venir", "", ""
    said = f"affecté le {day(device.allotted_at)}"
    if actor.kind == OrganisationKind.DONOR:
        return said, "", ""
    seen = Convention.objects.visible_to(actor).filter(pk=device.convention_id).exists()
    reference = device.convention.reference  # type: ignore[union-attr]
    return said, reference, reverse("conventions:convention_detail", args=[reference]) if seen else ""


def _point(device: Device, actor: Actor) -> tuple[str, str, str]:
    state = D(device.state)
    if device.point_id is None:
        return "à venir", "", ""
    said = f"arrivé le {day(device.available_at)}" if device.available_at else "en livraison"
    if state in (D.SHIPPED, D.RESERVED, D.RETURNED):
        said = state.label.lower() if state != D.RETURNED else "en retour SAV"
    if actor.kind == OrganisationKind.DONOR:
        return said, "", ""
    seen = DistributionPoint.objects.visible_to(actor).filter(pk=device.point_id).first()
    return (said, str(seen), _page("point_detail", seen.reference)) if seen else (said, "", "")


def _household(device: Device, actor: Actor) -> tuple[str, str, str]:
    """When it came there; the need, and never the household, for those who serve it."""
    said = f"remis le {day(device.handed_over_at)}" if device.handed_over_at else "à venir"
    if device.state == D.RESERVED:
        said = "réservé, à remettre"
    if device.need_id is None:
        return said, "", ""
    need = Need.objects.visible_to(actor).filter(pk=device.need_id).first()
    if need is None:
        return said, "", ""
    return said, f"Besoin {need}", reverse("prescriptions:need_detail", args=[need.reference])


# --- what holds many devices


def donation_chain(donation: Donation, actor: Actor) -> Chain:
    """Where the devices of a lot stand, as far as one may see them; five queries."""
    state = DonationState(donation.state)
    devices = Device.objects.visible_to(actor).filter(donation=donation)
    counts = _counted(devices)
    donor = _organisation(donation.donor, actor)
    if state in (DonationState.DECLINED, DonationState.WITHDRAWN) and not any(counts[1:]):
        return Chain(
            f"Le lot {donation}",
            (
                ChainLink(LABELS[0], "stopped", state.label.lower(), *donor),
                *(ChainLink(label, "none", NOT_CONCERNED) for label in LABELS[1:]),
            ),
        )
    said = f"{_devices(counts[0])} à enlever{_of_the_deed(donation, counts[0], actor)}"
    said = said if counts[0] else state.label.lower()
    begun = state in (DonationState.DRAFT, DonationState.ANNOUNCED) or bool(counts[0])
    workshop = "à l’atelier" if state == DonationState.RECONCILED else "à l’atelier, ou en route"
    links = (
        ChainLink(LABELS[0], "now" if begun else "done", said, *donor),
        *_counted_links(counts, workshop, _going_on(donation, devices)),
    )
    awaited = LOT_AWAITS.get(state, "")
    if state == DonationState.QUALIFIED and not donation.deeds.filter(round=donation.allocation_round).exists():
        awaited = "l’acte de don accepté, puis une date d’enlèvement"
    return Chain(f"Le lot {donation}", links, awaited)


def _of_the_deed(donation: Donation, left: int, actor: Actor) -> str:
    """« par votre atelier, sur 10 à l’acte de don », which names every workshop and what left already; one query."""
    shares = donation.allocations.current().values_list("workshop", "quantity")
    given = Counter[int]()
    for workshop, quantity in shares:
        given[workshop] += quantity
    total = given.total()
    if total in (0, left):
        return ""
    own = isinstance(actor, Membership) and actor.organisation_id in given and len(given) > 1
    return f"{' par votre atelier' if own else ''}, sur {grouped(total)} à l’acte de don"


LOT_AWAITS = {
    DonationState.DRAFT: "l’annonce par le donateur",
    DonationState.ANNOUNCED: "la décision du Département",
    DonationState.QUALIFIED: "une date d’enlèvement",
    DonationState.SCHEDULED: "l’enlèvement",
}


def delivery_chain(delivery: Delivery, actor: Actor) -> Chain:
    """Where the devices of a delivery stand, whether they arrived; five queries."""
    counts = _counted(Device.objects.filter(delivery=delivery))
    expected = delivery.lines.filter(outcome=LineOutcome.EXPECTED).count()
    convention = delivery.convention
    seen = Convention.objects.visible_to(actor).filter(pk=convention.pk).exists()
    page = reverse("conventions:convention_detail", args=[convention.reference]) if seen else ""
    point = _page("point_detail", delivery.point.reference)
    said = f"{grouped(expected)} à pointer" if expected else "pointée"
    handed = counts[4]
    links = (
        ChainLink(LABELS[0], "done", "enlevé"),
        ChainLink(
            LABELS[1], "done", f"expédié le {day(delivery.prepared_at)}", *_organisation(delivery.workshop, actor)
        ),
        ChainLink(LABELS[2], "done", "affecté", convention.reference, page),
        ChainLink(LABELS[3], "now" if expected or not handed else "done", said, str(delivery.point), point),
        ChainLink(LABELS[4], "now" if handed else "ahead", f"{grouped(handed)} remis" if handed else "à venir"),
    )
    return Chain(f"La livraison {delivery.reference}", links, "le pointage à l’arrivée" if expected else "")


def convention_chain(convention: Convention, actor: Actor) -> Chain | None:
    """What the quotas of a convention have become, or what is awaited before it is in force; five queries."""
    if convention.amends_id is not None:
        return None
    state = ConventionState(convention.state)
    over = convention.ended_at is not None
    counts = _counted(Device.objects.filter(convention=convention))
    quotas = list(Quota.objects.visible_to(actor).filter(convention=convention))
    total, used = sum(quota.total for quota in quotas), sum(quota.used for quota in quotas)
    donors = Device.objects.filter(convention=convention).order_by().values("donation__donor").distinct().count()
    workshop = _organisation(convention.workshop, actor)
    given = ChainLink(LABELS[0], "done", f"{grouped(donors)} donateur{plural(donors)}")
    if not quotas:
        code: Any = "stopped" if over else "now"
        links = (
            ChainLink(LABELS[0], "none", "pas encore"),
            ChainLink(LABELS[1], "ahead", "désigné" if convention.workshop else "à désigner", *workshop),
            ChainLink(LABELS[2], code, state.label.lower()),
            *(ChainLink(label, "ahead", "à venir") for label in LABELS[3:]),
        )
        links = as_it_was(links) if over else links
        return Chain(f"La convention {convention}", links, CONVENTION_AWAITS.get(state, ""))
    screens = beside_quotas(convention)
    allotted = f"{_devices(used)} affecté{plural(used)}" + (f", et {told_beside(screens)}" if screens else "")
    place = "now" if state in ALIVE and any(quota.room for quota in quotas) else "done"
    links = (
        given if donors else ChainLink(LABELS[0], "ahead", "pas encore d’appareil"),
        ChainLink(LABELS[1], "done" if used else "now", allotted, *workshop),
        ChainLink(LABELS[2], place, f"{grouped(used)} affecté{plural(used)} sur {grouped(total)}"),
        *(_at_homes(counts) if tells_homes(actor) else _not_told(used)),
    )
    links = as_it_was(links) if over else links
    if over and tells_homes(actor):
        return Chain(f"La convention {convention}", links, to_hand_over(convention))
    missing = RESUMED if state == ConventionState.SUSPENDED else to_allot(quotas) if state in ALIVE else ""
    return Chain(f"La convention {convention}", links, missing)


def tells_homes(actor: Actor) -> bool:
    """Whether one reads how many devices of a convention are with households: not an EPCI, as in reports."""
    return actor.kind != OrganisationKind.EPCI


def _at_homes(counts: Sequence[int]) -> tuple[ChainLink, ...]:
    homes = f"remis à {'un foyer' if counts[4] == 1 else 'des foyers'}"
    return ChainLink(LABELS[3], *_here(counts[3], "au point, ou en route")), ChainLink(
        LABELS[4], *_here(counts[4], homes)
    )


def _not_told(used: int) -> tuple[ChainLink, ...]:
    code: Any = "done" if used else "ahead"
    return ChainLink(LABELS[3], code, "dans les rapports"), ChainLink(LABELS[4], code, "dans les rapports")


RESUMED = "la reprise, par le responsable de l’EPCI ou le pilote"
"""What a suspended convention waits for: nothing is allotted before."""
CONVENTION_AWAITS = {
    ConventionState.DRAFT: "la mise en relecture du projet",
    ConventionState.IN_REVIEW: "l’avis des relecteurs",
    ConventionState.CHANGES_REQUESTED: "une nouvelle version du texte",
    ConventionState.APPROVED: "la délibération de l’EPCI",
    ConventionState.SIGNING: "la signature des trois parties",
    ConventionState.SIGNED: "la date d’effet",
}


def _counted(devices: Any) -> list[int]:
    """How many devices stand at each of the five links; one query."""
    states = Counter(dict(devices.order_by().values_list("state").annotate(total=Count("pk"))))
    return [sum(states[state] for state in stage) for stage in STAGES]


@dataclass(frozen=True)
class GoingOn:
    """Of a lot, what no link counts: whether anything may still reach each one, and whether anything was there."""

    by_rank: list[bool]
    was_received: bool


def _going_on(donation: Donation, devices: Any) -> GoingOn:
    """What is not decided yet may come, what is looked for may be found, what cannot be used again goes no further;
    one query.
    """
    states = devices.order_by().values_list("state").annotate(total=Count("pk"), seen=Count("pk", filter=Q(stay__gt=0)))
    here = {D(state): seen for state, _, seen in states}
    undecided = DonationState(donation.state) in (DonationState.DRAFT, DonationState.ANNOUNCED)
    able = [any(state in here for state in stage if state != D.UNUSABLE) for stage in STAGES]
    from_anywhere = undecided or D.MISSING in here
    return GoingOn([from_anywhere or any(able[:rank]) for rank in range(len(STAGES))], any(here.values()))


def _counted_links(counts: list[int], workshop: str, going_on: GoingOn) -> Iterable[ChainLink]:
    """The four links after the donor: what is there now, what has passed, what is to come, what nothing will reach."""
    said = (workshop, "affecté{s}, à expédier", "au point, ou en route", "remis")
    for rank, (label, words) in enumerate(zip(LABELS[1:], said, strict=True), start=1):
        here, beyond = counts[rank], sum(counts[rank + 1 :])
        if here:
            told = f"{_devices(here)} {words.replace('{s}', plural(here))}"
            yield ChainLink(label, "done" if rank == len(counts) - 1 else "now", told)
        elif beyond or (rank == 1 and going_on.was_received and not going_on.by_rank[rank]):
            yield ChainLink(label, "done", "passé")
        elif going_on.by_rank[rank]:
            yield ChainLink(label, "ahead", "à venir")
        else:
            yield ChainLink(label, "none", NOT_CONCERNED)


def _here(count: int, words: str) -> tuple[Any, str]:
    return ("now", f"{_devices(count)} {words}") if count else ("ahead", "à venir")


def _devices(count: int) -> str:
    return f"{grouped(count)} appareil{plural(count)}"


def _organisation(organisation: Organisation | None, actor: Actor) -> tuple[str, str]:
    """Its name and its page, for those who may open it."""
    if organisation is None:
        return "", ""
    seen = Organisation.objects.visible_to(actor).filter(pk=organisation.pk).exists()
    return organisation.name, reverse("network:organisation_detail", args=[organisation.reference]) if seen else ""


def _page(name: str, reference: str) -> str:
    return reverse(f"distribution:{name}", args=[reference])
