"""The queue of needs is narrowed by point and by territory; the rank that is shown stays that of the whole queue."""

import re
from collections.abc import Callable

import pytest
from django.urls import reverse

from network.enums import OrganisationKind
from network.models import Commune
from prescriptions.enums import NeedKind
from prescriptions.models import Need
from refurb.models import DistributionPoint
from tests.distribution.shelves import Shelf
from tests.network.factories import make_commune, make_epci, make_organisation
from tests.prescriptions.pages import acting, read

pytestmark = pytest.mark.django_db


def shown(page: str, *needs: Need) -> dict[str, int]:
    """``{reference: the rank that the page shows}`` of those of these needs that it lists."""
    ranked = re.findall(r'<li class="card queued" value="(\d+)">.*?>(N-[A-Z0-9-]+)</a>', page, re.DOTALL)
    return {reference: int(rank) for rank, reference in ranked if reference in {need.reference for need in needs}}


def point_in(shelf: Shelf, commune: Commune) -> DistributionPoint:
    return DistributionPoint.objects.create(
        organisation=shelf.distributor,
        distributor=shelf.distributor,
        name=f"Point de {commune.name}",
        address="1 rue des Essais",
        postcode="59000",
        commune=commune,
    )


def test_the_queue_is_narrowed_by_the_point_where_the_household_will_come(shelf: Shelf) -> None:
    url = reverse("distribution:need_queue")
    elsewhere = make_commune()
    first, second, third = shelf.need(), shelf.need(commune=elsewhere), shelf.need()
    here, there = point_in(shelf, shelf.commune), point_in(shelf, elsewhere)
    client = acting(shelf.adviser)
    assert shown(read(client, url), first, second, third) == {
        first.reference: 1, second.reference: 2, third.reference: 3,
    }  # fmt: skip
    page = read(client, url, where=f"point-{here.pk}")
    assert shown(page, first, second, third) == {first.reference: 1, third.reference: 3}
    assert "rang dans toute la file" in page
    assert "qui compte 3 besoins" in page
    assert f"Point ou territoire\u00a0: {here.name}" in page, "a chip takes it away"
    assert "2 besoins en attente" in page
    assert shown(read(client, url, where=f"point-{there.pk}"), first, second, third) == {second.reference: 2}
    assert "rang dans toute la file" not in read(client, url, tous="1")


def test_a_point_that_a_relay_holds_serves_the_communes_of_the_relay(shelf: Shelf) -> None:
    around, epci = make_commune(), make_epci()
    far = make_commune(epci=epci)
    relay = make_organisation(OrganisationKind.RELAY)
    relay.communes_served.add(around)
    held = DistributionPoint.objects.create(
        organisation=relay, distributor=shelf.distributor, name="Relais", address="1", postcode="59000", commune=far
    )
    own = point_in(shelf, shelf.commune)
    for commune in Commune.objects.all():
        sent = DistributionPoint.objects.around(shelf.distributor.pk, commune.pk)
        for point in (held, own):
            assert (point in sent) == (commune.pk in DistributionPoint.objects.communes_of(point)), commune
    assert around.pk in DistributionPoint.objects.communes_of(held)


def test_the_queue_is_narrowed_by_territory_and_offers_those_where_needs_wait_alone(shelf: Shelf) -> None:
    url, nobody = reverse("distribution:need_queue"), make_epci(name="Où personne n’attend")
    elsewhere = make_commune()
    first, second = shelf.need(), shelf.need(NeedKind.SMARTPHONE, commune=elsewhere)
    client = acting(shelf.adviser)
    page = read(client, url)
    assert nobody.name not in page
    assert elsewhere.epci.name in page
    for name, value in (("epci", elsewhere.epci_id), ("arrondissement", elsewhere.epci.arrondissement_id)):
        assert shown(read(client, url, where=f"{name}-{value}"), first, second) == {second.reference: 2}, name
        listed = read(client, reverse("prescriptions:need_list"), **{name: value})
        assert second.reference in listed
        assert first.reference not in listed
    narrowed = read(client, url, kind="computer", where=f"epci-{elsewhere.epci_id}")
    assert shown(narrowed, first, second) == {}
    assert "ne répond à ces critères" in narrowed


def test_a_narrowed_queue_asks_a_constant_number_of_queries(
    shelf: Shelf, django_assert_max_num_queries: Callable[..., object]
) -> None:
    url, point = reverse("distribution:need_queue"), point_in(shelf, shelf.commune)
    client = acting(shelf.adviser)
    counts = []
    for _ in range(2):
        for _ in range(2):
            shelf.need()
        read(client, url, where=f"point-{point.pk}")
        with django_assert_max_num_queries(60) as asked:
            read(client, url, where=f"point-{point.pk}")
        counts.append(len(asked))  # type: ignore[arg-type]
    assert counts[0] == counts[1]


def test_the_points_of_several_distributors_are_each_their_own() -> None:
    one, other = Shelf(), Shelf()
    assert one.point != other.point
    pairs = [(a.distributor.pk, b.commune.pk) for a in (one, other) for b in (one, other)]
    found = DistributionPoint.objects.around_each(pairs)
    assert found[one.distributor.pk, one.commune.pk] == [one.point]
    assert found[other.distributor.pk, other.commune.pk] == [other.point]
    assert found[one.distributor.pk, other.commune.pk] == DistributionPoint.objects.around(*pairs[1])
