"""A constraint for migrations: a column refuses a social security number.

Source: décret n° 2019-341 du 19 avril 2019.
"""

from django.db import migrations


def without_nir(table: str, column: str) -> migrations.RunSQL:
    """``column`` of ``table`` refuses a social security number, whoever writes it."""
    name = f"{table}_nir_{column}"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (NOT prescriptions_holds_nir({column}));",
        f"ALTER TABLE {table} DROP CONSTRAINT {name};",
    )
