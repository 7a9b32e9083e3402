"""How far ahead what an operator answers may be dated."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0005_one_word"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="connectionterm",
            name="connectivity_connectionterm_known",
        ),
        migrations.AlterField(
            model_name="connectionterm",
            name="code",
            field=models.CharField(
                choices=[
                    ("first_reminder_days", "Première relance d’un dossier sans réponse, en jours ouvrés"),
                    ("second_reminder_days", "Seconde relance d’un dossier sans réponse, en jours ouvrés"),
                    ("no_answer_days", "Clôture d’une demande sans réponse, en jours"),
                    ("untouched_days", "Clôture d’un dossier sans suite, en jours"),
                    ("first_renewal_days", "Premier rappel avant la fin d’un droit, en jours"),
                    ("last_renewal_days", "Dernier rappel avant la fin d’un droit, en jours"),
                    ("first_copper_months", "Première alerte avant la fermeture du cuivre, en mois"),
                    ("second_copper_months", "Deuxième alerte avant la fermeture du cuivre, en mois"),
                    ("last_copper_months", "Dernière alerte avant la fermeture du cuivre, en mois"),
                    ("appointment_months", "Raccordement le plus lointain, en mois"),
                    ("entitlement_months", "Droit à une offre le plus long, en mois"),
                ],
                max_length=24,
                verbose_name="délai",
            ),
        ),
        migrations.AddConstraint(
            model_name="connectionterm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__in",
                        [
                            "first_reminder_days",
                            "second_reminder_days",
                            "no_answer_days",
                            "untouched_days",
                            "first_renewal_days",
                            "last_renewal_days",
                            "first_copper_months",
                            "second_copper_months",
                            "last_copper_months",
                            "appointment_months",
                            "entitlement_months",
                        ],
                    ),
                    ("value__gte", 1),
                ),
                name="connectivity_connectionterm_known",
            ),
        ),
    ]
