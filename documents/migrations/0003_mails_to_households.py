"""A mail to a household is one of a kind of its own."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_walls"),
    ]

    operations = [
        migrations.AlterField(
            model_name="mail",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("account", "Compte et connexion"),
                    ("household", "À un foyer"),
                    ("message", "Suivi d’un dossier"),
                ],
                default="message",
                max_length=10,
                verbose_name="objet",
            ),
        ),
    ]
