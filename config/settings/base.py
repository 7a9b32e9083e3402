"""Settings common to every environment."""

import os
from pathlib import Path
from typing import Any

from django.utils.csp import CSP

from config import database
from config.copies import print_of

BASE_DIR = Path(__file__).resolve().parents[2]

INSTALLED_APPS = [
    "typography",
    "lifecycle",
    "reference",
    "lists",
    "network",
    "documents",
    "imports",
    "conventions",
    "prescriptions",
    "connectivity",  # before donations: followers of one verb run in this order, which is that of locks
    "donations",
    "refurb",
    "distribution",
    "reports",
    "desk",
    "viewflow.workflow",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "bootstrap",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_tables2",
    "django_filters",
    "django_htmx",
    "procrastinate.contrib.django",
    "config.apps.TechnicalConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "network.middleware.SignInFirstMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "lifecycle.middleware.LineBreaksMiddleware",
    "network.middleware.ActingMembershipMiddleware",
    "network.middleware.SecondFactorMiddleware",
    "network.sessions.LivingSessionMiddleware",
    "network.middleware.UnkeptSheetsMiddleware",
    "desk.middleware.RefusalsMiddleware",
    "lifecycle.middleware.SentOnceMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "network.context_processors.site",
                "desk.context_processors.help_link",
            ],
        },
    },
]
FORM_RENDERER = "lifecycle.forms.UncutRenderer"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "django_tables2/bootstrap5.html"

DATABASES = {"default": database.settings()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "network.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "first_name", "last_name")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "network.passwords.FrenchCommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
# By e-mail and password; accounts come by invitation only. Limits of rate are allauth's own.
ACCOUNT_ADAPTER = "network.account_adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "add_email": "network.forms.account.ChangeEmailForm",
    "change_password": "network.forms.account.ChangePasswordForm",
    "login": "network.forms.account.SignInForm",
    "reauthenticate": "network.forms.account.ReauthenticateForm",
    "reset_password": "network.forms.account.ResetPasswordForm",
    "reset_password_from_key": "network.forms.account.ResetPasswordKeyForm",
    "set_password": "network.forms.account.SetPasswordForm",
}
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# A code of one's telephone after the password: whoever wants one, and whose role demands it where this is on.
MAILLON_SECOND_FACTOR = False
MFA_ADAPTER = "network.second_factor.SecondFactorAdapter"
# Addresses come by invitation and are verified: nobody keeps an account away from the owner of its address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_FORMS = {
    "activate_totp": "network.forms.second_factor.SecondFactorOnForm",
    "authenticate": "network.forms.second_factor.SecondFactorCodeForm",
}
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Maillon"
# A telephone may be half a minute early or late; what is used is spent for as long (``network.forms.second_factor``).
MFA_TOTP_TOLERANCE = 1

# --- the engine -------------------------------------------------------------
LIFECYCLE_ACTOR_MODEL = "network.Membership"
# One global order of locks, and by primary key inside each model. A process of the circuit is locked by whoever holds
# its convention, or by itself.
LIFECYCLE_LOCK_ORDER = [
    "reports.Report",
    "network.Epci",
    "network.Merger",
    "network.PublicService",
    "network.AwarenessSession",
    "conventions.Convention",
    "conventions.Review",
    "conventions.Signature",
    "viewflow.Process",
    "conventions.Quota",
    "prescriptions.RightsRequest",
    "prescriptions.Household",
    "prescriptions.Prescription",
    "prescriptions.Need",
    "connectivity.ConnectionFile",
    "desk.Meeting",
    "donations.Donation",
    "donations.Prospect",
    "refurb.Device",
    "prescriptions.Transfer",
    "prescriptions.ProofPhoto",
    "distribution.Stocktake",
    "distribution.Appointment",
    "network.Rollout",
]

# Whether the site and its worker refuse a role of the database that may do more than read and write rows.
LIFECYCLE_SERVING_ROLE_ONLY = False

LANGUAGE_CODE = "fr"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static", ("guide", BASE_DIR / "docs" / "guide" / "images")]
MEDIA_ROOT = BASE_DIR / "var" / "media"
LIFECYCLE_SEAL_DIR = BASE_DIR / "var" / "seals" / str(DATABASES["default"]["NAME"])

# --- documents ----------------------------------------------------------------
SITE_URL = os.environ.get("SITE_URL", "http://localhost:8000")
# No file has an address: a view that knows who may see it opens it.
STORAGES = {
    "default": {"BACKEND": "documents.storage.PrivateStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DOCUMENTS_MAX_BYTES = 20 * 1024 * 1024
DOCUMENTS_KEEP_JOBS_HOURS = 30 * 24
# Whatever Django writes becomes a row of the outbox; the worker hands it to the mailer "delivery", which
# carries it. Without that entry nothing leaves: mail is kept for the pilot to read. Production adds it.
MAILERS: dict[str, dict[str, Any]] = {"default": {"BACKEND": "documents.mail_backend.OutboxBackend"}}
DEFAULT_FROM_EMAIL = os.environ.get("MAIL_FROM", "Maillon <ne-pas-repondre@localhost>")

# What carries SMS: a class of documents.sms_door, by its path; none by default, and somebody calls.
SMS_PROVIDER = os.environ.get("SMS_PROVIDER", "")
SMS_URL = os.environ.get("SMS_URL", "")
SMS_TOKEN = os.environ.get("SMS_TOKEN", "")
# What that service says to hand over an answer (Authorization: Bearer …); without it no answer is taken.
SMS_ANSWERS_SECRET = os.environ.get("SMS_ANSWERS_SECRET", "")

# --- who publishes this site ----------------------------------------------------
# What the legal pages say. Each place that runs Maillon says its own, by the environment.
LEGAL = {
    "publisher": os.environ.get("LEGAL_PUBLISHER", "Département du Nord"),
    "publisher_address": os.environ.get("LEGAL_ADDRESS", ""),
    "director": os.environ.get("LEGAL_DIRECTOR", ""),
    "host": os.environ.get("LEGAL_HOST", ""),
    "contact": os.environ.get("LEGAL_CONTACT", "contact@maillon.example"),
    "privacy_contact": os.environ.get("PRIVACY_CONTACT", "donnees-personnelles@maillon.example"),
    "source": os.environ.get("SOURCE_URL", ""),
}
# Whom whoever finds a fault of the site writes to, in /.well-known/security.txt; without it there is none.
SECURITY_CONTACT = os.environ.get("SECURITY_CONTACT", "")

# --- the web ------------------------------------------------------------------
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "frame-ancestors": [CSP.NONE],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "object-src": [CSP.NONE],
}
# From the last page that was opened (``network.sessions``), not from the sign-in.
SESSION_COOKIE_AGE = 12 * 60 * 60
CSRF_COOKIE_HTTPONLY = True
# Forms stay small. A file is limited by the form that receives it (DOCUMENTS_MAX_BYTES).
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
# What is heavier as a whole is not even read: a page says so (413).
REQUEST_MAX_BYTES = 64 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
# A folder picked at once: a page takes the first of them and says so.
DATA_UPLOAD_MAX_NUMBER_FILES = 200
FILE_UPLOAD_PERMISSIONS = 0o640

# What is shared by all processes: above all what limits the rate of sign-ins. A migration of network makes the table.
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "shared_cache",
        "KEY_FUNCTION": "network.shared_cache.hidden",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- the log ------------------------------------------------------------------
# Of people, the log holds nothing: no mail to administrators (it would carry the request), no values of rows.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "console": {
            "()": "config.logs.DiscreetFormatter",
            "format": "{asctime} {levelname} {name}: {message}",
            "style": "{",
        },
    },
    "filters": {"refused": {"()": "config.logs.RefusedInOneLine"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "console", "filters": ["refused"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        "procrastinate": {"handlers": ["console"], "level": "WARNING", "propagate": False},
    },
}

DEMO = False
# The file that says how far the preparation of the demonstration is; without one nothing is prepared.
DEMO_PREPARATION = ""
# By which a copy of Maillon knows that it is itself that answers on a port.
DEMO_COPY = print_of(BASE_DIR)
DEMO_PASSWORD = "chaine-de-cinq-maillons"
