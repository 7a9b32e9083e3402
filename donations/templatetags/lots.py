"""Figures of lots as people read them, telephone numbers, the articles of a text, who did something."""

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from network.naming import told_to
from typography.french import by_pairs, day, euros, grouped, percent, plural

register = template.Library()
register.filter("phone_pairs", by_pairs)
for read in (day, euros, grouped, percent, plural, told_to):
    register.filter(read)


@register.filter
def articles(text: str) -> SafeString:
    """A text in articles, an empty line between them: the first line of each is its title."""
    paragraphs = [part.strip().partition("\n") for part in text.split("\n\n")]
    return format_html_join(
        "",
        "{}<p>{}</p>",
        (
            (format_html('<h2 class="h6">{}</h2>', first), linebreaksbr(rest)) if rest else ("", first)
            for first, _, rest in paragraphs
        ),
    )
