"""The directory of those who prescribe, and the sessions at which structures learn how to."""

import django.core.validators
import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
import lifecycle.forms
from lifecycle.operations import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0005_data_protection_officer"),
    ]

    operations = [
        migrations.CreateModel(
            name="AwarenessSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    lifecycle.fields.StateField(
                        choices=[("planned", "Prévue"), ("held", "Tenue"), ("cancelled", "Annulée")],
                        default="planned",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("title", models.CharField(max_length=120, verbose_name="sujet")),
                ("place", models.CharField(editable=False, max_length=200, verbose_name="lieu")),
                ("starts_at", models.DateTimeField(editable=False, verbose_name="commence le")),
                ("ends_at", models.DateTimeField(editable=False, verbose_name="finit le")),
                ("planned_at", models.DateTimeField(editable=False, verbose_name="prévue le")),
                ("held_at", models.DateTimeField(editable=False, null=True, verbose_name="présence notée le")),
                ("cancelled_at", models.DateTimeField(editable=False, null=True, verbose_name="annulée le")),
                (
                    "cancel_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("few", "Trop peu de participants"),
                            ("place", "Le lieu n’est plus libre"),
                            ("speaker", "L’intervenant n’est plus libre"),
                            ("postponed", "Reportée à une autre date"),
                            ("other", "Autre motif"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                (
                    "commune",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.commune",
                        verbose_name="commune",
                    ),
                ),
                (
                    "held_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                    ),
                ),
                (
                    "planned_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                    ),
                ),
            ],
            options={
                "verbose_name": "session de sensibilisation",
                "verbose_name_plural": "sessions de sensibilisation",
                "ordering": ("-starts_at", "-pk"),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="AwarenessGuest",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=160, verbose_name="structure")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="courriel")),
                ("invited_at", models.DateTimeField(editable=False, null=True, verbose_name="prévenue le")),
                (
                    "people",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(500)],
                        verbose_name="personnes venues",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="organisation",
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="guests",
                        to="network.awarenesssession",
                        verbose_name="session",
                    ),
                ),
            ],
            options={
                "verbose_name": "structure invitée",
                "verbose_name_plural": "structures invitées",
                "ordering": ("name", "pk"),
            },
        ),
        migrations.CreateModel(
            name="AwarenessEntry",
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="journal",
                        to="network.awarenesssession",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des sensibilisations",
                "verbose_name_plural": "journal des sensibilisations",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PublicService",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=16, unique=True, verbose_name="référence")),
                ("seq", models.PositiveIntegerField(default=0, editable=False, verbose_name="rang au journal")),
                ("head", models.CharField(default="", editable=False, max_length=64, verbose_name="empreinte")),
                ("moved_at", models.DateTimeField(editable=False, verbose_name="dernier mouvement")),
                (
                    "state",
                    lifecycle.fields.StateField(
                        choices=[("published", "Dans l’annuaire"), ("withdrawn", "Retirée de l’annuaire")],
                        default="published",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("mns", "Maison Nord Solidarités"),
                            ("ccas", "CCAS ou CIAS"),
                            ("france_services", "France services"),
                            ("association", "Association"),
                            ("other", "Autre structure"),
                        ],
                        max_length=16,
                        verbose_name="sorte de structure",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="service")),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="adresse")),
                (
                    "phone",
                    models.CharField(
                        blank=True,
                        max_length=20,
                        validators=[lifecycle.forms.validate_telephone],
                        verbose_name="téléphone",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="courriel")),
                ("hours", models.CharField(blank=True, max_length=300, verbose_name="accueil")),
                ("confirmed_at", models.DateTimeField(editable=False, verbose_name="vérifiée le")),
                (
                    "communes",
                    models.ManyToManyField(related_name="+", to="network.commune", verbose_name="communes desservies"),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="services",
                        to="network.organisation",
                        verbose_name="structure",
                    ),
                ),
            ],
            options={
                "verbose_name": "fiche de l’annuaire",
                "verbose_name_plural": "fiches de l’annuaire",
                "ordering": ("organisation__name", "name", "pk"),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="PublicServiceEntry",
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
                        on_delete=django.db.models.deletion.PROTECT, related_name="journal", to="network.publicservice"
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal de l’annuaire",
                "verbose_name_plural": "journal de l’annuaire",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.AddConstraint(
            model_name="awarenesssession",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "held", "cancelled"])),
                name="network_awareness_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="awarenesssession",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="network_awareness_order"
            ),
        ),
        migrations.AddConstraint(
            model_name="awarenesssession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("held_at__isnull", False), ("held_by__isnull", False), ("state", "held")),
                    models.Q(models.Q(("state", "held"), _negated=True), ("held_at", None), ("held_by", None)),
                    _connector="OR",
                ),
                name="network_awareness_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="awarenesssession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("cancel_reason__in", ["few", "place", "speaker", "postponed", "other"]),
                        ("cancelled_at__isnull", False),
                        ("state", "cancelled"),
                    ),
                    models.Q(
                        models.Q(("state", "cancelled"), _negated=True), ("cancel_reason", ""), ("cancelled_at", None)
                    ),
                    _connector="OR",
                ),
                name="network_awareness_cancelled",
            ),
        ),
        migrations.AddConstraint(
            model_name="awarenessguest",
            constraint=models.UniqueConstraint(fields=("session", "name"), name="network_awarenessguest_once"),
        ),
        migrations.AddConstraint(
            model_name="awarenessguest",
            constraint=models.CheckConstraint(
                condition=models.Q(("people", None), ("people__lte", 500), _connector="OR"),
                name="network_awarenessguest_people",
            ),
        ),
        migrations.AddIndex(
            model_name="awarenessentry",
            index=models.Index(fields=["at", "object"], name="network_awarenessentry_at"),
        ),
        migrations.AddConstraint(
            model_name="awarenessentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="network_awarenessentry_once"),
        ),
        migrations.AddConstraint(
            model_name="publicservice",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["published", "withdrawn"])), name="network_publicservice_state_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="publicservice",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["mns", "ccas", "france_services", "association", "other"])),
                name="network_publicservice_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicservice",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "published")),
                fields=("organisation", "name"),
                name="network_publicservice_once",
                violation_error_message="Cette structure a déjà une fiche à ce nom.",
            ),
        ),
        migrations.AddConstraint(
            model_name="publicservice",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", ""), ("phone", ""), _negated=True), name="network_publicservice_reachable"
            ),
        ),
        migrations.AddIndex(
            model_name="publicserviceentry",
            index=models.Index(fields=["at", "object"], name="network_publicserviceentry_at"),
        ),
        migrations.AddConstraint(
            model_name="publicserviceentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="network_publicserviceentry_once"),
        ),
        Wall(model_name="publicservice", journal_name="publicserviceentry", stamps=["confirmed_at", "confirmed_by"]),
        Wall(
            model_name="awarenesssession",
            journal_name="awarenessentry",
            stamps=[
                "cancel_reason",
                "cancelled_at",
                "ends_at",
                "held_at",
                "held_by",
                "place",
                "planned_at",
                "planned_by",
                "starts_at",
            ],
        ),
    ]
