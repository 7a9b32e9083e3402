"""Purpose walls over every address of the project: a household is named only to those whose work it is.

Each page read on the way keeps the house as well (``tests.desk.house``), and takes no name for markup: everybody and
everything is called like a piece of it (``tests.desk.hostile``).
"""

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cache, cached_property
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from conventions.models import Review, Signature
from desk.enums import Presence
from desk.services.api_keys import make_api_key
from desk.services.committees import plan_committee
from desk.services.meetings import convene, open_meeting
from distribution.enums import HandOverProof
from distribution.models import HandOver
from distribution.services.stocktakes import begin_stocktake
from documents.models import Document, Mail
from donations.enums import NextStep
from donations.services.prospects import create_prospect, note_prospect
from lifecycle import gate
from lifecycle.actors import SignedLink
from lifecycle.machine import Stateful
from network.enums import ROLES_BY_KIND, ExchangeChannel, LegalNature, Role, SkillKind, StructureKind
from network.enums import OrganisationKind as Kind
from network.models import Membership, Organisation, Rollout
from network.services.awareness import convene_awareness, plan_awareness
from network.services.directory import publish_public_service
from network.services.next_step import Exchange, Then
from network.services.skills import note_skill, record_training
from prescriptions.enums import NoteAudience, Requester, RightKind, RightsChannel
from prescriptions.models import HouseholdAccess, Need, Prescription, ProofPhoto
from prescriptions.services.instruction import write_file_note
from prescriptions.services.photos import send_photo
from prescriptions.services.prescriptions import ask_completion_prescription
from prescriptions.services.rights import receive_rights_request
from prescriptions.services.transfers import ask_transfer
from refurb.models import Delivery, WasteNote
from refurb.services.parts import buy_part, write_off_part
from reports.months import month_of
from reports.services import compute_report
from reports.views_drill_down import EVIDENCE
from tests.desk.hostile import MARKUP, called_like_markup, files_called_like_markup
from tests.desk.house import faults
from tests.desk.territory import BOTH, Territory, need_of
from tests.distribution.hours import booked, opened
from tests.distribution.shelves import Shelf
from tests.documents.pictures import a_photo
from tests.donations.inventories import machine, taken
from tests.donations.scene import Scene
from tests.network.factories import make_membership
from tests.pages import crawling
from tests.prescriptions.files import SKILLS, Circle, again
from tests.refurb.devices import from_lot, given_to, private_lot
from tests.remembered import remembered

STORY = "vécu-indicible"
ASKED, ANSWERED = "point-en-suspens", "réponse-point-par-point"
NOTE = "mot-entre-conseillers"
UNSAID = (STORY, ASKED, ANSWERED, NOTE)
"""What no mail, no paper, no relay and no pilot without a reason says or reads of a household."""
PROOF = "attestation-indicible"
BORN = ("12/11/1979", "12 nov. 1979", "12\u00a0nov. 1979", "12 novembre 1979", "1979-11-12")
"""As pages, papers and forms may write the day its person was born."""
NAMES = ("Inoubliable", "Zéphyrine", "0699445566", "06 99 44 55 66", "zephyrine@", "rue des Abysses", *BORN)
PERSON = {
    "last_name": "Inoubliable",
    "first_name": "Zéphyrine",
    "phone": "0699445566",
    "email": "zephyrine@exemple.test",
    "address": "9 rue des Abysses",
    "postcode": "59000",
    "birth_date": "1979-11-12",
}
OF_A_HOUSEHOLD = (
    *("prescriptions/<str", "besoins/<str", "foyers/<str", "transferts/<str"),
    *("droits/<str", "papiers-en-photo/<str"),
    *("connexions/<str", "connexions/proposer/", "rendez-vous/<str"),
)
WORDS = {"appareils/scanner/": "trouver", "a-faire/": "prescripteurs", "administration/": "offres", "aide/": "atelier"}
"""What stands in an address for a word, by how it begins."""
BEHIND_A_ROW = {
    "/papiers/": "papers",
    "/fiches/": "hand_overs",
    "/photos/": "photos",
    "/pieces/": "repairs",
    "/defauts/": "defects",
    "/fermetures/": "closures",
    "/rendez-vous/<int": "openings",
    "/structures/": "guests",
}
"""What a key in an address is of, by the word before it: rows behind the one that the reference names."""
OF_A_NOTE = "appareils/<str:reference>/fiches/"
TURNS = 4
"""One stranger in four is refused an action: nobody does it without reading the row, which all of them ask for."""
ALWAYS_READ = {
    "prescriptions/",
    "papiers-en-photo/",
    "besoins/",
    "foyers/",
    "transferts/",
    "droits/",
    "connexions/",
    "rapports/",
}
"""Rows whose every page is asked for by every stranger: a household's own, and what counts them; as are the actions of
distribution on any row."""
OF_NOBODY = (
    "accessibilite",
    "aide",
    "compte/",
    "mentions-legales",
    "mot-de-passe",
    "donnees-personnelles",
    "inscription",
)
"""Pages that say the same to everybody who is not their subject: one stranger in four reads them."""


@dataclass
class Scenery:
    """One household that waits with a reserved device and a request sent, and was served once: all its papers exist."""

    scene: Scene = field(default_factory=private_lot)

    def __post_init__(self) -> None:
        self.territory = Territory(Shelf(given_to(self.scene)))
        shelf = self.territory.shelf
        started = gate.apply(from_lot(self.scene), "start", actor=self.scene.north.technician)
        shelf.bench.photographed(shelf.bench.worn(started))
        ready = shelf.bench.recondition(shelf.bench.prepared(started), 30)
        first, second = shelf.on_the_shelf(ready), shelf.available()
        self.territory.go_to(timezone.now())
        household = self.territory.circle.household(**PERSON)
        circle = self.territory.circle
        circle.proof = PROOF
        served = circle.accepted(BOTH, household, f"Elle a un {STORY}")
        shelf.reserve(first, need_of(served, "computer"), co_funding=5, funder=shelf.funder)
        self.given = shelf.hand_over(again(first), proof=HandOverProof.DRAWN, signature=shelf.signature())
        self.line = self.territory.line(need_of(served, BOTH[1][0])).active()
        self.territory.go_to(None)
        self.waiting = self.completed(circle.submitted(BOTH, household, f"Elle a un {STORY}"))
        self.held = shelf.reserve(second, need_of(self.waiting, "computer"))
        opened(shelf)
        self.sent = self.territory.line(need_of(self.waiting, BOTH[1][0])).sent()
        self.household, self.served = household, served
        self.appointment = booked(shelf, self.held)
        self.counted = begin_stocktake(actor=self.territory.shelf.adviser, point=self.territory.shelf.point)
        self.offered = ask_transfer(actor=circle.worker, prescription=self.waiting, prescriber=Circle().prescriber)
        write_file_note(actor=circle.adviser, prescription=self.waiting, audience=NoteAudience.TEAM, text=f"Un {NOTE}")
        self.photo = self.photographed(circle.submitted(SKILLS, household))
        self.asked = receive_rights_request(
            actor=circle.worker,
            household=household,
            kind=RightKind.ACCESS,
            requester=Requester.PERSON,
            channel=RightsChannel.LETTER,
            received_on=timezone.localdate(),
        )
        self.report = compute_report(actor=shelf.pilot, month=month_of(timezone.now()))
        self.inventory = taken(self.scene, [machine("1"), machine("2", "Imprimante")])
        bench = shelf.bench
        bench.recycle(bench.unusable(bench.proven(bench.in_process())))
        self.part = buy_part(actor=bench.technician, kind="battery", label="45 Wh", quantity=2, unit_price=Decimal(28))
        write_off_part(actor=bench.technician, part=self.part, reason="lost")
        skilled = {"actor": bench.manager, "organisation": bench.manager.organisation, "kind": SkillKind.PHONES}
        day = timezone.localdate()
        note_skill(**skilled, acquired_on=day, source="Attestation")
        attended = {"held_on": day, "place": "Lille", "organiser": "Un organisme", "attended": [bench.technician]}
        record_training(**skilled, **attended)
        self.service = publish_public_service(
            actor=circle.worker,
            organisation=circle.prescriber,
            kind=StructureKind.CCAS,
            name="Accueil",
            phone="0320000000",
            communes=[circle.commune],
        )
        starts = timezone.now() + timedelta(days=9)
        hours = {"starts_at": starts, "ends_at": starts + timedelta(hours=1)}
        planned = plan_awareness(actor=shelf.pilot, commune=circle.commune, place="Mairie", **hours)
        self.awareness = convene_awareness(actor=shelf.pilot, awareness=planned, others=[("Une structure", "")])
        self.committee = plan_committee(actor=shelf.pilot, kind="technical", meets_on=timezone.localdate())
        convene(actor=shelf.pilot, committee=self.committee, presences={shelf.pilot.pk: Presence.PRESENT})
        self.meeting = open_meeting(actor=shelf.pilot, committee=self.committee)
        self.prospect = create_prospect(
            actor=shelf.pilot,
            name="Donateur possible",
            legal_nature=LegalNature.PRIVATE,
            commune=self.scene.commune,
            contact_name="Dominique Démo",
        )
        then = Then(NextStep.CALL, timezone.localdate(), shelf.pilot)
        exchange = Exchange(timezone.localdate(), ExchangeChannel.PHONE, "À rappeler", then)
        note_prospect(actor=shelf.pilot, prospect=self.prospect, exchange=exchange)
        self.api_key, _ = make_api_key(actor=shelf.pilot, name=MARKUP)

    def completed(self, prescription: Prescription) -> Prescription:
        """Accepted, once what the distributor asked in its words had its answer."""
        circle = self.territory.circle
        ask_completion_prescription(actor=circle.adviser, prescription=prescription, words=f"Un {ASKED}")
        circle.answer(prescription, f"Une {ANSWERED}")
        return circle.accept(circle.submit(again(prescription)))

    def photographed(self, prescription: Prescription) -> ProofPhoto:
        """The photo of a paper that is missing, which waits for the worker."""
        circle = self.territory.circle
        ask_completion_prescription(actor=circle.adviser, prescription=prescription, missing=["income_seen"])
        link = SignedLink("sheet:1", opens=("prescription", prescription.pk))
        return send_photo(actor=link, prescription=again(prescription), content=a_photo(size=(600, 400)))

    # --- people

    @property
    def organisations(self) -> dict[Kind, Organisation]:
        """Those that have a part in what was done for the household."""
        convention, shelf = self.territory.shelf.convention, self.territory.shelf
        operator, workshop = self.territory.desk_offer.operator, convention.workshop
        assert operator is not None
        assert workshop is not None
        return {
            Kind.DONOR: self.scene.donor,
            Kind.RECONDITIONER: workshop,
            Kind.EPCI: convention.epci_signatory.organisation,
            Kind.DISTRIBUTOR: shelf.distributor,
            Kind.PRESCRIBER: shelf.prescriber,
            Kind.OPERATOR: operator,
            Kind.FUNDER: shelf.funder,
        }

    # --- addresses

    @cached_property
    def rows(self) -> dict[str, list[Stateful | Any]]:
        """What a reference of an address stands for, by how the address begins."""
        devices = [self.given, self.held]
        needs = list(Need.objects.filter(prescription__household=self.household))
        return {
            "annuaire": [self.service],
            "api/v1/appareils": devices,
            "api/v1/rapports": [self.report],
            "appareils": devices,
            "appareils/inventaires": [self.counted],
            "besoins": needs,
            "rayon/besoins": needs,
            "deploiement": list(Rollout.objects.all()),
            "derogations": needs,
            "connexions/proposer": needs,
            "connexions/comparer": needs,
            "connexions": [self.line, self.sent],
            "droits": [self.asked],
            "conventions": [self.territory.shelf.convention],
            "foyers": [self.household],
            "livraisons": list(Delivery.objects.all()),
            "lots": list(self.scene.donor.donations.all()),
            "organisations": list(self.organisations.values()),
            "passeport": devices,
            "papiers-en-photo": [self.photo],
            "points": [self.territory.shelf.point],
            "prescriptions": [self.served, self.waiting],
            "prospects": [self.prospect],
            "rapports": [self.report],
            "rendez-vous": [self.appointment],
            "relectures": list(Review.objects.all()),
            "seances": [self.meeting],
            "sensibilisations": [self.awareness],
            "signatures": list(Signature.objects.all()),
            "transferts": [self.offered],
        }

    @cached_property
    def addresses(self) -> list[tuple[str, str]]:
        """``(route, address)`` of every page, for the rows its reference may be: each on its own page.

        Reading a page adds none: they are listed once for all who read them.
        """
        return list(self._addresses())

    def _addresses(self) -> Iterator[tuple[str, str]]:
        for route in sorted(set(routes())):
            if "<str:reference>" not in route:
                word = next((word for start, word in WORDS.items() if route.startswith(start)), "x")
                for pk in self.keys(route, None):
                    named = route.replace("<int:pk>", str(pk)).replace("<int:year>", f"{self.report.month:%Y}")
                    yield route, "/" + re.sub(r"<(str|slug|path):\w+>", word, named)
                continue
            rows = self.rows[route.partition("/<")[0]]
            is_its_page = route.endswith("<str:reference>/")
            for row in rows if is_its_page or "<int:pk>" in route else rows[-1:]:
                for pk in self.keys(route, row):
                    address = route.replace("<str:reference>", row.reference).replace("<int:pk>", str(pk))
                    address = address.replace("<slug:what>", next(iter(EVIDENCE))).replace("<slug:about>", "accuse")
                    address = address.replace("<str:side>", "etabli").replace("<int:number>", "1")
                    address = address.replace("<int:rank>", "1")
                    address = address.replace("<str:language>", "en").replace("<slug:verb>", "start")
                    assert "<" not in address, address
                    yield route, "/" + address

    def keys(self, route: str, row: Any) -> list[int]:
        """The keys in an address, after the row they belong to."""
        if "<int:pk>" not in route:
            return [0]
        if row and (name := next((name for word, name in BEHIND_A_ROW.items() if word in route), "")):
            behind = list(getattr(row, name).values_list("pk", flat=True))
            return behind[:1] if "<str:language>" in route else behind
        if "/inventaire/" in route:
            return [self.inventory.pk]
        own = {
            "administration/": self.territory.desk_offer,
            "appareils/dechets/": WasteNote.objects.get(),
            "appareils/pieces/": self.part,
            "comites/": self.committee,
            "imports/": self.inventory,
            "mon-compte/cles/": self.api_key,
        }
        if (start := next(filter(route.startswith, own), "")) in own:
            return [own[start].pk]
        if "courrier/" in route:
            return list(Mail.objects.order_by("-pk").values_list("pk", flat=True)[:3])
        return [1]


@remembered()
def seen() -> Scenery:
    """The scenery, by steps that the tests before it took."""
    return Scenery()


@remembered()
def called_like_pieces_of_markup() -> Scenery:
    """The same, each person, each organisation and each file in it called like a piece of markup."""
    with files_called_like_markup():
        made = Scenery()
    called_like_markup()
    return made


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Every route but those of the back office, which is for accounts that are no membership."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + re.sub(r"\(\?P<\w+>[^()]*\)", "x", str(entry.pattern)).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        elif isinstance(entry, URLPattern) and not route.startswith(("technique/", "deconnexion")):
            yield route.replace("<int:file>", "1")


def words(response: Any) -> str:
    """Everything that can be read in an answer: a page, a file of text, each file of a workbook."""
    content = b"".join(response.streaming_content) if response.streaming else response.content
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as workbook:
            content = b"".join(workbook.read(name) for name in workbook.namelist())
    return str(content.decode(errors="ignore"))


SERVES = {
    *((Kind.DISTRIBUTOR, role) for role in (Role.ADVISER, Role.MANAGER)),
    *((Kind.PRESCRIBER, role) for role in (Role.WORKER, Role.MANAGER)),
    *((Kind.OPERATOR, role) for role in (Role.AGENT, Role.MANAGER)),
    *((Kind.DEPARTEMENT, role) for role in (Role.PILOT, Role.DPO, Role.MANAGER)),
}
"""Whose work the household is, in the organisations that serve it. Every other role is behind the wall."""
ROLES = [(kind, role) for kind, roles in ROLES_BY_KIND.items() for role in roles]
GROUPS = [
    [Kind.DEPARTEMENT, Kind.PREFECTURE, Kind.REGION, Kind.HUB, Kind.DONOR],
    [Kind.RECONDITIONER, Kind.EPCI],
    [Kind.DISTRIBUTOR, Kind.RELAY, Kind.PRESCRIBER],
    [Kind.OPERATOR, Kind.RECYCLER, Kind.MEDIATION, Kind.FUNDER],
]


@pytest.fixture
def scenery(db: None) -> Scenery:
    """In which each person, each organisation and each file is called like a piece of markup."""
    return called_like_pieces_of_markup()


@cache
def is_read_in_turn(route: str) -> bool:
    """Whether a page is the form of an action on a row that no household is served by, or is about nobody."""
    row, _, action = route.partition("<str:reference>/")
    is_form = bool(action) and not re.search(r"[<.]", action)
    if is_form and row not in ALWAYS_READ:
        return resolve("/" + route.replace("<str:reference>", "X")).namespace != "distribution"
    return route.startswith(OF_NOBODY)


def read_everything(
    scenery: Scenery, membership: Membership, turn: int | None = None
) -> Iterator[tuple[str, int, str]]:
    """``(address, status, words)`` of every page that this membership asks for.

    ``turn``: of those that are read in turn, only its own.
    """
    called_like_markup()
    odd: list[tuple[str, str]] = []
    with crawling(membership) as client:
        for rank, (route, address) in enumerate(scenery.addresses):
            if turn is not None and is_read_in_turn(route) and (rank + turn) % TURNS:
                continue
            response = client.get(address)
            assert response.status_code < 500, (str(membership), address)
            odd += [(address, fault) for fault in faults(response)]
            read = words(response)
            if MARKUP in read and response.headers.get("Content-Type", "").startswith("text/html"):
                odd.append((address, "takes a name for markup"))
            if route.startswith(OF_A_HOUSEHOLD) or OF_A_NOTE in route:
                yield f"! {address}", response.status_code, read
            else:
                yield address, response.status_code, read
    assert odd == [], str(membership)


def strangers(scenery: Scenery, kinds: list[Kind]) -> Iterator[Membership]:
    """Each role of these kinds: where there was one, in the organisation that had a part in what was done.

    Who works for households is behind the wall in another organisation than theirs.
    """
    for kind, role in ROLES:
        if kind not in kinds:
            continue
        if (kind, role) not in SERVES:
            yield make_membership(role, kind, scenery.organisations.get(kind))
        elif kind != Kind.DEPARTEMENT and role != Role.MANAGER:
            yield make_membership(role, kind)


@pytest.mark.django_db
@pytest.mark.parametrize("kinds", GROUPS, ids="-".join)
def test_no_page_names_the_household_to_whom_it_is_no_work(kinds: list[Kind], scenery: Scenery) -> None:
    logged = HouseholdAccess.objects.count()
    told = []
    for turn, membership in enumerate(strangers(scenery, kinds)):
        for address, status, read in read_everything(scenery, membership, turn):
            if any(secret in read for secret in (*NAMES, *UNSAID)):
                told.append((str(membership), address))
            if address.startswith("! ") and status not in {403, 404, 405}:
                told.append((str(membership), address, status))
    assert told == []
    assert HouseholdAccess.objects.count() == logged


@pytest.mark.django_db
def test_no_mail_and_no_paper_names_the_household_beyond_those_who_serve_it() -> None:
    seen()
    may = {PERSON["email"]} | {
        membership.user.email
        for membership in Membership.objects.select_related("user")
        if (Kind(membership.kind), Role(membership.role)) in SERVES - {(Kind.DEPARTEMENT, Role.MANAGER)}
    }
    mails = list(Mail.objects.all())
    telling = [mail for mail in mails if any(secret in f"{mail.subject} {mail.body}" for secret in NAMES)]
    assert [(mail.subject, mail.to) for mail in telling if not set(mail.to) <= may] == []
    written_in = [mail.subject for mail in mails for secret in UNSAID if secret in f"{mail.subject} {mail.body}"]
    assert written_in == []

    notes = set(HandOver.objects.values_list("document", flat=True))
    papers = [document for document in Document.objects.all() if any(name in str(document.values) for name in NAMES)]
    assert papers
    owners = {document.owner_machine for document in papers if document.pk not in notes}
    assert owners <= {"household", "prescription", "need", "connection"}
    kept = [(document.title, str(document.values)) for document in Document.objects.all()]
    assert not [title for title, values in kept if any(secret in values for secret in UNSAID)]


def test_every_role_is_met() -> None:
    assert {kind for kinds in GROUPS for kind in kinds} == set(Kind)


def test_what_is_read_in_turn_is_forms_and_no_row_no_list_and_no_file() -> None:
    in_turn = {route for route in routes() if is_read_in_turn(route)}
    assert "appareils/<str:reference>/rouvrir/" in in_turn
    assert not {f"appareils/<str:reference>/{page}/" for page in ("reserver", "remettre", "fiche")} & in_turn
    assert not {route for route in in_turn if route.endswith("<str:reference>/") or "<int:" in route or "." in route}
    assert not {route for route in in_turn if route.startswith(OF_A_HOUSEHOLD)}
    assert (
        not {route for route in in_turn if re.fullmatch(r"[a-z-]+/", route)}
        - {f"{word}/" for word in OF_NOBODY}
        - {"mot-de-passe-oublie/"}
    )
