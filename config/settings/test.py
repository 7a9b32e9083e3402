"""The tests: real PostgreSQL, no network, errors out loud."""

from config import database
from config.settings.base import *

SECRET_KEY = "tests only"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": database.settings(throwaway=True)}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# The test environment puts Django's own in-memory backend behind each of these names.
MAILERS = {"default": {}, "delivery": {}}

INSTALLED_APPS = [*INSTALLED_APPS, "demo", "django_fsm", "tests.lifecycle.parcels"]
LIFECYCLE_LOCK_ORDER = [*LIFECYCLE_LOCK_ORDER, "network.Organisation", "parcels.Depot", "parcels.Parcel"]
