"""Every page of Maillon."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from desk import api

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("desk.urls")),
    path("", include("network.urls_account")),
    path("", include("network.urls")),
    path("", include("documents.urls")),
    path("", include("imports.urls")),
    path("", include("conventions.urls")),
    path("", include("prescriptions.urls")),
    path("", include("donations.urls")),
    path("", include("distribution.urls")),
    path("", include("refurb.urls")),
    path("", include("connectivity.urls")),
    path("", include("reports.urls")),
    path("api/v1/", api.urls),
    path("technique/", admin.site.urls),
]

handler400 = "desk.views.errors.bad_request"
handler404 = "desk.views.errors.not_found"
handler500 = "desk.views.errors.failure"
