"""A link is known by its key: no fingerprint of the address it was sent to, here nor in the log of accesses.

What was logged is cut to the key, which no trigger of an append-only table lets through. A journal keeps what it was
written with, for its rows are hashed.
"""

from django.db import migrations

CUT = """
ALTER TABLE prescriptions_householdaccess DISABLE TRIGGER prescriptions_householdaccess_append_only;
UPDATE prescriptions_householdaccess SET via = split_part(via, ':', 1) WHERE via <> '';
ALTER TABLE prescriptions_householdaccess ENABLE TRIGGER prescriptions_householdaccess_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("prescriptions", "0006_accesses_by_link"),
    ]

    operations = [
        migrations.RunSQL(CUT, migrations.RunSQL.noop),
        migrations.RemoveField("confirmationlink", "sent_to"),
    ]
