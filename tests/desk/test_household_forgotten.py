"""A household that every app knew is erased: nothing of it is found anywhere, and the figures have not moved."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from connectivity.enums import Channel, EndReason
from connectivity.models import ConnectionFile
from connectivity.services import connections
from distribution.enums import HandOverProof
from distribution.models import HandOver
from distribution.services import hand_overs
from documents.models import Document, StoredFile
from documents.services import render_document
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.journal import journal_of
from lifecycle.machine import machines
from prescriptions.models import Household, Need, Prescription
from prescriptions.services.prescriptions import ask_completion_prescription, remind_prescription
from refurb.models import Device
from reports.figures import reckon
from reports.months import month_of, previous_month
from reports.services import compute_report, verify_report
from tests.connectivity.lines import ask
from tests.desk.territory import BOTH, Territory, balance, faults, need_of
from tests.documents.worker import run_worker
from tests.prescriptions.files import again
from tests.refurb.devices import fresh

pytestmark = pytest.mark.usefixtures("days_to_come", "named_in_comments")

LAST, FIRST, EMAIL, PHONE, STREET = "Introuvable", "Zénobie", "zenobie.intro@exemple.test", "0699112233", "des Abysses"
STORY = "vécu-indicible"
TRACES = (LAST, FIRST, EMAIL, "zenobie", PHONE, "06 99 11 22 33", STREET, "1983-04-05", "05/04/1983", STORY, "OP-77")
PERSON = {
    "last_name": LAST,
    "first_name": FIRST,
    "email": EMAIL,
    "phone": PHONE,
    "address": f"9 rue {STREET}",
    "postcode": "59000",
    "birth_date": "1983-04-05",
    "contact_channel": "email",
}


def tables_with_a_trace() -> set[str]:
    """The tables, whoever made them, in which a column of any kind holds something of the household."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for trace in TRACES:
                cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text ILIKE %s', [f"%{trace}%"])
                if cursor.fetchone() != (0,):
                    found.add(table)
    return found


def on_disk() -> Iterator[Path]:
    return (path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file())


def files_with_a_trace() -> list[Path]:
    """Files whose bytes hold something of it. A PDF is compressed: see ``kept_for_nobody``."""
    return [path for path in on_disk() if any(trace.encode() in path.read_bytes() for trace in TRACES)]


def kept_for_nobody() -> int:
    """How many contents on disk no row keeps any more."""
    kept = set(StoredFile.objects.filter(forgotten_at=None).values_list("file", flat=True))
    return sum(str(path.relative_to(settings.MEDIA_ROOT)) not in kept for path in on_disk())


def served(territory: Territory, first: Device, second: Device) -> tuple[Household, Device]:
    """A household that is named wherever people may write: equipped, connected, in trouble, exchanged."""
    shelf = territory.shelf
    circle = territory.circle
    prescription = circle.submitted(BOTH, circle.household(**PERSON), f"{FIRST} a un {STORY}")
    ask_completion_prescription(
        actor=territory.adviser, prescription=prescription, words=f"Où vit {LAST}\u00a0?", at=territory.at
    )
    circle.answer(prescription, f"{FIRST} vit rue {STREET}")
    prescription = circle.accept(circle.submit(again(prescription)))
    remind_prescription(actor=territory.worker, prescription=prescription, at=territory.at)
    computer, connected = need_of(prescription, "computer"), need_of(prescription, BOTH[1][0])
    hand_overs.grant_derogation(
        actor=shelf.pilot, need=computer, kind="emergency", reason=f"{FIRST} {LAST} attend", at=territory.at
    )
    first = shelf.reserve(first, computer, comment=f"Pour {LAST}")
    gate.apply(first, "release", actor=territory.adviser, comment=f"{FIRST} hésite", at=territory.at)
    first = shelf.reserve(fresh(first), computer)
    first = shelf.hand_over(first, proof=HandOverProof.DRAWN, signature=shelf.signature(), comment=f"Remis à {LAST}")
    first = shelf.take_back(first, comment=f"Rapporté par {FIRST}")
    replaced = shelf.exchange(second, first, comment=f"Échangé pour {LAST}")
    gate.apply(first, "start", actor=shelf.technician, at=territory.at)
    return connect(territory, connected, prescription.household), replaced


def connect(territory: Territory, need: Need, household: Household) -> Household:
    """Through an operator who stumbles, refuses, is too slow; then by her own subscription, until the line ends."""
    line, at = territory.line(need), territory.at
    ask(line.offer)
    file = line.choose(line.proposed(comment=f"Avec {FIRST}"))
    line.see(file)
    file = connections.send_connection(actor=territory.worker, connection=file, at=at)
    file = connections.report_problem_connection(
        actor=line.agent, connection=file, problem="name_mismatch", note=f"{LAST} n’est pas au contrat", at=at
    )
    file = line.send(file, f"{LAST} est le nom de jeune fille")
    connections.refuse_connection(actor=line.agent, connection=file, refusal="other", note=f"Rien chez {LAST}", at=at)
    file = line.choose(line.proposed())
    line.see(file)
    file = connections.accept_connection(
        actor=line.agent, connection=line.send(file), operator_reference="OP-77", at=at
    )
    connections.abandon_connection(actor=territory.worker, connection=file, comment=f"{FIRST} se lasse", at=at)
    own = territory.line(need, Channel.OWN_SUBSCRIPTION)
    active = own.activate(own.chosen(), evidence_reference=f"F-{LAST}")
    connections.end_connection(
        actor=territory.worker, connection=active, reason=EndReason.MOVED, comment=f"{LAST} part", at=at
    )
    return household


def figures(at: datetime) -> list[Any]:
    """What is reported of the month and of the one before, and what rows are counted by."""
    month = month_of(at)
    return [
        [reckon(one, at).figures for one in (previous_month(month), month)],
        list(Prescription.objects.order_by("pk").values_list("state", "epci", "commune", "submitted_at", "end_reason")),
        list(Need.objects.order_by("pk").values_list("state", "kind", "use", "epci", "met_at", "drop_reason")),
        list(Household.objects.order_by("pk").values_list("adults", "children", "commune")),
        list(HandOver.objects.order_by("pk").values_list("device", "need", "price", "to_pay", "handed_over_at")),
        list(Device.objects.order_by("pk").values_list("state", "need", "quota", "sale_price", "handed_over_at")),
        list(ConnectionFile.objects.order_by("pk").values_list("state", "need", "offer", "active_at", "monthly_price")),
    ]


def journals() -> list[dict[str, Any]]:
    ends = ("archive", "give_notice", "anonymise", "forget", "expire")
    return [
        row
        for model in machines().values()
        for row in journal_of(model)._base_manager.order_by("pk").values()
        if row["verb"] not in ends
    ]


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_household_is_left_in_any_table_nor_in_any_file_and_figures_stay() -> None:
    territory = Territory()
    devices = [territory.shelf.available() for _ in range(2)]
    territory.go_to(timezone.now())
    household, device = served(territory, *devices)
    about_it = list(documents_of(household))
    for document in about_it:
        render_document(document)
    papers = list(StoredFile.objects.filter(document__in=about_it).values_list("file", flat=True))
    signature = HandOver.objects.exclude(signature=None).get().signature
    assert signature is not None
    papers.append(signature.file.name)
    assert len(about_it) >= 6
    assert {
        "connectivity_problemanswer",
        "connectivity_transmission",
        "documents_document",
        "documents_mail",
        "lifecycle_comment",
        "prescriptions_completionanswer",
        "prescriptions_completionrequest",
        "prescriptions_household",
        "prescriptions_socialstory",
        "distribution_derogation",
    } <= tables_with_a_trace()
    now = territory.at
    assert now is not None
    report = compute_report(actor=territory.shelf.pilot, month=month_of(now), at=now)
    balance()
    counted, written = figures(now), journals()

    for _ in range(5):
        run_clock(at=territory.later(days=500))
    run_worker()

    household.refresh_from_db()
    assert household.state == "anonymised"
    assert tables_with_a_trace() == set()
    assert files_with_a_trace() == []
    assert not [path for path in papers if (Path(settings.MEDIA_ROOT) / path).exists()]
    assert kept_for_nobody() == 0
    assert not documents_of(household).filter(forgotten_at=None).exists()
    assert fresh(device).state == "handed_over"
    assert fresh(device).need_id is not None
    assert [row for row in journals() if row in written] == written
    assert figures(now) == counted
    assert verify_report(report)
    balance()
    assert faults() == []


def documents_of(household: Household) -> Any:
    """The papers of its file, of its prescriptions and needs, of its connections and of what was handed over."""
    needs = Need.objects.filter(prescription__household=household)
    notes = HandOver.objects.filter(need__in=needs).values("document")
    owners = {
        "household": [household.pk],
        "prescription": list(household.prescriptions.values_list("pk", flat=True)),
        "need": list(needs.values_list("pk", flat=True)),
        "connection": list(needs.values_list("connections", flat=True)),
    }
    found = Document.objects.filter(pk__in=notes)
    for machine, pks in owners.items():
        found |= Document.objects.filter(owner_machine=machine, owner_pk__in=pks)
    return found
