"""Why whoever steers read who a household is."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0008_lost_needs"),
    ]

    operations = [
        migrations.AddField(
            model_name="householdaccess",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("rights", "Une personne demande à lire, corriger ou effacer ce qui est écrit d’elle"),
                    ("complaint", "Une réclamation du foyer"),
                    ("double", "Des dossiers qui se ressemblent à comparer"),
                    ("incident", "Une erreur ou un incident signalé"),
                    ("control", "Le contrôle de ce dossier"),
                ],
                max_length=9,
                verbose_name="nom lu pour",
            ),
        ),
        migrations.AddConstraint(
            model_name="householdaccess",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("reason", ""),
                    models.Q(
                        ("actor__isnull", False),
                        ("reason__in", ["rights", "complaint", "double", "incident", "control"]),
                    ),
                    _connector="OR",
                ),
                name="prescriptions_access_reason",
            ),
        ),
    ]
