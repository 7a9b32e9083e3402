"""Appointments: their journal, the hours a point opens, the days it closes."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
from lifecycle.operations import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("distribution", "0003_stocktakes"),
        ("network", "0004_skills"),
        ("prescriptions", "0011_completion_answers"),
        ("refurb", "0011_waste_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="Appointment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    lifecycle.fields.StateField(
                        choices=[
                            ("booked", "Pris"),
                            ("honoured", "Honoré"),
                            ("missed", "Manqué"),
                            ("cancelled", "Annulé"),
                        ],
                        default="booked",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("starts_at", models.DateTimeField(editable=False, null=True, verbose_name="commence le")),
                ("ends_at", models.DateTimeField(editable=False, null=True, verbose_name="finit le")),
                (
                    "seat",
                    models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="place de cette heure"),
                ),
                (
                    "places",
                    models.PositiveSmallIntegerField(editable=False, null=True, verbose_name="places de cette heure"),
                ),
                ("booked_at", models.DateTimeField(editable=False, null=True, verbose_name="pris le")),
                ("told_at", models.DateTimeField(editable=False, null=True, verbose_name="su du foyer le")),
                ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="rappelé le")),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="fini le")),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="prescriptions.need",
                        verbose_name="besoin",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appointments",
                        to="refurb.distributionpoint",
                        verbose_name="point",
                    ),
                ),
            ],
            options={
                "verbose_name": "rendez-vous",
                "verbose_name_plural": "rendez-vous",
                "ordering": ("starts_at", "pk"),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="AppointmentEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveIntegerField(verbose_name="rang")),
                ("verb", models.CharField(max_length=40, verbose_name="verbe")),
                ("source", models.CharField(blank=True, max_length=50, verbose_name="de")),
                ("target", models.CharField(max_length=50, verbose_name="à")),
                ("at", models.DateTimeField(verbose_name="le")),
                ("recorded_at", models.DateTimeField(verbose_name="inscrit le")),
                ("due_at", models.DateTimeField(blank=True, null=True, verbose_name="échu le")),
                ("cause_machine", models.CharField(blank=True, max_length=40, verbose_name="machine de la cause")),
                ("cause_entry", models.BigIntegerField(blank=True, null=True, verbose_name="ligne de la cause")),
                ("role", models.CharField(max_length=20, verbose_name="rôle")),
                ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                (
                    "comment_digest",
                    models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire"),
                ),
                ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "object",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="distribution.appointment",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des rendez-vous",
                "verbose_name_plural": "journal des rendez-vous",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PointClosure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_day", models.DateField(verbose_name="du")),
                ("last_day", models.DateField(verbose_name="au")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("leave", "Congés"),
                            ("works", "Travaux"),
                            ("stocktake", "Inventaire"),
                            ("elsewhere", "Équipe en déplacement"),
                            ("other", "Autre motif"),
                        ],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="déclarée par",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="closures",
                        to="refurb.distributionpoint",
                        verbose_name="point",
                    ),
                ),
            ],
            options={
                "verbose_name": "fermeture d’un point",
                "verbose_name_plural": "fermetures de points",
                "ordering": ("first_day", "pk"),
            },
        ),
        migrations.CreateModel(
            name="PointOpening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Lundi"),
                            (1, "Mardi"),
                            (2, "Mercredi"),
                            (3, "Jeudi"),
                            (4, "Vendredi"),
                            (5, "Samedi"),
                            (6, "Dimanche"),
                        ],
                        verbose_name="jour",
                    ),
                ),
                ("starts_at", models.TimeField(verbose_name="de")),
                ("ends_at", models.TimeField(verbose_name="à")),
                ("minutes", models.PositiveSmallIntegerField(verbose_name="durée d’un rendez-vous, en minutes")),
                ("places", models.PositiveSmallIntegerField(verbose_name="foyers reçus à la même heure")),
                ("valid_from", models.DateField(verbose_name="à partir du")),
                ("valid_to", models.DateField(blank=True, null=True, verbose_name="jusqu’au")),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="déclarée par",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="openings",
                        to="refurb.distributionpoint",
                        verbose_name="point",
                    ),
                ),
            ],
            options={
                "verbose_name": "ouverture aux rendez-vous",
                "verbose_name_plural": "ouvertures aux rendez-vous",
                "ordering": ("weekday", "starts_at", "pk"),
            },
        ),
        migrations.AddIndex(
            model_name="appointment",
            index=models.Index(fields=["point", "starts_at"], name="distribution_appointment_day"),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["booked", "honoured", "missed", "cancelled"])),
                name="distribution_appointment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at")), ("starts_at__isnull", False)),
                name="distribution_appointment_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(("seat__gte", 1), ("seat__lte", models.F("places"))),
                name="distribution_appointment_seated",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("state", "booked")),
                    models.Q(models.Q(("state", "booked"), _negated=True), ("ended_at__isnull", False)),
                    _connector="OR",
                ),
                name="distribution_appointment_ended",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("booked", "honoured"))),
                fields=("point", "starts_at", "seat"),
                name="distribution_appointment_seat_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "booked")), fields=("need",), name="distribution_appointment_one_booked"
            ),
        ),
        migrations.AddIndex(
            model_name="appointmententry",
            index=models.Index(fields=["at", "object"], name="distribution_appointment_at"),
        ),
        migrations.AddConstraint(
            model_name="appointmententry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="distribution_appointmententry_once"),
        ),
        migrations.AddConstraint(
            model_name="pointclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(("last_day__gte", models.F("first_day"))), name="distribution_closure_dates"
            ),
        ),
        migrations.AddConstraint(
            model_name="pointclosure",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["leave", "works", "stocktake", "elsewhere", "other"])),
                name="distribution_closure_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="pointopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("weekday__in", [0, 1, 2, 3, 4, 5, 6])), name="distribution_opening_weekday"
            ),
        ),
        migrations.AddConstraint(
            model_name="pointopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_at__gt", models.F("starts_at")), ("ends_at__lte", "22:00"), ("starts_at__gte", "06:00")
                ),
                name="distribution_opening_hours",
            ),
        ),
        migrations.AddConstraint(
            model_name="pointopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("minutes__gte", 5), ("minutes__lte", 240), ("places__gte", 1), ("places__lte", 20)),
                name="distribution_opening_sizes",
            ),
        ),
        migrations.AddConstraint(
            model_name="pointopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="distribution_opening_dates",
            ),
        ),
        Wall(
            "Appointment",
            "AppointmentEntry",
            ["starts_at", "ends_at", "seat", "places", "booked_at", "told_at", "reminded_at", "ended_at"],
        ),
    ]
