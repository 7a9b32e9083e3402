"""Pages of parcels, for what links to them: some verbs have one, some do not."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from lifecycle.admin import EntryAdmin, MachineAdmin
from tests.lifecycle.parcels.models import Parcel, ParcelEntry


def page(request: HttpRequest, reference: str) -> HttpResponse:
    return HttpResponse(reference)


site = admin.AdminSite(name="parcel_admin")
site.register(Parcel, MachineAdmin)
site.register(ParcelEntry, EntryAdmin)

VERBS = ("store", "give", "break_")
parcels = [
    *(path(f"{verb}/<str:reference>/", page, name=f"parcel_{verb}") for verb in VERBS),
    path("sceller/<str:reference>/", page, name="parcel_seal"),
]
urlpatterns = [path("colis/", include((parcels, "parcels"))), path("admin/", site.urls)]
