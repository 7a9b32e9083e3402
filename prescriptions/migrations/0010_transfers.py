"""Offers of a prescription to another prescriber, and their journal."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
from lifecycle.operations import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0009_identity_read"),
    ]

    operations = [
        migrations.CreateModel(
            name="Transfer",
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
                            ("asked", "Proposé"),
                            ("accepted", "Accepté"),
                            ("declined", "Non accepté"),
                            ("cancelled", "Repris"),
                        ],
                        default="asked",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("asked_at", models.DateTimeField(editable=False, null=True, verbose_name="proposé le")),
                ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="réglé le")),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("elsewhere", "Le foyer ne relève pas de notre service"),
                            ("nobody", "Personne ici ne peut le suivre pour l’instant"),
                            ("other", "Autre motif, en commentaire"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="proposé par",
                    ),
                ),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="transfers",
                        to="prescriptions.prescription",
                        verbose_name="prescription",
                    ),
                ),
                (
                    "receiver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="proposé à",
                    ),
                ),
                (
                    "sender",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="proposé par",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="réglé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "transfert",
                "ordering": ("-pk",),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="TransferEntry",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="prescriptions.transfer"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des transferts",
                "verbose_name_plural": "journal des transferts",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="transfer",
            index=models.Index(fields=["receiver", "state"], name="prescriptions_transfer_receive"),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "accepted", "declined", "cancelled"])),
                name="prescriptions_transfer_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(("sender", models.F("receiver")), _negated=True), name="prescriptions_transfer_two"
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "asked")),
                fields=("prescription",),
                name="prescriptions_transfer_one_asked",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("state", "asked")),
                    models.Q(models.Q(("state", "asked"), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="prescriptions_transfer_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="transfer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("refusal__in", ["elsewhere", "nobody", "other"]), ("state", "declined")),
                    models.Q(models.Q(("state", "declined"), _negated=True), ("refusal", "")),
                    _connector="OR",
                ),
                name="prescriptions_transfer_refusal",
            ),
        ),
        migrations.AddIndex(
            model_name="transferentry",
            index=models.Index(fields=["at", "object"], name="prescriptions_transferentry_at"),
        ),
        migrations.AddConstraint(
            model_name="transferentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="prescriptions_transferentry_once"),
        ),
        Wall("Transfer", "TransferEntry", ["asked_at", "asked_by", "refusal", "settled_at", "settled_by"]),
    ]
