"""WSGI entry point; it refuses to serve as a role of the database that may do too much."""

import os

from django.core.wsgi import get_wsgi_application

from lifecycle.roles import watch_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.production")
application = get_wsgi_application()
watch_connections()
