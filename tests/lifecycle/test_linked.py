"""A condition on what is linked to a row, asked without the model of what is linked."""

from collections.abc import Callable

import pytest
from django.core.exceptions import FieldDoesNotExist
from django.db.models import F, OuterRef, Q

from lifecycle.linked import Linked
from lifecycle.requirements import as_expression
from network.models import Organisation
from tests.lifecycle.parcels.models import Depot, Parcel, SealProof

Announce = Callable[..., list[Parcel]]


def test_a_row_comes_out_once_whatever_is_linked_to_it(announce: Announce, depot: Depot) -> None:
    announce(3)
    empty = Depot.objects.create(organisation=depot.organisation)
    assert list(Depot.objects.filter(Q(Linked("parcel")))) == [depot]
    assert list(Depot.objects.filter(~Q(Linked("parcel")))) == [empty]
    assert list(Depot.objects.filter(Q(Linked("parcel")) | Q(total=1)).order_by("pk")) == [depot, empty]


def test_the_conditions_are_of_what_is_linked(announce: Announce, depot: Depot) -> None:
    announce(2, limit=7)
    assert Depot.objects.filter(Q(Linked("parcel", Q(size="small"), limit=7))).exists()
    assert not Depot.objects.filter(Q(Linked("parcel", Q(size="large"), limit=7))).exists()
    assert not Depot.objects.filter(Q(Linked("parcel", Q(size="small"), limit=8))).exists()


def test_a_condition_may_look_at_the_row_itself(announce: Announce, depot: Depot) -> None:
    announce(1, limit=100)
    announce(1, limit=1)
    assert Depot.objects.filter(Q(Linked("parcel", limit=OuterRef("total")))).exists()
    Depot.objects.update(total=F("total") + 1)
    assert not Depot.objects.filter(Q(Linked("parcel", limit=OuterRef("total")))).exists()


def test_it_is_answered_in_a_select_as_a_rule_is(announce: Announce) -> None:
    sealed, bare = announce(2)
    SealProof.objects.bulk_create([SealProof(parcel=sealed), SealProof(parcel=sealed)])
    answers = Parcel.objects.annotate(is_sealed=as_expression(Q(Linked("seals")))).values_list("pk", "is_sealed")
    assert sorted(answers) == [(sealed.pk, True), (bare.pk, False)]


@pytest.mark.django_db
def test_a_link_that_the_model_has_not_is_an_error() -> None:
    with pytest.raises(FieldDoesNotExist):
        Organisation.objects.filter(Q(Linked("seals"))).exists()
