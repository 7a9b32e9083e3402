"""What was read on a deposited signature, and the terms of a version, may be emptied: they name who signs."""

from django.db import migrations

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("conventions", "0005_signed_and_ended")]

    operations = [
        AppendOnly("signaturedeposit", erasable=("reading",)),
        AppendOnly("textversion", erasable=("terms",)),
    ]
