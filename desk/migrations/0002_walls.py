"""Who changed the reference data, and when: rows that are only added to."""

from django.db import migrations

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_tables")]

    operations = [AppendOnly("referencechange")]
