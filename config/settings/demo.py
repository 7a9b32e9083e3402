"""The demonstration of `make demo`: invented data, on this machine only, the pages of production."""

import os

from config.settings.dev import *

DEBUG = False
DEMO = True
# Without `collectstatic`: files are served from where they lie.
WHITENOISE_USE_FINDERS = True
# Set by `make demo`: until this file says that all is ready, one page answers, behind what serves files and the CSP.
DEMO_PREPARATION = os.environ.get("DEMO_PREPARATION", "")
_behind = MIDDLEWARE.index("django.middleware.csp.ContentSecurityPolicyMiddleware") + 1
MIDDLEWARE = [*MIDDLEWARE[:_behind], "desk.preparation.PreparationMiddleware", *MIDDLEWARE[_behind:]]
