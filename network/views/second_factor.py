"""A second factor: turned on at « Mon compte », its recovery codes seen once, turned off; that of another, reset."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from allauth.mfa.recovery_codes.views import GenerateRecoveryCodesView, ViewRecoveryCodesView
from allauth.mfa.totp.views import ActivateTOTPView, DeactivateTOTPView
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.decorators import method_decorator

from lifecycle.acting import asks_then_acts, posted
from lifecycle.unkept import unkept
from network.forms.second_factor import FactorResetForm
from network.models import AccountAct, User
from network.permissions import can_manage_accounts
from network.requests import Request, SignedInRequest
from network.second_factor import CODES, has_second_factor, is_demanded_of
from network.services.accounts import end_sessions, keep_change
from network.services.second_factor import begin_second_factor, reset_second_factor

ACCOUNT = reverse_lazy("network:account")
confirmed = method_decorator(reauthentication_required(app="allauth.mfa"), name="dispatch")
GROUP = 4
"""Signs of a secret that are read out together."""


@confirmed
class SecondFactorOnView(ActivateTOTPView):
    """Turn it on, or move it to another telephone: the secret, as a picture and as text, then a first code."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Whoever has one already comes to change it, which allauth does not let him do in one step."""
        response: HttpResponseBase = super(ActivateTOTPView, self).dispatch(request, *args, **kwargs)
        return unkept(response)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        secret, user = context["form"].secret, self.request.user
        groups = [secret[start : start + GROUP] for start in range(0, len(secret), GROUP)]
        return context | {"groups": groups, "moves": has_second_factor(user), "demanded": is_demanded_of(user)}

    def get_success_url(self) -> str:
        return reverse("mfa_view_recovery_codes") if self.did_generate_recovery_codes else str(ACCOUNT)

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        begin_second_factor(user=self.request.user, session=self.request.session.session_key or "")
        response: HttpResponse = super().form_valid(form)
        return response


@confirmed
class SecondFactorOffView(DeactivateTOTPView):
    """Turn it off, unless the role demands it."""

    success_url = ACCOUNT

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        keep_own_change(self.request, AccountAct.FACTOR_OFF)
        response: HttpResponse = super().form_valid(form)
        return response


class RecoveryCodesView(ViewRecoveryCodesView):
    """The recovery codes, the first time this page is opened after they were made."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            response: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return redirect("network:account")
        return unkept(response)


@confirmed
class RenewCodesView(GenerateRecoveryCodesView):
    """Ten new recovery codes in the place of those that are left."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Nothing of the former codes is read."""
        context: dict[str, Any] = super(GenerateRecoveryCodesView, self).get_context_data(**kwargs)
        return context | {"total": CODES}

    @transaction.atomic
    def form_valid(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        keep_own_change(self.request, AccountAct.CODES_RENEWED)
        return response


def keep_own_change(request: SignedInRequest, act: AccountAct) -> None:
    """Keep what one did to one's own second factor; the other sessions end, whoever is in them signs in again."""
    end_sessions(request.user, but=request.session.session_key)
    keep_change(request.user, act)


@asks_then_acts
@reauthentication_required(app="allauth.mfa")
def second_factor_reset(request: Request, pk: int) -> HttpResponse:
    """Take away the second factor of whoever lost the telephone and the recovery codes."""
    user = get_object_or_404(User.objects.visible_to(request.membership), pk=pk)
    if can_manage_accounts(request.membership) is None or user.pk == request.user.pk:
        raise PermissionDenied
    form = FactorResetForm(posted(request))
    if form.is_valid():
        if reset_second_factor(user=user, reason=form.cleaned_data["reason"], by=request.membership):
            messages.success(request, "Second facteur retiré\u00a0: cette personne en est prévenue par courriel.")
        else:
            messages.info(request, "Ce compte n’a pas de second facteur\u00a0: rien n’a changé.")
        return redirect("network:user_detail", pk=user.pk)
    context = {"form": form, "person": user, "settled": not has_second_factor(user), "demanded": is_demanded_of(user)}
    return render(request, "network/second_factor_reset.html", context)
