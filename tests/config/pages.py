"""Small pages for the tests of the tests' own browser."""

from django.contrib.auth import get_user_model
from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

HEAD = '<!doctype html><html lang="fr"><head><title>Essai</title>{head}</head><body>{body}</body></html>'


def page(head: str = "", body: str = "") -> HttpResponse:
    return HttpResponse(HEAD.format(head=head, body=body))


def good(request: HttpRequest) -> HttpResponse:
    style = '<link rel="stylesheet" href="/static/bootstrap/css/bootstrap.min.css">'
    return page(style, f'<p class="visually-hidden">{get_user_model().objects.count()}</p>')


def inline_script(request: HttpRequest) -> HttpResponse:
    return page(body="<script>document.title = 'joué'</script>")


def lost_style(request: HttpRequest) -> HttpResponse:
    return page('<link rel="stylesheet" href="/static/nowhere.css">')


def elsewhere(request: HttpRequest) -> HttpResponse:
    return page(body='<iframe title="Ailleurs" src="https://ailleurs.example/"></iframe>')


def role(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return page(body=f"<p>{cursor.fetchone()[0]}</p>")


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return HttpResponse("Page introuvable", status=404)


urlpatterns = [
    path("good", login_not_required(good)),
    path("inline-script", login_not_required(inline_script)),
    path("lost-style", login_not_required(lost_style)),
    path("elsewhere", login_not_required(elsewhere)),
    path("role", login_not_required(role)),
]
