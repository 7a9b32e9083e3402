"""The demonstration of `make demo`: invented data, on this machine only, the pages of production."""

import os
from copy import deepcopy
from secrets import token_urlsafe
from typing import Any

from config.settings import dev
from config.settings.dev import *

DEBUG = False
# On its own server the site signs in as the role that serves; on another (DATABASE_URL), it only takes its part.
LIFECYCLE_SERVING_ROLE_ONLY = not os.environ.get("DATABASE_URL")
DEMO = True
# As in production: a page does not wait for a connection to be made, nor for it to know the tables.
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
SMS_PROVIDER = "documents.sms_door.KeptHere"
# Nobody knows it: answers come by `manage.py receive_sms`.
SMS_ANSWERS_SECRET = token_urlsafe()
INSTALLED_APPS = [*dev.INSTALLED_APPS, "demo"]
# Without `collectstatic`: files are served from where they lie.
WHITENOISE_USE_FINDERS = True
# Set by `make demo`: until this file says that all is ready, one page answers, behind what serves files and the CSP.
DEMO_PREPARATION = os.environ.get("DEMO_PREPARATION", "")
_behind = dev.MIDDLEWARE.index("django.middleware.csp.ContentSecurityPolicyMiddleware") + 1
MIDDLEWARE = [*dev.MIDDLEWARE[:_behind], "demo.preparation.PreparationMiddleware", *dev.MIDDLEWARE[_behind:]]
# That page is a 503, asked for again every three seconds: a line each in the terminal would hide the others.
_logging: dict[str, Any] = deepcopy(dev.LOGGING)
_logging["filters"]["prepared"] = {"()": "demo.preparation.PreparedFilter"}
_logging["loggers"]["django.request"] = _logging["loggers"]["django"] | {"filters": ["prepared"]}
LOGGING = _logging
