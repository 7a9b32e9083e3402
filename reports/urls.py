"""The pages of monthly reports."""

from django.urls import path

from reports import actions, views, views_drill_down, views_steering, views_yearly

app_name = "reports"

urlpatterns = [
    path("rapports/", views.report_list, name="report_list"),
    path("rapports/calculer/", views.report_compute, name="report_compute"),
    path("rapports/annees/<int:year>/", views_yearly.year_detail, name="year_detail"),
    path("rapports/annees/<int:year>/bilan.pdf", views_yearly.year_pdf, name="year_pdf"),
    path("rapports/annees/<int:year>/bilan.xlsx", views_yearly.year_xlsx, name="year_xlsx"),
    path(
        "rapports/annees/<int:year>/refus/<slug:what>/<path:reason>/",
        views_steering.year_refusals,
        name="year_refusals",
    ),
    path(
        "rapports/annees/<int:year>/volumes/<slug:convention>/<slug:what>/",
        views_steering.year_volumes,
        name="year_volumes",
    ),
    path(
        "rapports/annees/<int:year>/non-conformite/<slug:convention>/<slug:what>/",
        views_steering.year_conformity,
        name="year_conformity",
    ),
    path("rapports/<str:reference>/", views.report_detail, name="report_detail"),
    path("rapports/<str:reference>/appareils/", views_drill_down.report_devices, name="report_devices"),
    path("rapports/<str:reference>/besoins/", views_drill_down.report_needs, name="report_needs"),
    path("rapports/<str:reference>/lots/", views_drill_down.report_lots, name="report_lots"),
    path("rapports/<str:reference>/preuves/<slug:what>/", views_drill_down.report_evidence, name="report_evidence"),
    path("rapports/<str:reference>/chiffres.json", views.report_json, name="report_json"),
    path("rapports/<str:reference>/publies.json", views.report_public, name="report_public"),
    path("rapports/<str:reference>/document.json", views.report_values, name="report_values"),
    *actions.urlpatterns,
    path("rapports/<str:reference>/gisement.pdf", views.report_pdf, name="report_pdf"),
    path("rapports/<str:reference>/gisement.xlsx", views.report_xlsx, name="report_xlsx"),
]
