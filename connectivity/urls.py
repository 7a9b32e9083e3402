"""The pages of connection."""

from django.urls import path

from connectivity import actions
from connectivity.views import campaigns, choosing, connections, lines, operator

app_name = "connectivity"

urlpatterns = [
    path("connexions/", connections.connection_list, name="connection_list"),
    path("connexions/en-attente/", connections.waiting_list, name="waiting_list"),
    path("connexions/offres/", connections.offer_list, name="offer_list"),
    path("connexions/offres/<slug:code>/", connections.offer_detail, name="offer_detail"),
    path("connexions/cuivre/", connections.closure_list, name="closure_list"),
    path("connexions/cuivre/campagnes/", campaigns.campaign_list, name="campaign_list"),
    path("connexions/cuivre/campagnes/nouvelle/", campaigns.campaign_create, name="campaign_create"),
    path("connexions/cuivre/campagnes/<int:pk>/", campaigns.campaign_detail, name="campaign_detail"),
    path("connexions/cuivre/campagnes/<int:pk>/texte/", campaigns.campaign_script, name="campaign_script"),
    path("connexions/cuivre/campagnes/<int:pk>/completer/", campaigns.campaign_join, name="campaign_join"),
    path("connexions/cuivre/campagnes/<int:pk>/terminer/", campaigns.campaign_end, name="campaign_end"),
    path("connexions/cuivre/appels/<int:pk>/", campaigns.call_note, name="call_note"),
    path("connexions/cuivre/appels/<int:pk>/prendre/", campaigns.call_take, name="call_take"),
    path("connexions/recharges/", lines.recharge_list, name="recharge_list"),
    path("connexions/delais/", operator.delays, name="delays"),
    path("connexions/demandes/", operator.queue, name="queue"),
    path("connexions/demandes/fichier/", operator.queue_export, name="queue_export"),
    path("connexions/demandes/repondre/", operator.queue_import, name="queue_import"),
    path("connexions/lien/<str:token>/", operator.link, name="link"),
    path("connexions/lien/<str:token>/redemander/", operator.link_again, name="link_again"),
    path("connexions/proposer/<str:reference>/", choosing.connection_propose, name="connection_propose"),
    path("connexions/comparer/<str:reference>/", choosing.comparison_sheet, name="comparison_sheet"),
    path("connexions/<str:reference>/", connections.connection_detail, name="connection_detail"),
    *actions.urlpatterns,
    path("connexions/<str:reference>/adresse/", choosing.connection_address, name="connection_address"),
    path("connexions/<str:reference>/piece-vue/", choosing.connection_proof, name="connection_proof"),
    path("connexions/<str:reference>/recharge/", lines.recharge_sell, name="recharge_sell"),
    path("connexions/<str:reference>/recharge/<int:pk>/annuler/", lines.recharge_cancel, name="recharge_cancel"),
    path("connexions/<str:reference>/lettre/", lines.connection_letter, name="connection_letter"),
    path(
        "connexions/<str:reference>/lettre/<int:pk>.pdf", lines.connection_letter_paper, name="connection_letter_paper"
    ),
    path("connexions/<str:reference>/prevenu/", lines.connection_told, name="connection_told"),
    path("connexions/<str:reference>/pas-prevenu/", lines.connection_untold, name="connection_untold"),
    path("connexions/<str:reference>/papiers/<int:pk>/", connections.connection_paper, name="connection_paper"),
]
