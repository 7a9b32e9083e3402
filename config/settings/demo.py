"""The demonstration of `make demo`: invented data, on this machine only, the pages of production."""

import os

from config.settings.dev import *

DEBUG = False
# On its own server the site signs in as the role that serves; on another (DATABASE_URL), it only takes its part.
LIFECYCLE_SERVING_ROLE_ONLY = not os.environ.get("DATABASE_URL")
DEMO = True
# Without `collectstatic`: files are served from where they lie.
WHITENOISE_USE_FINDERS = True
