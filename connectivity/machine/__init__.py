"""The machines of the app, which are declared once this is imported."""

from connectivity.machine import connection

__all__ = ["connection"]
