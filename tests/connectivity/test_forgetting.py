"""What is left of a household in connection once it is anonymised; what keeps it out of the archive before."""

from datetime import timedelta

import pytest
from django.core import serializers
from django.utils import timezone

from connectivity import models
from connectivity.enums import Channel, EndReason
from connectivity.followers import has_a_line
from connectivity.models import ConnectionEntry, ConnectionFile, OperatorLink, Transmission
from connectivity.services import connections as services
from connectivity.services.lines import write_line_letter
from documents.models import Document, Mail, StoredFile
from documents.services import render_document
from lifecycle import gate
from lifecycle.clock import run_clock
from lifecycle.models import Comment
from lifecycle.verification import Fault, verify_comments, verify_journal
from network.services.accounts import forget_user
from prescriptions.enums import Bond, ContactChannel, ErasureChannel
from prescriptions.models import Household
from tests.connectivity.lines import Line, again, monday
from tests.faults import but_ahead
from tests.prescriptions.files import Circle

pytestmark = pytest.mark.django_db


def kept_by(line: Line, household: Household) -> set[str]:
    """Why the household is not erased at its request."""
    refused = gate.preview(Household.objects.filter(pk=household.pk), "erase_on_request", actor=line.pilot).refused
    return {reason.code for reason in refused[household.pk]} - {"received_on", "channel"}


def test_a_live_line_keeps_the_household_out_of_the_archive() -> None:
    line = Line(Channel.COUNTER, offer_columns={"entitlement_months": None})
    household = line.need.prescription.household
    alive = Household.objects.filter(has_a_line(timezone.now()))
    assert household not in alive
    chosen = line.chosen()
    assert {"no_live_file", Bond.LINE_SOUGHT} == kept_by(line, household)
    active = line.activate(chosen)
    assert household in alive.all()
    assert kept_by(line, household) == {Bond.LINE_ACTIVE}
    run_clock(at=timezone.now() + timedelta(days=365 * 4))
    assert Household.objects.get(pk=household.pk).state == "open"
    services.end_connection(actor=line.worker, connection=active, reason=EndReason.CANCELLED)
    assert household not in alive.all()


@pytest.mark.usefixtures("days_to_come")
def test_nothing_names_a_household_that_is_anonymised_and_figures_stay() -> None:
    line = Line(circle=Circle(at=monday()), person={"last_name": "Introuvable-Exemple", "contact_channel": "email"})
    sent = line.send(line.problem(), "Introuvable-Exemple s’écrit avec un trait d’union.")
    accepted = services.accept_connection(actor=line.agent, connection=sent, operator_reference="OP-77", at=line.at)
    active = line.activate(accepted)
    services.end_connection(
        actor=line.worker, connection=active, reason=EndReason.MOVED, at=line.at, comment="Introuvable part."
    )
    household = line.need.prescription.household
    assert {row.last_name for row in Transmission.objects.all()} == {"Introuvable-Exemple"}
    at = monday() + timedelta(days=800)
    for _ in range(4):
        run_clock(at=at)
        at += timedelta(days=800)

    assert Household.objects.get(pk=household.pk).state == "anonymised"
    kept = [
        *(row for name in models.__all__ for row in getattr(models, name)._base_manager.all()),
        *Document.objects.all(), *Mail.objects.all(), *Comment.objects.all(),
    ]  # fmt: skip
    dump = serializers.serialize("json", kept)
    for word in ("Introuvable", household.email, household.phone, "rue des Essais", "OP-77", "Voir le contrat"):
        assert word not in dump, word
    row = again(active)
    assert (row.state, row.evidence_kind, row.operator_reference) == ("ended", "operator", "")
    entry = ConnectionEntry.objects.get(object=active, verb="forget")
    assert entry.cause_machine == "household"
    assert ConnectionFile.objects.count() == 1
    assert not Transmission.objects.filter(forgotten_at=None).exists()
    assert models.ProblemAnswer.objects.get().problem == "name_mismatch"
    faults: list[Fault] = []
    verify_journal(ConnectionFile, faults.append)
    verify_comments(faults.append)
    assert but_ahead(faults) == []


@pytest.mark.usefixtures("days_to_come")
def test_the_letter_that_told_of_a_line_goes_with_the_household() -> None:
    line = Line(
        Channel.OWN_SUBSCRIPTION,
        Circle(at=monday()),
        person={"last_name": "Introuvable-Exemple", "contact_channel": ContactChannel.LETTER},
    )
    active = line.active(entitlement_ends_on=monday().date() + timedelta(days=100))
    run_clock(at=monday() + timedelta(days=40))
    letter = write_line_letter(actor=line.worker, connection=active, at=monday() + timedelta(days=41)).letter
    assert letter is not None
    drawn = render_document(letter).rendered
    assert drawn is not None
    gone = monday() + timedelta(days=42)
    services.end_connection(actor=line.worker, connection=active, reason=EndReason.MOVED, at=gone)
    household = line.need.prescription.household

    given = {"received_on": gone.date(), "channel": ErasureChannel.LETTER}
    gate.apply(household, "erase_on_request", actor=line.pilot, at=gone, **given)

    letter.refresh_from_db()
    assert (letter.values, letter.title) == ({}, "")
    assert StoredFile.objects.get(pk=drawn.pk).is_forgotten


def test_an_agent_who_is_forgotten_is_in_no_link_that_was_sent_to_the_operator() -> None:
    line = Line()
    operator = line.agent.organisation
    operator.email = line.agent.user.email.upper()
    operator.save(update_fields=["email"])
    line.sent()
    link = OperatorLink.objects.get()
    assert link.email == operator.email
    forget_user(user=line.agent.user)
    link.refresh_from_db()
    assert link.email == ""
