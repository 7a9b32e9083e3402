"""What was read on a deposited signature, who refused or contests it, whom a circuit asks next, and ends agreed on."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

from lifecycle.operations import AppendOnly, Wall

CONVENTION_FORMER = [
    "epci",
    "created_at",
    "created_by",
    "title",
    "starts_on",
    "ends_on",
    "is_test",
    "max_nonconformity",
    "workshop",
    "distributor",
    "epci_signatory",
    "workshop_signatory",
    "distributor_signatory",
    "submitted_at",
    "submitted_by",
    "round",
    "approved_at",
    "act_body",
    "act_number",
    "act_on",
    "act_executory_on",
    "signed_at",
    "activated_at",
    "succeeded_by",
    "suspended_at",
    "suspend_reason",
    "reminded_at",
    "notice_on",
    "ended_at",
    "ended_on",
    "ended_because",
]
REVIEW_FORMER = ["asked_at", "answered_at", "reviewer", "cancelled_at"]
SIGNATURE_FORMER = [
    "asked_at",
    "signed_at",
    "signed_on",
    "method",
    "quoted_sha256",
    "scan",
    "confirmed_by",
    "voided_at",
]
SIGNATURE_FROZEN = """
DROP TRIGGER conventions_signature_frozen ON conventions_signature;
CREATE TRIGGER conventions_signature_frozen BEFORE UPDATE ON conventions_signature FOR EACH ROW
    WHEN ((NEW.convention_id, NEW.round, NEW.party, NEW.organisation_id, NEW.document_id{more_new})
        IS DISTINCT FROM
        (OLD.convention_id, OLD.round, OLD.party, OLD.organisation_id, OLD.document_id{more_old}))
    EXECUTE FUNCTION lifecycle_refuse_change();
"""
"""A signatory may be replaced, by a verb that the wall watches."""


class Migration(migrations.Migration):
    dependencies = [
        ("conventions", "0004_notes_of_each"),
        ("documents", "0002_wall"),
        ("network", "0003_saved_view"),
    ]

    operations = [
        migrations.CreateModel(
            name="DepositRefusal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("other_text", "Ce n’est pas ce document"),
                            ("unsigned", "Le document n’est pas signé"),
                            ("other_signatory", "Une autre personne que le signataire désigné a signé"),
                            ("unreadable", "Il est illisible ou il manque des pages"),
                            ("not_mine", "Le signataire désigné dit ne pas l’avoir signé"),
                        ],
                        max_length=20,
                        verbose_name="motif",
                    ),
                ),
                ("refused_at", models.DateTimeField(verbose_name="refusé le")),
            ],
            options={
                "verbose_name": "refus d’un document déposé",
                "verbose_name_plural": "refus de documents déposés",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="EndConsent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField(verbose_name="accord de fin n°")),
                (
                    "party",
                    models.CharField(
                        choices=[
                            ("epci", "EPCI"),
                            ("reconditioner", "Reconditionneur"),
                            ("distributor", "Distributeur"),
                        ],
                        max_length=14,
                        verbose_name="partie",
                    ),
                ),
                ("given_at", models.DateTimeField(verbose_name="donné le")),
            ],
            options={
                "verbose_name": "accord pour une fin",
                "verbose_name_plural": "accords pour une fin",
                "ordering": ("convention_id", "round", "pk"),
            },
        ),
        migrations.RemoveConstraint(
            model_name="conventionpaper",
            name="conventions_paper_once",
        ),
        migrations.RemoveConstraint(
            model_name="conventionrule",
            name="conventions_rule_code",
        ),
        migrations.RemoveConstraint(
            model_name="review",
            name="conventions_review_state",
        ),
        migrations.RemoveConstraint(
            model_name="review",
            name="conventions_review_answered",
        ),
        migrations.AddField(
            model_name="convention",
            name="end_proposed_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="fin proposée le"),
        ),
        migrations.AddField(
            model_name="convention",
            name="end_proposed_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
            ),
        ),
        migrations.AddField(
            model_name="convention",
            name="end_round",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="accord de fin n°"),
        ),
        migrations.AddField(
            model_name="review",
            name="passed_over_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="passée outre le"),
        ),
        migrations.AddField(
            model_name="review",
            name="passed_over_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_answer", "Sans réponse après les rappels"),
                    ("no_longer_needed", "L’avis n’est plus utile"),
                ],
                editable=False,
                max_length=20,
                verbose_name="motif pour passer outre",
            ),
        ),
        migrations.AddField(
            model_name="review",
            name="reminded_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="rappelée le"),
        ),
        migrations.AddField(
            model_name="review",
            name="replaced_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("away", "Absence"),
                    ("left", "Départ ou changement de fonction"),
                    ("no_answer", "Sans réponse"),
                    ("conflict", "Conflit d’intérêts"),
                ],
                editable=False,
                max_length=20,
                verbose_name="motif du remplacement",
            ),
        ),
        migrations.AddField(
            model_name="signature",
            name="acknowledged_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="connue du signataire le"),
        ),
        migrations.AddField(
            model_name="signature",
            name="contested_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="contestée le"),
        ),
        migrations.AddField(
            model_name="signature",
            name="due_on",
            field=models.DateField(null=True, verbose_name="attendue pour le"),
        ),
        migrations.AddField(
            model_name="signature",
            name="reminded_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="rappelée le"),
        ),
        migrations.AddField(
            model_name="signature",
            name="replaced_because",
            field=models.CharField(
                blank=True,
                choices=[
                    ("away", "Absence"),
                    ("left", "Départ ou changement de fonction"),
                    ("no_answer", "Sans réponse"),
                    ("conflict", "Conflit d’intérêts"),
                ],
                editable=False,
                max_length=20,
                verbose_name="motif du remplacement",
            ),
        ),
        migrations.AddField(
            model_name="signaturedeposit",
            name="found",
            field=models.CharField(
                choices=[
                    ("nothing", "Aucun code lu"),
                    ("code", "Code du document lu"),
                    ("signature", "Signature électronique vérifiée"),
                ],
                default="nothing",
                max_length=12,
                verbose_name="lu sur le document",
            ),
        ),
        migrations.AddField(
            model_name="signaturedeposit",
            name="reading",
            field=models.JSONField(default=dict, verbose_name="lecture"),
        ),
        migrations.AlterField(
            model_name="conventionpaper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("convention", "Convention"),
                    ("signatures", "Page de signatures"),
                    ("agreement", "Accord de fin"),
                    ("end", "Constat de fin"),
                ],
                max_length=12,
                verbose_name="nature",
            ),
        ),
        migrations.AlterField(
            model_name="conventionrule",
            name="code",
            field=models.CharField(
                choices=[
                    ("shortest_months", "Durée minimale"),
                    ("longest_years", "Durée maximale"),
                    ("review_working_days", "Délai de relecture"),
                    ("notice_days", "Préavis de résiliation"),
                    ("breach_notice_days", "Délai après mise en demeure"),
                    ("handing_over_days", "Remises possibles après la fin"),
                    ("max_nonconformity", "Taux maximal de non-conformité proposé"),
                    ("first_reminder_days", "Premier rappel avant la fin"),
                    ("second_reminder_days", "Deuxième rappel avant la fin"),
                    ("last_reminder_days", "Dernier rappel avant la fin"),
                    ("signature_working_days", "Délai de signature"),
                    ("circuit_reminder_before_days", "Rappel d’un avis ou d’une signature avant l’échéance"),
                    ("circuit_reminder_after_days", "Rappel d’un avis ou d’une signature en retard, tous les"),
                    ("pass_over_days", "Passer outre un avis après l’échéance"),
                    ("contest_days", "Délai pour contester une signature déposée"),
                ],
                max_length=30,
                verbose_name="code",
            ),
        ),
        migrations.AlterField(
            model_name="review",
            name="state",
            field=django_fsm.FSMField(
                choices=[
                    ("asked", "Demandée"),
                    ("favourable", "Avis favorable"),
                    ("unfavourable", "Avis défavorable"),
                    ("passed_over", "Passée outre"),
                    ("cancelled", "Annulée"),
                ],
                default="asked",
                max_length=50,
                protected=True,
                verbose_name="état",
            ),
        ),
        migrations.AddConstraint(
            model_name="conventionpaper",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "convention")),
                fields=("convention", "kind", "round"),
                name="conventions_paper_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="conventionrule",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "code__in",
                        [
                            "shortest_months",
                            "longest_years",
                            "review_working_days",
                            "notice_days",
                            "breach_notice_days",
                            "handing_over_days",
                            "max_nonconformity",
                            "first_reminder_days",
                            "second_reminder_days",
                            "last_reminder_days",
                            "signature_working_days",
                            "circuit_reminder_before_days",
                            "circuit_reminder_after_days",
                            "pass_over_days",
                            "contest_days",
                        ],
                    )
                ),
                name="conventions_rule_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "favourable", "unfavourable", "passed_over", "cancelled"])),
                name="conventions_review_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answered_at__isnull", False), ("state__in", ("favourable", "unfavourable"))),
                    models.Q(("answered_at", None), ("state__in", ("asked", "cancelled", "passed_over"))),
                    _connector="OR",
                ),
                name="conventions_review_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("passed_over_at__isnull", False),
                        ("passed_over_because__in", ["no_answer", "no_longer_needed"]),
                        ("state", "passed_over"),
                    ),
                    models.Q(
                        models.Q(("state", "passed_over"), _negated=True),
                        ("passed_over_at", None),
                        ("passed_over_because", ""),
                    ),
                    _connector="OR",
                ),
                name="conventions_review_passed_over",
            ),
        ),
        migrations.AddField(
            model_name="depositrefusal",
            name="deposit",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refusal",
                to="conventions.signaturedeposit",
                verbose_name="signature déposée",
            ),
        ),
        migrations.AddField(
            model_name="depositrefusal",
            name="refused_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="endconsent",
            name="convention",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="end_consents",
                to="conventions.convention",
                verbose_name="convention",
            ),
        ),
        migrations.AddField(
            model_name="endconsent",
            name="file",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.storedfile",
                verbose_name="accord signé",
            ),
        ),
        migrations.AddField(
            model_name="endconsent",
            name="given_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddConstraint(
            model_name="endconsent",
            constraint=models.UniqueConstraint(
                fields=("convention", "round", "party"), name="conventions_endconsent_once"
            ),
        ),
        Wall(
            model_name="convention",
            journal_name="conventionentry",
            stamps=[*CONVENTION_FORMER, "end_round", "end_proposed_at", "end_proposed_by"],
            former=CONVENTION_FORMER,
        ),
        Wall(
            model_name="review",
            journal_name="reviewentry",
            stamps=[
                *REVIEW_FORMER,
                "asked_of",
                "reminded_at",
                "replaced_because",
                "passed_over_at",
                "passed_over_because",
            ],
            former=REVIEW_FORMER,
        ),
        Wall(
            model_name="signature",
            journal_name="signatureentry",
            stamps=[
                *SIGNATURE_FORMER,
                "signatory",
                "reminded_at",
                "replaced_because",
                "acknowledged_at",
                "contested_at",
            ],
            former=SIGNATURE_FORMER,
        ),
        AppendOnly("depositrefusal"),
        AppendOnly("endconsent"),
        migrations.RunSQL(
            SIGNATURE_FROZEN.format(more_new="", more_old=""),
            SIGNATURE_FROZEN.format(more_new=", NEW.signatory_id", more_old=", OLD.signatory_id"),
        ),
    ]
