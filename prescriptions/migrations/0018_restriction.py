"""A limitation is a right of its own, which is announced then lifted; the day that an answer is handed or sent."""

from django.db import migrations, models

from lifecycle.operations import Wall

FORMER = [
    "doubt",
    "due_on",
    "identity_asked_at",
    "overdue_at",
    "prolongation",
    "prolonged_at",
    "received_at",
    "received_by",
    "refusal",
    "reminded_at",
    "settled_at",
    "settled_by",
    "told_by",
]


class Migration(migrations.Migration):
    dependencies = [("prescriptions", "0017_instruction_and_photos")]

    operations = [
        migrations.RemoveConstraint(
            model_name="rightsrequest",
            name="prescriptions_rights_kind",
        ),
        migrations.AddField(
            model_name="rightsrequest",
            name="lift_told_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="fin de la limitation annoncée le"),
        ),
        migrations.AddField(
            model_name="rightsrequest",
            name="lifted_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="limitation levée le"),
        ),
        migrations.AddField(
            model_name="rightsrequest",
            name="told_on",
            field=models.DateField(editable=False, null=True, verbose_name="réponse remise ou envoyée le"),
        ),
        migrations.AlterField(
            model_name="rightsrequest",
            name="kind",
            field=models.CharField(
                choices=[
                    ("access", "Lire ce qui est écrit (accès)"),
                    ("rectification", "Faire corriger (rectification)"),
                    ("erasure", "Faire effacer (effacement)"),
                    ("objection", "Arrêter l’usage (opposition)"),
                    ("restriction", "Garder sans s’en servir (limitation)"),
                ],
                max_length=14,
                verbose_name="droit exercé",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["access", "rectification", "erasure", "objection", "restriction"])),
                name="prescriptions_rights_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_told_at", None), ("lifted_at", None)),
                    models.Q(
                        ("kind", "restriction"),
                        ("lift_told_at__isnull", False),
                        ("state", "answered"),
                        models.Q(("lifted_at", None), ("lifted_at__gt", models.F("lift_told_at")), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="prescriptions_rights_lifted",
            ),
        ),
        Wall("RightsRequest", "RightsRequestEntry", [*FORMER, "lift_told_at", "lifted_at", "told_on"], former=FORMER),
    ]
