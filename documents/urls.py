"""Pages of the outbox, and the public page that says whether a paper is authentic."""

from django.urls import path

from documents import views

app_name = "documents"

urlpatterns = [
    path("verifier/", views.authenticity_form, name="authenticity_form"),
    path("verifier/<str:code>/", views.authenticity, name="authenticity"),
    path("courrier/", views.mail_list, name="mail_list"),
    path("courrier/sms/", views.sms_list, name="sms_list"),
    path("courrier/<int:pk>/", views.mail_detail, name="mail_detail"),
    path("courrier/<int:pk>/pieces-jointes/<int:file>/", views.mail_attachment, name="mail_attachment"),
    path("courrier/<int:pk>/renvoyer/", views.mail_resend, name="mail_resend"),
]
