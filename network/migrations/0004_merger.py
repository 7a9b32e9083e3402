"""Mergers of EPCI, with their wall; an EPCI keeps its row for the months in which it was."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

from lifecycle.operations import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_saved_view"),
    ]

    operations = [
        migrations.CreateModel(
            name="Merger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    django_fsm.FSMField(
                        choices=[("declared", "Constatée")],
                        default="declared",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("declared_at", models.DateTimeField(editable=False, verbose_name="constatée le")),
            ],
            options={
                "verbose_name": "fusion d’EPCI",
                "verbose_name_plural": "fusions d’EPCI",
                "ordering": ("-declared_at",),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="MergerEntry",
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
            ],
            options={
                "verbose_name": "ligne du journal des fusions",
                "verbose_name_plural": "journal des fusions",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.AddField(
            model_name="epci",
            name="since",
            field=models.DateTimeField(
                editable=False,
                help_text="Vide : depuis toujours, pour ce qui est compté ici.",
                null=True,
                verbose_name="existe depuis",
            ),
        ),
        migrations.AddField(
            model_name="epci",
            name="succeeded_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="réuni depuis"),
        ),
        migrations.AddField(
            model_name="epci",
            name="succeeded_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="succeeds",
                to="network.epci",
                verbose_name="EPCI qui succède",
            ),
        ),
        migrations.AddConstraint(
            model_name="epci",
            constraint=models.CheckConstraint(
                condition=models.Q(("succeeded_by", models.F("id")), _negated=True), name="network_epci_not_into_itself"
            ),
        ),
        migrations.AddConstraint(
            model_name="epci",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("succeeded_at", None), ("succeeded_by", None)),
                    models.Q(("succeeded_at__isnull", False), ("succeeded_by__isnull", False)),
                    _connector="OR",
                ),
                name="network_epci_succeeded",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="declared_by",
            field=models.ForeignKey(
                editable=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership"
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="epci",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.epci",
                verbose_name="EPCI qui disparaît",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.organisation",
                verbose_name="qui agit pour lui",
            ),
        ),
        migrations.AddField(
            model_name="merger",
            name="successor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.epci",
                verbose_name="EPCI qui succède",
            ),
        ),
        migrations.AddField(
            model_name="mergerentry",
            name="actor",
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
            model_name="mergerentry",
            name="epci",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci"),
        ),
        migrations.AddField(
            model_name="mergerentry",
            name="object",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="journal",
                to="network.merger",
                verbose_name="fusion",
            ),
        ),
        migrations.AddField(
            model_name="mergerentry",
            name="successor",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.epci"),
        ),
        migrations.AddConstraint(
            model_name="merger",
            constraint=models.UniqueConstraint(fields=("epci",), name="network_merger_once"),
        ),
        migrations.AddConstraint(
            model_name="merger",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["declared"])), name="network_merger_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="merger",
            constraint=models.CheckConstraint(
                condition=models.Q(("epci", models.F("successor")), _negated=True), name="network_merger_two"
            ),
        ),
        migrations.AddIndex(
            model_name="mergerentry",
            index=models.Index(fields=["at", "object"], name="network_mergerentry_at"),
        ),
        migrations.AddConstraint(
            model_name="mergerentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="network_mergerentry_once"),
        ),
        Wall(
            model_name="merger",
            journal_name="mergerentry",
            stamps=["declared_at", "declared_by", "epci", "organisation", "successor"],
        ),
    ]
