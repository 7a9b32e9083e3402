"""Two files of one household made one: to which file one leads, and what went from one to the other."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import lifecycle.fields
from lifecycle.operations import Wall

HOUSEHOLD = [
    "anonymise_on",
    "anonymised_at",
    "archived_at",
    "commune",
    "created_at",
    "created_by",
    "last_contact_at",
    "prescriber",
    "same_as",
]
PRESCRIPTION = [
    "accepted_at",
    "commune",
    "complete_by",
    "confirmed_at",
    "contacted_at",
    "created_at",
    "declined_at",
    "distributor",
    "end_reason",
    "ended_at",
    "epci",
    "prescriber",
    "submitted_at",
    "valid_until",
    "worker",
    "worker_before",
]


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0005_data_protection_officer"),
        ("prescriptions", "0015_imported_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="Joining",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "prescriptions",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), blank=True, default=list, verbose_name="demandes passées"
                    ),
                ),
                (
                    "taken",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        blank=True,
                        default=list,
                        verbose_name="ce qui est repris",
                    ),
                ),
                ("before", models.JSONField(blank=True, default=dict, verbose_name="ce que disait le dossier gardé")),
                ("joined_at", models.DateTimeField(verbose_name="réuni le")),
                ("undone_at", models.DateTimeField(null=True, verbose_name="séparé le")),
            ],
            options={
                "verbose_name": "réunion de deux dossiers",
                "verbose_name_plural": "réunions de dossiers",
                "ordering": ("-pk",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="household",
            name="prescriptions_household_state_known",
        ),
        migrations.RemoveConstraint(
            model_name="household",
            name="prescriptions_household_archived",
        ),
        migrations.AddField(
            model_name="household",
            name="joined_into",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joined",
                to="prescriptions.household",
                verbose_name="réuni à",
            ),
        ),
        migrations.AlterField(
            model_name="household",
            name="state",
            field=lifecycle.fields.StateField(
                choices=[
                    ("open", "Suivi"),
                    ("archived", "Archivé"),
                    ("joined", "Réuni à un autre"),
                    ("anonymised", "Anonymisé"),
                ],
                default="open",
                max_length=50,
                protected=True,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["open", "archived", "joined", "anonymised"])),
                name="prescriptions_household_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("archived_at", None), ("state__in", ("open", "joined"))),
                    models.Q(("archived_at__isnull", False), ("state__in", ("archived", "anonymised"))),
                    _connector="OR",
                ),
                name="prescriptions_household_archived",
            ),
        ),
        migrations.AddConstraint(
            model_name="household",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("joined_into__isnull", False), ("state", "joined")),
                    models.Q(("joined_into", None), ("state__in", ("open", "archived"))),
                    ("state", "anonymised"),
                    _connector="OR",
                ),
                name="prescriptions_household_joined",
            ),
        ),
        migrations.AddField(
            model_name="joining",
            name="household",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="joinings",
                to="prescriptions.household",
                verbose_name="dossier gardé",
            ),
        ),
        migrations.AddField(
            model_name="joining",
            name="joined_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="joining",
            name="left",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="left_by",
                to="prescriptions.household",
                verbose_name="dossier réuni",
            ),
        ),
        migrations.AddField(
            model_name="joining",
            name="undone_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="séparé par",
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.UniqueConstraint(
                condition=models.Q(("undone_at", None)), fields=("left",), name="prescriptions_joining_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="joining",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("undone_at", None), ("undone_by", None)),
                    models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                    _connector="OR",
                ),
                name="prescriptions_joining_undone",
            ),
        ),
        Wall("Household", "HouseholdEntry", [*HOUSEHOLD, "joined_into"], former=HOUSEHOLD),
        Wall("Prescription", "PrescriptionEntry", [*PRESCRIPTION, "household"], former=PRESCRIPTION),
    ]
