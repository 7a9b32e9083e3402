"""The tables of the monthly report."""

import django.db.models.deletion
import django_fsm
import lifecycle.fields
from django.db import migrations, models

from lifecycle.operations import Tables


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("network", "0003_shared_cache"),
    ]

    operations = [
        Tables(
            migrations.CreateModel(
                name="Report",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    ("state", lifecycle.fields.StateField(choices=[("computed", "Calculé"), ("frozen", "Figé"), ("published", "Publié")], default="computed", max_length=50, protected=True, verbose_name="état")),
                    ("month", models.DateField(help_text="Le premier jour du mois.", verbose_name="mois")),
                    ("figures", models.JSONField(editable=False, verbose_name="chiffres")),
                    ("figures_sha256", models.CharField(editable=False, max_length=64, verbose_name="empreinte des chiffres")),
                    ("as_of", models.DateTimeField(editable=False, verbose_name="arrêté au")),
                    ("computed_at", models.DateTimeField(editable=False, verbose_name="calculé le")),
                    ("computed_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("frozen_at", models.DateTimeField(editable=False, null=True, verbose_name="figé le")),
                    ("frozen_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("published_at", models.DateTimeField(editable=False, null=True, verbose_name="publié le")),
                    ("published_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                ],
                options={
                    "verbose_name": "rapport mensuel",
                    "verbose_name_plural": "rapports mensuels",
                    "ordering": ("-month",),
                    "constraints": [
                        models.UniqueConstraint(fields=("month",), name="reports_report_month_once"),
                        models.CheckConstraint(condition=models.Q(("state__in", ["computed", "frozen", "published"])), name="reports_report_state_known"),
                        models.CheckConstraint(condition=models.Q(("month__day", 1)), name="reports_report_first_day"),
                        models.CheckConstraint(condition=models.Q(models.Q(("frozen_at", None), ("frozen_by", None), ("state", "computed")), models.Q(("frozen_at__isnull", False), ("frozen_by__isnull", False), ("state__in", ("frozen", "published"))), _connector="OR"), name="reports_report_frozen"),
                        models.CheckConstraint(
                            condition=models.Q(models.Q(("published_at__isnull", False), ("published_by__isnull", False), ("state", "published")), models.Q(models.Q(("state", "published"), _negated=True), ("published_at", None), ("published_by", None)), _connector="OR"), name="reports_report_published"
                        ),
                        models.CheckConstraint(condition=models.Q(("figures_sha256__regex", "^[0-9a-f]{64}$")), name="reports_report_sha256"),
                    ],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name="ReportEntry",
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
                    ("actor", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership", verbose_name="par")),
                    ("role", models.CharField(max_length=20, verbose_name="rôle")),
                    ("organisation", models.BigIntegerField(blank=True, null=True, verbose_name="organisation")),
                    ("via", models.CharField(blank=True, max_length=80, verbose_name="lien signé")),
                    ("values", models.JSONField(blank=True, default=dict, verbose_name="valeurs")),
                    ("comment_digest", models.CharField(blank=True, max_length=64, verbose_name="empreinte du commentaire")),
                    ("hash", models.CharField(max_length=64, verbose_name="empreinte")),
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="reports.report", verbose_name="rapport")),
                    ("month", models.DateField(verbose_name="mois")),
                    ("as_of", models.DateTimeField(verbose_name="arrêté au")),
                    ("figures_sha256", models.CharField(max_length=64, verbose_name="empreinte des chiffres")),
                ],
                options={
                    "verbose_name": "ligne du journal des rapports",
                    "verbose_name_plural": "journal des rapports",
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [models.Index(fields=["at", "object"], name="reports_reportentry_at")],
                    "constraints": [models.UniqueConstraint(fields=("object", "seq"), name="reports_reportentry_once")],
                },
            ),
        ),
    ]
