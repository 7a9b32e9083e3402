"""Django's PostgreSQL backend, which starts Maillon's own server at the first connection."""

from typing import Any

from django.db.backends.postgresql import base, operations

from config.postgresql.server import Server


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "config.postgresql.compiler"


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations

    def get_connection_params(self) -> dict[str, Any]:
        """Every connection, procrastinate's included, is made from these parameters.

        Starting the server here, and not when settings are read, lets every command that needs no
        database run without one.
        """
        Server.at(self.settings_dict["HOST"]).hold()
        return super().get_connection_params()
