"""Django's PostgreSQL backend, which starts Maillon's own server at the first connection."""

from typing import Any

from django.db.backends.postgresql import base

from config.postgresql.server import Server


class DatabaseWrapper(base.DatabaseWrapper):
    def get_connection_params(self) -> dict[str, Any]:
        """Every connection, procrastinate's included, is made from these parameters.

        Starting the server here, and not when settings are read, lets every command that needs no
        database run without one.
        """
        Server.at(self.settings_dict["HOST"]).hold()
        return super().get_connection_params()
