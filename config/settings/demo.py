"""The demonstration of `make demo`: invented data, on this machine only, the pages of production."""

from config.settings.dev import *

DEBUG = False
DEMO = True
# Without `collectstatic`: files are served from where they lie.
WHITENOISE_USE_FINDERS = True
