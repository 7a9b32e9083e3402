"""The tables of distribution: notes of hand-overs, derogations, settlements, the text of the warranty."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("documents", "0002_walls"),
        ("network", "0003_cache"),
        ("prescriptions", "0002_walls"),
        ("refurb", "0001_tables"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Derogation",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("need", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="derogation", to="prescriptions.need", verbose_name="besoin")),
                    ("kind", models.CharField(choices=[("territory", "Autre territoire"), ("emergency", "Urgence sociale")], max_length=10, verbose_name="motif")),
                    ("reason", models.TextField(blank=True, verbose_name="raison")),
                    ("granted_at", models.DateTimeField(verbose_name="accordée le")),
                    ("granted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="accordée par")),
                ],
                options={
                    "verbose_name": "dérogation",
                    "ordering": ("-granted_at", "-pk"),
                    "constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["territory", "emergency"])), name="distribution_derogation_kind")],
                },
            ),
            migrations.CreateModel(
                name="DerogationRequest",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="derogation_requests", to="prescriptions.need", verbose_name="besoin")),
                    ("kind", models.CharField(choices=[("territory", "Autre territoire"), ("emergency", "Urgence sociale")], max_length=10, verbose_name="motif")),
                    ("reason", models.TextField(blank=True, verbose_name="raison")),
                    ("asked_at", models.DateTimeField(verbose_name="demandée le")),
                    ("asked_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="demandée par")),
                    ("granted", models.BooleanField(null=True, verbose_name="accordée")),
                    ("answer", models.TextField(null=True, verbose_name="réponse")),
                    ("answered_at", models.DateTimeField(null=True, verbose_name="répondu le")),
                    ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="réponse donnée par")),
                ],
                options={
                    "verbose_name": "demande de dérogation",
                    "verbose_name_plural": "demandes de dérogation",
                    "ordering": ("asked_at", "pk"),
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("kind__in", ["territory", "emergency"])), name="distribution_derogationrequest_kind"),
                        models.CheckConstraint(condition=models.Q(models.Q(("answered_at", None), ("answered_by", None), ("granted", None)), models.Q(("answered_at__isnull", False), ("answered_by__isnull", False), ("granted__isnull", False)), _connector="OR"), name="distribution_derogationrequest_answered"),
                        models.UniqueConstraint(condition=models.Q(("answered_at", None)), fields=("need",), name="distribution_derogationrequest_one_pending"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="WarrantyText",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("valid_from", models.DateField(verbose_name="valable du")),
                    ("valid_to", models.DateField(blank=True, help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.", null=True, verbose_name="au")),
                    ("source", models.CharField(max_length=250, verbose_name="source")),
                    ("checked_on", models.DateField(verbose_name="vérifié le")),
                    ("version", models.CharField(max_length=20, unique=True, verbose_name="version")),
                    ("body", models.TextField(verbose_name="texte")),
                ],
                options={
                    "verbose_name": "texte de la garantie",
                    "verbose_name_plural": "textes de la garantie",
                    "ordering": ("-valid_from", "-pk"),
                    "abstract": False,
                    "constraints": [models.CheckConstraint(condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"), name="distribution_warrantytext_dates")],
                },
            ),
            migrations.CreateModel(
                name="HandOver",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="refurb.device", verbose_name="appareil")),
                    ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                    ("need", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="prescriptions.need", verbose_name="besoin")),
                    ("kind", models.CharField(choices=[("sale", "Achat à prix solidaire"), ("exchange", "Échange sous garantie")], max_length=10, verbose_name="nature")),
                    ("replaces", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="remplace")),
                    ("point", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.distributionpoint", verbose_name="point")),
                    ("derogation", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="hand_overs", to="distribution.derogation", verbose_name="dérogation")),
                    ("price", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="prix de vente")),
                    ("ceiling", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="plafond légal")),
                    ("co_funding", models.DecimalField(decimal_places=2, default=0, max_digits=8, verbose_name="part prise en charge")),
                    ("funder", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation", verbose_name="prise en charge par")),
                    ("to_pay", models.DecimalField(decimal_places=2, max_digits=8, verbose_name="reste à payer")),
                    ("prepared_at", models.DateTimeField(verbose_name="préparée le")),
                    ("prepared_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="préparée par")),
                    ("document", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="hand_over", to="documents.document", verbose_name="fiche")),
                    ("proof", models.CharField(blank=True, choices=[("drawn", "Signature tracée à l’écran"), ("scanned", "Fiche papier signée, numérisée"), ("attested", "Fiche papier signée, attestée par le conseiller")], max_length=10, verbose_name="signature")),
                    ("signature", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="documents.storedfile", verbose_name="signature ou fiche")),
                    ("signed_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="recueillie par")),
                    ("handed_over_at", models.DateTimeField(blank=True, null=True, verbose_name="remis le")),
                    ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="close le")),
                    (
                        "closed_because",
                        models.CharField(
                            blank=True,
                            choices=[("replaced", "Remplacée par une nouvelle fiche"), ("released", "Réservation levée"), ("lost", "Appareil manquant"), ("undone", "Remise annulée le jour même"), ("settled", "Foyer servi autrement"), ("reserved", "Appareil réservé pour un autre foyer")],
                            max_length=10,
                            verbose_name="close car",
                        ),
                    ),
                ],
                options={
                    "verbose_name": "remise",
                    "ordering": ("-pk",),
                    "indexes": [models.Index(fields=["need"], name="distribution_handover_of_need")],
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("closed_at", None)), fields=("device",), name="distribution_handover_one_current"),
                        models.CheckConstraint(condition=models.Q(("co_funding__gte", 0), ("price", django.db.models.expressions.CombinedExpression(models.F("co_funding"), "+", models.F("to_pay"))), ("price__gte", 0), ("to_pay__gte", 0)), name="distribution_handover_paid"),
                        models.CheckConstraint(condition=models.Q(models.Q(("co_funding", 0), ("funder", None)), models.Q(("co_funding__gt", 0), ("funder__isnull", False)), _connector="OR"), name="distribution_handover_funder"),
                        models.CheckConstraint(condition=models.Q(models.Q(("kind", "sale"), ("replaces", None)), models.Q(("kind", "exchange"), ("price", 0), ("replaces__isnull", False)), _connector="OR"), name="distribution_handover_kind"),
                        models.CheckConstraint(condition=models.Q(("ceiling", None), ("price__lte", models.F("ceiling")), _connector="OR"), name="distribution_handover_ceiling"),
                        models.CheckConstraint(
                            condition=models.Q(
                                models.Q(("handed_over_at", None), ("proof", ""), ("signature", None)), models.Q(("handed_over_at__isnull", False), ("proof", "attested"), ("signature", None)), models.Q(("handed_over_at__isnull", False), ("proof__in", ("drawn", "scanned")), ("signature__isnull", False)), _connector="OR"
                            ),
                            name="distribution_handover_signed",
                        ),
                        models.CheckConstraint(condition=models.Q(models.Q(("closed_at", None), ("closed_because", "")), models.Q(("closed_at__isnull", False), ("closed_because__in", ["replaced", "released", "lost", "undone", "settled", "reserved"])), _connector="OR"), name="distribution_handover_closed"),
                    ],
                },
            ),
            migrations.CreateModel(
                name="Settlement",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("device", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="%(class)ss", to="refurb.device", verbose_name="appareil")),
                    ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                    ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                    ("recorded_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="enregistré par")),
                    ("supersedes", models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="superseded_by", to="distribution.settlement", verbose_name="remplace")),
                    ("kind", models.CharField(choices=[("exchange", "Échange"), ("refund", "Remboursement"), ("given_up", "Renoncement du foyer")], max_length=10, verbose_name="issue")),
                    ("amount", models.DecimalField(blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="montant remboursé")),
                    ("replaced_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="remplacé par")),
                ],
                options={
                    "verbose_name": "issue d’un retour",
                    "verbose_name_plural": "issues de retours",
                    "ordering": ("-pk",),
                    "abstract": False,
                    "indexes": [models.Index(fields=["device", "stay"], name="distribution_settlement_stay")],
                    "constraints": [
                        models.CheckConstraint(condition=models.Q(("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"), name="distribution_settlement_supersedes"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("amount", None), ("kind", "exchange"), ("replaced_by__isnull", False)), models.Q(("amount__gte", 0), ("kind", "refund"), ("replaced_by", None)), models.Q(("amount", None), ("kind", "given_up"), ("replaced_by", None)), _connector="OR"),
                            name="distribution_settlement_kind",
                        ),
                    ],
                },
            ),
        ),
    ]
