"""Development on one's own machine."""

from config.settings.base import *

DEBUG = True
SECRET_KEY = "development only, never in production"
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [*INSTALLED_APPS, "django_fsm"]  # manage.py graph_transitions
