"""Offers that give no line: public access, shown beside the others."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0007_campaigns"),
    ]

    operations = [
        migrations.AlterField(
            model_name="connectionfile",
            name="channel",
            field=models.CharField(
                blank=True,
                choices=[
                    ("desk", "Demande transmise à l’opérateur"),
                    ("own_subscription", "Souscription par la personne, en boutique ou par téléphone"),
                    ("counter", "Vente au point de distribution"),
                    ("beside", "Sur place, sans rien souscrire"),
                ],
                editable=False,
                max_length=20,
                verbose_name="canal",
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="channel",
            field=models.CharField(
                choices=[
                    ("desk", "Demande transmise à l’opérateur"),
                    ("own_subscription", "Souscription par la personne, en boutique ou par téléphone"),
                    ("counter", "Vente au point de distribution"),
                    ("beside", "Sur place, sans rien souscrire"),
                ],
                max_length=20,
                verbose_name="canal",
            ),
        ),
        migrations.AlterField(
            model_name="offer",
            name="technology",
            field=models.CharField(
                choices=[
                    ("fibre", "Fibre"),
                    ("copper", "Ligne fixe en cuivre"),
                    ("box_4g", "Box 4G"),
                    ("mobile", "Forfait mobile"),
                    ("prepaid", "Carte prépayée"),
                    ("public", "Accès public gratuit (wifi, ordinateurs)"),
                ],
                max_length=12,
                verbose_name="technologie",
            ),
        ),
    ]
