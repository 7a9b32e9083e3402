"""The technical team's window on the network."""

from allauth.account.decorators import secure_admin_login
from allauth.mfa.admin import AuthenticatorAdmin
from allauth.mfa.models import Authenticator
from django.contrib import admin

from lifecycle.admin import ReadOnlyAdmin, show
from network.models import (
    Arrondissement,
    Commune,
    Epci,
    Invitation,
    Membership,
    MembershipPeriod,
    Organisation,
    User,
)

admin.site.site_header = "Maillon – équipe technique"
admin.site.site_title = "Maillon"
# The sign-in of everyone, with its limits of rate.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "last_name", "first_name", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "last_name")
    hidden = ("password",)


# The page of allauth shows the secrets of second factors, encrypted as they are.
admin.site.unregister(Authenticator)


@admin.register(Authenticator)
class SecondFactorAdmin(ReadOnlyAdmin):
    list_display = AuthenticatorAdmin.list_display
    list_filter = ("type",)
    list_select_related = ("user",)
    hidden = ("data",)


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    list_display = ("name", "reference", "siret", "is_active")
    search_fields = ("name", "reference", "siret")


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "organisation", "kind", "role", "opened_at", "closed_at")
    list_filter = ("kind", "role")
    list_select_related = ("user", "organisation")


@admin.register(MembershipPeriod)
class MembershipPeriodAdmin(ReadOnlyAdmin):
    list_display = ("membership", "opened_at", "closed_at")
    list_select_related = ("membership__user", "membership__organisation")


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "organisation", "role", "sent_at", "expires_at", "accepted_at", "withdrawn_at")
    list_select_related = ("organisation",)
    hidden = ("token_digest",)


@admin.register(Commune)
class CommuneAdmin(ReadOnlyAdmin):
    list_display = ("name", "code", "status", "epci", "population", "population_year")
    list_select_related = ("epci",)
    search_fields = ("name", "code")


@admin.register(Epci)
class EpciAdmin(ReadOnlyAdmin):
    list_display = ("name", "siren", "population", "population_year")


@admin.register(Arrondissement)
class ArrondissementAdmin(ReadOnlyAdmin):
    list_display = ("name", "code")


show("network")
# Its own module is the site that every table is registered on.
show("lifecycle", {"comment": ("salt", "text")})
