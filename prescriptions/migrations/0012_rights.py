"""Requests to exercise a right, and their journal."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
import prescriptions.nir
from lifecycle.operations import Wall

TEXTS = ("words", "truth", "reply")


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0005_data_protection_officer"),
        ("prescriptions", "0011_completion_answers"),
    ]

    operations = [
        migrations.CreateModel(
            name="RightsRequest",
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
                            ("received", "Reçue"),
                            ("identity", "Identité demandée"),
                            ("answered", "Réponse donnée"),
                            ("refused", "Refusée"),
                            ("withdrawn", "Retirée"),
                        ],
                        default="received",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("access", "Lire ce qui est écrit (accès)"),
                            ("rectification", "Faire corriger (rectification)"),
                            ("erasure", "Faire effacer (effacement)"),
                            ("objection", "Arrêter l’usage (opposition ou limitation)"),
                        ],
                        max_length=14,
                        verbose_name="droit exercé",
                    ),
                ),
                (
                    "requester",
                    models.CharField(
                        choices=[
                            ("person", "La personne elle-même"),
                            ("member", "Une autre personne du foyer"),
                            ("representative", "Son représentant légal (tuteur, parent)"),
                        ],
                        max_length=14,
                        verbose_name="demandé par",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("place", "Sur place"),
                            ("letter", "Par courrier"),
                            ("email", "Par courriel"),
                            ("phone", "Par téléphone"),
                            ("page", "Par la page de sa demande"),
                        ],
                        max_length=8,
                        verbose_name="arrivée",
                    ),
                ),
                ("received_on", models.DateField(verbose_name="reçue le")),
                (
                    "words",
                    models.TextField(
                        blank=True, validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qui est demandé"
                    ),
                ),
                (
                    "truth",
                    models.TextField(
                        blank=True, validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qui est vrai"
                    ),
                ),
                (
                    "reply",
                    models.TextField(
                        blank=True, validators=[prescriptions.nir.validate_no_nir], verbose_name="ce qui est répondu"
                    ),
                ),
                ("received_at", models.DateTimeField(editable=False, null=True, verbose_name="notée le")),
                ("due_on", models.DateField(editable=False, null=True, verbose_name="réponse due le")),
                (
                    "doubt",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contact", "La demande vient d’une adresse ou d’un numéro inconnus du dossier"),
                            ("page", "La demande vient de la page du foyer, que sa feuille suffit à ouvrir"),
                            ("mandate", "Rien ne dit que cette personne représente le foyer"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="doute",
                    ),
                ),
                (
                    "identity_asked_at",
                    models.DateTimeField(editable=False, null=True, verbose_name="identité demandée le"),
                ),
                ("prolonged_at", models.DateTimeField(editable=False, null=True, verbose_name="prolongée le")),
                (
                    "prolongation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("complex", "La demande est complexe"),
                            ("number", "Les demandes à traiter sont nombreuses"),
                        ],
                        editable=False,
                        max_length=8,
                        verbose_name="prolongée car",
                    ),
                ),
                ("reminded_at", models.DateTimeField(editable=False, null=True, verbose_name="rappelée le")),
                ("overdue_at", models.DateTimeField(editable=False, null=True, verbose_name="retard dit le")),
                ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="réglée le")),
                (
                    "refusal",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("identity", "L’identité n’a pas pu être établie"),
                            ("unfounded", "La demande est manifestement infondée ou excessive"),
                            (
                                "obligation",
                                "La loi oblige à garder ces informations, ou elles servent à défendre un droit",
                            ),
                            ("exact", "Ce qui est écrit est exact"),
                            ("others", "La réponse porterait atteinte aux droits d’une autre personne"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="motif du refus",
                    ),
                ),
                (
                    "told_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("letter", "Par la lettre imprimée d’ici"),
                            ("email", "Par un courriel que Maillon envoie"),
                            ("phone", "Par téléphone"),
                            ("place", "En main propre"),
                        ],
                        editable=False,
                        max_length=8,
                        verbose_name="réponse dite",
                    ),
                ),
                (
                    "household",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rights_requests",
                        to="prescriptions.household",
                        verbose_name="foyer",
                    ),
                ),
                (
                    "received_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="notée par",
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
                        verbose_name="réglée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "demande d’exercice de droits",
                "verbose_name_plural": "demandes d’exercice de droits",
                "ordering": ("due_on", "pk"),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="RightsRequestEntry",
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
                        to="prescriptions.rightsrequest",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des demandes d’exercice de droits",
                "verbose_name_plural": "journal des demandes d’exercice de droits",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.AddIndex(
            model_name="rightsrequest",
            index=models.Index(fields=["state", "due_on"], name="prescriptions_rights_due"),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["received", "identity", "answered", "refused", "withdrawn"])),
                name="prescriptions_rights_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["access", "rectification", "erasure", "objection"])),
                name="prescriptions_rights_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("requester__in", ["person", "member", "representative"])),
                name="prescriptions_rights_requester",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel__in", ["place", "letter", "email", "phone", "page"])),
                name="prescriptions_rights_channel",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_on__gt", models.F("received_on"))), name="prescriptions_rights_due_after"
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("received", "identity"))),
                fields=("household", "kind"),
                name="prescriptions_rights_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("state__in", ("received", "identity"))),
                    models.Q(
                        models.Q(("state__in", ("received", "identity")), _negated=True),
                        models.Q(("settled_at", None), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="prescriptions_rights_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("refusal__in", ["identity", "unfounded", "obligation", "exact", "others"]),
                        ("state", "refused"),
                    ),
                    models.Q(models.Q(("state", "refused"), _negated=True), ("refusal", "")),
                    _connector="OR",
                ),
                name="prescriptions_rights_refusal",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("identity_asked_at__isnull", False), ("state", "identity")),
                    models.Q(models.Q(("state", "identity"), _negated=True), ("identity_asked_at", None)),
                    _connector="OR",
                ),
                name="prescriptions_rights_identity",
            ),
        ),
        migrations.AddConstraint(
            model_name="rightsrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("prolongation", ""), ("prolonged_at", None)),
                    models.Q(("prolongation__in", ["complex", "number"]), ("prolonged_at__isnull", False)),
                    _connector="OR",
                ),
                name="prescriptions_rights_prolonged",
            ),
        ),
        migrations.AddIndex(
            model_name="rightsrequestentry",
            index=models.Index(fields=["at", "object"], name="prescriptions_rightsentry_at"),
        ),
        migrations.AddConstraint(
            model_name="rightsrequestentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="prescriptions_rightsrequestentry_once"),
        ),
        Wall(
            "RightsRequest",
            "RightsRequestEntry",
            [
                "doubt",
                "due_on",
                "identity_asked_at",
                "overdue_at",
                "prolongation",
                "prolonged_at",
                "received_at",
                "received_by",
                "refusal",
                "reminded_at",
                "settled_at",
                "settled_by",
                "told_by",
            ],
        ),
        *(
            migrations.RunSQL(
                f"ALTER TABLE prescriptions_rightsrequest ADD CONSTRAINT prescriptions_rightsrequest_nir_{name} "
                f"CHECK (NOT prescriptions_holds_nir({name}));",
                f"ALTER TABLE prescriptions_rightsrequest DROP CONSTRAINT prescriptions_rightsrequest_nir_{name};",
            )
            for name in TEXTS
        ),
    ]
