"""What workshops and their people are known to know how to do, and the training sessions it came from."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
    ]

    operations = [
        migrations.CreateModel(
            name="TrainingSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("repair", "Réparation"),
                            ("erasure_clear", "Effacement, niveau Clear (NIST SP 800-88)"),
                            ("erasure_purge", "Effacement, niveau Purge (NIST SP 800-88)"),
                            ("phones", "Smartphones"),
                            ("tablets", "Tablettes"),
                        ],
                        max_length=20,
                        verbose_name="sujet",
                    ),
                ),
                ("held_on", models.DateField(verbose_name="tenue le")),
                ("place", models.CharField(max_length=120, verbose_name="lieu")),
                ("organiser", models.CharField(max_length=160, verbose_name="organisée par")),
                ("recorded_at", models.DateTimeField(verbose_name="notée le")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="training_sessions",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="notée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "session de formation",
                "verbose_name_plural": "sessions de formation",
                "ordering": ("-held_on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Skill",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("repair", "Réparation"),
                            ("erasure_clear", "Effacement, niveau Clear (NIST SP 800-88)"),
                            ("erasure_purge", "Effacement, niveau Purge (NIST SP 800-88)"),
                            ("phones", "Smartphones"),
                            ("tablets", "Tablettes"),
                        ],
                        max_length=20,
                        verbose_name="compétence",
                    ),
                ),
                ("acquired_on", models.DateField(verbose_name="acquise le")),
                (
                    "valid_until",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour inclus\xa0; vide si elle n’a pas de fin.",
                        null=True,
                        verbose_name="valable jusqu’au",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="d’après")),
                ("recorded_at", models.DateTimeField(verbose_name="notée le")),
                (
                    "membership",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skills",
                        to="network.membership",
                        verbose_name="personne",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skills",
                        to="network.organisation",
                        verbose_name="atelier",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="notée par",
                    ),
                ),
                (
                    "training",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="skills",
                        to="network.trainingsession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "compétence notée",
                "verbose_name_plural": "compétences notées",
                "ordering": ("organisation", "membership", "kind", "-pk"),
            },
        ),
        migrations.AddConstraint(
            model_name="trainingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["repair", "erasure_clear", "erasure_purge", "phones", "tablets"])),
                name="network_trainingsession_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="skill",
            index=models.Index(fields=["organisation", "kind"], name="network_skill_holder"),
        ),
        migrations.AddConstraint(
            model_name="skill",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["repair", "erasure_clear", "erasure_purge", "phones", "tablets"])),
                name="network_skill_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="skill",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("training__isnull", False), models.Q(("source", ""), _negated=True), _connector="OR"
                ),
                name="network_skill_from_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="skill",
            constraint=models.CheckConstraint(
                condition=models.Q(("training", None), ("source", ""), _connector="OR"),
                name="network_skill_from_one_source",
            ),
        ),
        AppendOnly("TrainingSession"),
        AppendOnly("Skill"),
    ]
