"""« À faire » in a workshop: the technician with a scanner in hand, the manager who sees the bench whole."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.urls import reverse
from django.utils import timezone

from conventions.models import Quota
from desk.parameters import BENCH_DAYS, SORTED_DAYS
from desk.todo.blocks import WHOLE, Block, BlockRow, TodoAction, TodoPage, TodoPart, TodoReason, many, since, until
from desk.todo.conventions import inbox
from desk.todo.stocktakes import stocktakes
from desk.todo.workshop_records import certificate_awaited, contested, records
from distribution.asked_back import due_on, late_before, with_asked_back
from distribution.brought_back import standing_of, with_standing
from distribution.forms.deliveries import conventions_to_allot
from distribution.parameters import ASKED_BACK_DAYS
from donations.enums import DonationState
from donations.models import DeedAcceptance, Donation, PickUp
from donations.permissions import can_schedule_donation
from lifecycle import gate
from network.models import Membership
from network.permissions import is_manager
from refurb.awaited_parts import left_of_what_it_awaits
from refurb.enums import ON_THE_BENCH, DeviceState
from refurb.models import Delivery, DepositedFile, Device
from refurb.models.device import UNSEEN, DeviceQuerySet
from refurb.symptoms import with_symptom
from refurb.views.devices import missing_erasures_seen_by, oldest_first
from refurb.views.steps import with_since
from typography.french import by_pairs, day, days_ago

S = DeviceState
D = DonationState
COLUMNS = (*ON_THE_BENCH, S.READY, S.ALLOTTED, S.UNUSABLE)
"""The states of the bench, in the order of a device's life."""
MOST_EXPLAINED = 200
"""How many devices of the bench are asked what they lack."""


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """The bench and what leaves or comes today; for the manager, quotas, lots and signatures as well."""
    mine = Device.objects.visible_to(actor)
    old = BENCH_DAYS.before(at)
    bench = _bench_blocks(actor, mine, old)
    if not is_manager(actor):
        blocks = (
            _pick_ups(actor, at),
            *bench,
            _returned(mine, at),
            _to_receive(mine),
            _files(actor, at),
            _asked_back(mine, at),
            stocktakes(actor, at),
            _coming(actor),
            contested(actor, at),
            _erasures(actor),
        )
        return TodoPage(
            actions=(
                TodoAction("Mon établi", reverse("refurb:bench")),
                TodoAction("Réceptionner", reverse("refurb:reception")),
                TodoAction("Scanner", reverse("distribution:scan_start")),
            ),
            blocks=blocks,
            changes=("donation", "device"),
            scans=True,
        )
    return TodoPage(
        actions=(
            TodoAction("Affecter", reverse("distribution:allotment")),
            TodoAction("Établi", reverse("refurb:bench")),
        ),
        blocks=(
            inbox(actor),
            *_lot_blocks(actor, at),
            _pick_ups(actor, at),
            _quotas(actor, mine, at),
            _to_ship(mine, old),
            _coming(actor),
            _returned(mine, at),
            _asked_back(mine, at),
            *bench,
            stocktakes(actor, at),
            *records(actor, at),
            contested(actor, at),
            _erasures(actor),
        ),
        above=(TodoPart("desk/_bench.html", lambda: {"columns": _columns(mine)}),),
        changes=("donation", "device", "convention"),
    )


def _columns(mine: DeviceQuerySet) -> list[dict[str, Any]]:
    """How many devices are in each state of the bench, and since when the oldest; one query."""
    aged = with_since(mine.filter(state__in=COLUMNS)).order_by().values("state")
    found = {row["state"]: row for row in aged.annotate(count=Count("pk"), oldest=Min("since"))}
    listed = reverse("refurb:device_list")
    return [
        {
            "label": state.label,
            "state": state.value,
            "count": found[state]["count"] if state in found else 0,
            "oldest": days_ago(found[state]["oldest"]) if state in found else "",
            "url": f"{listed}?state={state}",
        }
        for state in COLUMNS
    ]


# --- the bench


def _bench_blocks(actor: Membership, mine: DeviceQuerySet, old: Combinable) -> tuple[Block, ...]:
    listed = reverse("refurb:device_list")
    in_process = oldest_first(mine, S.IN_PROCESS)
    late = Q(since__lte=old)
    return (
        Block(
            "en-traitement",
            "En traitement",
            in_process,
            _on_the_bench,
            "Rien en traitement\u00a0: scannez un appareil reçu pour commencer.",
            f"{listed}?state={S.IN_PROCESS}",
            late=late,
            reasons=lambda: lacking(actor, in_process),
        ),
        Block(
            "pieces",
            "Bloqués, en attente d’une pièce",
            oldest_first(mine, S.AWAITING_PART).annotate(in_stock=left_of_what_it_awaits()),
            _awaiting_part,
            "Aucun appareil n’attend de pièce.",
            f"{listed}?state={S.AWAITING_PART}",
            late=late,
        ),
        Block(
            "recus",
            "Reçus, à prendre en traitement",
            oldest_first(mine, S.RECEIVED),
            _on_the_bench,
            "Aucun appareil reçu n’attend.",
            f"{listed}?state={S.RECEIVED}",
            late=late,
        ),
    )


def lacking(actor: Membership, in_process: QuerySet[Any]) -> Iterable[TodoReason]:
    """What the devices in process lack before they are reconditioned, and how many lack it."""
    asked = Device.objects.filter(pk__in=in_process.values("pk")[:MOST_EXPLAINED])
    refused = gate.preview(asked, "recondition", actor=actor).refused
    counts = Counter(reason.sentence for reasons in refused.values() for reason in reasons)
    return [TodoReason(sentence, count) for sentence, count in counts.most_common()]


def _to_receive(mine: DeviceQuerySet) -> Block:
    return Block(
        "a-recevoir",
        "Enlevés, à recevoir",
        mine.filter(state=S.COLLECTED).order_by("collected_at", "pk"),
        _collected,
        "Tout ce qui a été enlevé est reçu.",
        f"{reverse('refurb:device_list')}?state={S.COLLECTED}",
    )


def _erasures(actor: Membership) -> Block:
    return Block(
        "effacements",
        "Effacements manquants",
        missing_erasures_seen_by(actor).select_related("device__recycler").order_by("arrived_at", "pk"),
        _drive,
        "Zéro\u00a0: chaque disque sorti de son appareil est prouvé effacé ou détruit.",
        reverse("refurb:missing_erasure_list") + WHOLE,
        is_wanted_empty=True,
    )


def _files(actor: Membership, at: datetime) -> Block:
    """What a key deposited by itself is sorted by somebody."""
    return Block(
        "fichiers",
        "Fichiers de machines à trier",
        DepositedFile.objects.visible_to(actor).waiting().select_related("file"),
        _file,
        "Aucun fichier n’attend\u00a0: chacun est écrit sur son appareil, ou écarté.",
        late=Q(deposited_at__lte=SORTED_DAYS.before(at)),
    )


# --- what comes and goes


def _pick_ups(actor: Membership, at: datetime) -> Block:
    today = timezone.localdate(at)
    planned = PickUp.objects.visible_to(actor).planned().filter(starts_at__date__lte=today)
    return Block(
        "enlevements",
        "Enlèvements du jour",
        planned.select_related("donation__donor").order_by("starts_at", "pk"),
        _pick_up,
        "Aucun enlèvement aujourd’hui.",
        late=Q(starts_at__date__lt=today),
    )


def _coming(actor: Membership) -> Block:
    return Block(
        "livraisons",
        "Livraisons en route",
        Delivery.objects.visible_to(actor).open().select_related("point").order_by("prepared_at", "pk"),
        _delivery,
        "Aucune livraison n’est en route.",
        f"{reverse('distribution:delivery_list')}?standing=open",
    )


def _to_ship(mine: DeviceQuerySet, old: Combinable) -> Block:
    allotted = mine.filter(state=S.ALLOTTED).select_related("convention")
    return Block(
        "a-expedier",
        "Livraisons à préparer",
        allotted.order_by("allotted_at", "pk"),
        _allotted,
        "Aucun appareil affecté n’attend son départ.",
        f"{reverse('refurb:device_list')}?state={S.ALLOTTED}",
        late=Q(allotted_at__lte=old),
    )


def _asked_back(mine: DeviceQuerySet, at: datetime) -> Block:
    """What points were asked to send back, for a file to be sorted: since when, until when, whom to call."""
    asked = with_asked_back(mine.main()).filter(asked_back_at__isnull=False)
    return Block(
        "retours-demandes",
        "Retours demandés aux points",
        asked.select_related("point__organisation").order_by("asked_back_at", "pk"),
        _awaited_back,
        "Aucun retour demandé n’est attendu.",
        late=Q(asked_back_at__lt=late_before(at, ASKED_BACK_DAYS.on(timezone.localdate(at)))),
    )


def _returned(mine: DeviceQuerySet, at: datetime) -> Block:
    return Block(
        "retours",
        "Retours et réparations",
        with_standing(with_symptom(mine.filter(state=S.RETURNED))).order_by(
            "-settled", "repaired", "returned_at", "pk"
        ),
        _brought_back,
        "Aucun appareil n’est revenu.",
        f"{reverse('refurb:device_list')}?state={S.RETURNED}",
    )


# --- the manager's


def _lot_blocks(actor: Membership, at: datetime) -> tuple[Block, ...]:
    assigned = can_schedule_donation(actor)
    lots = Donation.objects.visible_to(actor).filter(assigned or Q()).select_related("donor")
    listed = reverse("donations:donation_list")
    deed = DeedAcceptance.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))
    unseen = Device.objects.visible_to(actor).filter(donation=OuterRef("pk"), state__in=UNSEEN).order_by()
    expected = Subquery(unseen.values("donation").annotate(n=Count("pk")).values("n"))
    return (
        Block(
            "a-planifier",
            "Lots à enlever, date à fixer",
            lots.filter(state=D.QUALIFIED).annotate(has_deed=Exists(deed)).order_by("moved_at", "pk"),
            _lot_to_schedule,
            "Chaque lot qualifié a sa date d’enlèvement.",
            f"{listed}?state={D.QUALIFIED}",
        ),
        Block(
            "a-solder",
            "Lots enlevés, à solder",
            lots.filter(state=D.COLLECTED).annotate(awaited=expected).order_by("moved_at", "pk"),
            _lot_to_settle,
            "Chaque lot enlevé est soldé.",
            f"{listed}?state={D.COLLECTED}",
        ),
    )


def _quotas(actor: Membership, mine: DeviceQuerySet, at: datetime) -> Block:
    """The conventions with free places, and how many ready devices could take them."""
    conventions = conventions_to_allot(actor).order_by()
    rooms = Quota.objects.on(timezone.localdate(at)).with_room().filter(convention__in=conventions.values("pk"))
    stock = mine.main().filter(state=S.READY, type=OuterRef("type")).order_by()
    ready = Subquery(stock.values("type").annotate(n=Count("pk")).values("n"))
    return Block(
        "quotas",
        "Quotas à servir",
        rooms.annotate(ready=ready).select_related("convention__epci").order_by("ends_on", "convention", "type"),
        _quota,
        "Toutes les places de l’année sont servies.",
    )


# --- lines


def _device(device: Any, about: str, when: str) -> BlockRow:
    return BlockRow(str(device), reverse("refurb:device_detail", args=[device.reference]), about, when)


def _awaited_back(device: Any) -> BlockRow:
    phone = by_pairs(device.point.organisation.phone)
    about = f"{device.point}{f', {phone}' if phone else ''}\u00a0: {device.get_state_display().lower()}"
    return _device(device, about, until(due_on(device.asked_back_at), "au plus tard le"))


def _on_the_bench(device: Any) -> BlockRow:
    return _device(device, device.called, since(device.since))


def _awaiting_part(device: Any) -> BlockRow:
    stock = f", en stock{chr(0xA0)}: {device.in_stock}" if device.in_stock else ""
    return _device(device, f"attend{chr(0xA0)}: {device.part_wanted}{stock}", since(device.since))


def _collected(device: Any) -> BlockRow:
    return _device(device, device.called, since(device.collected_at, "enlevé"))


def _allotted(device: Any) -> BlockRow:
    return _device(device, device.convention.title, since(device.allotted_at, "affecté"))


def _brought_back(device: Any) -> BlockRow:
    why = device.get_return_reason_display()
    told = f"{why}\u00a0: «\u00a0{device.symptom.rstrip(' .')}\u00a0»" if device.symptom else why
    about = f"{told}. {standing_of(device)}"
    return _device(device, about, since(device.returned_at, "rapporté"))


def _drive(drive: Any) -> BlockRow:
    url = reverse("refurb:device_evidence", args=[drive.device.reference])
    about = f"{drive.device}{certificate_awaited(drive)}"
    return BlockRow(str(drive), url, about, since(drive.arrived_at, "arrivé"))


def _file(file: Any) -> BlockRow:
    return BlockRow(
        str(file),
        reverse("refurb:hardware_sort"),
        file.get_kind_display() or file.get_problem_display(),
        since(file.deposited_at, "déposé"),
    )


def _pick_up(pick_up: Any) -> BlockRow:
    url = reverse("donations:donation_collect", args=[pick_up.donation.reference])
    return BlockRow(str(pick_up.donation.donor), url, pick_up.donation.site, pick_up.slot)


def _delivery(delivery: Any) -> BlockRow:
    url = reverse("distribution:delivery_detail", args=[delivery.reference])
    return BlockRow(str(delivery), url, f"à {delivery.point}", since(delivery.prepared_at, "partie"))


def _lot(donation: Donation, about: str) -> BlockRow:
    url = reverse("donations:donation_detail", args=[donation.reference])
    return BlockRow(str(donation.donor), url, f"{donation.reference}{about}", since(donation.moved_at))


def _lot_to_schedule(donation: Any) -> BlockRow:
    return _lot(donation, "" if donation.has_deed else ", acte de don pas encore accepté")


def _lot_to_settle(donation: Any) -> BlockRow:
    return _lot(donation, f", {donation.awaited}\u00a0à recevoir" if donation.awaited else "")


def _quota(quota: Any) -> BlockRow:
    url = f"{reverse('distribution:allotment')}?convention={quota.convention_id}"
    proposal = many(quota.ready, "prêt en stock", "prêts en stock") if quota.ready else "aucun en stock"
    about = f"{quota.get_type_display()}{chr(0xA0)}: {many(quota.left, 'place libre', 'places libres')}, {proposal}"
    return BlockRow(str(quota.convention.epci), url, about, f"jusqu’au {day(quota.ends_on)}")
