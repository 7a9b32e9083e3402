"""A commune is found by what people type of it, and told with its EPCI; several that answer are proposed."""

from collections import Counter
from typing import Any

import pytest
from django import forms

from network.forms.communes import MOST_PROPOSED, CommuneField, communes_like
from network.models import Commune
from network.readers.territory import read_territory
from network.services.territory import load_territory
from tests.network.factories import make_commune, make_epci

pytestmark = pytest.mark.django_db


class HomeForm(forms.Form):
    commune = CommuneField(label="Commune")


@pytest.fixture
def nord() -> list[Commune]:
    load_territory(read_territory())
    return list(Commune.objects.select_related("epci"))


def proposed(form: forms.Form) -> list[str]:
    assert not form.is_valid()
    widget: Any = form.fields["commune"].widget
    return [commune.name for commune in widget.proposed]


def test_a_name_is_taken_without_accents_hyphens_or_case_and_st_is_saint(nord: list[Commune]) -> None:
    for typed, name in (
        ("lille", "Lille"),
        ("  ROUBAIX ", "Roubaix"),
        ("st amand les eaux", "Saint-Amand-les-Eaux"),
        ("Ste Marie Cappel", "Sainte-Marie-Cappel"),
        ("fort mardyck", None),
        ("lys lez lannoy", "Lys-lez-Lannoy"),
        ("le quesnoy", "Le Quesnoy"),
        ("l oree de mormal", "L’Orée de Mormal"),
        ("Lille 59350", "Lille"),
    ):
        found = communes_like(typed, nord)
        assert found.is_sure is (name is not None), typed
        assert name is None or found.communes[0].name == name


def test_a_name_cut_short_or_without_its_article_is_proposed_and_never_taken(nord: list[Commune]) -> None:
    short = communes_like("st aman", nord)
    assert not short.is_sure
    assert "Saint-Amand-les-Eaux" in [row.name for row in short.communes]
    without = communes_like("quesnoy", nord)
    assert not without.is_sure, "Le Quesnoy, or Quesnoy-sur-Deûle?"
    assert {"Le Quesnoy", "Quesnoy-sur-Deûle"} <= {row.name for row in without.communes}


def test_every_commune_of_today_is_taken_by_its_own_name_however_it_is_written(nord: list[Commune]) -> None:
    today = [row for row in nord if row.merged_into_id is None]
    for row in today:
        for typed in (row.name, row.name.upper().replace("-", " "), row.name.replace("Saint", "St")):
            assert communes_like(typed, nord).communes[0] == row, typed
        assert row in communes_like(row.code, nord).communes
        assert all(row in communes_like(code, nord).communes for code in row.postcodes)
    codes = {code for row in today for code in row.postcodes}
    assert max(len(communes_like(code, nord).communes) for code in codes) <= MOST_PROPOSED


def test_a_postcode_of_one_commune_is_taken_and_figures_that_are_a_code_too_are_asked_about(
    nord: list[Commune],
) -> None:
    codes = Counter(code for row in nord if row.merged_into_id is None for code in row.postcodes)
    alone = next(code for code, count in codes.items() if count == 1 and code not in {row.code for row in nord})
    assert communes_like(alone, nord).is_sure
    by_postcode = communes_like("59350", nord)
    assert {"Lille", "Saint-André-lez-Lille"} <= {row.name for row in by_postcode.communes}
    assert not by_postcode.is_sure


def test_a_former_commune_proposes_the_one_that_took_it_over(nord: list[Commune]) -> None:
    found = communes_like("Lomme", nord)
    assert [row.name for row in found.communes] == ["Lille"]
    assert not found.is_sure


def test_what_is_not_found_is_told_and_what_is_too_vague_is_asked_again() -> None:
    for number in range(MOST_PROPOSED + 1):
        make_commune(name=f"Bois-Essai-{number}")
    for typed, told in (("Lutèce", "Aucune commune"), ("bois", "écrivez-en un peu plus"), ("", "code postal")):
        form = HomeForm({"commune": typed})
        assert told in form.errors["commune"][0]
        assert proposed(form) == []


def test_several_are_ticked_under_the_box_and_what_is_typed_afterwards_wins() -> None:
    epci = make_epci(short_name="CC d’Essai")
    one, other = (make_commune(name=name, postcodes=["59999"], epci=epci) for name in ("Alpha-Essai", "Bêta-Essai"))
    form = HomeForm({"commune": "59999"})
    assert proposed(form) == [one.name, other.name]
    html = form.as_p()
    for kept in ('value="59999"', 'name="commune-pour"', f'value="{other.name}"', "CC d’Essai"):
        assert kept in html
    ticked = {"commune-pour": "59999", "commune-parmi": other.name}
    assert HomeForm({"commune": "59999", **ticked}).is_valid()
    chosen = HomeForm({"commune": "59999", **ticked})
    assert chosen.is_valid()
    assert chosen.cleaned_data["commune"] == other
    typed = HomeForm({"commune": "alpha essai", **ticked})
    assert typed.is_valid()
    assert typed.cleaned_data["commune"] == one


def test_the_only_one_that_may_be_meant_is_proposed_and_not_ticked_in_the_persons_place() -> None:
    make_commune(name="Gamma-Essai")
    html = HomeForm({"commune": "gam"}).as_p()
    assert 'value="Gamma-Essai" id="id_commune-' in html
    assert "checked" not in html


def test_the_commune_written_before_is_shown_with_its_epci(django_assert_num_queries: Any) -> None:
    commune = make_commune(epci=make_epci(name="Communauté d’essai"))
    with django_assert_num_queries(1):
        html = HomeForm(initial={"commune": commune.pk}).as_p()
    assert f'value="{commune.name}"' in html
    assert f"{commune.name}\u00a0: Communauté d’essai" in html
    form = HomeForm({"commune": commune.name}, initial={"commune": commune.pk})
    assert not form.has_changed()


def test_what_is_too_long_to_be_a_commune_is_not_cut_to_the_one_that_begins_it(nord: list[Commune]) -> None:
    typed = f"Lille {' ' * 95}Roubaix"
    assert communes_like(typed, nord).communes == []
    form = HomeForm({"commune": typed})
    assert not form.is_valid()
    assert "trop long pour une commune" in str(form.errors)
    assert "Roubaix" in str(form["commune"]), "what is typed is still there"
