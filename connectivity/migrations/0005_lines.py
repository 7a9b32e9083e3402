"""A line that works: its right may be lost, its household is told, recharges are sold for it."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import Wall

FORMER = [
    "abandon_reason",
    "abandoned_at",
    "accepted_at",
    "activated_by",
    "active_at",
    "agreement",
    "appointment_on",
    "appointment_slot",
    "channel",
    "chosen_at",
    "chosen_by",
    "copper_told_at",
    "end_reason",
    "ended_at",
    "entitlement_ends_on",
    "epci",
    "evidence_kind",
    "evidence_on",
    "evidence_reference",
    "kind",
    "monthly_price",
    "offer",
    "operator",
    "operator_reference",
    "problem",
    "problem_at",
    "problem_note",
    "proposed_at",
    "proposed_by",
    "refusal",
    "refused_at",
    "reminders",
    "renewal_told_at",
    "renewed_at",
    "renewed_by",
    "scheduled_at",
    "sent_at",
    "sent_by",
    "started_on",
    "touched_at",
    "waiting_since",
]

LOST = ["after_loss", "price_after", "right_loss", "right_lost_at", "right_lost_by"]


class Migration(migrations.Migration):
    dependencies = [
        ("connectivity", "0004_problem_answers"),
        ("documents", "0004_sheets"),
        ("network", "0003_cache"),
        ("prescriptions", "0011_completion_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "about",
                    models.CharField(
                        choices=[
                            ("ending", "Son droit se termine bientôt"),
                            ("renewed", "Son droit est renouvelé"),
                            ("lost", "Son droit est perdu, et ce qui suit"),
                            ("full_price", "Le prix de sa ligne change"),
                            ("changed", "Sa ligne a changé d’offre"),
                            ("ended", "Sa ligne est terminée"),
                        ],
                        max_length=10,
                        verbose_name="ce qui est à dire",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("phone", "Appel téléphonique"),
                            ("sms", "SMS"),
                            ("email", "Courriel"),
                            ("letter", "Courrier postal"),
                            ("worker", "Par son travailleur social"),
                        ],
                        max_length=8,
                        verbose_name="comment",
                    ),
                ),
                ("promised_at", models.DateTimeField(verbose_name="à dire depuis le")),
                ("due_on", models.DateField(verbose_name="à faire avant le")),
                ("settled_at", models.DateTimeField(blank=True, null=True, verbose_name="réglé le")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("told", "Le foyer est prévenu"),
                            ("sent", "Courriel envoyé"),
                            ("overtaken", "Dépassé par la suite"),
                        ],
                        max_length=9,
                        verbose_name="suite",
                    ),
                ),
            ],
            options={
                "verbose_name": "foyer à prévenir de sa ligne",
                "verbose_name_plural": "foyers à prévenir de leur ligne",
                "ordering": ("due_on", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Recharge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("amount", models.DecimalField(decimal_places=2, max_digits=6, verbose_name="montant")),
                ("sold_on", models.DateField(verbose_name="vendue le")),
                ("sold_at", models.DateTimeField(verbose_name="notée le")),
                ("month", models.DateField(editable=False, verbose_name="mois")),
                ("rank", models.PositiveSmallIntegerField(editable=False, verbose_name="place dans le mois")),
                ("most", models.PositiveSmallIntegerField(editable=False, verbose_name="limite du mois")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True, verbose_name="annulée le")),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("entry", "Erreur de saisie"),
                            ("not_working", "La recharge ne marche pas"),
                            ("given_up", "La personne y renonce"),
                        ],
                        max_length=12,
                        verbose_name="motif",
                    ),
                ),
            ],
            options={
                "verbose_name": "recharge vendue",
                "verbose_name_plural": "recharges vendues",
                "ordering": ("-sold_at", "-pk"),
            },
        ),
        migrations.AddField(
            model_name="connectionfile",
            name="after_loss",
            field=models.CharField(
                blank=True,
                choices=[
                    ("other_offer", "On cherche une autre offre avant ce jour"),
                    ("full_price", "La ligne continue, à un autre prix"),
                    ("end", "La ligne s’arrête ce jour-là"),
                ],
                editable=False,
                max_length=12,
                verbose_name="ce qui suit",
            ),
        ),
        migrations.AddField(
            model_name="connectionfile",
            name="price_after",
            field=models.DecimalField(
                decimal_places=2, editable=False, max_digits=6, null=True, verbose_name="prix ensuite"
            ),
        ),
        migrations.AddField(
            model_name="connectionfile",
            name="right_loss",
            field=models.CharField(
                blank=True,
                choices=[
                    ("over_ceiling", "Ressources au-dessus du plafond"),
                    ("condition_gone", "La condition n’est plus remplie"),
                    ("no_proof", "La pièce n’a pas été apportée"),
                    ("offer_closed", "L’offre ne se renouvelle plus"),
                    ("other", "Autre motif"),
                ],
                editable=False,
                max_length=20,
                verbose_name="motif de la perte",
            ),
        ),
        migrations.AddField(
            model_name="connectionfile",
            name="right_lost_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="droit perdu le"),
        ),
        migrations.AddField(
            model_name="connectionfile",
            name="right_lost_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
            ),
        ),
        migrations.AddConstraint(
            model_name="connectionfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("after_loss", ""), ("price_after", None), ("right_loss", ""), ("right_lost_at", None)),
                    models.Q(
                        ("entitlement_ends_on__isnull", False),
                        ("right_loss__in", ["over_ceiling", "condition_gone", "no_proof", "offer_closed", "other"]),
                        ("right_lost_at__isnull", False),
                        ("state__in", ("active", "ended")),
                        models.Q(
                            models.Q(("after_loss", "full_price"), ("price_after__gte", 0)),
                            models.Q(("after_loss__in", ["other_offer", "end"]), ("price_after", None)),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="connectivity_connection_right_lost",
            ),
        ),
        migrations.AddField(
            model_name="linenotice",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="connectivity.connectionfile",
                verbose_name="dossier",
            ),
        ),
        migrations.AddField(
            model_name="linenotice",
            name="mail",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.mail",
                verbose_name="courriel envoyé",
            ),
        ),
        migrations.AddField(
            model_name="linenotice",
            name="settled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="recharge",
            name="cancelled_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="annulée par",
            ),
        ),
        migrations.AddField(
            model_name="recharge",
            name="distributor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.organisation",
                verbose_name="vendue par",
            ),
        ),
        migrations.AddField(
            model_name="recharge",
            name="file",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="recharges",
                to="connectivity.connectionfile",
                verbose_name="dossier",
            ),
        ),
        migrations.AddField(
            model_name="recharge",
            name="sold_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddConstraint(
            model_name="linenotice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("settled_at", None)), fields=("file",), name="connectivity_linenotice_one_to_keep"
            ),
        ),
        migrations.AddConstraint(
            model_name="linenotice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", ""), ("settled_at", None), ("settled_by", None)),
                    models.Q(
                        ("outcome", "told"), ("settled_at__gte", models.F("promised_at")), ("settled_by__isnull", False)
                    ),
                    models.Q(
                        ("outcome__in", ["sent", "overtaken"]),
                        ("settled_at__gte", models.F("promised_at")),
                        ("settled_by", None),
                    ),
                    _connector="OR",
                ),
                name="connectivity_linenotice_outcome",
            ),
        ),
        migrations.AddConstraint(
            model_name="linenotice",
            constraint=models.CheckConstraint(
                condition=models.Q(("about__in", ["ending", "renewed", "lost", "full_price", "changed", "ended"])),
                name="connectivity_linenotice_about",
            ),
        ),
        migrations.AddConstraint(
            model_name="recharge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at", None)),
                fields=("file", "month", "rank"),
                name="connectivity_recharge_one_place",
                violation_error_message="Une autre recharge vient d’être vendue pour cette ligne.",
            ),
        ),
        migrations.AddConstraint(
            model_name="recharge",
            constraint=models.CheckConstraint(
                condition=models.Q(("rank__gte", 1), ("rank__lte", models.F("most"))),
                name="connectivity_recharge_within_limit",
            ),
        ),
        migrations.AddConstraint(
            model_name="recharge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("amount__gt", 0),
                    ("month__day", 1),
                    ("month__month", models.F("sold_on__month")),
                    ("month__year", models.F("sold_on__year")),
                ),
                name="connectivity_recharge_of_month",
            ),
        ),
        migrations.AddConstraint(
            model_name="recharge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("cancel_reason", ""), ("cancelled_at", None), ("cancelled_by", None)),
                    models.Q(
                        ("cancel_reason__in", ["entry", "not_working", "given_up"]),
                        ("cancelled_at__gte", models.F("sold_at")),
                        ("cancelled_by__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="connectivity_recharge_cancelled",
            ),
        ),
        Wall("ConnectionFile", "ConnectionEntry", sorted([*FORMER, *LOST]), former=FORMER),
    ]
