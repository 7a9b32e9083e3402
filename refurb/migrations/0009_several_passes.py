"""One more reason why nothing is read in a file: a certificate of several passes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("refurb", "0008_tectech"),
    ]

    operations = [
        migrations.AlterField(
            model_name="depositedfile",
            name="problem",
            field=models.CharField(
                blank=True,
                choices=[
                    ("empty", "Ce fichier est vide."),
                    ("too_large", "Ce fichier est trop gros pour être l’un de ceux que Maillon sait lire."),
                    ("too_deep", "Ce fichier est trop imbriqué pour être lu."),
                    ("broken", "Ce fichier est coupé ou abîmé\xa0: produisez-le de nouveau."),
                    (
                        "not_hardware",
                        "Ce n’est ni un fichier de lshw, de smartctl, de dmidecode ou de GLPI, ni un journal ou un certificat de nwipe.",
                    ),
                    ("nothing_said", "L’outil n’a rien pu lire sur cette machine\xa0: relancez-le en administrateur."),
                    ("no_text", "Aucun texte ne peut être lu dans ce PDF\xa0: déposez le journal texte de nwipe."),
                    (
                        "several_passes",
                        "Ce certificat est d’un effacement en plusieurs passes, et ne dit pas ce que chacune a écrit\xa0: déposez le journal texte de nwipe.",
                    ),
                ],
                max_length=15,
                verbose_name="non lu car",
            ),
        ),
    ]
