"""Production: everything that differs from one place to another comes from the environment.

| variable | what |
|---|---|
| SECRET_KEY | secret of sessions and signed links, 50 characters or more |
| DATABASE_URL | `postgresql://role:password@host:5432/maillon`: the role that serves; to migrate, the owner |
| ALLOWED_HOSTS | names the site answers to, separated by commas, no `*`; the first one is the site's address |
| MEDIA_ROOT | folder of the stored documents (kept, saved, never served) |
| STATIC_ROOT | folder filled by `collectstatic`, `staticfiles` of the project by default |
| SEAL_DIR | folder of the journals' seals, on another disk than the database |
| MAIL_HOST | the mail server, over TLS: invitations, passwords and requests to operators leave by it |
| MAIL_PORT, MAIL_USER, MAIL_PASSWORD, MAIL_FROM | 587, nobody, and `ne-pas-repondre@` the site's name by default |
| LEGAL_PUBLISHER, LEGAL_ADDRESS, LEGAL_DIRECTOR, LEGAL_HOST, LEGAL_CONTACT | what the legal page names |
| MAILLON_SECOND_FACTOR | `0`: no role demands a second factor; demanded of those that keep the house by default |
| PRIVACY_CONTACT | the address to write to about one's personal data |
| SECURITY_CONTACT | whom to write to about a fault, in `/.well-known/security.txt`; empty, there is no such file |
| SOURCE_URL | where the source of the site that runs is offered (AGPL, article 13) |
| BEHIND_PROXY | `1` when one proxy ends TLS and sets X-Forwarded-Proto and X-Forwarded-For itself |

At each deployment, as the owner: `manage.py migrate`, `grant_rights` to the role that serves, `load_territory`,
`load_reference`, `collectstatic`; each does nothing where it has been done. Then, as the role that serves, the site
(gunicorn) and, beside it, `manage.py work`. All of it is told in `docs/guide/exploitation.md` and written in `deploy/`.
"""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from config.settings.base import *


def required(name: str) -> str:
    """The variable's value; ImproperlyConfigured when it is absent or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(f"La variable {name} est absente. / The variable {name} is missing.")
    return value


DEBUG = False
SECRET_KEY = required("SECRET_KEY")
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",") if host.strip()]
if not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS or ALLOWED_HOSTS[0].startswith("."):
    raise ImproperlyConfigured(
        "ALLOWED_HOSTS nomme les adresses du site, la première en entier\u00a0: «\u00a0*\u00a0» les accepterait "
        "toutes, et les liens des courriels mèneraient n’importe où. / "
        "ALLOWED_HOSTS names the addresses of the site, never `*`."
    )
SITE_URL = f"https://{ALLOWED_HOSTS[0]}"
required("DATABASE_URL")
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}

MEDIA_ROOT = Path(required("MEDIA_ROOT"))
LIFECYCLE_SEAL_DIR = Path(required("SEAL_DIR"))
STATIC_ROOT = Path(os.environ.get("STATIC_ROOT", BASE_DIR / "staticfiles"))
STORAGES["staticfiles"] = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}

MAILERS["delivery"] = {
    "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
    "OPTIONS": {
        "host": required("MAIL_HOST"),
        "port": int(os.environ.get("MAIL_PORT", "587")),
        "username": os.environ.get("MAIL_USER", ""),
        "password": os.environ.get("MAIL_PASSWORD", ""),
        "use_tls": True,
        "timeout": 30,
    },
}
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM") or f"Maillon <ne-pas-repondre@{ALLOWED_HOSTS[0]}>"
LIFECYCLE_SERVING_ROLE_ONLY = True

MAILLON_SECOND_FACTOR = os.environ.get("MAILLON_SECOND_FACTOR", "1") != "0"

SECURE_SSL_REDIRECT = True
# Whoever watches the machine asks from the machine itself.
SECURE_REDIRECT_EXEMPT = [r"^sante/"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# The list that browsers are shipped with concerns the whole domain: its owner decides.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
if os.environ.get("BEHIND_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    # Else everybody has the proxy's address, and shares its limits of rate.
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
