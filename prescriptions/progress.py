"""The chain of a household: Prescription · Instruction · Équipement · Connexion · Autonomie, where its file stands."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Case, When
from django.urls import reverse

from lifecycle import gate
from lifecycle.actors import Actor
from lifecycle.registry import Chain, ChainLink, register_chain
from prescriptions.enums import (
    CONNECTION_KINDS,
    EQUIPMENT_KINDS,
    LIVE_STATES,
    Loss,
    NeedKind,
    NeedState,
    PrescriptionState,
)
from prescriptions.models import Household, Need, Prescription
from typography.french import day, in_a_sentence

S = PrescriptionState
STOPPED = (S.REFUSED, S.WITHDRAWN, S.EXPIRED)
LOST = "lost"
"""Where the chain stands for a need that was met, whose household has no more what met it."""
LOST_SAID = {Loss.DEVICE_BACK: "rapporté", Loss.LINE_ENDED: "ligne terminée"}
NOT_YET = tuple(
    ChainLink(label, "ahead", "à venir") for label in ("Instruction", "Équipement", "Connexion", "Autonomie")
)


def register_chains() -> None:
    """Draw the chain on the pages of households, of prescriptions and of needs."""
    register_chain("prescriptions.Prescription", prescription_chain)
    register_chain("prescriptions.Need", need_chain)
    register_chain("prescriptions.Household", household_chain)


def prescription_chain(prescription: Prescription, actor: Actor) -> Chain:
    """Where a prescription and its needs are; two queries at most."""
    return _drawn(prescription, f"La prescription {prescription}", prescription.needs.all())


def need_chain(need: Need, actor: Actor) -> Chain:
    """The chain of its prescription, which it leads to."""
    prescription = need.prescription
    return _drawn(prescription, f"La prescription {prescription}", prescription.needs.all(), leads=True)


def household_chain(household: Household, actor: Actor) -> Chain | None:
    """The chain of the prescription someone is dealing with, else of the draft, else of the last one; two queries."""
    if household.state == "anonymised":
        return None
    live_first = Case(When(state__in=LIVE_STATES, then=0), When(state=S.DRAFT, then=1), default=2)
    seen = Prescription.objects.visible_to(actor).filter(household=household).prefetch_related("needs")
    current = seen.select_related("distributor").order_by(live_first, "-pk").first()
    if current is None:
        return Chain("Le dossier du foyer", (ChainLink("Prescription", "ahead", "aucune pour l’instant"), *NOT_YET))
    return _drawn(current, f"La demande du foyer ({current})", current.needs.all(), leads=True)


def _drawn(prescription: Prescription, about: str, asked: Iterable[Need], *, leads: bool = False) -> Chain:
    """``leads``: whether the first link leads to the page of the prescription."""
    needs = sorted(asked, key=lambda need: need.pk)
    state = S(prescription.state)
    links = (
        _written(prescription, state, leads=leads),
        _read(prescription, state),
        _served("Équipement", [need for need in needs if need.kind in EQUIPMENT_KINDS]),
        _served("Connexion", [need for need in needs if need.kind in CONNECTION_KINDS]),
        _served("Autonomie", [need for need in needs if need.kind == NeedKind.DIGITAL_SKILLS]),
    )
    missing = MISSING.get(state)
    return Chain(about, links, missing(prescription, needs) if missing else "")


def _written(prescription: Prescription, state: PrescriptionState, *, leads: bool) -> ChainLink:
    url = reverse("prescriptions:prescription_detail", args=[prescription.reference]) if leads else ""
    name = prescription.reference if leads else ""
    submitted = prescription.submitted_at
    if state in (S.DRAFT, S.INCOMPLETE):
        return ChainLink("Prescription", "now", "à compléter" if submitted else "en cours de rédaction", name, url)
    if not submitted:
        return ChainLink("Prescription", "stopped", "jamais déposée", name, url)
    return ChainLink("Prescription", "done", f"déposée le {day(submitted)}", name, url)


def _read(prescription: Prescription, state: PrescriptionState) -> ChainLink:
    if prescription.accepted_at is not None:
        return ChainLink("Instruction", "done", f"acceptée le {day(prescription.accepted_at)}")
    if state in STOPPED:
        return ChainLink("Instruction", "stopped", S(state).label.lower())
    if state == S.SUBMITTED:
        return ChainLink("Instruction", "now", "en cours")
    return ChainLink("Instruction", "ahead", "à venir")


def _served(label: str, needs: list[Need]) -> ChainLink:
    """What became of the needs of one sort: the least advanced of those still open tells, and leads to its page."""
    if not needs:
        return ChainLink(label, "none", "pas demandé")
    for code, link, said in (
        (NeedState.ASKED, "ahead", "demandé"),
        (NeedState.WAITING, "now", "en attente"),
        (NeedState.IN_PROGRESS, "now", "en cours"),
        (LOST, "stopped", ""),
        (NeedState.MET, "done", "satisfait"),
    ):
        if found := next((need for need in needs if _standing(need) == code), None):
            return ChainLink(label, link, said or _lost(found), *_page(found))  # type: ignore[arg-type]
    return ChainLink(label, "stopped", "non satisfait", *_page(needs[0]))


def _standing(need: Need) -> str:
    return need.state if need.lost_at is None else LOST


def _lost(need: Need) -> str:
    """Where the chain broke: what was brought back, what ended."""
    return f"{LOST_SAID[Loss(need.loss)]} le {day(need.lost_at)}"


def _page(need: Need) -> tuple[str, str]:
    """What leads to a need: its kind, its page."""
    return need.get_kind_display(), reverse("prescriptions:need_detail", args=[need.reference])


# --- what is awaited before the next link


def _to_submit(prescription: Prescription, needs: list[Need]) -> str:
    reasons = gate.missing_before(prescription, "submit")
    return in_a_sentence(reasons[0].sentence) if reasons else "le dépôt de la demande"


def _to_examine(prescription: Prescription, needs: list[Need]) -> str:
    return f"l’examen par {prescription.distributor}"


def _to_decide(prescription: Prescription, needs: list[Need]) -> str:
    lost = any(need.lost_at is not None and not need.left_reason for need in needs)
    return "la suite donnée à ce que le foyer n’a plus" if lost else ""


def _to_serve(prescription: Prescription, needs: list[Need]) -> str:
    if prescription.declined_at is not None:
        return "la suite donnée au «\u00a0non\u00a0» du foyer"
    open_ = [need for need in needs if need.state in (NeedState.WAITING, NeedState.IN_PROGRESS)]
    for kinds, said in (
        (EQUIPMENT_KINDS, "la remise d’un appareil"),
        (CONNECTION_KINDS, "l’ouverture de la connexion"),
        ((NeedKind.DIGITAL_SKILLS,), "l’accompagnement au numérique"),
    ):
        if any(need.kind in kinds for need in open_):
            return said
    return ""


MISSING: dict[PrescriptionState, Callable[[Any, list[Need]], str]] = {
    S.DRAFT: _to_submit,
    S.INCOMPLETE: lambda prescription, needs: "le complément demandé par le distributeur",
    S.SUBMITTED: _to_examine,
    S.ACCEPTED: _to_serve,
    S.FULFILLED: _to_decide,
}
