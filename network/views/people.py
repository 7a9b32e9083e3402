"""The people of an organisation: roles, invitations, and the page on which an invitation is accepted."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_safe

from lifecycle.acting import asks_then_acts
from network.enums import OrganisationKind, Role
from network.forms.people import AcceptInvitationForm, InvitationForm, position_choices
from network.leaving import resting_on
from network.middleware import act_as
from network.models import Invitation, Membership, Organisation, User
from network.parameters import INVITATION_DAYS
from network.permissions import is_pilot, manages
from network.requests import OpenRequest, Request
from network.services import invitations
from network.services.memberships import bars_leaving, close_membership, reopen_membership
from network.views.confirm import confirm
from network.views.organisations import sees_people, visible_organisation

DISABLED = (
    "Le compte de cette adresse est désactivé\u00a0: le lien n’ouvrira rien tant que vous ne l’avez pas réactivé,"
    " depuis sa page."
)


@require_safe
def people(request: Request, reference: str) -> HttpResponse:
    """Who acts in the organisation, open roles first; the invitations that the person may send."""
    organisation = visible_organisation(request, reference)
    if not sees_people(request, organisation):
        raise PermissionDenied
    memberships = sorted(
        Membership.objects.visible_to(request.membership).filter(organisation=organisation).select_related("user"),
        key=lambda row: (not row.is_open, row.user.last_name, row.user.first_name, row.pk),
    )
    context = {
        "organisation": organisation,
        "memberships": memberships,
        "manageable": {row for row in memberships if manages(request.membership, organisation.pk, row.kind)},
        "invitations": Invitation.objects.visible_to(request.membership).filter(organisation=organisation).pending(),
        "now": timezone.now(),
        "can_invite": bool(position_choices(organisation, request.membership)),
        "is_pilot": is_pilot(request.membership),
    }
    return render(request, "network/people.html", context)


@asks_then_acts
def invite(request: Request, reference: str) -> HttpResponse:
    """Invite someone into the organisation."""
    organisation = visible_organisation(request, reference)
    if not position_choices(organisation, request.membership):
        raise PermissionDenied
    if not organisation.is_active:
        messages.error(request, invitations.CLOSED_TO_ALL)
        return redirect("network:organisation_detail", reference=reference)
    form = InvitationForm(request.POST or None, organisation=organisation, actor=request.membership)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        kind, role = data["position"]
        try:
            invitation = invitations.invite(
                organisation=organisation,
                email=data["email"],
                first_name=data["first_name"],
                last_name=data["last_name"],
                kind=kind,
                role=role,
                by=request.membership,
                once=True,
            )
        except invitations.JustSentError as error:
            messages.info(request, " ".join(error.messages))
            return redirect("network:people", reference=reference)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"Invitation envoyée à {invitation.email}.")
            if is_pilot(request.membership) and User.objects.filter(email=invitation.email, is_active=False).exists():
                messages.warning(request, DISABLED)
            return redirect("network:people", reference=reference)
    days = INVITATION_DAYS.on(timezone.localdate())
    return render(request, "network/invite.html", {"form": form, "organisation": organisation, "days": days})


@asks_then_acts
def invitation_resend(request: Request, pk: int) -> HttpResponse:
    """Send a new link; the former one no longer opens."""
    invitation = _visible_invitation(request, pk)

    def resend() -> None:
        invitations.invite(
            organisation=invitation.organisation,
            email=invitation.email,
            first_name=invitation.first_name,
            last_name=invitation.last_name,
            kind=OrganisationKind(invitation.kind),
            role=Role(invitation.role),
            by=request.membership,
        )

    return confirm(
        request,
        resend,
        title="Renvoyer l’invitation",
        sentence=f"Un nouveau lien part à {invitation.email}\u00a0; le précédent n’ouvre plus.",
        done="Invitation renvoyée.",
        back_url=_people_url(invitation.organisation),
    )


@asks_then_acts
def invitation_withdraw(request: Request, pk: int) -> HttpResponse:
    """Make the link useless."""
    invitation = _visible_invitation(request, pk)
    return confirm(
        request,
        lambda: invitations.withdraw_invitation(invitation=invitation, by=request.membership),
        title="Retirer l’invitation",
        sentence=f"Le lien envoyé à {invitation.email} n’ouvrira plus.",
        done="Invitation retirée.",
        back_url=_people_url(invitation.organisation),
    )


@asks_then_acts
def membership_close(request: Request, pk: int) -> HttpResponse:
    """Close a role of a person."""
    membership = _managed_membership(request, pk)
    return confirm(
        request,
        lambda: close_membership(membership=membership, by=request.membership),
        title="Fermer ce rôle",
        sentence=f"{membership.user} ne pourra plus agir en tant que «\u00a0{membership.title}\u00a0». "
        "Ce que cette personne a fait reste à son nom\u00a0; le rôle peut être rouvert.",
        done="Rôle fermé.",
        settled="" if membership.is_open else f"Ce rôle de {membership.user} est fermé.",
        resting=lambda: resting_on([membership]),
        barred=lambda: bars_leaving(Membership.objects.filter(pk=membership.pk)),
        back_url=_people_url(membership.organisation),
    )


@asks_then_acts
def membership_reopen(request: Request, pk: int) -> HttpResponse:
    """Open a closed role again."""
    membership = _managed_membership(request, pk)
    return confirm(
        request,
        lambda: reopen_membership(membership=membership, by=request.membership),
        title="Rouvrir ce rôle",
        sentence=f"{membership.user} pourra de nouveau agir en tant que «\u00a0{membership.title}\u00a0».",
        done="Rôle rouvert.",
        settled=f"Ce rôle de {membership.user} est ouvert." if membership.is_open else "",
        back_url=_people_url(membership.organisation),
    )


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2")
@asks_then_acts
def invitation_accept(request: OpenRequest, token: str) -> HttpResponse:
    """Accept an invitation: with a new account, or signed in as the invited address."""
    usable = Invitation.objects.for_token(token).usable(timezone.now())
    invitation = usable.select_related("organisation").first()
    if invitation is None:
        return render(request, "network/invitation_closed.html", status=410)
    owner = User.objects.filter(email=invitation.email).first()
    context: dict[str, Any] = {"invitation": invitation, "owner": owner}
    if request.user.is_authenticated or owner is not None:
        return _accept_with_account(request, token, context)
    form = AcceptInvitationForm(
        request.POST or None,
        invitation=invitation,
        initial={"first_name": invitation.first_name, "last_name": invitation.last_name},
    )
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            membership = invitations.accept_with_new_account(
                token=token,
                first_name=data["first_name"],
                last_name=data["last_name"],
                password=data["password1"],
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            login(request, membership.user)
            return _welcome(request, membership)
    return render(request, "network/invitation_accept.html", {**context, "form": form})


def _accept_with_account(request: OpenRequest, token: str, context: dict[str, Any]) -> HttpResponse:
    user = request.user
    own = user.is_authenticated and user.email == context["invitation"].email
    if request.method == "POST" and user.is_authenticated and own:
        try:
            return _welcome(request, invitations.accept_with_account(token=token, user=user))
        except ValidationError:
            return render(request, "network/invitation_closed.html", status=410)
    return render(request, "network/invitation_accept.html", {**context, "own": own})


def _welcome(request: OpenRequest, membership: Membership) -> HttpResponse:
    act_as(request, membership)
    messages.success(request, f"Bienvenue\u00a0: vous agissez en tant que {membership.title}.")
    return redirect("/")


def _visible_invitation(request: Request, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.membership).pending().select_related("organisation")
    return get_object_or_404(rows, pk=pk)


def _managed_membership(request: Request, pk: int) -> Membership:
    rows = Membership.objects.visible_to(request.membership).select_related("user", "organisation")
    membership = get_object_or_404(rows, pk=pk)
    if not manages(request.membership, membership.organisation_id, membership.kind):
        raise PermissionDenied
    return membership


def _people_url(organisation: Organisation) -> str:
    return reverse("network:people", args=[organisation.reference])
