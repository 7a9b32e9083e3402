"""Monthly reports for programs: the published figures, small counts of households hidden, whoever asks."""

from django.db.models import QuerySet
from django.db.models.fields.json import KT
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from desk.api.door import KeyedRequest, named_so
from documents.services.papers import canonical
from reports.enums import ReportState
from reports.models import Report
from reports.secrecy.published import published

router = Router(tags=["Rapports"])
JSON = "application/json"


class ReportOut(Schema):
    """One published month; ``sha256``: that of the bytes of its figures, printed on the report that readers have."""

    reference: str
    mois: str
    sha256: str


@router.get("", response=list[ReportOut], url_name="report_list", summary="Les rapports publiés")
def report_list(request: KeyedRequest) -> list[ReportOut]:
    """The published months that you read, the last first."""
    named_so(request)
    rows = _published(request).values_list("reference", "month", KT("figures__secrets__published_sha256"))
    return [ReportOut(reference=reference, mois=f"{month:%Y-%m}", sha256=told or "") for reference, month, told in rows]


@router.get("/{str:reference}", response={200: dict}, url_name="report", summary="Les chiffres d’un rapport")
def report(request: KeyedRequest, reference: str) -> HttpResponse:
    """The numbers that all readers are told, in the very bytes whose SHA-256 is printed for them."""
    named_so(request)
    row = get_object_or_404(_published(request), reference=reference)
    if not row.published_sha256:
        raise Http404
    return HttpResponse(canonical(published(row.figures)), content_type=JSON)


def _published(request: KeyedRequest) -> QuerySet[Report]:
    """Even for the pilot: what a program carries away is what everybody may read."""
    return Report.objects.visible_to(request.membership).filter(state=ReportState.PUBLISHED)
