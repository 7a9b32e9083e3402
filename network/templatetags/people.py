"""People as pages name them."""

from django import template

from network.naming import told_to

register = template.Library()
register.filter(told_to)
