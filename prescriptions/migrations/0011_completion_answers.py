"""What is answered to each point that was asked for, which part of a file it is about, and what was corrected."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import prescriptions.nir
from lifecycle.operations import AppendOnly

FILL = """
UPDATE prescriptions_codedreason SET part = known.part
FROM (VALUES ('contact', 'contact'), ('members', 'members'), ('income_seen', 'facts'), ('address_seen', 'address'),
             ('use', 'needs'), ('agreement', 'agreement'), ('double', 'doubles')) AS known (code, part)
WHERE purpose = 'missing' AND prescriptions_codedreason.code = known.code;
"""
"""The part of the file of each code that was seeded before codes had one."""
WITHOUT_NIR = """
ALTER TABLE prescriptions_completionanswer ADD CONSTRAINT prescriptions_completionanswer_nir_words
    CHECK (NOT prescriptions_holds_nir(words));
"""
WITH_NIR = "ALTER TABLE prescriptions_completionanswer DROP CONSTRAINT prescriptions_completionanswer_nir_words;"
KEY = models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")
BY = models.ForeignKey(
    on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par"
)


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0010_transfers"),
    ]

    operations = [
        migrations.AddField(
            model_name="codedreason",
            name="part",
            field=models.CharField(
                blank=True,
                choices=[
                    ("identity", "L’identité"),
                    ("contact", "Comment joindre le foyer"),
                    ("address", "Où vit le foyer"),
                    ("members", "Combien de personnes"),
                    ("needs", "Les besoins"),
                    ("facts", "Ce qui a été vu"),
                    ("agreement", "L’accord du foyer"),
                    ("doubles", "Les dossiers qui se ressemblent"),
                ],
                default="",
                max_length=12,
                verbose_name="se complète à",
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="codedreason",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "part__in",
                        ["", "identity", "contact", "address", "members", "needs", "facts", "agreement", "doubles"],
                    )
                ),
                name="prescriptions_codedreason_part",
            ),
        ),
        migrations.CreateModel(
            name="CompletionAnswer",
            fields=[
                ("id", KEY.clone()),
                ("code", models.CharField(blank=True, max_length=24, verbose_name="point")),
                (
                    "said",
                    models.CharField(
                        choices=[("done", "C’est fait"), ("cannot", "Ce n’est pas possible")],
                        max_length=8,
                        verbose_name="réponse",
                    ),
                ),
                (
                    "words",
                    models.TextField(
                        blank=True, validators=[prescriptions.nir.validate_no_nir], verbose_name="en clair"
                    ),
                ),
                ("answered_at", models.DateTimeField(verbose_name="répondu le")),
                ("answered_by", BY.clone()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="prescriptions.completionrequest",
                        verbose_name="demande",
                    ),
                ),
            ],
            options={
                "verbose_name": "réponse à une demande de complément",
                "verbose_name_plural": "réponses aux demandes de complément",
                "ordering": ("-pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("said__in", ["done", "cannot"])),
                        name="prescriptions_completionanswer_said",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HouseholdCorrection",
            fields=[
                ("id", KEY.clone()),
                (
                    "columns",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20), verbose_name="ce qui a été corrigé"
                    ),
                ),
                ("corrected_at", models.DateTimeField(verbose_name="corrigé le")),
                ("corrected_by", BY.clone()),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrections",
                        to="prescriptions.household",
                        verbose_name="foyer",
                    ),
                ),
            ],
            options={
                "verbose_name": "correction du dossier d’un foyer",
                "verbose_name_plural": "corrections des dossiers des foyers",
                "ordering": ("-pk",),
            },
        ),
        AppendOnly("CompletionAnswer", ["words"]),
        AppendOnly("HouseholdCorrection"),
        migrations.RunSQL(WITHOUT_NIR, WITH_NIR),
    ]
