"""The pages of connection."""

from django.urls import path

from connectivity.views import actions, connections, operator

app_name = "connectivity"

urlpatterns = [
    path("connexions/", connections.connection_list, name="connection_list"),
    path("connexions/en-attente/", connections.waiting_list, name="waiting_list"),
    path("connexions/offres/", connections.offer_list, name="offer_list"),
    path("connexions/cuivre/", connections.closure_list, name="closure_list"),
    path("connexions/demandes/", operator.queue, name="queue"),
    path("connexions/demandes/fichier/", operator.queue_export, name="queue_export"),
    path("connexions/demandes/repondre/", operator.queue_import, name="queue_import"),
    path("connexions/lien/<str:token>/", operator.link, name="link"),
    path("connexions/lien/<str:token>/redemander/", operator.link_again, name="link_again"),
    path("connexions/proposer/<str:reference>/", actions.connection_propose, name="connection_propose"),
    path("connexions/<str:reference>/", connections.connection_detail, name="connection_detail"),
    path("connexions/<str:reference>/choisir/", actions.connection_choose, name="connection_choose"),
    path("connexions/<str:reference>/piece-vue/", actions.connection_proof, name="connection_proof"),
    path("connexions/<str:reference>/transmettre/", actions.connection_send, name="connection_send"),
    path("connexions/<str:reference>/probleme/", actions.connection_report_problem, name="connection_report_problem"),
    path("connexions/<str:reference>/accepter/", actions.connection_accept, name="connection_accept"),
    path("connexions/<str:reference>/planifier/", actions.connection_schedule, name="connection_schedule"),
    path("connexions/<str:reference>/ligne-active/", actions.connection_activate, name="connection_activate"),
    path("connexions/<str:reference>/renouveler/", actions.connection_renew, name="connection_renew"),
    path("connexions/<str:reference>/refuser/", actions.connection_refuse, name="connection_refuse"),
    path("connexions/<str:reference>/terminer/", actions.connection_end, name="connection_end"),
    path("connexions/<str:reference>/abandonner/", actions.connection_abandon, name="connection_abandon"),
    path("connexions/<str:reference>/papiers/<int:pk>/", connections.connection_paper, name="connection_paper"),
]
