"""Days as people write them, for pages and mails that show nothing of a machine."""

from django import template

from typography.french import day, full_day, hour, written_day

register = template.Library()
for read in (day, full_day, hour, written_day):
    register.filter(read)
