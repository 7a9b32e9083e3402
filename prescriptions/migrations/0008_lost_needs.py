"""When a household has no more what had met its need, and what was decided then."""

from django.db import migrations, models

from lifecycle.operations import Wall

FORMER = ["accepted_at", "asked_at", "drop_reason", "dropped_at", "epci", "kind", "mediation", "met_at", "started_at"]


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0007_contact_mail"),
    ]

    operations = [
        migrations.AddField(
            model_name="need",
            name="left_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_longer_needed", "Le besoin n’existe plus"),
                    ("served_elsewhere", "Le foyer s’est équipé autrement"),
                    ("offer_declined", "Le foyer a décliné la proposition"),
                    ("unreachable", "Le foyer n’est plus joignable"),
                    ("nothing_suitable", "Rien ne convient dans la filière"),
                    ("other", "Autre motif, en commentaire"),
                    ("prescription_refused", "Prescription refusée"),
                    ("prescription_withdrawn", "Prescription abandonnée"),
                    ("prescription_expired", "Prescription expirée"),
                ],
                editable=False,
                max_length=24,
                verbose_name="pas rouvert car",
            ),
        ),
        migrations.AddField(
            model_name="need",
            name="loss",
            field=models.CharField(
                blank=True,
                choices=[("device_back", "Appareil rapporté"), ("line_ended", "Ligne terminée")],
                editable=False,
                max_length=11,
                verbose_name="plus servi car",
            ),
        ),
        migrations.AddField(
            model_name="need",
            name="lost_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="plus servi depuis le"),
        ),
        migrations.AddField(
            model_name="need",
            name="waits_from",
            field=models.DateTimeField(editable=False, null=True, verbose_name="attend depuis le"),
        ),
        migrations.AddConstraint(
            model_name="need",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left_reason", ""), ("loss", ""), ("lost_at", None)),
                    models.Q(
                        ("left_reason__in", ("", "no_longer_needed", "served_elsewhere", "unreachable", "other")),
                        ("loss__in", ["device_back", "line_ended"]),
                        ("lost_at__isnull", False),
                        ("state", "met"),
                    ),
                    _connector="OR",
                ),
                name="prescriptions_need_lost",
            ),
        ),
        Wall("Need", "NeedEntry", [*FORMER, "left_reason", "loss", "lost_at", "waits_from"], former=FORMER),
    ]
