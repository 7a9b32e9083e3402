"""A convention ended by the agreement of its three parties: proposed, agreed to, recorded, put aside."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from conventions.enums import Party
from conventions.forms.circuit import PlainForm
from conventions.forms.endings import RecordEndForm
from conventions.models import Convention, EndConsent
from conventions.parameters import HANDING_OVER_DAYS
from conventions.services import endings as services
from conventions.views.actions import act_on
from conventions.views.conventions import visible_convention
from documents.services import open_file
from lifecycle.acting import deposited, posted

asks_then_acts = require_http_methods(["GET", "HEAD", "POST"])
AGREEMENT = "conventions/actions/convention_agreement.html"


def _known(convention: Convention) -> dict[str, Any]:
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


@asks_then_acts
def convention_propose_end(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the two other parties to end it."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "propose_end",
        PlainForm(posted(request)),
        lambda data: services.propose_end_convention(actor=request.membership, convention=convention),
        done="Fin proposée : les deux autres parties reçoivent un courriel. Rien ne change tant qu’elles n’ont pas"
        " répondu.",
        template=AGREEMENT,
        submit="Proposer la fin",
        **_known(convention),
    )


@asks_then_acts
def convention_agree_end(request: HttpRequest, reference: str) -> HttpResponse:
    """Agree for one's party; the third agreement ends it."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "agree_end",
        PlainForm(posted(request)),
        lambda data: services.agree_end_convention(actor=request.membership, convention=convention),
        done="Accord enregistré.",
        template=AGREEMENT,
        submit="Donner l’accord de ma partie",
        **_known(convention),
    )


@asks_then_acts
def convention_record_end(request: HttpRequest, reference: str) -> HttpResponse:
    """The pilot records what a party signed on paper."""
    convention = visible_convention(request, reference)
    known = _known(convention)
    missing = [(party.value, party.label) for party in Party if _is_awaited(known, party)]
    form = RecordEndForm(posted(request), deposited(request), by=request.membership, parties=missing)

    def record(data: dict[str, Any]) -> Convention:
        stored = data["deposit"]
        with open_file(stored) as content:
            return services.record_end_convention(
                actor=request.membership,
                convention=convention,
                party=data["party"],
                content=content.read(),
                name=stored.name,
            )

    return act_on(
        request,
        convention,
        "record_end",
        form,
        record,
        done="Accord signé inscrit.",
        template="conventions/actions/convention_record_end.html",
        submit="Inscrire cet accord",
        **known,
    )


def _is_awaited(known: dict[str, Any], party: Party) -> bool:
    return any(label == party.label and consent is None for label, _, consent in known["consents"])


@asks_then_acts
def convention_decline_end(request: HttpRequest, reference: str) -> HttpResponse:
    """Refuse it, or withdraw one's own."""
    convention = visible_convention(request, reference)
    return act_on(
        request,
        convention,
        "decline_end",
        PlainForm(posted(request)),
        lambda data: services.decline_end_convention(actor=request.membership, convention=convention),
        done="Fin écartée : la convention continue, les parties sont prévenues.",
        warning="La convention continue comme avant. Une autre fin peut être proposée plus tard.",
        submit="Écarter cette fin",
    )
