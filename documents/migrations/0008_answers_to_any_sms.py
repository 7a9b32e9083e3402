"""What comes back to any SMS is read by whoever sent it: words alone, the rows stay as they are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0007_sms_answers")]

    operations = [
        migrations.AlterField(
            model_name="smsanswer",
            name="outcome",
            field=models.CharField(
                choices=[
                    ("confirmed", "Le foyer vient"),
                    ("cancelled", "Le foyer ne vient pas\xa0: rendez-vous annulé"),
                    ("stopped", "Plus de SMS à ce foyer"),
                    ("to_read", "À lire"),
                    ("nothing", "Sans effet\xa0: numéro inconnu, ou aucun message récent"),
                ],
                default="nothing",
                max_length=10,
                verbose_name="suite",
            ),
        ),
        migrations.AlterField(
            model_name="smsanswer",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unclear", "ni oui, ni non"),
                    ("several", "plusieurs rendez-vous à ce numéro"),
                    ("refused", "trop tard pour changer sans appeler"),
                    ("news", "à un message qui n’attendait pas de réponse"),
                ],
                max_length=8,
                verbose_name="à lire parce que",
            ),
        ),
    ]
