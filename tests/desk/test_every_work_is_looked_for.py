"""« Ce que plus personne ne peut faire avancer » looks for whatever « À faire » asks of somebody."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from connectivity.models import ConnectionFile
from conventions.flows import ConventionFlow
from desk.awaited import AwaitedWork
from desk.awaited_work import every_work
from desk.todo.blocks import Block
from desk.todo.pages import page_for
from distribution.models import DerogationRequest
from donations.models import PickUp
from network.enums import ROLES_BY_KIND, Role
from network.enums import OrganisationKind as Kind
from network.models import Membership, Organisation
from prescriptions.enums import RightKind
from prescriptions.models import Need, PromisedContact, ProofPhoto
from prescriptions.services.prescriptions import ask_completion_prescription, refuse_prescription
from refurb.models import Device
from tests.connectivity.lines import Line
from tests.conventions.conventions import Treaty
from tests.desk.test_todo import as_each_role, keep_busy
from tests.desk.test_walls_of_all_pages import Scenery
from tests.donations.scene import Scene
from tests.network.factories import make_membership
from tests.prescriptions.files import Circle
from tests.prescriptions.rights import Desk

pytestmark = pytest.mark.django_db

READ = "it is read: nothing is asked"
OWN = "its own people began it for themselves: nobody waits for it"
BY_PRESCRIBER = "its prescriber reads it too, and it is looked for as a request that he follows"
EXCEPTIONS = {
    (Kind.DONOR, "brouillons"): OWN,
    (Kind.DONOR, "lots"): READ,
    (Kind.DONOR, "certificats"): READ,
    (Kind.RECYCLER, "destructions-en-votre-nom"): READ,
    (Kind.RECYCLER, "destructions-plus-anciennes"): READ,
    (Kind.RECONDITIONER, "retours"): "they stand at a point, whose people are looked for",
    (Kind.RECONDITIONER, "retours-demandes"): "they stand at a point, whose people are looked for",
    (Kind.RECONDITIONER, "livraisons"): "the point marks them off: its people are looked for",
    (Kind.RECONDITIONER, "effacements"): "the pilot reads them all in a block of his own",
    (Kind.RECONDITIONER, "destructions-contestees"): "the pilot reads each drive that is proven no more in a block",
    (Kind.RECONDITIONER, "quotas"): "places that are free; the devices that may take them are looked for",
    (Kind.RECONDITIONER, "inventaires"): OWN,
    (Kind.RECONDITIONER, "dechets"): "a weight in its own register: nothing goes on after it",
    (Kind.RECONDITIONER, "competences"): "what its people know: it says nothing where there is nobody",
    (Kind.RECYCLER, "certificats-attendus"): "the workshop and the pilot have each drive in blocks of their own",
    (Kind.DEPARTEMENT, "incidents"): "the pilot has the same block, and decides: the officer advises",
    (Kind.EPCI, "fins-de-remise"): "the pilot has the same block",
    (Kind.EPCI, "deploiement"): "the pilot has the steps of whoever left in a block of his own",
    (Kind.EPCI, "prospection"): "the pilot has the steps of whoever left in a block of his own",
    (Kind.DISTRIBUTOR, "absences"): "who is away; the requests are looked for",
    (Kind.DISTRIBUTOR, "reservations"): "the clock releases them: the need waits again, and is looked for",
    (Kind.DISTRIBUTOR, "fins-de-remise"): "the pilot has the same block; what is not handed over is to send back",
    (Kind.DISTRIBUTOR, "inventaires"): OWN,
    (Kind.DISTRIBUTOR, "repondu-non"): BY_PRESCRIBER,
    (Kind.DISTRIBUTOR, "problemes"): BY_PRESCRIBER,
    (Kind.DISTRIBUTOR, "connexions-a-trouver"): BY_PRESCRIBER,
    (Kind.DISTRIBUTOR, "offres-a-choisir"): BY_PRESCRIBER,
    (Kind.DISTRIBUTOR, "offres-a-mener"): BY_PRESCRIBER,
    (Kind.DISTRIBUTOR, "raccordements"): BY_PRESCRIBER,
    (Kind.DISTRIBUTOR, "cuivre"): READ,
    (Kind.DISTRIBUTOR, "appels-cuivre"): "the page of the campaign tells the pilot how many are still to call",
    (Kind.PRESCRIBER, "brouillons"): OWN,
    (Kind.PRESCRIBER, "importes-ressemblants"): "drafts, which nobody waits for",
    (Kind.PRESCRIBER, "cuivre"): READ,
    (Kind.PRESCRIBER, "appels-cuivre"): "the page of the campaign tells the pilot how many are still to call",
    (Kind.PRESCRIBER, "annuaire"): "the pilot keeps every entry as well",
}
"""What a block of « À faire » holds that is not looked for, and why."""
READERS = ("rapports", "comites", "comptes-rendus")
"""The blocks of whoever follows the chain without acting in it: they are read."""
CIRCUITS = {
    ConventionFlow.review: "avis attendu",
    ConventionFlow.sign: "signature attendue",
    ConventionFlow.revise: "convention à faire avancer",
    ConventionFlow.open_signature: "convention à faire avancer",
}
"""What each task of the circuits is looked for as."""
TO: dict[type[Any], str] = {
    PickUp: "donation",
    Device: "donation",
    Need: "prescription",
    PromisedContact: "prescription",
    ConnectionFile: "need__prescription",
    ProofPhoto: "prescription",
    DerogationRequest: "need",
}
"""From a row of a block to the row that is looked for, where they are not the same."""


def is_steered_by(actor: Membership) -> bool:
    """The pilot's own page: he is whom the claim is made to."""
    return actor.kind == Kind.DEPARTEMENT and actor.role != Role.DPO


def asked() -> Iterator[tuple[Kind, Block]]:
    """Every block of « À faire » of every role but the pilot's; a relay acts for the distributor."""
    for kind, roles in ROLES_BY_KIND.items():
        for role in roles:
            actor = make_membership(role, kind)
            if not is_steered_by(actor):
                yield from blocks_of(actor)


def blocks_of(actor: Membership) -> Iterator[tuple[Kind, Block]]:
    kind = Kind.DISTRIBUTOR if actor.kind == Kind.RELAY else Kind(actor.kind)
    for block in page_for(actor, timezone.now()).blocks:
        if block.key not in READERS:
            yield kind, block


def looked_for() -> dict[tuple[Kind, str], list[AwaitedWork]]:
    found: dict[tuple[Kind, str], list[AwaitedWork]] = {}
    for work in every_work():
        for kind in work.kinds:
            for key in work.asked_in:
                found.setdefault((kind, key), []).append(work)
    return found


def test_whatever_somebody_is_asked_is_looked_for_where_nobody_is_left_or_is_excepted_with_a_reason() -> None:
    known = {(kind, block.key) for kind, block in asked()}
    assert known - set(looked_for()) - set(EXCEPTIONS) == set(), "neither looked for nor excepted"
    assert set(EXCEPTIONS) & set(looked_for()) == set(), "looked for after all"
    assert set(EXCEPTIONS) - known == set(), "asked of nobody any more"


def test_every_work_that_is_looked_for_is_asked_of_somebody() -> None:
    known = {(kind, block.key) for kind, block in asked()}
    for work in every_work():
        of_work = {(Kind(kind), key) for kind in work.kinds for key in work.asked_in}
        assert of_work, work.noun.one
        assert of_work & known, work.noun.one


def test_whatever_the_circuits_of_conventions_ask_is_looked_for() -> None:
    asked_by_circuits = {node for node in ConventionFlow.instance.nodes() if node.task_type == "HUMAN"}
    assert asked_by_circuits == set(CIRCUITS)
    assert set(CIRCUITS.values()) <= {work.noun.one for work in every_work()}


def test_the_rows_that_are_asked_are_among_those_that_are_looked_for_once_nobody_is_left() -> None:
    scenery = Scenery()
    keep_busy(scenery)
    keep_busier()
    everybody = [*as_each_role(scenery), *Membership.objects.open().select_related("user", "organisation")]
    wanted: dict[tuple[Kind, str], tuple[type[Model], set[int]]] = {}
    for actor in everybody:
        for kind, block in () if is_steered_by(actor) else blocks_of(actor):
            if isinstance(block.rows, QuerySet) and (pks := set(block.rows.order_by().values_list("pk", flat=True))):
                wanted.setdefault((kind, block.key), (block.rows.model, set()))[1].update(pks)
    Organisation.objects.exclude(kinds__contains=[Kind.DEPARTEMENT]).update(is_active=False)
    known = looked_for()
    asked_here = known.keys() & wanted.keys()
    assert {key: rows for key in asked_here if (rows := missed(*wanted[key], known[key]))} == {}
    assert len(asked_here) >= len(known) // 2, known.keys() - asked_here


def keep_busier() -> None:
    """Something waits besides the chain: a lot and a convention to carry on, a household to be told, a line."""
    Scene().qualified()
    Treaty().draft()
    Treaty().signed()
    circle = Circle()
    Desk(circle).asked(RightKind.ERASURE, circle.submitted().household)
    ask_completion_prescription(actor=circle.adviser, prescription=circle.submitted(), words="Un papier.")
    refuse_prescription(actor=circle.adviser, prescription=circle.submitted(), reason="already_served")
    line, other, third = Line(), Line(), Line()
    line.scheduled()
    third.chosen()
    other.report(other.sent())


def missed(model: type[Model], asked_rows: set[int], works: list[AwaitedWork]) -> set[int]:
    """The rows of a block that none of these works finds."""
    left = set(asked_rows)
    for work in works:
        path = "pk" if model is work.rows.model else TO.get(model, "pk")
        found = list(work.rows.order_by().values_list(work.counted, flat=True))
        rows = model._base_manager.filter(Q(**{f"{path}__in": found}), pk__in=left)
        left -= set(rows.values_list("pk", flat=True))
    return left
