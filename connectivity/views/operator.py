"""The three ways an operator answers: its queue on screen, a file, a signed link without an account."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.db.models import F, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Concat, Trim
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from connectivity.enums import TO_ANSWER, WITH_OPERATOR, ConnectionState, OperatorAnswer
from connectivity.filters.connections import QueueFilter
from connectivity.forms import connections as forms
from connectivity.forms.answers import AnswersFileForm
from connectivity.models import ConnectionFile, OperatorLink, Transmission
from connectivity.parameters import DELAYS_MONTHS, NO_ANSWER_DAYS
from connectivity.permissions import can_answer_connection
from connectivity.readers.answers import COLUMNS, TO_FILL, AnswerLine, AnswersUnreadable, read_answers, written
from connectivity.services.answers import answer_connection, import_answers, preview_answers, queue_rows
from connectivity.services.delays import measured
from connectivity.services.links import actor_of, ask_again, link_of
from connectivity.services.transmissions import corrections_of
from connectivity.tables.connections import QueueTable
from connectivity.views.sheet import problems_of, told_of
from lifecycle import gate
from lifecycle.acting import answer, asks_then_acts, may, posted
from lifecycle.unkept import unkept
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.forms.asking import CommentForm
from prescriptions.services.households import record_access, record_accesses
from prescriptions.views.rows import named_by
from prescriptions.views.steps import is_limited
from typography.french import Noun

DEMAND = Noun("demande", "demandes", feminine=True)
ANSWERABLE = {
    ConnectionState.SENT: (
        OperatorAnswer.ACCEPT,
        OperatorAnswer.REPORT_PROBLEM,
        OperatorAnswer.REFUSE,
        OperatorAnswer.ACTIVATE,
    ),
    ConnectionState.ACCEPTED: (OperatorAnswer.SCHEDULE, OperatorAnswer.ACTIVATE, OperatorAnswer.REPORT_PROBLEM),
    ConnectionState.SCHEDULED: (OperatorAnswer.ACTIVATE, OperatorAnswer.SCHEDULE, OperatorAnswer.REPORT_PROBLEM),
    ConnectionState.PROBLEM: (OperatorAnswer.REFUSE,),
}
"""What may be answered by a link, in each state; the first is the expected one."""
WITHDRAWALS = ("withdraw_problem", "withdraw_accepted_problem", "withdraw_scheduled_problem")
"""How a problem that was reported on the wrong request is taken back: one way, by where the request stood."""


@dataclass(frozen=True)
class OfferedAnswer:
    """What a link offers: an answer, or a problem taken back; ``verb``: the verb of the machine that takes it back."""

    value: str
    label: str
    verb: str = ""


def _only_operators(request: Request) -> None:
    if can_answer_connection(request.membership) is None:
        raise PermissionDenied


@lists
def queue(request: Request) -> HttpResponseBase:
    """What the operator has to answer, the oldest first; by the filter, what it stopped, and the lines that work."""
    _only_operators(request)
    actor = request.membership
    sent = Transmission.objects.visible_to(actor).filter(file=OuterRef("pk")).order_by("-sent_at", "-pk")
    person = sent.values(person=Trim(Concat(F("first_name"), Value(" "), F("last_name"))))[:1]
    corrected = sent.filter(sent_at__gt=OuterRef("sent_at")).values("sent_at")[:1]
    files: QuerySet[Any] = ConnectionFile.objects.had_by(actor).annotate(
        told=Subquery(person), corrected_at=Subquery(corrected)
    )
    page = Listing(
        request,
        rows=files.select_related("offer", "need__prescription"),
        table=QueueTable,
        noun=DEMAND,
        filters=QueueFilter,
        empty="Aucune demande ne vous attend. Une demande apparaît ici quand un travailleur social vous la transmet.",
        named=named_by(request, "need__prescription__household"),
    )
    return page.respond("connectivity/queue.html")


@require_safe
def delays(request: Request) -> HttpResponse:
    """How long operators take to answer and to bring a line: all of them to the pilot, its own to an operator."""
    actor = request.membership
    may(is_pilot(actor) or can_answer_connection(actor))
    own = None if is_pilot(actor) else actor.organisation_id
    context = {"measured": measured(operator=own), "months": DELAYS_MONTHS.on(timezone.localdate()), "own": own}
    return render(request, "connectivity/delays.html", context)


@require_safe
def queue_export(request: Request) -> HttpResponse:
    """The queue as a file, with the columns to fill in; each household in it is one more opening in the log."""
    _only_operators(request)
    actor = request.membership
    households = ConnectionFile.objects.to_answer(actor).values_list("need__prescription__household", flat=True)
    record_accesses(actor=actor, households=households, what="connection_export")
    response = HttpResponse(written(queue_rows(actor=actor)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="demandes-{timezone.localdate():%Y-%m-%d}.csv"'
    return unkept(response)


@asks_then_acts
def queue_import(request: Request) -> HttpResponse:
    """Answer by a file: what each line would do is shown first; once confirmed, each is done or told why not."""
    _only_operators(request)
    bound = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AnswersFileForm(*bound)
    context: dict[str, Any] = {"form": form, "columns": COLUMNS, "to_fill": TO_FILL, "results": None}
    if request.method == "POST" and form.is_valid():
        try:
            lines = read_answers(form.content())
        except AnswersUnreadable as error:
            form.add_error(None, str(error))
        else:
            is_confirmed = "confirmed" in request.POST
            act = import_answers if is_confirmed else preview_answers
            results = act(actor=request.membership, lines=lines)
            wrong = [result.line for result in results if not result.done]
            context |= {
                "results": results,
                "is_confirmed": is_confirmed,
                "done": len(results) - len(wrong),
                "wrong": len(wrong),
                "all_lines": _as_they_came(lines),
                "form": AnswersFileForm(initial={"text": _as_they_came(wrong)}),
            }
    return render(request, "connectivity/queue_import.html", context)


def _as_they_came(lines: Iterable[AnswerLine]) -> str:
    """Lines as a file has them, header first, to be sent again; nothing when there is none."""
    rows = [[line.cells.get(name, "") for name in COLUMNS] for line in lines]
    return written([COLUMNS, *rows]).decode("utf-8-sig") if rows else ""


# --- the signed link


@login_not_required
@never_cache
@asks_then_acts
def link(request: HttpRequest, token: str) -> HttpResponse:
    """One request, for whoever holds its link. Opened by a button: what scans mail sees neither name nor address."""
    opened = link_of(token=token)
    if opened is None:
        return _closed(request, token)
    if request.method != "POST":
        awaited = opened.file.state in TO_ANSWER
        context = {"link": opened, "token": token, "is_awaited": awaited}
        return render(request, "connectivity/link_closed_envelope.html", context)
    possible = _possible(opened)
    chosen = next((one for one in possible if one.value == request.POST.get("answer", "")), None)
    form = None if chosen is None else _form(chosen, request, opened)
    if chosen is not None and form is not None and request.POST.get("step") == "answer":
        data = answer(request, form, lambda given: _answered(opened, chosen, given), opened.file)
        if data is not None:
            return render(request, "connectivity/link_done.html", _done(data, is_withdrawn=bool(chosen.verb)))
    elif chosen is not None:
        form = _form(chosen, None, opened)
    household = opened.file.need.prescription.household
    record_access(actor=actor_of(opened), household=household, what="connection_link")
    return render(request, "connectivity/link.html", _letter(opened, token, chosen, form, possible))


def _possible(opened: OperatorLink) -> list[OfferedAnswer]:
    """What may be answered now; a problem that nothing followed yet may be taken back, as on screen."""
    answers = [OfferedAnswer(one, one.label) for one in ANSWERABLE.get(ConnectionState(opened.file.state), ())]
    if opened.file.is_visit_to_confirm():
        answers.sort(key=lambda one: one.value != OperatorAnswer.SCHEDULE)
    if opened.file.state != ConnectionState.PROBLEM:
        return answers
    actions = gate.actions_for(opened.file, actor_of(opened))
    back = [OfferedAnswer(WITHDRAWALS[0], one.label, one.verb) for one in actions if one.verb in WITHDRAWALS]
    return back + answers


def _answered(opened: OperatorLink, chosen: OfferedAnswer, given: dict[str, Any]) -> ConnectionFile:
    actor = actor_of(opened)
    if chosen.verb:
        withdrawn: ConnectionFile = gate.apply(opened.file, chosen.verb, actor=actor, **given)
        return withdrawn
    return answer_connection(actor=actor, connection=opened.file, answer=chosen.value, **given)


def _done(connection: ConnectionFile, *, is_withdrawn: bool) -> dict[str, Any]:
    """What was kept, or that a problem was taken back; the link opens again while something is still to be answered."""
    again = connection.state in WITH_OPERATOR
    return {"connection": connection, "answers_again": again, "is_withdrawn": is_withdrawn}


def _closes_on(file: ConnectionFile) -> date | None:
    """The day on which a request closes by itself, if nobody says anything; none if nothing is awaited of anybody."""
    if file.waiting_since is None or is_limited(file.need.prescription.household_id):
        return None
    today = timezone.localdate()
    return max(timezone.localdate(file.waiting_since) + timedelta(days=NO_ANSWER_DAYS.on(today)), today)


def _letter(
    opened: OperatorLink, token: str, chosen: OfferedAnswer | None, form: Form | None, possible: list[OfferedAnswer]
) -> dict[str, Any]:
    told = told_of(opened.file, actor_of(opened))
    return {
        "link": opened,
        "connection": opened.file,
        "told": told[0] if told else None,
        "corrections": corrections_of(told, opened.file.sent_at),
        "problems": problems_of(opened.file, actor_of(opened)),
        "form": form,
        "verb": chosen,
        "possible": [one for one in possible if one != chosen],
        "closes_on": _closes_on(opened.file),
        "is_to_confirm": opened.file.is_visit_to_confirm(),
        "withdraws": any(one.verb for one in possible),
        "action": reverse("connectivity:link", args=[token]),
    }


def _form(chosen: OfferedAnswer, request: HttpRequest | None, opened: OperatorLink) -> Form:
    data = posted(request) if request is not None else None
    if chosen.verb:
        return CommentForm(data)
    if chosen.value == OperatorAnswer.ACTIVATE:
        return forms.ConnectionActivateForm(data, file=opened.file, asks_evidence=False)
    kinds: dict[str, type[Form]] = {
        OperatorAnswer.ACCEPT: forms.ConnectionAcceptForm,
        OperatorAnswer.SCHEDULE: forms.ConnectionScheduleForm,
        OperatorAnswer.REPORT_PROBLEM: forms.ConnectionReportProblemForm,
        OperatorAnswer.REFUSE: forms.ConnectionRefuseForm,
    }
    return kinds[chosen.value](data)


@login_not_required
@never_cache
@require_POST
def link_again(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for another link: it goes to the same address, if the request still waits. The answer is always the same."""
    ask_again(token=token)
    return render(request, "connectivity/link_asked.html", {})


def _closed(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "connectivity/link_expired.html", {"token": token}, status=410)
