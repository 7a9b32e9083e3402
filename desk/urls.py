"""The pages of the house."""

from django.urls import path

from desk.views import public, todo

app_name = "desk"

urlpatterns = [
    path("", todo.home, name="home"),
    path("a-faire/<slug:key>/", todo.block, name="block"),
    path("mentions-legales/", public.legal, name="legal"),
    path("donnees-personnelles/", public.privacy, name="privacy"),
    path("accessibilite/", public.accessibility, name="accessibility"),
]
