"""The pages of lots, and of those who may give one."""

from django.urls import path

from donations.actions import lots, prospects
from donations.views import balance, deeds, donations, drafts, inventories, pick_ups, prospecting

app_name = "donations"

urlpatterns = [
    path("lots/", donations.donation_list, name="donation_list"),
    path("lots/nouveau/", drafts.donation_create, name="donation_create"),
    path("lots/inventaire/", inventories.inventory_deposit, name="inventory_deposit"),
    path("lots/<str:reference>/", donations.donation_detail, name="donation_detail"),
    path("lots/<str:reference>/modifier/", drafts.donation_edit, name="donation_edit"),
    path("lots/<str:reference>/inventaire/", inventories.inventory_add, name="inventory_add"),
    path("lots/<str:reference>/machines/", inventories.inventory_units, name="inventory_units"),
    path("lots/<str:reference>/inventaire/<int:pk>/retirer/", inventories.inventory_remove, name="inventory_remove"),
    *lots.urlpatterns,
    path("lots/<str:reference>/cession/", deeds.donation_record_transfer, name="donation_record_transfer"),
    path("lots/<str:reference>/acte-de-don/", deeds.donation_accept_deed, name="donation_accept_deed"),
    path("lots/<str:reference>/signer/", pick_ups.donation_sign, name="donation_sign"),
    path("lots/<str:reference>/ecarts/", balance.donation_differences, name="donation_differences"),
    path("lots/<str:reference>/papiers/<int:pk>/", donations.donation_paper, name="donation_paper"),
    path("lots/<str:reference>/enlevements/<int:pk>/agenda/", donations.pick_up_calendar, name="pick_up_calendar"),
    path("lots/<str:reference>/enlevements/<int:pk>/bordereau/", donations.pick_up_signature, name="pick_up_signature"),
    path("prospects/", prospecting.prospect_list, name="prospect_list"),
    path("prospects/nouveau/", prospecting.prospect_create, name="prospect_create"),
    path("prospects/potentiel/", prospecting.potential, name="potential"),
    path("prospects/<str:reference>/", prospecting.prospect_detail, name="prospect_detail"),
    path("prospects/<str:reference>/modifier/", prospecting.prospect_edit, name="prospect_edit"),
    *prospects.urlpatterns,
]
