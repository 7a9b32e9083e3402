"""The pages of the house."""

from django.urls import include, path

from desk.views import guide, public, search, todo

app_name = "desk"

urlpatterns = [
    path("", todo.home, name="home"),
    path("chercher/", search.search, name="search"),
    path("a-faire/<slug:key>/", todo.block, name="block"),
    path("administration/", include("desk.urls_administration")),
    path("aide/", guide.guide, name="guide"),
    path("aide/<slug:slug>/", guide.guide_chapter, name="guide_chapter"),
    path("mentions-legales/", public.legal, name="legal"),
    path("donnees-personnelles/", public.privacy, name="privacy"),
    path("accessibilite/", public.accessibility, name="accessibility"),
]
