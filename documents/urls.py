"""Pages of the outbox."""

from django.urls import path

from documents import views

app_name = "documents"

urlpatterns = [
    path("", views.MailList.as_view(), name="mail_list"),
    path("<int:pk>/", views.MailDetail.as_view(), name="mail_detail"),
    path("<int:pk>/renvoyer/", views.resend, name="mail_resend"),
]
