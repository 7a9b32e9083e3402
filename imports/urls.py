"""The pages of imports."""

from django.urls import path

from imports import views

app_name = "imports"

urlpatterns = [
    path("imports/<int:pk>/", views.import_detail, name="import_detail"),
    path("imports/<int:pk>/colonnes/", views.import_columns, name="import_columns"),
    path("imports/<int:pk>/reprendre/", views.import_apply, name="import_apply"),
    path("imports/<int:pk>/connues/", views.import_known, name="import_known"),
    path("imports/<int:pk>/abandonner/", views.import_drop, name="import_drop"),
    path("imports/<int:pk>/lignes-laissees/", views.import_left, name="import_left"),
]
