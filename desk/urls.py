"""The pages of the house."""

from django.urls import include, path

from desk import actions
from desk.views import (
    api_keys,
    committees,
    epcis,
    guide,
    health,
    meetings,
    prescribing,
    public,
    search,
    todo,
    trying,
    well_known,
)

app_name = "desk"

urlpatterns = [
    path("", todo.home, name="home"),
    path("chercher/", search.search, name="search"),
    path("a-faire/<slug:key>/", todo.block, name="block"),
    path("administration/", include("desk.urls_administration")),
    path("comites/", committees.committee_list, name="committee_list"),
    path("comites/prevoir/", committees.committee_plan, name="committee_plan"),
    path("comites/<int:pk>/", committees.committee_detail, name="committee_detail"),
    path("comites/<int:pk>/modifier/", committees.committee_move, name="committee_move"),
    path("comites/<int:pk>/annuler/", committees.committee_cancel, name="committee_cancel"),
    path("comites/<int:pk>/membres/", meetings.committee_seats, name="committee_seats"),
    path("comites/<int:pk>/ouvrir/", meetings.meeting_open, name="meeting_open"),
    path("seances/<str:reference>/", meetings.meeting_detail, name="meeting_detail"),
    path("seances/<str:reference>/compte-rendu/", meetings.meeting_minutes, name="meeting_minutes"),
    *actions.urlpatterns,
    path("prescripteurs/ou/", prescribing.coverage_map, name="coverage"),
    path("prescripteurs/communes/", prescribing.uncovered_list, name="uncovered_list"),
    path("prescripteurs/activite/", prescribing.activity_list, name="activity_list"),
    path("organisations/<str:reference>/activite/", prescribing.activity, name="activity"),
    path("sensibilisations/<str:reference>/feuille.pdf", prescribing.awareness_sheet, name="awareness_sheet"),
    path("sensibilisations/<str:reference>/agenda.ics", prescribing.awareness_calendar, name="awareness_calendar"),
    path("epci/", epcis.epci_list, name="epci_list"),
    path("mon-compte/cles/", api_keys.api_key_list, name="api_key_list"),
    path("mon-compte/cles/<int:pk>/", api_keys.api_key_detail, name="api_key_detail"),
    path("mon-compte/cles/<int:pk>/revoquer/", api_keys.api_key_revoke, name="api_key_revoke"),
    path("aide/", guide.guide, name="guide"),
    path("aide/<slug:slug>/", guide.guide_chapter, name="guide_chapter"),
    path("sante/vivant", health.alive, name="alive"),
    path("sante/pret", health.ready, name="ready"),
    path("eligibilite/", trying.try_situation, name="try_situation"),
    path("mentions-legales/", public.legal, name="legal"),
    path("donnees-personnelles/", public.privacy, name="privacy"),
    path("accessibilite/", public.accessibility, name="accessibility"),
    path("favicon.ico", well_known.favicon, name="favicon"),
    path("robots.txt", well_known.robots, name="robots"),
    path(".well-known/security.txt", well_known.security_contact, name="security_contact"),
]
