"""« À faire » at a distribution point: the distributor's advisers, those of a relay, their managers."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, Subquery
from django.urls import reverse

from calendars.days import last_day
from conventions.models import Convention
from desk.parameters import FALLS_DAYS, RETURNED_DAYS, TOLD_DAYS
from desk.todo.appointments import appointment_blocks
from desk.todo.blocks import SOON, WHOLE, Block, BlockRow, TodoAction, TodoPage, many, since, until
from desk.todo.connections import copper, serving_blocks, to_call
from desk.todo.conventions import inbox
from desk.todo.ending import ending_at_points
from desk.todo.instruction import instruction_blocks
from desk.todo.letters import letters_to_post
from desk.todo.limits import Limits, limits_on
from desk.todo.stocktakes import stocktakes
from distribution.appointments import expected_at
from distribution.asked_back import due_on, late_before, to_send_back
from distribution.brought_back import standing_of, to_follow, with_standing
from distribution.enums import SERVES
from distribution.models import Derogation, DerogationRequest
from distribution.parameters import ASKED_BACK_DAYS
from distribution.serving import Offered, offered_by, on_the_shelf, served_today, suiting
from network.models import Membership
from network.permissions import is_manager
from prescriptions.enums import NeedState
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.machine.rights_rules import ERASURE_ASKED
from prescriptions.models import Need, RightsRequest
from prescriptions.models.need import twin_served
from prescriptions.permissions import advises
from refurb.enums import DeviceState
from refurb.models import Delivery, Device
from typography.french import HARD, day, full_day, hour

S = DeviceState


def todo_of(actor: Membership, at: datetime) -> TodoPage:
    """A relay serves what was accepted; the distributor examines and connects as well."""
    is_distributor, limits = advises(actor), limits_on(at)
    blocks = (
        *instruction_blocks(actor, at, limits),
        _declined(actor),
        _answers(actor, at - limits.days(TOLD_DAYS)),
    )
    blocks = blocks if is_distributor else ()
    alive = Convention.objects.handing_over(at, limits.values)
    blocks += (
        *appointment_blocks(actor, at),
        letters_to_post(actor, at),
        _needs(actor, at, limits),
        *_shelf_blocks(actor, at, limits, alive),
        ending_at_points(actor, at, limits),
        stocktakes(actor, at),
    )
    if is_distributor:
        blocks += (*serving_blocks(actor, at, limits), copper(actor, at, limits), to_call(actor, at))
    if is_distributor and is_manager(actor):
        blocks = (inbox(actor), *blocks)
    return TodoPage(
        actions=(
            TodoAction("Servir un besoin", reverse("distribution:need_queue")),
            TodoAction("Rendez-vous", reverse("distribution:appointment_day")),
            TodoAction("Mon rayon", reverse("distribution:shelf")),
        ),
        blocks=blocks,
        changes=("prescription", "connection", "device") if is_distributor else ("prescription", "device"),
    )


def _declined(actor: Membership) -> Block:
    """The needs of the households that answered no: given up, unless they change their mind."""
    asked = Need.objects.visible_to(actor).unsettled().filter(prescription__declined_at__isnull=False)
    return Block(
        "repondu-non",
        "Foyers qui ont répondu non",
        asked.select_related("prescription__household").order_by("prescription__declined_at", "pk"),
        _unwanted,
        "Aucun foyer n’a répondu qu’il n’en a plus besoin.",
    )


def _unwanted(need: Need) -> BlockRow:
    url = reverse("prescriptions:need_detail", args=[need.reference])
    told = f"{need.get_kind_display()}{HARD}: abandonnez le besoin, ou voyez avec le prescripteur si c’est une erreur"
    return BlockRow(need.prescription.household.name, url, told, since(need.prescription.declined_at, "a répondu non"))


def _answers(actor: Membership, since_when: datetime) -> Block:
    """What the pilot answered lately to this adviser, or to one who has left, for needs that still wait."""
    mine = Q(asked_by=actor.pk) | ~Q(asked_by__in=Membership.objects.open().values("pk"))
    asked = DerogationRequest.objects.visible_to(actor).filter(mine, need__state=NeedState.WAITING)
    later = DerogationRequest.objects.filter(need=OuterRef("need"), asked_at__gt=OuterRef("asked_at"))
    return Block(
        "reponses",
        "Réponses à vos demandes de dérogation",
        asked.filter(~Exists(later), answered_at__gt=since_when)
        .select_related("need__prescription__household")
        .order_by("-answered_at", "-pk"),
        _answered,
        "Aucune réponse du pilote n’est à suivre.",
    )


def _answered(asked: Any) -> BlockRow:
    url = reverse("distribution:need_choose", args=[asked.need.reference])
    said = "accordée, un appareil est à choisir" if asked.granted else "refusée, la raison est à lire"
    about = f"{asked.need.get_kind_display()}{HARD}: {said}"
    return BlockRow(asked.need.prescription.household.name, url, about, since(asked.answered_at, "répondu"))


# --- needs, in the order they are served


def _needs(actor: Membership, at: datetime, limits: Limits) -> Block:
    """Those that the shelf can serve today first, as the tab of their list counts them; then the others."""
    waiting = Need.objects.visible_to(actor).waiting().free_to_serve().filter(kind__in=SERVES).ranked(at, limits.values)
    derogated = Exists(Derogation.objects.filter(need=OuterRef("pk")))
    shelf = on_the_shelf(actor, at, limits.values)
    offered: list[Offered] = []

    def line(need: Any) -> BlockRow:
        if not offered:
            offered.append(offered_by(shelf))
        return _need(need, offered[0])

    return Block(
        "besoins",
        "Besoins à servir, dans l’ordre",
        waiting.select_related("prescription__household", "epci").annotate(derogated=derogated, twin=twin_served()),
        line,
        "Aucun besoin d’équipement n’attend.",
        reverse("distribution:need_queue") + WHOLE,
        late=served_today(shelf),
        late_word="à servir aujourd’hui",
    )


def _need(need: Any, offered: Offered) -> BlockRow:
    suits = 0 if need.twin else suiting(offered, need)
    said = f"{many(suits, 'appareil convient', 'appareils conviennent')}" if suits else "aucun appareil ne convient"
    if need.twin:
        said = "déjà servi dans une autre demande, ou l’appareil rapporté attend son issue"
    about = f"{need.get_kind_display()}, {need.get_use_display().lower()}{HARD}: {said}"
    url = reverse("distribution:need_choose", args=[need.reference])
    return BlockRow(need.prescription.household.name, url, about, since(need.accepted_at, "accepté"))


# --- the shelf


def _shelf_blocks(actor: Membership, at: datetime, limits: Limits, alive: Any) -> tuple[Block, ...]:
    household = "need__prescription__household"
    erasures = RightsRequest.objects.filter(ERASURE_ASKED, household=OuterRef(household)).order_by("due_on")
    here = Device.objects.visible_to(actor).main()
    recalled = Q(pk__in=Device.objects.to_recall().values("pk"))
    held = here.annotate(erased_by=Subquery(erasures.values("due_on")[:1]))
    return (
        Block(
            "donnees",
            "À rappeler, disque non prouvé effacé",
            here.filter(recalled).order_by("pk"),
            _to_recall,
            "Rien n’est à rappeler.",
        ),
        Block(
            "reservations",
            "Remises à faire, appareils réservés",
            held.filter(unrestricted(household), state=S.RESERVED)
            .select_related(household)
            .annotate(expected_at=expected_at())
            .order_by("reserved_until", "pk"),
            _reserved,
            "Aucun appareil n’est mis de côté.",
            reverse("distribution:reservation_list") + WHOLE,
            late=Q(reserved_until__lte=at + limits.days(FALLS_DAYS)),
            late_word=SOON,
        ),
        Block(
            "livraisons",
            "Livraisons à pointer",
            Delivery.objects.visible_to(actor).open().select_related("workshop", "point").order_by("prepared_at", "pk"),
            _delivery,
            "Aucune livraison n’est en route.",
            f"{reverse('distribution:delivery_list')}?standing=open",
        ),
        Block(
            "retours",
            "Retours des foyers",
            with_standing(to_follow(held)).order_by("settled", "-repaired", "returned_at", "pk"),
            _returned,
            "Aucun appareil n’a été rapporté.",
            reverse("distribution:return_list") + WHOLE,
            late=Q(returned_at__lte=at - limits.days(RETURNED_DAYS), settled=False),
        ),
        Block(
            "a-renvoyer",
            "À renvoyer à l’atelier",
            to_send_back(here, at, alive).select_related("convention"),
            _to_send_back,
            "Rien n’est à renvoyer.",
            reverse("distribution:send_back_list") + WHOLE,
            late=Q(asked_back_at__lt=late_before(at, limits[ASKED_BACK_DAYS])),
        ),
    )


def _page(device: Device) -> str:
    return reverse("refurb:device_detail", args=[device.reference])


def _reserved(device: Any) -> BlockRow:
    name = device.need.prescription.household.name
    if device.expected_at is not None:
        come = f"attendu le {full_day(device.expected_at)} à {hour(device.expected_at)}"
        return BlockRow(name, _page(device), f"{device}{_erased(device)}", come)
    about = f"{device}{HARD}: sans rendez-vous{_erased(device)}"
    return BlockRow(name, _page(device), about, until(last_day(device.reserved_until), "réservé jusqu’au"))


def _delivery(delivery: Delivery) -> BlockRow:
    url = reverse("distribution:delivery_reconcile", args=[delivery.reference])
    about = f"{delivery.workshop}, vers {delivery.point}"
    return BlockRow(str(delivery), url, about, since(delivery.prepared_at, "partie"))


def _returned(device: Any) -> BlockRow:
    asked = "" if device.settled else _erased(device)
    about = f"{device.get_return_reason_display()}. {standing_of(device)}{asked}"
    return BlockRow(str(device), _page(device), about, since(device.returned_at, "rapporté"))


def _erased(device: Any) -> str:
    """That its household asks to be erased, which this device holds back, and by when it is answered."""
    return f" – le foyer demande à être effacé, réponse due le {day(device.erased_by)}" if device.erased_by else ""


def _to_recall(device: Any) -> BlockRow:
    """Whoever has it: a household, the shelf or a carrier."""
    todo = {
        S.HANDED_OVER: "appelez le foyer, qu’il le rapporte sans l’allumer",
        S.RESERVED: "libérez-le, puis renvoyez-le à l’atelier",
    }
    return BlockRow(str(device), _page(device), todo.get(device.state, "renvoyez-le à l’atelier"), "")


def _to_send_back(device: Any) -> BlockRow:
    """Its workshop asks for it, to look at its drive; or nothing of its convention is handed over any more."""
    if device.asked_back_at is not None:
        asks = "libérez-le, puis renvoyez-le" if device.state == S.RESERVED else "renvoyez-le"
        due = until(due_on(device.asked_back_at), "au plus tard le")
        return BlockRow(str(device), _page(device), f"demandé par l’atelier\u00a0: {asks}", due)
    return BlockRow(
        str(device), _page(device), device.convention.title, until(device.convention.ended_on, "terminée le")
    )
