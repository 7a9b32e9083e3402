"""The tables of the machine on which the engine is tried."""

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
                name="Depot",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("organisation", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.organisation")),
                    ("used", models.IntegerField(default=0)),
                    ("total", models.IntegerField(default=1)),
                ],
                options={
                    "constraints": [models.CheckConstraint(condition=models.Q(("used__lte", models.F("total"))), name="parcels_depot_room")],
                },
            ),
            migrations.CreateModel(
                name="Parcel",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                    ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                    ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                    ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                    ("state", lifecycle.fields.StateField(choices=[("announced", "Annoncé"), ("stored", "En rayon"), ("given", "Remis"), ("expired", "Échu"), ("broken", "Cassé")], max_length=50, protected=True, verbose_name="état")),
                    ("depot", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to="parcels.depot")),
                    ("size", models.CharField(default="small", max_length=10)),
                    ("limit", models.IntegerField(default=100)),
                    ("weight", models.IntegerField(blank=True, null=True)),
                    ("label", models.CharField(blank=True, default="", max_length=20)),
                    ("rounds", models.IntegerField(default=0)),
                    ("stored_at", models.DateTimeField(blank=True, null=True)),
                    ("stored_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="network.membership")),
                    ("given_at", models.DateTimeField(blank=True, null=True)),
                    ("expires_at", models.DateTimeField(blank=True, null=True)),
                    ("inside", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="contents", to="parcels.parcel")),
                ],
                options={
                    "constraints": [
                        models.UniqueConstraint(condition=models.Q(("label", ""), _negated=True), fields=("label",), name="parcels_label_once"),
                        models.CheckConstraint(condition=models.Q(models.Q(("state", "stored"), _negated=True), ("stored_at__isnull", False), _connector="OR"), name="parcels_stored_stamp"),
                    ],
                },
                bases=(django_fsm.FSMModelMixin, models.Model),
            ),
            migrations.CreateModel(
                name="ParcelEntry",
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
                    ("object", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="parcels.parcel")),
                    ("size", models.CharField(max_length=10)),
                    ("depot", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="parcels.depot")),
                ],
                options={
                    "ordering": ("object_id", "seq"),
                    "abstract": False,
                    "indexes": [models.Index(fields=["at", "object"], name="parcels_parcelentry_at")],
                    "constraints": [models.UniqueConstraint(fields=("object", "seq"), name="parcels_parcelentry_once")],
                },
            ),
            migrations.CreateModel(
                name="SealProof",
                fields=[
                    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                    ("parcel", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="seals", to="parcels.parcel")),
                ],
            ),
        ),
    ]
