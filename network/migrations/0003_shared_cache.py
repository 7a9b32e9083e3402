"""The table of the cache, as ``createcachetable`` makes it: where that was run, it is there already."""

from django.db import migrations

TABLE = """
CREATE TABLE IF NOT EXISTS shared_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX IF NOT EXISTS shared_cache_expires ON shared_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("network", "0002_walls")]

    operations = [migrations.RunSQL(TABLE, "DROP TABLE shared_cache")]
