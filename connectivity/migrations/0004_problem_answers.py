"""What is answered to a problem that an operator reported."""

import django.db.models.deletion
from django.db import migrations, models

import prescriptions.nir
from lifecycle.operations import AppendOnly

WITHOUT_NIR = """
ALTER TABLE connectivity_problemanswer ADD CONSTRAINT connectivity_problemanswer_nir_words
    CHECK (NOT prescriptions_holds_nir(words));
"""
WITH_NIR = "ALTER TABLE connectivity_problemanswer DROP CONSTRAINT connectivity_problemanswer_nir_words;"
PROBLEMS = [
    ("number_not_found", "Numéro ou adresse introuvable"),
    ("not_eligible", "Conditions de l’offre non remplies"),
    ("name_mismatch", "Nom différent de celui du contrat"),
    ("already_customer", "Déjà client"),
    ("duplicate", "Demande en double"),
    ("no_coverage", "Logement non desservi"),
    ("appointment_missed", "Rendez-vous manqué"),
    ("document_refused", "Pièce refusée"),
    ("other", "Autre problème"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0003_papers"),
        ("network", "0003_cache"),
        ("prescriptions", "0002_walls"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProblemAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("problem", models.CharField(choices=PROBLEMS, max_length=20, verbose_name="problème")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="précision")),
                ("problem_at", models.DateTimeField(verbose_name="problème signalé le")),
                (
                    "words",
                    models.TextField(
                        blank=True, validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qui a été fait"
                    ),
                ),
                ("answered_at", models.DateTimeField(verbose_name="répondu le")),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="problem_answers",
                        to="connectivity.connectionfile",
                        verbose_name="dossier",
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="opérateur",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse à un problème signalé",
                "verbose_name_plural": "réponses aux problèmes signalés",
                "ordering": ("-pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("problem__in", [code for code, _ in PROBLEMS])),
                        name="connectivity_problemanswer_problem",
                    )
                ],
            },
        ),
        AppendOnly("ProblemAnswer", ["note", "words"]),
        migrations.RunSQL(WITHOUT_NIR, WITH_NIR),
    ]
