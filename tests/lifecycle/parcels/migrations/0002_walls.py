from django.db import migrations

from lifecycle.operations import AppendOnly, Wall


class Migration(migrations.Migration):
    dependencies = [("parcels", "0001_tables")]

    operations = [
        Wall(
            model_name="parcel",
            journal_name="parcelentry",
            stamps=["depot", "given_at", "label", "rounds", "size", "stored_at", "stored_by", "weight"],
        ),
        AppendOnly(model_name="sealproof"),
    ]
