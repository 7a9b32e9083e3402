"""A list of people: foreseen line by line, then one draft each and nothing filed; no social security number stays."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from desk.todo.doubles import imported_doubles
from documents.models import StoredFile
from documents.services.files import content_path, open_file
from imports import services
from imports.enums import ImportOutcome, ImportStage
from imports.models import Import, LeftLine
from imports.readers.copies import copy_of, sheet_of
from imports.services import begin_import, carry_on_import, check_import, deposit_named
from imports.tasks import LEFT, NAMED_ASIDE, drop_old_imports
from lifecycle.clock import run_clock
from lifecycle.exceptions import Refused
from network.enums import OrganisationKind, Role
from prescriptions.enums import HouseholdState, NeedKind, PrescriptionState
from prescriptions.models import Household, HouseholdAccess, ImportedPerson, Need, Prescription
from prescriptions.nir import key_of
from prescriptions.people_list import PEOPLE
from prescriptions.people_words import Wanted, birth_on, hides_nir, phone_of
from prescriptions.services.forgetting import forget_households
from tests.costs import assert_same_queries
from tests.imports.files import csv_file, xlsx_file
from tests.network.factories import make_membership
from tests.pages import acting, read
from tests.prescriptions.files import Circle, person

pytestmark = pytest.mark.django_db
PAGE = reverse("prescriptions:people_deposit")
HEAD = ("Nom", "Prénom", "Né(e) le", "Téléphone", "Mail", "Adresse", "CP", "Ville", "Besoin", "Motif", "Observations")
SHAPE, CORSICAN = "2850759350123", "285072A350123"
NIRS = (
    SHAPE,
    f"{SHAPE}{key_of(SHAPE):02}",
    f"2 85 07 59 350 123 {key_of(SHAPE):02}",
    "2.85.07.59.350.123",
    "2  85/07_59 – 350 123",
    CORSICAN,
    f"2 85 07 2b 350 123 {key_of('285072B350123'):02}",
)


@pytest.fixture
def circle() -> Circle:
    return Circle()


def line(name: str = "Essai", first: str = "Nadia", born: str = "07/03/1980", **said: str) -> tuple[str, ...]:
    known = {"phone": "", "mail": "", "address": "", "postcode": "", "commune": "", "need": "", "use": "", "note": ""}
    return (name, first, born, *(known | said).values())


def brought(circle: Circle, *lines: tuple[str, ...], head: Sequence[str] = HEAD, name: str = "ccas.csv") -> Import:
    return deposit_named(
        actor=circle.worker,
        kind=PEOPLE,
        organisation=circle.prescriber,
        content=csv_file((head, *lines)),
        name=name,
    )


def outcomes(source: Import) -> list[tuple[str, str]]:
    return [(row.outcome.value, " ".join((*row.reasons, *row.notices))) for row in check_import(source).rows]


def everything_kept() -> str:
    """All that is left of a list: the copy on disk, the lines, the names of files."""
    kept = [str(one) for one in StoredFile.objects.values_list("name", flat=True)]
    kept += [open_file(stored).getvalue().decode() for stored in StoredFile.objects.filter(forgotten_at=None)]
    kept += [" ".join(cells) for cells in LeftLine.objects.values_list("cells", flat=True)]
    kept += [str(said) for said in ImportedPerson.objects.values_list("said", flat=True)]
    kept += [str(row) for row in Household.objects.values_list("last_name", "phone", "address")]
    kept += [str(one.columns) + str(one.headings) + str(one.fills) for one in Import.objects.all()]
    return "\n".join(kept)


# --- what a line becomes


def test_each_person_has_a_draft_with_her_need_and_nothing_is_filed_nor_agreed(circle: Circle) -> None:
    commune = circle.commune
    source = brought(
        circle,
        line(
            phone="6 12 34 56 78", mail="NADIA@Exemple.fr", address="1 rue du Port", postcode=commune.postcodes[0]
            if commune.postcodes else "", commune=commune.name, need="ordinateur et forfait", use="études",
        ),
        line("Durand", "Léo", "", need="ordinateur"),
    )  # fmt: skip
    assert [one for one, _ in outcomes(source)] == ["created", "created"]
    assert not Household.objects.exists()
    begin_import(source=source, actor=circle.worker)
    nadia, leo = Household.objects.order_by("pk")
    assert (nadia.birth_date, nadia.phone, nadia.email) == (date(1980, 3, 7), "06 12 34 56 78", "nadia@exemple.fr")
    assert (nadia.commune, nadia.prescriber, nadia.phone_key) == (commune, circle.prescriber, "0612345678")
    assert [p.state for p in Prescription.objects.all()] == [PrescriptionState.DRAFT] * 2
    assert set(Need.objects.filter(prescription__household=nadia).values_list("kind", flat=True)) == {
        NeedKind.COMPUTER,
        NeedKind.MOBILE_CONNECTION,
    }
    assert not Need.objects.filter(prescription__household=leo).exists()
    draft = Prescription.objects.get(household=nadia)
    assert not draft.agreements.exists()
    circle.see_fact(draft)
    with pytest.raises(Refused) as refused:
        circle.submit(draft)
    assert "agreement" in {reason.code for reason in refused.value.all}
    page = read(acting(circle.worker), reverse("prescriptions:prescription_detail", args=[draft.reference]))
    assert "vient d’une liste" in page
    assert list(ImportedPerson.objects.values_list("said", flat=True)) == [{}, {}]


def test_what_is_wrong_in_a_line_is_said_in_french_and_stops_no_other(circle: Circle) -> None:
    source = brought(
        circle,
        line("", "Nadia"),
        line("B", born="31/02/1980"),
        line("C", born=f"{timezone.localdate() + timedelta(days=2):%d/%m/%Y}"),
        line("D", born="12/05/1899"),
        line("E", born="01/02/22"),
        line("F", born="1980"),
        line("G", phone="06 12"),
        line("H", phone="06 12 34 56 78 ou 07 12 34 56 78"),
        line("I", mail="nadia@"),
        line("J", postcode="5910"),
        line("K", commune="Nulle-Part-sur-Mer"),
        line("L", postcode="01000"),
        line("M", need="une voiture"),
        line("N", need="ordinateur", use="pour voir"),
        line("O" * 81),
        line("P", born="9" * 4300),
        line("Q", need="ordinateur"),
    )
    said = outcomes(source)
    wanted = (
        *("Le nom de famille manque", "n’est pas un jour entier", "dans le futur", "avant 1900", "de deux façons"),
        *("n’est pas un jour entier", "numéro de téléphone", "numéro de téléphone", "adresse de courriel"),
        *("n’est pas un code postal", "relève d’un autre département", "relève d’un autre département"),
        *("n’est pas un besoin connu", "ne dit pas pour quoi faire", "plus de 80 signes", "plus de 40 signes"),
    )
    for (outcome, reason), sentence in zip(said, wanted, strict=False):
        assert (outcome, sentence in reason) == ("refused", True), (reason, sentence)
    assert said[-1] == ("created", said[-1][1])
    assert "ne dit pas pour quoi faire" in said[-1][1]
    begin_import(source=source, actor=circle.worker)
    assert Household.objects.count() == 1
    left = acting(circle.worker).get(reverse("imports:import_left", args=[source.pk]))
    text = b"".join(left.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert text.splitlines()[0].endswith("Raison") or "Raison" in text.splitlines()[0]
    assert "Nulle-Part-sur-Mer" in text
    assert len(text.splitlines()) == 17


# --- whom she resembles


def test_who_is_followed_archived_alike_or_elsewhere_is_told_and_only_the_last_two_are_drafted(circle: Circle) -> None:
    beside = Circle(distributor=circle.distributor, commune=circle.commune)
    born = date(1980, 3, 7)
    known = circle.household(**person(last_name="Essai", first_name="Nadia", birth_date=born))
    near = circle.household(**person(last_name="Vandewalle", first_name="Ali", birth_date=date(1990, 1, 2)))
    away = beside.submitted(household=beside.household(**person(
        last_name="Caché", first_name="Zoé", birth_date=date(1970, 5, 6), address="9 rue Secrète", postcode="59000"
    )))  # fmt: skip
    source = brought(
        circle,
        line("ESSAI", "Nadia", "1980-03-07"),
        line("Vandewale", "Ali", "02/01/1990", phone=near.phone),
        line("Cache", "Zoe", "06/05/1970"),
        line("Neuf", "Rose", "06/05/1971"),
        line("neuf", "ROSE", "06/05/1971"),
    )
    told = outcomes(source)
    assert [one for one, _ in told] == ["known", "created", "created", "created", "known"]
    assert "Déjà suivie par votre structure" in told[0][1]
    assert "nom et prénom proches" in told[1][1]
    assert "même téléphone" in told[1][1]
    assert "suivi ailleurs" in told[2][1]
    assert told[3][1] == ""
    assert "Même personne que la ligne 5" in told[4][1]
    page = read(acting(circle.worker), reverse("imports:import_detail", args=[source.pk]))
    assert f"Ouvrir le dossier {known.reference}" in page
    assert away.household.reference not in page
    assert "Secrète" not in page
    assert beside.prescriber.name not in page
    assert HouseholdAccess.objects.filter(household=away.household, actor=circle.worker).exists()
    begin_import(source=source, actor=circle.worker)
    asked = list(imported_doubles(circle.worker, timezone.now()).rows())  # type: ignore[operator]
    assert [one.household.last_name for one in asked] == ["Vandewale"]
    todo = read(acting(circle.worker), reverse("desk:home"))
    assert "ressemble" in todo


def test_a_second_line_of_the_same_person_adds_her_other_need_to_the_same_request(circle: Circle) -> None:
    source = brought(
        circle,
        line("Neuf", "Rose", phone="0699000001", need="ordinateur", use="emploi"),
        line("Neuf", "Rose", phone="0699000002", need="connexion fixe"),
    )
    (first, _), (second, told) = outcomes(source)
    assert (first, second) == ("created", "known")
    assert "Son besoin est repris avec cette ligne\u00a0:" in told
    assert "Cette ligne dit autrement\u00a0: téléphone. C’est la ligne 2 qui est reprise." in told
    begin_import(source=source, actor=circle.worker)
    assert sorted(Prescription.objects.get().needs.values_list("kind", flat=True)) == ["computer", "fixed_connection"]


def test_what_a_list_says_anew_of_who_is_followed_is_told_beside_the_line(circle: Circle) -> None:
    born = date(1980, 3, 7)
    circle.household(**person(last_name="Essai", first_name="Nadia", birth_date=born, phone="0699000001"))
    source = brought(
        circle, line(phone="0699000002", need="ordinateur", use="emploi"), line(need="connexion fixe", phone="")
    )
    (outcome, told), (second, told_twice) = outcomes(source)
    assert (outcome, second) == ("known", "known")
    assert "N’est pas repris\u00a0: connexion fixe" in told_twice
    assert "Son besoin est repris" not in told_twice
    assert "N’est pas repris\u00a0: ordinateur" in told
    assert "La liste dit autrement que son dossier\u00a0: téléphone." in told
    assert "0699" not in told, "what differs is named, not repeated"


def test_a_way_to_be_told_that_the_list_does_not_allow_is_said_beside_the_line(circle: Circle) -> None:
    lines = (line(phone="0320000000", note="sms"), line("Durand", phone="0699000000", note="sms"), line("Leroy"))
    source = brought(circle, *lines, head=(*HEAD[:-1], "canal"))
    said = "SMS\u00a0: la liste ne donne pas ce qu’il faut"
    assert [said in told for _, told in outcomes(source)] == [True, False, False]


def test_an_archived_file_is_never_reopened_by_a_list(circle: Circle) -> None:
    circle.at = timezone.now() - timedelta(days=1200)
    archived = circle.household(last_name="Ancien", first_name="Paul", birth_date=date(1980, 3, 7))
    run_clock()
    circle.at = None
    archived.refresh_from_db()
    assert archived.state == HouseholdState.ARCHIVED
    source = brought(circle, line("Ancien", "Paul"), line("Neuf", "Rose"))
    (outcome, said), _ = outcomes(source)
    assert (outcome, "archivé" in said) == ("known", True)
    begin_import(source=source, actor=circle.worker)
    archived.refresh_from_db()
    assert archived.state == HouseholdState.ARCHIVED
    assert Household.objects.filter(last_name="Ancien").count() == 1


def test_six_hundred_namesakes_are_six_hundred_drafts_and_none_is_known(circle: Circle) -> None:
    circle.household(**person(last_name="Martin", first_name="Nadia", birth_date=date(1950, 1, 1)))
    born = [date(1951, 1, 1) + timedelta(days=37 * rank) for rank in range(600)]
    source = brought(circle, *(line("Martin", "Nadia", f"{day:%d/%m/%Y}") for day in born))
    counts = check_import(source).counts
    assert (counts[ImportOutcome.CREATED], counts[ImportOutcome.KNOWN]) == (600, 0)


# --- no social security number


@pytest.mark.parametrize("column", [0, 3, 10])
def test_a_social_security_number_is_taken_out_wherever_it_stands(
    circle: Circle, column: int, caplog: pytest.LogCaptureFixture
) -> None:
    lines = []
    for rank, nir in enumerate(NIRS):
        cells = list(line(f"Nom{rank}", born="", note="note"))
        cells[column] = f"n° {nir}" if column == 10 else nir
        lines.append(tuple(cells))
    source = brought(circle, *lines, line("Sain"), name=f"liste {SHAPE}.csv")
    told = outcomes(source)
    assert [one for one, _ in told] == ["refused"] * len(NIRS) + ["created"]
    assert all("sécurité sociale" in said for _, said in told[:-1])
    client = acting(circle.worker)
    before = read(client, reverse("imports:import_detail", args=[source.pk]))
    begin_import(source=source, actor=circle.worker)
    after = read(client, reverse("imports:import_detail", args=[source.pk]))
    left = b"".join(client.get(reverse("imports:import_left", args=[source.pk])).streaming_content).decode()  # type: ignore[attr-defined]
    for place in (everything_kept(), before, after, left, caplog.text):
        assert not any(nir in place for nir in NIRS)
        assert not any(hides_nir(text) for text in place.split('"'))
    assert "Nom3" in left or column == 0


@pytest.mark.parametrize("cell", ["1 8O O3 59 123 456 39", "18 00 35 91 23 45 63 9", "1_80_03_59_123_456"])
def test_a_number_badly_typed_or_parted_anywhere_is_one_all_the_same(cell: str) -> None:
    assert hides_nir(cell)


@pytest.mark.parametrize("cell", ["1985-12-07 59000", "06 12 34 56 78 ou 07 12 34 56 78", "59000 0612345678", "Oto 18"])
def test_a_date_a_telephone_and_a_postcode_are_no_such_number(cell: str) -> None:
    assert not hides_nir(cell)


def test_a_column_announced_as_such_goes_whole_and_a_workbook_is_read_alike(circle: Circle) -> None:
    head = [*HEAD[:3], "N° de sécurité sociale"]
    rows = [["Essai", "Nadia", date(1980, 3, 7).isoformat(), "285075935"], ["Sain", "Paul", "1981-01-01", ""]]
    book = xlsx_file({"Liste": [head, *rows]})
    source = deposit_named(
        actor=circle.worker, kind=PEOPLE, organisation=circle.prescriber, content=book, name="ccas.xlsx"
    )
    assert [one for one, _ in outcomes(source)] == ["refused", "created"]
    assert "285075935" not in everything_kept()
    assert brought(circle, *(tuple(row) for row in rows), head=head).file.sha256 == source.file.sha256


@settings(max_examples=30, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12), max_size=5), max_size=8
    )
)
def test_the_copy_says_what_was_read_and_each_line_keeps_its_number(rows: list[list[str]]) -> None:
    kept = sheet_of(copy_of([tuple(cell.strip() for cell in row) for row in rows])).rows
    assert [[c for c in row if c] for row in kept] == [[c.strip() for c in row if c.strip()] for row in rows]


@settings(max_examples=30, deadline=None)
@given(st.text(max_size=30))
def test_a_cell_is_read_or_refused_with_a_sentence_whatever_it_holds(text: str) -> None:
    for field in PEOPLE.fields:
        value, refused = field.of_cell(text, "")
        assert value is None or refused == ""
        assert isinstance(value, (str, int, date, Wanted, type(None)))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("612345678", "06 12 34 56 78"), ("06.12.34.56.78", "06 12 34 56 78"), ("+32 470 12 34 56",) * 2],
)
def test_a_telephone_is_kept_as_one_calls_it(typed: str, kept: str) -> None:
    assert phone_of(typed) == kept


def test_a_birth_of_before_the_war_is_not_of_this_century() -> None:
    assert birth_on("12/05/38", today=date(2026, 11, 28)) == date(1938, 5, 12)


# --- once, whole, and forgotten


def test_the_same_list_twice_changes_nothing(circle: Circle) -> None:
    begin_import(source=brought(circle, line(), line("Durand")), actor=circle.worker)
    again = brought(circle, line(), line("Durand"))
    assert again.stage == ImportStage.DONE
    other = brought(circle, line(phone="0612345678"), line("Durand"))  # another file, the same people
    with pytest.raises(Refused, match="reprendre"):
        begin_import(source=other, actor=circle.worker)
    assert Household.objects.count() == 2
    client = acting(circle.worker)
    answer = client.post(
        PAGE, {"deposit": SimpleUploadedFile("b.csv", csv_file((HEAD, line(), line("Durand"))))}, follow=True
    )
    assert "déjà été importé" in answer.content.decode()


def test_two_lists_that_share_somebody_taken_at_the_same_time_make_one_draft(
    circle: Circle, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = brought(circle, line(), line("Durand")), brought(circle, line("Martin"), line(), name="autre.csv")
    begin = services._begin

    def meanwhile(**given: Any) -> Import:
        """The other list is taken whole once this one was looked at, before it begins."""
        monkeypatch.setattr(services, "_begin", begin)
        begin_import(source=first, actor=circle.worker)
        return begin(**given)

    monkeypatch.setattr(services, "_begin", meanwhile)
    begin_import(source=second, actor=circle.worker)
    assert sorted(Household.objects.values_list("last_name", flat=True)) == ["Durand", "Essai", "Martin"]
    assert Prescription.objects.count() == 3
    assert [left.outcome for left in LeftLine.objects.filter(source=second)] == [ImportOutcome.KNOWN]


def test_a_list_cut_in_the_middle_goes_on_from_there(circle: Circle, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "CHUNK", 3)
    monkeypatch.setattr(services, "AT_ONCE", 0)
    source = brought(circle, *(line(f"Nom{rank}", born="") for rank in range(8)))
    begin_import(source=source, actor=circle.worker)
    rows = check_import(source).rows
    services._apply_chunk(source=source.pk, rows=rows)  # the machine stops here
    assert Import.objects.get().done == 3
    assert not Household.objects.exists()
    carry_on_import(source=source.pk)
    carry_on_import(source=source.pk)
    assert (Import.objects.get().stage, Household.objects.count()) == (ImportStage.DONE, 8)


def test_the_file_goes_once_it_is_applied_the_lines_left_after_a_month_and_at_once_with_who_is_erased(
    circle: Circle,
) -> None:
    source = brought(circle, line("Gardé"), line("Refusé", phone="12"), line("Essai", "Nadia", phone="12"))
    path = content_path(source.file.sha256)
    begin_import(source=source, actor=circle.worker)
    source.refresh_from_db()
    assert source.file.is_forgotten
    assert not StoredFile.objects.filter(file=path).exists()
    erased = circle.household(last_name="Essai", first_name="Nadia")
    forget_households([erased.pk], timezone.now())
    assert [cells[0] for cells in LeftLine.objects.values_list("cells", flat=True)] == ["Refusé"]
    waiting = brought(circle, line("Attend"))
    Import.objects.filter(pk=source.pk).update(ended_at=timezone.now() - LEFT - timedelta(days=1))
    Import.objects.filter(pk=waiting.pk).update(started_at=timezone.now() - NAMED_ASIDE - timedelta(days=1))
    drop_old_imports(timestamp=0)
    assert not LeftLine.objects.exists()
    waiting.refresh_from_db()
    assert (waiting.stage, waiting.file.is_forgotten) == (ImportStage.DROPPED, True)


def test_a_list_without_headings_is_refused_before_its_first_person_is_kept_as_their_titles(circle: Circle) -> None:
    for first in (
        line("Durand"),
        line("Durand", born="", phone="06 99 00 00 01"),
        line("Durand", born="", mail="a@b.fr"),
    ):
        answer = acting(circle.worker).post(PAGE, {"deposit": SimpleUploadedFile("x.csv", csv_file((first, line())))})
        assert "La première ligne de ce fichier n’est pas une ligne de titres" in answer.content.decode()
    assert not Import.objects.exists()
    assert not StoredFile.objects.exists()
    brought(circle, line(), head=("Patronyme", "Petit nom", *HEAD[2:-1], "Aides 2025"))  # a year makes no datum


def test_what_heads_the_columns_of_a_list_goes_with_the_lines_left_out(circle: Circle) -> None:
    source = brought(circle, line(), head=("Patronyme", "Petit nom", *HEAD[2:]))
    services.choose_columns(source=source, sheet="", columns={"last_name": 0, "first_name": 1}, fills={})
    begin_import(source=Import.objects.get(), actor=circle.worker)
    Import.objects.update(ended_at=timezone.now() - LEFT - timedelta(days=1))
    drop_old_imports(timestamp=0)
    assert Import.objects.get().headings == []
    answer = acting(circle.worker).get(reverse("imports:import_left", args=[source.pk]), follow=True)
    assert answer.status_code == 200


def test_only_the_workers_of_the_structure_bring_and_see_a_list(circle: Circle) -> None:
    source = brought(circle, line())
    url = reverse("imports:import_detail", args=[source.pk])
    for member in (circle.adviser, circle.pilot, circle.relay):
        client = acting(member)
        assert client.get(PAGE).status_code in (403, 404)
        assert client.get(url).status_code == 404
    other = acting(make_membership(Role.WORKER, OrganisationKind.PRESCRIBER))
    assert other.get(url).status_code == 404
    assert other.post(reverse("imports:import_apply", args=[source.pk])).status_code == 404
    assert not Household.objects.exists()


def test_the_columns_of_a_structure_are_remembered(circle: Circle) -> None:
    head = ("Patronyme", "Petit nom", *HEAD[2:])
    source = brought(circle, line(), head=head)
    assert "last_name" not in source.columns
    services.choose_columns(source=source, sheet="", columns={"last_name": 0, "first_name": 1}, fills={})
    begin_import(source=Import.objects.get(), actor=circle.worker)
    assert brought(circle, line("Durand"), head=head).columns["last_name"] == 0


def test_the_queries_do_not_depend_on_the_lines(circle: Circle) -> None:
    made: list[Import] = []

    def make(count: int) -> None:
        made.append(
            brought(circle, *(line(f"N{count}x{rank}", phone=f"0699{count:03}{rank:03}") for rank in range(count)))
        )

    assert_same_queries(make, lambda: check_import(made[-1]))


def test_an_empty_or_absurd_file_is_a_sentence(circle: Circle) -> None:
    client: Client = acting(circle.worker)
    for content, sentence in ((b"", "vide"), (b"\x00\x01\x02", ""), (b"Nom;Prenom\n", "")):
        answer: Any = client.post(PAGE, {"deposit": SimpleUploadedFile("x.csv", content)}, follow=True)
        assert answer.status_code == 200
        assert sentence in answer.content.decode()
    assert "Choisissez le fichier" in client.post(PAGE, {}).content.decode()
