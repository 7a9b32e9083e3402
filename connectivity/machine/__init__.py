"""The machines of the app, which are declared once this is imported."""

from connectivity.machine import connection, line

__all__ = ["connection", "line"]
