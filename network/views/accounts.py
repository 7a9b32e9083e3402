"""One's own account and role; the accounts of others for the pilot; signing in to the demonstration."""

from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from lifecycle.acting import asks_then_acts, posted
from lifecycle.history import Past, history
from lifecycle.requests import own_address
from network.demo import demo_memberships
from network.forms.people import ProfileForm, RoleForm
from network.leaving import resting_on
from network.middleware import SESSION_KEY as ACTS_IN
from network.middleware import act_as
from network.models import Membership, Organisation, PublicService, User
from network.permissions import can_make_api_key, can_manage_accounts
from network.reopening import asked_again
from network.requests import OpenRequest, Request, SignedInRequest
from network.second_factor import codes_left, has_second_factor, is_demanded_of
from network.services.accounts import disable_account, enable_account, forget_user, rename_user
from network.services.memberships import bars_leaving
from network.views.confirm import confirm
from network.views.sheet import account_step, changes_told, periods_of, roles_told
from typography.french import of


@asks_then_acts
def account(request: SignedInRequest) -> HttpResponse:
    """One's name, address, password and roles."""
    named = {"first_name": request.user.first_name, "last_name": request.user.last_name}
    form = ProfileForm(posted(request), initial=named)
    if form.is_valid():
        rename_user(user=request.user, **form.cleaned_data)
        messages.success(request, "Votre nom est enregistré.")
        return redirect("network:account")
    memberships = Membership.objects.filter(user=request.user).select_related("organisation")
    makes_keys = can_make_api_key(request.membership)
    context = {
        "form": form,
        "memberships": memberships,
        "asked_again": [] if request.membership else asked_again(memberships, request.user.pk),
        "makes_api_keys": makes_keys,
        "second_factor": has_second_factor(request.user),
        "demanded": is_demanded_of(request.user),
        "codes_left": codes_left(request.user),
    }
    return render(request, "network/account.html", context)


@asks_then_acts
def role_switch(request: Request) -> HttpResponse:
    """Choose in which of one's open memberships to act, then go on to the page that asked for it."""
    form = RoleForm(request.POST or None, user=request.user, initial={"membership": request.membership})
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["membership"]
        act_as(request, chosen)
        messages.success(request, f"Vous agissez en tant que {chosen.title}, {chosen.organisation}.")
        return redirect(_following(request))
    return render(request, "network/role_switch.html", {"form": form})


@require_safe
def user_detail(request: Request, pk: int) -> HttpResponse:
    """An account, for the pilot: what is awaited, what may be done to it, its roles, and what happened to them."""
    user = _managed_account(request, pk)
    memberships = list(user.memberships.select_related("organisation"))
    happened = [
        *roles_told(periods_of(memberships), request.membership, of_a_person=True),
        *changes_told(user, request.membership),
        Past("Compte créé", user.created_at),
    ]
    context = {
        "person": user,
        "memberships": memberships,
        "step": account_step(user, sum(one.is_open for one in memberships)),
        "more": _doors(user, request.user),
        "second_factor": has_second_factor(user),
        "demanded": is_demanded_of(user),
        **history(happened),
    }
    return render(request, "network/user_detail.html", context)


def _doors(user: User, reader: User) -> list[dict[str, str]]:
    """What ``reader`` may do to an account; nothing to one that was erased."""
    if user.forgotten_at:
        return []
    turned = ("Désactiver le compte", "user_disable") if user.is_active else ("Réactiver le compte", "user_enable")
    doors = [turned, ("Effacer le nom et l’adresse", "user_forget")]
    if has_second_factor(user) and user.pk != reader.pk:
        doors.insert(1, ("Retirer le second facteur", "second_factor_reset"))
    return [{"label": label, "url": reverse(f"network:{name}", args=[user.pk])} for label, name in doors]


@asks_then_acts
def user_disable(request: Request, pk: int) -> HttpResponse:
    """Close the door to a person."""
    user = _managed_account(request, pk)
    return confirm(
        request,
        lambda: disable_account(user=user, by=request.membership),
        title="Désactiver ce compte",
        sentence=f"{user} ne pourra plus se connecter. Le compte peut être réactivé.",
        done="Compte désactivé.",
        settled="" if user.is_active else "Ce compte est désactivé.",
        resting=lambda: resting_on(user.memberships.select_related("organisation")),
        barred=lambda: bars_leaving(user.memberships.all()),
        back_url=reverse("network:user_detail", args=[user.pk]),
    )


@asks_then_acts
def user_enable(request: Request, pk: int) -> HttpResponse:
    """Open the door again."""
    user = _managed_account(request, pk)
    return confirm(
        request,
        lambda: enable_account(user=user, by=request.membership),
        title="Réactiver ce compte",
        sentence=f"{user} pourra de nouveau se connecter. Un courriel le lui dit.",
        done="Compte réactivé.",
        settled=_opens(user),
        back_url=reverse("network:user_detail", args=[user.pk]),
    )


@asks_then_acts
def user_forget(request: Request, pk: int) -> HttpResponse:
    """Erase a person's name and e-mail, on request."""
    user = _managed_account(request, pk)
    return confirm(
        request,
        lambda: forget_user(user=user, by=request.membership),
        title="Effacer le nom et l’adresse",
        sentence=f"Le nom et l’adresse {of(user)} sont effacés, ses rôles fermés et son compte désactivé. "
        f"Les journaux, qui ne portent pas de nom, restent entiers. Cela ne se défait pas.{_address_of_others(user)}",
        done="Nom et adresse effacés.",
        settled="Le nom et l’adresse de ce compte sont effacés." if user.forgotten_at else "",
        resting=lambda: resting_on(user.memberships.select_related("organisation")),
        barred=lambda: bars_leaving(user.memberships.all()),
        back_url=reverse("network:user_detail", args=[user.pk]),
    )


def _opens(user: User) -> str:
    """Why there is nothing to open again."""
    if user.forgotten_at:
        return "Ce compte est effacé\u00a0: il ne se rouvre pas."
    return "Ce compte est actif." if user.is_active else ""


def _address_of_others(user: User) -> str:
    """Which organisations and services give this person's address for theirs: it stays there until it is replaced."""
    shared = user.has_address("email")
    organisations = Organisation.objects.filter(shared).order_by("name").values_list("name", flat=True)
    services = PublicService.objects.in_directory().filter(shared).order_by("name").values_list("name", flat=True)
    named = [*organisations, *services]
    if not named:
        return ""
    return f" L’adresse reste sur la page de {', '.join(named)}, qui la donne pour la sienne\u00a0: remplacez-la là."


@login_not_required
@require_POST
def demo_sign_in(request: OpenRequest) -> HttpResponse:
    """Sign in to an account of the demonstration; does not exist anywhere else."""
    if not settings.DEMO:
        raise Http404
    chosen = request.POST.get("membership", "")
    for membership in demo_memberships():
        if str(membership.pk) == chosen:
            return _sign_in_as(request, membership)
    raise Http404


def _sign_in_as(request: OpenRequest, membership: Membership) -> HttpResponse:
    """Through the door of everybody, the password apart: whoever has a second factor is asked for a code."""
    logout(request)
    request.session[ACTS_IN] = membership.pk
    response: HttpResponse = perform_login(request, membership.user, redirect_url=_following(request))
    return response


def _following(request: HttpRequest) -> str:
    """The page that was asked for before one was asked who one is; else the first one."""
    return own_address(request, request.POST.get("suite", ""), "/")


def _managed_account(request: Request, pk: int) -> User:
    user: User = get_object_or_404(User.objects.visible_to(request.membership), pk=pk)
    if can_manage_accounts(request.membership) is None:
        raise PermissionDenied
    return user
