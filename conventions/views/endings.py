"""How a convention ends: what each party said, what is signed on paper, what one alone has sent to the others."""

from datetime import date
from typing import Any

from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from conventions.enums import Party
from conventions.forms.endings import NoticeForm, RecordEndForm
from conventions.models import Convention, EndConsent
from conventions.parameters import BREACH_NOTICE_DAYS, END_TOLD_DAYS, HANDING_OVER_DAYS, NOTICE_DAYS
from conventions.services import endings as services
from conventions.views.conventions import CONVENTION_PAGES, visible_convention
from documents.responses import file_response
from documents.services import open_file
from lifecycle.acting import asks_then_acts, deposited, posted
from network.requests import Request


def end_proposed(request: Request, convention: Convention) -> dict[str, Any]:
    """Who has agreed, who is awaited, and how long what is outside may still be handed over."""
    given = {}
    if convention.end_proposed_at is not None:
        rows = EndConsent.objects.filter(convention=convention, round=convention.end_round)
        given = {row.party: row for row in rows.select_related("given_by__user")}
    return {
        "consents": [(party.label, name, given.get(party.value)) for party, name, _ in convention.parties()],
        "agreement": services.agreement_paper(convention),
        "handing": HANDING_OVER_DAYS.on(timezone.localdate()),
    }


def end_to_agree(request: Request, convention: Convention) -> dict[str, Any]:
    """The same for whoever answers: once a proposal was set aside, nobody is awaited."""
    known = end_proposed(request, convention)
    return known if convention.end_proposed_at is not None else known | {"consents": []}


@asks_then_acts
def convention_record_end(request: Request, reference: str) -> HttpResponse:
    """The pilot records what a party signed on paper."""
    convention = visible_convention(request, reference)
    known = end_proposed(request, convention)
    missing = [(party.value, party.label) for party in Party if _is_awaited(known, party)]
    form = RecordEndForm(posted(request), deposited(request), by=request.membership, parties=missing)

    def signed(form: RecordEndForm) -> dict[str, Any]:
        stored = form.cleaned_data["deposit"]
        with open_file(stored) as content:
            return {"party": form.cleaned_data["party"], "content": content.read(), "name": stored.name}

    return CONVENTION_PAGES.act(
        request,
        convention,
        "record_end",
        form,
        services.record_end_convention,
        values=signed,
        template="conventions/actions/convention_record_end.html",
        submit="Inscrire cet accord",
        **known,
    )


def delays_to_end(today: date) -> dict[str, Any]:
    """The delays of an end by one party alone, in days, by the values of the day."""
    delays = {"notice": NOTICE_DAYS, "breach": BREACH_NOTICE_DAYS, "told": END_TOLD_DAYS, "handing": HANDING_OVER_DAYS}
    return {name: delay.on(today) for name, delay in delays.items()}


@asks_then_acts
def convention_give_notice(request: Request, reference: str) -> HttpResponse:
    """A party deposits the paper by which it will end it alone: the others read it from now on."""
    convention = visible_convention(request, reference)
    return CONVENTION_PAGES.act(
        request,
        convention,
        "give_notice",
        NoticeForm(posted(request), deposited(request), by=request.membership),
        services.give_notice_convention,
        values=NoticeForm.given,
        done="Enregistré\u00a0: les autres parties et le pilote reçoivent un courriel. Rien ne change avant la fin du"
        " délai",
        template="conventions/actions/convention_give_notice.html",
        submit="Enregistrer et prévenir les parties",
        **delays_to_end(timezone.localdate()),
    )


@require_safe
def convention_notice(request: Request, reference: str, rank: int) -> FileResponse:
    """The paper by which one party said that it would end it alone, as it was deposited."""
    notices = visible_convention(request, reference).end_notices.select_related("file")
    return file_response(get_object_or_404(notices, rank=rank).file, as_attachment=False)


def _is_awaited(known: dict[str, Any], party: Party) -> bool:
    return any(label == party.label and consent is None for label, _, consent in known["consents"])
