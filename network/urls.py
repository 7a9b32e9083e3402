"""The pages of the network."""

from django.urls import path

from network import actions
from network.views import (
    accounts,
    awareness,
    directory,
    mergers,
    organisations,
    people,
    rollouts,
    second_factor,
    sessions,
    skills,
)

app_name = "network"

urlpatterns = [
    path("annuaire/", directory.directory, name="directory"),
    path("annuaire/publier/", directory.public_service_publish, name="public_service_publish"),
    path("annuaire/inviter/", awareness.structure_invite, name="structure_invite"),
    path("annuaire/<str:reference>/", directory.public_service_detail, name="public_service_detail"),
    path("sensibilisations/", awareness.awareness_list, name="awareness_list"),
    path("sensibilisations/programmer/", awareness.awareness_plan, name="awareness_plan"),
    path("sensibilisations/<str:reference>/", awareness.awareness_detail, name="awareness_detail"),
    path("sensibilisations/<str:reference>/structures/<int:pk>/inviter/", awareness.guest_invite, name="guest_invite"),
    path("deploiement/", rollouts.rollout_list, name="rollout_list"),
    path("deploiement/engager/", rollouts.rollout_begin, name="rollout_begin"),
    path("deploiement/<str:reference>/", rollouts.rollout_detail, name="rollout_detail"),
    *actions.urlpatterns,
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
    path("comptes/<int:pk>/second-facteur/retirer/", second_factor.second_factor_reset, name="second_factor_reset"),
    path("mon-compte/", accounts.account, name="account"),
    path("ma-session/", sessions.session_renew, name="session_renew"),
    path("mon-role/", accounts.role_switch, name="role_switch"),
    path("connexion/demonstration/", accounts.demo_sign_in, name="demo_sign_in"),
]
