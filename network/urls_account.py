"""The pages of one's account, from django-allauth: its names, our addresses, and only those we use."""

from allauth.account import views
from allauth.account.decorators import reauthentication_required
from allauth.mfa.base import views as mfa
from django.urls import path, re_path

from network.demo import demo_doors, demo_password
from network.views import second_factor
from network.views.addresses import AddressView

urlpatterns = [
    path(
        "connexion/",
        views.LoginView.as_view(extra_context={"demo_doors": demo_doors, "demo_password": demo_password}),
        name="account_login",
    ),
    path("deconnexion/", views.logout, name="account_logout"),
    path("inscription/", views.signup, name="account_signup"),
    path("compte/desactive/", views.account_inactive, name="account_inactive"),
    path("compte/confirmer/", views.reauthenticate, name="account_reauthenticate"),
    path("compte/adresse/", reauthentication_required(AddressView.as_view()), name="account_email"),
    path("compte/adresse/envoyee/", views.email_verification_sent, name="account_email_verification_sent"),
    re_path(r"^compte/adresse/confirmer/(?P<key>[-:\w]+)/$", views.confirm_email, name="account_confirm_email"),
    path("compte/mot-de-passe/", views.password_change, name="account_change_password"),
    path("compte/mot-de-passe/choisir/", views.password_set, name="account_set_password"),
    path("connexion/code/", mfa.authenticate, name="mfa_authenticate"),
    path("compte/second-facteur/", second_factor.SecondFactorOnView.as_view(), name="mfa_activate_totp"),
    path("compte/second-facteur/desactiver/", second_factor.SecondFactorOffView.as_view(), name="mfa_deactivate_totp"),
    path("compte/second-facteur/codes/", second_factor.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"),
    path(
        "compte/second-facteur/codes/renouveler/",
        second_factor.RenewCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
    path("mot-de-passe-oublie/", views.password_reset, name="account_reset_password"),
    path("mot-de-passe-oublie/envoye/", views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe-oublie/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe-oublie/fait/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]
