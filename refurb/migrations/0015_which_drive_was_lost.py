"""Which drive of the stock was lost or stolen, so that it leaves once; a stolen device goes to the police."""

import django.db.models.deletion
from django.db import migrations, models

REASONS = [
    ("lost", "Perdue"),
    ("stolen", "Volée"),
    ("broken", "Cassée ou hors d’usage"),
    ("given", "Donnée ou recyclée à part"),
    ("never", "Comptée en trop à l’entrée"),
]
WITHDRAWN = [
    ("kept", "Gardé par le donateur"),
    ("not_counted", "Absent du comptage à l’enlèvement"),
    ("donation_declined", "Donation écartée"),
    ("donation_withdrawn", "Donation retirée"),
    ("leased", "Matériel loué"),
    ("claimed", "Réclamé par son propriétaire"),
    ("stolen", "Volé\u00a0: remis à la police ou à la gendarmerie"),
    ("entry", "Enregistré par erreur"),
    ("other", "Autre motif"),
]


class Migration(migrations.Migration):
    dependencies = [("refurb", "0014_when_its_place_was_written")]

    operations = [
        migrations.AlterField(
            model_name="device",
            name="withdrawal_reason",
            field=models.CharField(blank=True, choices=WITHDRAWN, max_length=20, verbose_name="retiré car"),
        ),
        migrations.RemoveConstraint(model_name="partwrittenoff", name="refurb_partwrittenoff_reason"),
        migrations.AddField(
            model_name="partwrittenoff",
            name="drive",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="written_off",
                to="refurb.drive",
                verbose_name="disque",
            ),
        ),
        migrations.AlterField(
            model_name="partwrittenoff",
            name="reason",
            field=models.CharField(choices=REASONS, max_length=10, verbose_name="motif"),
        ),
        migrations.AddConstraint(
            model_name="partwrittenoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("drive", None), ("quantity", 1), _connector="OR"),
                name="refurb_partwrittenoff_drive",
            ),
        ),
        migrations.AddConstraint(
            model_name="partwrittenoff",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("drive",), name="refurb_partwrittenoff_drive_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="partwrittenoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", [code for code, _ in REASONS])), name="refurb_partwrittenoff_reason"
            ),
        ),
    ]
