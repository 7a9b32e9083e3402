"""What was read on a deposited signature, and the terms of a version, may be emptied: they name who signs."""

from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("conventions", "0005_signed_and_ended")]

    operations = [
        AppendOnly("signaturedeposit", erasable=("reading",)),
        AppendOnly("textversion", erasable=("terms",)),
        migrations.AlterField(
            model_name="depositrefusal",
            name="reason",
            field=models.CharField(
                choices=[
                    ("other_text", "Ce n’est pas ce document"),
                    ("unsigned", "Le document n’est pas signé"),
                    ("other_signatory", "Une autre personne que le signataire désigné a signé"),
                    ("unreadable", "Il est illisible ou il manque des pages"),
                    ("not_mine", "Le signataire désigné dit ne pas l’avoir signé"),
                    ("withdrawn", "Le signataire désigné le retire\u00a0: il signera autrement"),
                ],
                max_length=20,
                verbose_name="motif",
            ),
        ),
    ]
