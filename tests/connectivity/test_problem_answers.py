"""A problem that the operator reported is answered before the file is sent again, and the operator reads the answer."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from connectivity.enums import ConnectionState, ProblemCode
from connectivity.models import ConnectionFile, ProblemAnswer
from connectivity.services.links import actor_of, link_of
from connectivity.services.sets import send_connections
from lifecycle import gate
from lifecycle.exceptions import Refused
from network.models import Organisation
from prescriptions.enums import IdentityReason
from prescriptions.services.households import open_identity
from tests.connectivity.lines import Line, again, make_offer
from tests.connectivity.test_answers import token_of
from tests.pages import acting, answered, done, read

pytestmark = pytest.mark.django_db
S = ConnectionState
NIR = "1 85 05 59 350 012"
TOLD = "Nom corrigé d’après le contrat."


def page_of(connection: ConnectionFile, name: str) -> str:
    return reverse(f"connectivity:connection_{name}", args=[connection.reference])


def test_a_file_is_not_sent_again_in_silence_by_any_way() -> None:
    line = Line()
    problem = line.problem()
    for silent in ("", "   "):
        with pytest.raises(Refused) as refused:
            line.send(problem, silent)
        assert [reason.code for reason in refused.value.all] == ["problem_answered"]
    with pytest.raises(Refused):
        gate.apply(problem, "send", actor=line.worker)
    outcome = send_connections(actor=line.worker, connections=ConnectionFile.objects.all())
    assert [reason.code for reason in outcome.refused[problem.pk]] == ["problem_answered"]
    assert not ProblemAnswer.objects.exists()
    assert line.send(problem, TOLD).state == S.SENT
    row = ProblemAnswer.objects.get()
    assert (row.problem, row.note, row.words) == (ProblemCode.NAME_MISMATCH, "Voir le contrat.", TOLD)
    assert (row.operator, row.answered_by) == (line.operator, line.worker)


def test_each_problem_has_its_own_answer_and_all_are_read() -> None:
    line = Line()
    sent = line.send(line.problem(), TOLD)
    again_stopped = line.report(sent, ProblemCode.DUPLICATE)
    with pytest.raises(Refused, match="dites-lui ce qui a été fait"):
        line.send(again_stopped)
    line.send(again_stopped, "C’est un autre logement.")
    page = read(acting(line.agent), page_of(sent, "detail"))
    assert page.index("C’est un autre logement.") < page.index(TOLD)


def test_a_file_sent_for_the_first_time_has_nothing_to_answer() -> None:
    line = Line()
    chosen = line.chosen()
    page = read(acting(line.worker), page_of(chosen, "send"))
    assert 'name="answer"' not in page
    assert line.send(chosen, "Rien").state == S.SENT
    assert not ProblemAnswer.objects.exists()


def test_the_page_asks_what_was_done_and_the_operator_reads_it_on_screen_and_by_its_link() -> None:
    line = Line()
    problem = line.problem()
    client, send = acting(line.worker), page_of(problem, "send")
    shown = read(client, send)
    assert "Voir le contrat." in shown
    assert 'name="answer"' in shown
    assert "dites-lui ce qui a été fait" in answered(client, send, answer="")
    assert "sécurité sociale" in answered(client, send, answer=f"C’est {NIR}")
    done(client, send, answer=TOLD)
    for page in (
        read(acting(line.agent), page_of(problem, "detail")),
        Client().post(reverse("connectivity:link", args=[token_of(problem)])).content.decode(),
        read(client, page_of(problem, "detail")),
    ):
        assert TOLD in page
        assert "Voir le contrat." in page


def test_the_operator_reads_the_answer_while_the_file_is_its_own_and_no_other_ever_does() -> None:
    line, other = Line(), Line()
    other.sent()
    sent = line.send(line.problem(), TOLD)
    link = link_of(token=token_of(sent))
    assert link is not None
    assert ProblemAnswer.objects.visible_to(line.agent).exists()
    assert ProblemAnswer.objects.visible_to(actor_of(link)).exists()
    for stranger in (other.agent, other.worker, other.adviser, None):
        assert not ProblemAnswer.objects.visible_to(stranger).exists()
    assert not ProblemAnswer.objects.visible_to(line.pilot).exists()
    household = line.need.prescription.household
    open_identity(actor=line.pilot, household=household, reason=IdentityReason.CONTROL)
    for reader in (line.worker, line.adviser, line.pilot):
        assert ProblemAnswer.objects.visible_to(reader).exists()
    stopped = line.report(again(sent))
    chosen = line.choose(stopped, make_offer())
    assert not ProblemAnswer.objects.visible_to(line.agent).exists()
    assert not ProblemAnswer.objects.visible_to(actor_of(link)).exists()
    line.send(chosen)
    newcomer = again(sent).operator
    assert newcomer is not None
    assert newcomer != line.operator
    assert not ProblemAnswer.objects.visible_to(other.agent).exists()


def test_an_answer_is_not_rewritten_and_holds_no_social_security_number() -> None:
    line = Line()
    problem = line.problem()
    with pytest.raises(ValidationError):
        line.send(problem, f"Voir {NIR}")
    line.send(problem, TOLD)
    for change in ({"words": "Autre chose"}, {"problem": "other"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ProblemAnswer.objects.update(**change)
    row = ProblemAnswer.objects.get()
    row.pk, row.words = None, NIR
    with pytest.raises(IntegrityError, match="nir"), transaction.atomic():
        row.save()


@pytest.mark.parametrize("where", ["sent", "problem", "accepted", "scheduled"])
def test_whoever_has_to_ask_the_operator_something_reads_how_to_reach_it(where: str) -> None:
    line = Line()
    Organisation.objects.filter(pk=line.operator.pk).update(phone="0320998877")
    file = getattr(line, where)()
    for reader in (line.worker, line.adviser, line.pilot):
        page = read(acting(reader), page_of(file, "detail"))
        assert reverse("network:organisation_detail", args=[line.operator.reference]) in page
        assert "03\u00a020\u00a099\u00a088\u00a077" in page
        assert f"mailto:{line.operator.email}" in page
    assert "Joindre" not in read(acting(line.agent), page_of(file, "detail"))


def test_of_an_operator_that_is_closed_no_page_is_promised() -> None:
    line = Line()
    file = line.problem()
    Organisation.objects.filter(pk=line.operator.pk).update(is_active=False)
    page = read(acting(line.worker), page_of(file, "detail"))
    assert reverse("network:organisation_detail", args=[line.operator.reference]) not in page
    assert f"mailto:{line.operator.email}" in page
