"""A line that works: another offer, recharges sold at the counter, the household told."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import FileResponse, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from connectivity.filters.lines import RechargeFilter
from connectivity.forms import lines as forms
from connectivity.models import ConnectionFile, Recharge
from connectivity.permissions import can_answer_connection, can_sell_recharge, can_serve_connection, sees_connections
from connectivity.services import lines as services
from connectivity.services.offers import offers_of_the_day
from connectivity.tables.lines import RechargeTable
from connectivity.views.choosing import CONNECTION_PAGES
from connectivity.views.connections import visible_connection
from connectivity.views.line_sheet import Recharges, is_prepaid, recharges_of
from documents.enums import MessageLanguage
from documents.responses import document_response
from lifecycle.acting import asks_then_acts, may, posted
from lifecycle.pages import Pages
from lists.listing import Listing, lists
from network.permissions import is_pilot
from network.requests import Request
from prescriptions.models import HouseholdMessage
from prescriptions.views.rows import named_by
from prescriptions.views.saving import saved

RECHARGE_PAGES = Pages(ConnectionFile, visible_connection, "connectivity/actions/recharge.html")


@asks_then_acts
def connection_change_offer(request: Request, reference: str) -> HttpResponse:
    """The line goes on by another offer of the day."""
    connection = visible_connection(request, reference)
    if can_answer_connection(request.membership) is not None:
        raise PermissionDenied
    proposals = offers_of_the_day(need=connection.need, file=connection)
    return CONNECTION_PAGES.act(
        request,
        connection,
        "change_offer",
        forms.ConnectionChangeOfferForm(posted(request), file=connection, proposals=proposals),
        services.change_offer_connection,
        done="Offre changée. La fiche de la famille est refaite",
        template="connectivity/actions/change_offer.html",
        nothing=not any(forms.can_follow(connection, one) for one in proposals),
    )


@asks_then_acts
def recharge_sell(request: Request, reference: str) -> HttpResponse:
    """Note a recharge sold at the counter, within what a month allows."""
    connection = visible_connection(request, reference)
    may(can_sell_recharge(request.membership))
    recharges = recharges_of(connection, request.membership)
    return RECHARGE_PAGES.record(
        request,
        connection,
        forms.RechargeForm(posted(request), file=connection),
        services.sell_recharge,
        title="Vendre une recharge",
        done="Recharge notée",
        submit="Noter la vente",
        impossible=_not_sold(connection, recharges),
        recharges=recharges,
    )


def _not_sold(connection: ConnectionFile, recharges: Recharges) -> str:
    if not is_prepaid(connection):
        return services.NOT_PREPAID.sentence
    return "" if recharges.left else services.no_place_left(recharges.most, timezone.localdate()).sentence


@asks_then_acts
def recharge_cancel(request: Request, reference: str, pk: int) -> HttpResponse:
    """A recharge noted today is not sold any more."""
    connection = visible_connection(request, reference)
    may(can_sell_recharge(request.membership))
    recharge = get_object_or_404(
        Recharge.objects.visible_to(request.membership).select_related("file"), pk=pk, file=connection
    )
    return CONNECTION_PAGES.record(
        request,
        connection,
        forms.CancelRechargeForm(posted(request)),
        lambda *, actor, connection, reason: services.cancel_recharge(actor=actor, recharge=recharge, reason=reason),
        title=f"Annuler la recharge de {recharge}",
        done="Recharge annulée. Sa place dans le mois est libre",
        submit="Annuler la recharge",
        impossible=_not_cancelled(recharge),
    )


def _not_cancelled(recharge: Recharge) -> str:
    if recharge.cancelled_at is not None:
        return services.CANCELLED.sentence
    noted_today = timezone.localdate(recharge.sold_at) == timezone.localdate()
    return "" if noted_today else services.ANOTHER_DAY.sentence


@require_POST
def connection_told(request: Request, reference: str) -> HttpResponse:
    """The household was told what changes on its line."""
    connection = visible_connection(request, reference)
    may(can_serve_connection(request.membership))
    form = Form({})
    actor, read = request.membership, request.POST.get("notice", "")
    if saved(form, lambda: services.keep_notice(actor=actor, connection=connection, read=read)):
        messages.success(request, "C’est noté\u00a0: le foyer est prévenu.")
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("connectivity:connection_detail", reference=reference)


@require_POST
def connection_untold(request: Request, reference: str) -> HttpResponse:
    """Nobody had told the household: it was noted of the wrong line."""
    connection = visible_connection(request, reference)
    may(can_serve_connection(request.membership))
    form = Form({})
    actor, read = request.membership, request.POST.get("notice", "")
    if saved(form, lambda: services.untell_notice(actor=actor, connection=connection, read=read)):
        messages.success(request, "C’est noté\u00a0: le foyer est à prévenir.")
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("connectivity:connection_detail", reference=reference)


@require_POST
def connection_letter(request: Request, reference: str) -> HttpResponse:
    """Make the letter of what is to be told, in the language that is chosen; then read it."""
    connection = visible_connection(request, reference)
    may(can_serve_connection(request.membership))
    form, actor, asked = Form({}), request.membership, request.POST.get("langue", "")
    language = asked if asked in MessageLanguage.values else MessageLanguage.FRENCH
    made = saved(form, lambda: services.write_line_letter(actor=actor, connection=connection, language=language))
    if made is not None:
        return redirect("connectivity:connection_letter_paper", reference=reference, pk=made.pk)
    for error in form.non_field_errors():
        messages.error(request, str(error))
    return redirect("connectivity:connection_detail", reference=reference)


@require_safe
def connection_letter_paper(request: Request, reference: str, pk: int) -> FileResponse:
    """That letter, as it is printed; for whoever serves the household."""
    connection = visible_connection(request, reference)
    may(can_serve_connection(request.membership))
    of_it = HouseholdMessage.objects.filter(letter__owner_machine="connection", letter__owner_pk=connection.pk)
    message = get_object_or_404(of_it.select_related("letter"), pk=pk)
    assert message.letter is not None
    return document_response(message.letter)


@lists
def recharge_list(request: Request) -> HttpResponseBase:
    """The recharges that were sold, the last first, with what they come to."""
    actor = request.membership
    if sees_connections(actor) is None or can_answer_connection(actor) is not None:
        raise PermissionDenied
    rows = Recharge.objects.visible_to(actor)
    sold = rows.sold().in_month(timezone.localdate())
    page = Listing(
        request,
        rows=rows.select_related("file__need__prescription__household", "distributor", "sold_by__user"),
        table=RechargeTable,
        noun=services.RECHARGE,
        filters=RechargeFilter,
        exclude=["household"] if is_pilot(actor) else [],
        empty="Aucune recharge vendue. Une recharge se vend depuis le dossier d’une ligne prépayée.",
        named=named_by(request, "file__need__prescription__household"),
    )
    return page.respond(
        "connectivity/recharge_list.html",
        month={"count": sold.count(), "lines": sold.values("file").distinct().count(), "total": sold.total()},
    )
