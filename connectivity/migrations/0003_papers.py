"""The two papers of a connection file have labels that no other paper has."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0002_walls"),
    ]

    operations = [
        migrations.AlterField(
            model_name="connectionpaper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("family", "Fiche de connexion du foyer"),
                    ("operator", "Dossier de connexion pour l’opérateur"),
                ],
                max_length=10,
                verbose_name="nature",
            ),
        ),
    ]
