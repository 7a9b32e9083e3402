"""The territory and its files."""

import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from network.models import Arrondissement, Commune, Epci, Organisation
from network.readers.territory import DATA, TerritoryFileError, read_territory
from network.services.territory import TerritoryRefused, load_territory
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation

pytestmark = pytest.mark.django_db


def test_the_nord_has_its_arrondissements_epci_and_communes() -> None:
    load_territory(read_territory())
    assert Arrondissement.objects.count() == 6
    assert Epci.objects.count() == 17
    assert Commune.objects.in_departement().count() == 647
    outside = Commune.objects.current().filter(in_departement=False)
    assert sorted(outside.values_list("name", flat=True)) == [
        "Fleurbaix",
        "Laventie",
        "Lestrem",
        "Sailly-sur-la-Lys",
    ]
    assert set(outside.values_list("epci__name", flat=True)) == {"CC Flandre Lys"}
    assert set(outside.values_list("arrondissement", flat=True)) == {None}


def test_populations_are_those_of_the_files_and_carry_their_year() -> None:
    load_territory(read_territory())
    nord = Commune.objects.in_departement()
    assert nord.aggregate(total=Sum("population"))["total"] == 2_615_635
    assert set(nord.values_list("population_year", flat=True)) == {2023}
    assert set(Epci.objects.values_list("population_year", flat=True)) == {2022}
    assert Epci.objects.get(siren="245900758").population == 40_142
    assert nord.filter(arrondissement__code="595").aggregate(total=Sum("population"))["total"] == 1_268_900


def test_every_commune_has_its_postcodes_and_its_epci() -> None:
    load_territory(read_territory())
    assert not Commune.objects.filter(postcodes=[]).exists()
    assert Commune.objects.current().get(code="59350").postcodes == [
        "59000",
        "59160",
        "59260",
        "59777",
        "59800",
    ]
    assert Commune.objects.current().filter(epci__siren="200093201").count() == 95


def test_a_merged_commune_points_to_the_one_that_took_it_over() -> None:
    load_territory(read_territory())
    merged = Commune.objects.exclude(merged_into=None)
    assert merged.count() == 12
    assert merged.get(code="59355").merged_into.name == "Lille"
    assert merged.get(code="59588").merged_into.name == "Téteghem-Coudekerque-Village"
    assert Commune.objects.current().get(code="59006").name == "L’Orée de Mormal"


def test_loading_again_changes_nothing() -> None:
    load_territory(read_territory())
    before = list(Commune.objects.order_by("pk").values())
    report = load_territory(read_territory())
    assert [(row.created, row.changed) for row in report] == [(0, 0)] * 4
    assert list(Commune.objects.order_by("pk").values()) == before


def test_the_communes_of_an_epci_that_merged_twice_stay_with_the_one_of_today() -> None:
    load_territory(read_territory())
    today = make_epci()
    between = make_epci(succeeded_by=today, succeeded_at=timezone.now())
    Epci.objects.filter(siren="200093201").update(succeeded_by=between, succeeded_at=timezone.now())
    Commune.objects.filter(epci__siren="200093201").update(epci=today)

    load_territory(read_territory())

    assert Commune.objects.current().filter(epci=today).count() == 95


def test_loading_puts_back_what_was_altered_and_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    load_territory(read_territory())
    Commune.objects.filter(code__in=["59350", "59122"], merged_into=None).update(population=1)
    call_command("load_territory")
    assert "communes\u00a0: 0 ajout, 2 modifications, 649 sans changement" in capsys.readouterr().out
    assert Commune.objects.current().get(code="59350").population == 238_246


def test_loading_costs_the_same_number_of_queries_whatever_there_is_to_write(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_max_num_queries(20):
        load_territory(read_territory())
    with django_assert_max_num_queries(20):
        load_territory(read_territory())


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A copy of the files, to be altered."""
    shutil.copytree(DATA, tmp_path / "data")
    return tmp_path / "data"


def take_out(path: Path, start: str) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(line for line in lines if not line.startswith(start)), encoding="utf-8")


def test_a_commune_that_merges_keeps_its_row_and_what_points_to_it(files: Path) -> None:
    load_territory(read_territory())
    abancourt = Commune.objects.get(code="59001")
    organisation = make_organisation("relay", commune=abancourt)
    take_out(files / "communes.csv", "59001,")
    with (files / "communes_merged.csv").open("a", encoding="utf-8") as lines:
        lines.write("59001,commune-deleguee,Abancourt,59122\n")
    report = load_territory(read_territory(files))
    assert Commune.objects.in_departement().count() == 646
    organisation = Organisation.objects.select_related("commune__merged_into").get(pk=organisation.pk)
    assert organisation.commune == abancourt
    assert organisation.commune.merged_into.name == "Cambrai"
    assert organisation.commune.population is None
    assert report[-1].changed == 1


def test_a_commune_that_disappears_without_a_word_is_refused(files: Path) -> None:
    load_territory(read_territory())
    take_out(files / "communes.csv", "59001,")
    with pytest.raises(TerritoryRefused, match="59001"):
        load_territory(read_territory(files))
    assert Commune.objects.in_departement().count() == 647


def test_an_unknown_code_is_refused(files: Path) -> None:
    take_out(files / "epci.csv", "200093201,")
    with pytest.raises(CommandError, match="200093201"):
        call_command("load_territory", folder=files)
    assert not Commune.objects.exists()


@pytest.mark.parametrize("row", ["59001,inconnu,Abancourt,59122", "59001,commune-deleguee,Abancourt,59999"])
def test_a_merged_commune_of_no_known_status_or_host_is_named_and_nothing_is_written(files: Path, row: str) -> None:
    with (files / "communes_merged.csv").open("a", encoding="utf-8") as lines:
        lines.write(f"{row}\n")
    with pytest.raises(TerritoryRefused, match="59001\u00a0: statut ou commune d’accueil inconnus"):
        load_territory(read_territory(files))
    assert not Commune.objects.exists()


def test_a_file_that_does_not_read_says_which_line(files: Path) -> None:
    path = files / "communes.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("59268,441,", "59268,quatre,"), encoding="utf-8")
    with pytest.raises(TerritoryFileError, match=r"communes\.csv, ligne 2"):
        read_territory(files)
    (files / "epci.csv").unlink()
    with pytest.raises(TerritoryFileError, match=r"epci\.csv ne s’ouvre pas"):
        read_territory(files)


def test_the_territory_is_public() -> None:
    load_territory(read_territory())
    for actor in (None, make_membership("observer", "funder")):
        assert Commune.objects.visible_to(actor).count() == 663
        assert Epci.objects.visible_to(actor).count() == 17
        assert Arrondissement.objects.visible_to(actor).count() == 6


def test_communes_are_chosen_in_the_order_of_a_dictionary() -> None:
    names = ["Zuydcoote", "Écaillon", "Gussignies", "Gœulzin", "L’Orée de Mormal", "Lompret", "Lécluse", "Leers"]
    for name in names:
        make_commune(name=name)
    chosen = Commune.objects.filter(name__in=names).alphabetical()
    assert [commune.name for commune in chosen] == [
        "Écaillon", "Gœulzin", "Gussignies", "Lécluse", "Leers", "Lompret", "L’Orée de Mormal", "Zuydcoote",
    ]  # fmt: skip
