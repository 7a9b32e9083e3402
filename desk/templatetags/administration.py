"""Days, figures and addresses on the pages of administration."""

import re

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from typography.french import day, days_ago, days_left, grouped, plural

register = template.Library()
for read in (day, days_ago, days_left, grouped, plural):
    register.filter(read)

ADDRESS = re.compile(r"(https?://[^\s,;)]+)")


@register.filter
def linked(text: str) -> SafeString:
    """A text whose addresses can be followed."""
    parts = ADDRESS.split(text)
    return format_html_join(
        "",
        "{}",
        ((format_html('<a href="{0}">{0}</a>', part) if index % 2 else part,) for index, part in enumerate(parts)),
    )
