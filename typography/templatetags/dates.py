"""Days, figures and telephones as people write them, for pages and mails that show nothing of a machine."""

from django import template

from typography.french import (
    by_pairs,
    day,
    de,
    dialled,
    full_day,
    grouped,
    hour,
    in_a_sentence,
    plural,
    que,
    written_day,
)

register = template.Library()
for read in (by_pairs, day, de, dialled, full_day, grouped, hour, in_a_sentence, plural, que, written_day):
    register.filter(read)
