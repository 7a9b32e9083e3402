"""The pages of administration, inside those of the house."""

from django.urls import path

from desk.views import administration, administration_actions, dated_values, from_files

urlpatterns = [
    path("", administration.home, name="administration"),
    path("competences/", administration.competences, name="competences"),
    path("invitations/", administration.invitations, name="invitations"),
    path("territoire/", administration.territory, name="territory"),
    path("parametres/", dated_values.parameter_list, name="parameter_list"),
    path("parametres/<str:code>/nouvelle-valeur/", dated_values.parameter_value, name="parameter_value"),
    path("scores/importer/", from_files.scores_import, name="scores_import"),
    path("fermetures-du-cuivre/importer/", from_files.closures_import, name="closures_import"),
    path("technologies-par-commune/importer/", from_files.shares_import, name="shares_import"),
    path("couverture-mobile/importer/", from_files.coverages_import, name="coverages_import"),
    path("<str:family>/", administration.reference_list, name="reference_list"),
    path("<str:family>/ajouter/", administration_actions.reference_add, name="reference_add"),
    path("<str:family>/verifier/", administration_actions.reference_check, name="reference_check"),
    path("<str:family>/<int:pk>/", administration.reference_detail, name="reference_detail"),
    path("<str:family>/<int:pk>/nouvelle-version/", administration_actions.reference_replace, name="reference_replace"),
    path("<str:family>/<int:pk>/corriger/", administration_actions.reference_correct, name="reference_correct"),
    path("<str:family>/<int:pk>/retirer/", administration_actions.reference_withdraw, name="reference_withdraw"),
]
