"""The pages of the network."""

from django.urls import path

from network.views import accounts, mergers, organisations, people, skills

app_name = "network"

urlpatterns = [
    path("epci/fusionner/", mergers.merger_declare, name="merger_declare"),
    path("organisations/", organisations.organisation_list, name="organisation_list"),
    path("organisations/nouvelle/", organisations.organisation_create, name="organisation_create"),
    path("organisations/<str:reference>/", organisations.organisation_detail, name="organisation_detail"),
    path("organisations/<str:reference>/modifier/", organisations.organisation_edit, name="organisation_edit"),
    path("organisations/<str:reference>/personnes/", people.people, name="people"),
    path("organisations/<str:reference>/inviter/", people.invite, name="invite"),
    path("organisations/<str:reference>/competences/", skills.skills, name="skills"),
    path("organisations/<str:reference>/competences/noter/", skills.skill_note, name="skill_note"),
    path("organisations/<str:reference>/formations/noter/", skills.training_record, name="training_record"),
    path("invitations/<int:pk>/renvoyer/", people.invitation_resend, name="invitation_resend"),
    path("invitations/<int:pk>/retirer/", people.invitation_withdraw, name="invitation_withdraw"),
    path("invitation/<str:token>/", people.invitation_accept, name="invitation_accept"),
    path("rattachements/<int:pk>/fermer/", people.membership_close, name="membership_close"),
    path("rattachements/<int:pk>/rouvrir/", people.membership_reopen, name="membership_reopen"),
    path("comptes/<int:pk>/", accounts.user_detail, name="user_detail"),
    path("comptes/<int:pk>/desactiver/", accounts.user_disable, name="user_disable"),
    path("comptes/<int:pk>/reactiver/", accounts.user_enable, name="user_enable"),
    path("comptes/<int:pk>/effacer/", accounts.user_forget, name="user_forget"),
    path("mon-compte/", accounts.account, name="account"),
    path("mon-role/", accounts.role_switch, name="role_switch"),
    path("connexion/demonstration/", accounts.demo_sign_in, name="demo_sign_in"),
]
