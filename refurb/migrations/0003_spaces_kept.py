"""Words alone: the spaces before signs keep them on their line. No column changes."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("refurb", "0002_wall"),
    ]

    operations = [
        migrations.AlterField(
            model_name="donation",
            name="donor_legal_form",
            field=models.CharField(
                blank=True,
                help_text="Entreprise\xa0: SA, SARL, SAS… (reçu fiscal).",
                max_length=60,
                verbose_name="forme juridique du donateur",
            ),
        ),
        migrations.AlterField(
            model_name="donation",
            name="peripherals",
            field=models.PositiveIntegerField(
                default=0,
                help_text="Claviers, souris, chargeurs…\xa0: comptés, pas suivis un par un.",
                verbose_name="périphériques",
            ),
        ),
        migrations.AlterField(
            model_name="donation",
            name="transfer_reference",
            field=models.CharField(
                blank=True,
                help_text="Donateur public\xa0: référence de la décision.",
                max_length=80,
                verbose_name="décision de cession",
            ),
        ),
        migrations.AlterField(
            model_name="donation",
            name="windows",
            field=models.CharField(
                blank=True,
                help_text="Exemple\xa0: du lundi au jeudi, de 9 h à 16 h.",
                max_length=200,
                verbose_name="jours et heures possibles",
            ),
        ),
        migrations.AlterField(
            model_name="donationline",
            name="unit_value",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                help_text="Donateur public\xa0: valeur d’un appareil au jour du don.",
                max_digits=8,
                null=True,
                validators=[django.core.validators.MinValueValidator(0)],
                verbose_name="valeur unitaire (€)",
            ),
        ),
    ]
