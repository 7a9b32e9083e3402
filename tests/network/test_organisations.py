"""Organisations and their form."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from network.forms.organisations import OrganisationForm
from network.models import Organisation
from network.readers.territory import read_territory
from network.services.organisations import save_organisation
from network.services.territory import load_territory
from tests.network.factories import make_commune, make_epci, make_membership, make_organisation

pytestmark = pytest.mark.django_db
DATA = {
    "name": "Atelier du Test",
    "kinds": ["reconditioner"],
    "legal_nature": "association",
    "legal_form": " association loi 1901 ",
    "siret": "732 829 320 00074",
    "competences": ["repair", "erasure"],
    "is_active": "on",
}


def test_the_pilot_creates_an_organisation_with_its_communes(client: Client) -> None:
    load_territory(read_territory())
    client.force_login(make_membership("pilot", "departement").user)
    response = client.post(
        reverse("network:organisation_create"), DATA | {"communes": "lomme\nL'Oree de Mormal\n59122"}
    )
    organisation = Organisation.objects.get(name="Atelier du Test")
    assert response.url == reverse("network:organisation_detail", args=[organisation.reference])
    assert organisation.siret == "73282932000074"
    assert organisation.legal_form == "association loi 1901"
    served = set(organisation.communes_served.values_list("name", flat=True))
    assert served == {"Lille", "L’Orée de Mormal", "Cambrai"}
    page = client.get(response.url).content.decode()
    assert "L’Orée de Mormal" in page
    assert "732\u00a0829\u00a0320\u00a000074" in page
    assert "Réparation" in page
    assert "<dd>association loi 1901</dd>" in page


def test_whole_epci_are_added_to_the_communes_typed() -> None:
    lone = make_commune()
    inside = make_commune()
    make_commune(epci=inside.epci, merged_into=inside)
    form = OrganisationForm(DATA | {"communes": lone.code, "whole_epcis": [inside.epci_id]})
    assert form.is_valid(), form.errors
    assert set(form.communes_served()) == {lone, inside}


def test_a_commune_that_is_not_known_is_named() -> None:
    form = OrganisationForm(DATA | {"communes": "Lutèce"})
    assert not form.is_valid()
    assert "Lutèce" in form.errors["communes"][0]


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("siret", "73282932000075", "clé de contrôle"),
        ("siret", "732829320", "14 chiffres"),
        ("postcode", "5900", "5 chiffres"),
        ("kinds", [], "obligatoire"),
    ],
)
def test_the_form_says_what_is_wrong(field: str, value: object, sentence: str) -> None:
    form = OrganisationForm(DATA | {field: value})
    assert not form.is_valid()
    assert sentence in form.errors[field][0]


def test_an_organisation_that_has_the_name_of_another_is_made_and_the_other_is_told(client: Client) -> None:
    client.force_login(make_membership("pilot", "departement").user)
    known = make_organisation("donor", name="Émmaüs d’Essai")
    url, typed = reverse("network:organisation_create"), DATA | {"name": "emmaus d'essai"}
    told = client.post(url, typed, follow=True).content.decode()
    assert "Organisation créée." in told
    assert (
        f"Une autre organisation porte ce nom. Si c’est la même, n’en gardez qu’une active\u00a0: {known.reference}."
        in told
    )
    told = client.post(url, typed | {"name": "Ailleurs", "siret": ""}, follow=True).content.decode()
    assert "porte ce nom" not in told


def test_a_siret_belongs_to_one_organisation_and_none_is_none() -> None:
    make_organisation("donor", siret="73282932000074")
    make_organisation("donor")
    make_organisation("donor")
    form = OrganisationForm(DATA)
    assert not form.is_valid()
    assert "Une organisation a déjà ce SIRET." in form.non_field_errors()
    with pytest.raises(IntegrityError), transaction.atomic():
        make_organisation("donor", siret="73282932000074")


def test_a_siret_that_another_has_leads_to_it(client: Client) -> None:
    holder = make_organisation("donor", siret="73282932000074")
    mine = make_organisation("donor")
    client.force_login(make_membership("pilot", "departement").user)
    there = f'href="{reverse("network:organisation_detail", args=[holder.reference])}"'
    edit = reverse("network:organisation_edit", args=[mine.reference])
    for url in (reverse("network:organisation_create"), edit):
        page = client.post(url, DATA).content.decode()
        assert "Une organisation a déjà ce SIRET." in page
        assert there in page
        assert there not in client.get(url).content.decode()
        assert there not in client.post(url, DATA | {"siret": "", "name": ""}).content.decode()


@pytest.mark.parametrize("fields", [{"kinds": []}, {"kinds": ["guild"]}, {"siret": "12"}, {"postcode": "5"}])
def test_the_database_refuses_what_makes_no_sense(fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_organisation("donor", **fields)


def test_only_the_pilot_writes_organisations(client: Client) -> None:
    manager = make_membership("manager", "donor")
    with pytest.raises(PermissionDenied):
        save_organisation(organisation=manager.organisation, by=manager)
    client.force_login(manager.user)
    for url in (
        reverse("network:organisation_create"),
        reverse("network:organisation_edit", args=[manager.organisation.reference]),
    ):
        assert client.get(url).status_code == 403
        assert client.post(url, DATA).status_code == 403


def test_taking_away_a_kind_in_use_is_told_in_french(client: Client) -> None:
    pilot = make_membership("pilot", "departement")
    worker = make_membership("worker", "prescriber")
    client.force_login(pilot.user)
    url = reverse("network:organisation_edit", args=[worker.organisation.reference])
    response = client.post(url, DATA | {"siret": ""})
    assert response.status_code == 200
    assert "fermez d’abord leurs rattachements" in response.content.decode()
    assert Organisation.objects.get(pk=worker.organisation_id).kinds == ["prescriber"]


def test_the_organisation_of_the_last_pilot_stays_active() -> None:
    pilot = make_membership("pilot", "departement")
    pilot.organisation.is_active = False
    with pytest.raises(ValidationError):
        save_organisation(organisation=pilot.organisation, by=pilot)
    assert Organisation.objects.get(pk=pilot.organisation_id).is_active


def test_the_list_filters_by_name_kind_competence_and_epci(client: Client) -> None:
    pilot = make_membership("pilot", "departement")
    commune = make_commune()
    here = make_organisation("reconditioner", name="Atelier Alpha", competences=["repair"], commune=commune)
    serving = make_organisation("relay", name="Relais Bêta")
    serving.communes_served.add(commune)
    make_organisation("donor", name="Donateur Gamma")
    client.force_login(pilot.user)

    def found(**query: object) -> set[str]:
        response = client.get(reverse("network:organisation_list"), query)
        return {row.record.name for row in response.context["table"].rows}

    assert found(text="alpha") == {"Atelier Alpha"}
    assert found(text=here.reference) == {"Atelier Alpha"}
    assert found(kind="relay") == {"Relais Bêta"}
    assert found(competence="repair") == {"Atelier Alpha"}
    assert found(epci=commune.epci_id) == {"Atelier Alpha", "Relais Bêta"}
    response = client.get(reverse("network:organisation_list"), {"text": "alpha"})
    assert [row.get_cell("epci") for row in response.context["table"].rows] == [str(commune.epci)]


def test_the_communes_served_are_in_the_order_of_a_dictionary(client: Client) -> None:
    member = make_membership("worker", "prescriber")
    epci = make_epci()
    member.organisation.communes_served.set([make_commune(epci=epci, name=name) for name in ("Warlaing", "Écaillon")])
    client.force_login(member.user)
    response = client.get(reverse("network:organisation_detail", args=[member.organisation.reference]))
    assert [commune.name for commune in response.context["communes_served"]] == ["Écaillon", "Warlaing"]


def test_the_list_is_in_the_order_of_a_dictionary_both_ways(client: Client) -> None:
    client.force_login(make_membership("worker", "prescriber", make_organisation("prescriber", name="Zénith")).user)
    for name in ("CA Valenciennes", "CA de Cambrai", "Écaillon"):
        make_organisation("relay", name=name)
    url = reverse("network:organisation_list")
    for query, turn in (({}, 1), ({"sort": "-name"}, -1)):
        names = [row.record.name for row in client.get(url, query).context["table"].rows]
        assert names == ["CA de Cambrai", "CA Valenciennes", "Écaillon", "Zénith"][::turn]


def test_the_list_costs_the_same_whatever_its_length(client: Client, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    client.force_login(make_membership("pilot", "departement").user)
    url = reverse("network:organisation_list")
    with django_assert_num_queries(7) as one:
        client.get(url)
    for _ in range(20):
        make_organisation("relay", commune=make_commune())
    with django_assert_num_queries(len(one)):
        client.get(url)


def test_an_organisation_one_may_not_see_is_not_found(client: Client) -> None:
    donor = make_organisation("donor")
    client.force_login(make_membership("worker", "prescriber").user)
    assert client.get(reverse("network:organisation_detail", args=[donor.reference])).status_code == 404


def test_two_forms_sent_at_once_do_not_give_two_organisations_one_siret() -> None:
    make_organisation(siret="73282932000074")
    twice = make_organisation()
    twice.siret = "73282932000074"
    with pytest.raises(ValidationError) as refused:
        save_organisation(organisation=twice)
    assert refused.value.message_dict == {"siret": ["Une organisation a déjà ce SIRET."]}
    assert Organisation.objects.get(pk=twice.pk).siret == ""


def test_what_no_sentence_is_there_for_is_told_as_it_is() -> None:
    """A mistake of ours is no answer to whoever fills a form."""
    unheard = make_organisation()
    unheard.legal_nature = "guild"
    with pytest.raises(IntegrityError, match="network_organisation_legal_nature"):
        save_organisation(organisation=unheard)
