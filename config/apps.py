"""How the tables are shown to the technical team."""

from django.contrib.admin.apps import AdminConfig


class TechnicalConfig(AdminConfig):
    """Django's admin with a site that only reads."""

    default_site = "lifecycle.admin.TechnicalSite"
