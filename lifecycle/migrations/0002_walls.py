"""A comment is erased, never replaced nor removed; a seal stays, and a closed period stays closed."""

from django.db import migrations

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("lifecycle", "0001_tables")]

    operations = [
        AppendOnly(model_name="comment", erasable=["salt", "text"]),
        AppendOnly(model_name="seal"),
        AppendOnly(model_name="closedperiod"),
    ]
