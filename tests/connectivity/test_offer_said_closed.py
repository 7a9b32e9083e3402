"""An operator says that an offer is closed: nobody is proposed it, and the pilot is asked what is true of it."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import Channel, ConnectionState, OfferVerdict, OperatorRefusalCode
from connectivity.models import ConnectionFile, Offer
from connectivity.models.connection import OUT_OF_FORCE
from connectivity.services.connections import (
    accept_connection,
    choose_connection,
    propose_connection,
    refuse_connection,
)
from connectivity.services.offers import OfferProposal, offers_of_the_day
from connectivity.views.steps import TO_AGREE_AGAIN
from desk.services.reference import check_rows, correct_row
from desk.todo.connections import closed_offers
from documents.models import Mail
from lifecycle.exceptions import Refused
from prescriptions.models import Need
from reference.families import family_of
from tests.connectivity.lines import Line, ask, make_offer
from tests.connectivity.test_connection_ends import codes
from tests.connectivity.test_line_offers import change
from tests.connectivity.test_stopped import CHOOSE, asked_first, page_of
from tests.refurb.pages import acting, read
from typography.french import day

pytestmark = pytest.mark.django_db
S = ConnectionState
BLOCK = "Offres que leur opérateur dit fermées"


def refused_as_closed(line: Line, connection: ConnectionFile) -> ConnectionFile:
    refusal = OperatorRefusalCode.OFFER_CLOSED
    return refuse_connection(actor=line.agent, connection=connection, refusal=refusal, at=line.at)


def proposed_of(need: Need, offer: Offer) -> OfferProposal | None:
    return next((one for one in offers_of_the_day(need=need) if one.offer.code == offer.code), None)


def asked_of_the_pilot() -> list[Any]:
    return list(closed_offers(timezone.now()).rows)  # type: ignore[call-overload]


def another(line: Line) -> Line:
    """Another family, to which the same offer may be proposed."""
    other = Line(circle=type(line.circle)())
    other.offer = line.offer
    return other


def mails_of(line: Line) -> Any:
    return Mail.objects.filter(subject__contains="la dit fermée", to__contains=[line.pilot.user.email])


def test_an_offer_said_closed_is_proposed_to_nobody_with_the_word_of_its_operator_and_its_day() -> None:
    line = Line()
    other = another(line)
    refused_as_closed(line, line.sent())
    for need in (line.need, other.need):
        ours = proposed_of(need, line.offer)
        assert ours is not None
        assert ours.verdict == OfferVerdict.NOT
        said = f"{line.operator} a répondu le {day(timezone.localdate())} que cette offre est fermée."
        assert said in [one.sentence for one in ours.assessment.against]

    with pytest.raises(Refused) as refused:
        other.chosen()
    assert codes(refused) == {"offer_sold"}
    assert said in refused.value.all[0].sentence


def test_a_line_does_not_pass_to_an_offer_said_closed_which_its_refusal_says_first() -> None:
    line, owned = Line(), Line(Channel.OWN_SUBSCRIPTION)
    file = owned.active()
    refused_as_closed(line, line.sent())
    with pytest.raises(Refused) as refused:
        change(owned, file, line.offer)
    assert [reason.code for reason in refused.value.all][:2] == ["offer_sold", "without_desk"]


def test_an_offer_is_sold_on_its_last_day_and_no_more_on_the_next() -> None:
    line = Line()
    Offer.objects.filter(pk=line.offer.pk).update(valid_to=line.today())
    line.offer.refresh_from_db()
    assert proposed_of(line.need, line.offer) is not None
    chosen = line.chosen()
    assert not chosen.dead_end
    assert line.send(chosen).state == S.SENT
    late = another(line)
    chosen = late.chosen()
    Offer.objects.filter(pk=line.offer.pk).update(valid_to=line.today() - timedelta(days=1))
    assert proposed_of(line.need, line.offer) is None
    with pytest.raises(Refused) as refused:
        late.send(chosen)
    assert codes(refused) == {"offer_still"}
    with pytest.raises(Refused) as refused:
        another(line).chosen()
    assert codes(refused) == {"offer"}


def test_a_new_version_of_an_offer_is_told_with_what_it_changes_and_is_chosen_in_one_act() -> None:
    line = Line()
    chosen, sent = line.chosen(), another(line).sent()
    replace = reverse("desk:reference_replace", args=["offres", line.offer.pk])
    told = read(acting(line.pilot), replace)
    assert "2 demandes en cours avec cette version. Ce qu’un opérateur a déjà reçu continue." in told
    assert "À choisir de nouveau avec le foyer\u00a0: 1\u00a0; qui suit le foyer le lit dans" in told
    today = timezone.localdate()
    Offer.objects.filter(pk=line.offer.pk).update(valid_to=today - timedelta(days=1))
    newer = make_offer(code=line.offer.code, operator=line.operator, price=Decimal("12.90"), valid_from=today)
    since = f"une nouvelle version de celle-ci vaut depuis le {day(today)}"
    page = read(acting(line.worker), page_of(chosen))
    assert asked_first(chosen, line.worker) == CHOOSE
    assert TO_AGREE_AGAIN in page
    assert since in page
    assert OUT_OF_FORCE not in page
    assert f"à choisir de nouveau\u00a0: {since}" in read(acting(line.worker), "/")
    with pytest.raises(Refused, match="a une nouvelle version"):
        line.send(chosen)

    choice = read(acting(line.worker), reverse("connectivity:connection_choose", args=[chosen.reference]))
    assert "9,90\u00a0€ par mois → 12,90\u00a0€ par mois" in choice
    assert re.search(
        rf'value="{newer.pk}"[^>]*checked|selected[^>]*value="{newer.pk}"|value="{newer.pk}" selected', choice
    )
    chosen = line.choose(ConnectionFile.objects.get(pk=chosen.pk), newer)
    assert not chosen.dead_end
    assert line.send(chosen).state == S.SENT
    accepted = accept_connection(actor=line.agent, connection=sent, operator_reference="OP-1")
    assert accepted.state == S.ACCEPTED, "what its operator has goes on as it was agreed"


def test_what_was_chosen_before_is_not_sent_and_another_offer_is_asked() -> None:
    line = Line()
    other = another(line)
    make_offer()
    chosen = other.chosen()
    refused_as_closed(line, line.sent())
    with pytest.raises(Refused) as refused:
        other.send(chosen)
    assert codes(refused) == {"offer_still_sold"}
    assert asked_first(chosen, other.worker) == CHOOSE
    assert "l’opérateur a répondu que celle-ci est fermée" in read(acting(other.worker), page_of(chosen))


def test_the_pilot_is_written_to_once_and_reads_it_until_he_says_what_is_true() -> None:
    line = Line()
    pilot, other = line.pilot, another(line)
    sent = other.sent()
    assert not asked_of_the_pilot()
    refused_as_closed(line, line.sent())
    refused_as_closed(other, sent)
    assert asked_of_the_pilot() == [line.offer]
    assert BLOCK in read(acting(pilot), "/")
    assert mails_of(line).count() == 1
    assert f"/offres/{line.offer.code}/" in mails_of(line).get().body
    page = read(acting(pilot), f"/connexions/offres/{line.offer.code}/")
    assert "que cette offre est fermée." in page
    assert "C’est une erreur" in page

    assert not read(acting(line.worker), "/").count(BLOCK)
    check_rows(family=family_of(Offer), keys=[line.offer.pk], by=pilot)
    assert not asked_of_the_pilot()
    assert "que cette offre est fermée." not in read(acting(pilot), f"/connexions/offres/{line.offer.code}/")
    assert proposed_of(line.need, line.offer).verdict != OfferVerdict.NOT  # type: ignore[union-attr]


def test_what_its_operator_says_after_its_source_was_read_the_same_day_holds() -> None:
    line = Line()
    check_rows(family=family_of(Offer), keys=[line.offer.pk], by=line.pilot)
    assert proposed_of(line.need, line.offer).verdict != OfferVerdict.NOT  # type: ignore[union-attr]
    refused_as_closed(line, line.sent())
    assert proposed_of(line.need, line.offer).verdict == OfferVerdict.NOT  # type: ignore[union-attr]
    assert asked_of_the_pilot() == [line.offer]
    assert mails_of(line).count() == 1

    check_rows(family=family_of(Offer), keys=[line.offer.pk], by=line.pilot)
    assert not asked_of_the_pilot()


def test_a_source_said_read_by_correcting_the_offer_lifts_the_word_as_the_button_does() -> None:
    line = Line()
    refused_as_closed(line, line.sent())
    row = Offer.objects.get(pk=line.offer.pk)
    row.source, row.checked_on = "La page de l’opérateur", timezone.localdate()
    correct_row(family=family_of(Offer), row=row, changed=["source", "checked_on"], by=line.pilot)
    assert not asked_of_the_pilot()


def test_a_new_version_or_a_last_day_lifts_the_word_of_the_operator() -> None:
    line = Line()
    refused_as_closed(line, line.sent())
    today = timezone.localdate()
    Offer.objects.filter(pk=line.offer.pk).update(valid_to=today - timedelta(days=1))
    assert proposed_of(line.need, line.offer) is None
    make_offer(code=line.offer.code, operator=line.operator, valid_from=today)
    ours = proposed_of(line.need, line.offer)
    assert ours is not None
    assert ours.verdict != OfferVerdict.NOT


def test_an_operator_that_takes_another_request_says_that_its_offer_is_open() -> None:
    line = Line()
    other = another(line)
    sent = other.sent()
    refused_as_closed(line, line.sent())
    accept_connection(actor=line.agent, connection=sent, operator_reference="OP-1")
    assert proposed_of(line.need, line.offer).verdict != OfferVerdict.NOT  # type: ignore[union-attr]


def test_what_was_seen_in_a_file_that_is_closed_still_counts_in_the_next_one() -> None:
    line = Line()
    ask(line.offer)
    first = line.chosen()
    line.see(first)
    refuse_connection(actor=line.agent, connection=line.send(first), refusal=OperatorRefusalCode.DUPLICATE)
    need = Need.objects.get(pk=line.need.pk)
    second = propose_connection(actor=line.worker, need=need)
    chosen = choose_connection(actor=line.worker, connection=second, offer=line.offer, agreement="in_person")
    assert line.send(chosen).state == S.SENT


def test_a_condition_not_met_in_a_file_that_is_closed_is_said_of_the_next_one() -> None:
    line = Line()
    ask(line.offer)
    first = line.chosen()
    line.see(first)
    sent = line.send(first)
    line.see(sent, holds=False)
    refuse_connection(actor=line.agent, connection=sent, refusal=OperatorRefusalCode.NOT_ELIGIBLE)
    ours = proposed_of(Need.objects.get(pk=line.need.pk), line.offer)
    assert ours is not None
    assert ours.verdict == OfferVerdict.NOT
