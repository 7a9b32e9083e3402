"""A convention ended by the agreement of its three parties: what each said, and what is signed on paper."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone

from conventions.enums import Party
from conventions.forms.endings import RecordEndForm
from conventions.models import Convention, EndConsent
from conventions.parameters import HANDING_OVER_DAYS
from conventions.services import endings as services
from conventions.views.conventions import CONVENTION_PAGES, visible_convention
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


def _is_awaited(known: dict[str, Any], party: Party) -> bool:
    return any(label == party.label and consent is None for label, _, consent in known["consents"])
