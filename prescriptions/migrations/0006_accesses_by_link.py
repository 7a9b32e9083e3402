"""An access by a signed link: whose it is is not known, the link is.

Once there is one, this is not undone: a column that may not be null again would have nobody to name.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_saved_view"),
        ("prescriptions", "0005_spaces_kept"),
    ]

    operations = [
        migrations.AddField(
            model_name="householdaccess",
            name="via",
            field=models.CharField(blank=True, max_length=80, verbose_name="lien signé"),
        ),
        migrations.AlterField(
            model_name="householdaccess",
            name="actor",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AlterField(
            model_name="householdaccess",
            name="kind",
            field=models.CharField(
                blank=True,
                choices=[
                    ("departement", "Département (pilotage)"),
                    ("prefecture", "Préfecture"),
                    ("region", "Région"),
                    ("hub", "Hub territorial"),
                    ("donor", "Donateur"),
                    ("reconditioner", "Reconditionneur"),
                    ("epci", "EPCI"),
                    ("distributor", "Distributeur"),
                    ("relay", "Relais de distribution"),
                    ("prescriber", "Prescripteur"),
                    ("operator", "Opérateur télécom"),
                    ("recycler", "Recycleur"),
                    ("mediation", "Médiation numérique"),
                    ("funder", "Financeur"),
                ],
                max_length=20,
                verbose_name="au titre de",
            ),
        ),
        migrations.AlterField(
            model_name="householdaccess",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.organisation",
                verbose_name="organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("actor__isnull", False), ("organisation__isnull", False), ("via", "")),
                    models.Q(("actor", None), models.Q(("via", ""), _negated=True)),
                    _connector="OR",
                ),
                name="prescriptions_access_by",
            ),
        ),
    ]
