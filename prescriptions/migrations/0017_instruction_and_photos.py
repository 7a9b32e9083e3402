"""Who instructs a request, who is away, what advisers note; the photo of a paper, which waits and is never kept."""

import django.db.models.deletion
import django_fsm
from django.db import migrations, models

import lifecycle.fields
import prescriptions.nir
from lifecycle.operations import AppendOnly, Wall

FORMER = [
    "accepted_at",
    "commune",
    "complete_by",
    "confirmed_at",
    "contacted_at",
    "created_at",
    "declined_at",
    "distributor",
    "end_reason",
    "ended_at",
    "epci",
    "household",
    "prescriber",
    "submitted_at",
    "valid_until",
    "worker",
    "worker_before",
]
WITHOUT_NIR = """
ALTER TABLE prescriptions_filenote ADD CONSTRAINT prescriptions_filenote_nir_text
    CHECK (NOT prescriptions_holds_nir(text));
"""
WITH_NIR = "ALTER TABLE prescriptions_filenote DROP CONSTRAINT prescriptions_filenote_nir_text;"
NOT_KEPT = """
CREATE FUNCTION prescriptions_picture_not_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM prescriptions_waitingpicture w JOIN prescriptions_proofphoto p ON p.id = w.photo_id
               WHERE p.id = (to_jsonb(NEW)->>TG_ARGV[0])::bigint AND p.state <> 'waiting') THEN
        RAISE EXCEPTION 'the picture of an answered photo is kept' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'prescriptions_picture_not_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER prescriptions_picture_not_kept AFTER UPDATE OF state ON prescriptions_proofphoto
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prescriptions_picture_not_kept('id');
CREATE CONSTRAINT TRIGGER prescriptions_picture_not_kept AFTER INSERT OR UPDATE ON prescriptions_waitingpicture
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prescriptions_picture_not_kept('photo_id');
"""
KEPT = """
DROP TRIGGER prescriptions_picture_not_kept ON prescriptions_waitingpicture;
DROP TRIGGER prescriptions_picture_not_kept ON prescriptions_proofphoto;
DROP FUNCTION prescriptions_picture_not_kept();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0003_cache"),
        ("prescriptions", "0016_joined_files"),
    ]

    operations = [
        migrations.AddField(
            model_name="prescription",
            name="adviser",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="instruite par",
            ),
        ),
        migrations.CreateModel(
            name="ProofPhoto",
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
                            ("waiting", "À regarder"),
                            ("seen", "Vue, conforme"),
                            ("redo", "À refaire"),
                            ("lapsed", "Effacée sans avoir servi"),
                        ],
                        default="waiting",
                        max_length=50,
                        protected=True,
                        verbose_name="état",
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, null=True, verbose_name="envoyée le")),
                ("settled_at", models.DateTimeField(editable=False, null=True, verbose_name="effacée le")),
                (
                    "fault",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("unreadable", "On ne peut pas la lire"),
                            ("another", "Ce n’est pas le bon papier"),
                            ("cut", "Il en manque une partie"),
                            ("old", "Ce papier est trop ancien"),
                        ],
                        editable=False,
                        max_length=10,
                        verbose_name="à refaire car",
                    ),
                ),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photos",
                        to="prescriptions.prescription",
                        verbose_name="prescription",
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
                        verbose_name="regardée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "photo d’un papier",
                "verbose_name_plural": "photos de papiers",
                "ordering": ("pk",),
            },
            bases=(django_fsm.FSMModelMixin, models.Model),
        ),
        migrations.CreateModel(
            name="ProofPhotoEntry",
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
                        to="prescriptions.proofphoto",
                    ),
                ),
            ],
            options={
                "verbose_name": "ligne du journal des photos de papiers",
                "verbose_name_plural": "journal des photos de papiers",
                "ordering": ("object_id", "seq"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="WaitingPicture",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.BinaryField(verbose_name="image")),
                (
                    "photo",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="picture",
                        to="prescriptions.proofphoto",
                        verbose_name="photo",
                    ),
                ),
            ],
            options={
                "verbose_name": "image en attente",
                "verbose_name_plural": "images en attente",
            },
        ),
        migrations.CreateModel(
            name="AdviserAbsence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first_on", models.DateField(verbose_name="du")),
                ("last_on", models.DateField(verbose_name="au")),
                ("declared_at", models.DateTimeField(verbose_name="déclarée le")),
                ("called_off_at", models.DateTimeField(blank=True, null=True, verbose_name="arrêtée le")),
                (
                    "adviser",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="absent",
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="déclarée par",
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="remplacé par",
                    ),
                ),
            ],
            options={
                "verbose_name": "absence d’un conseiller",
                "verbose_name_plural": "absences des conseillers",
                "ordering": ("first_on", "pk"),
                "indexes": [models.Index(fields=["adviser", "last_on"], name="prescriptions_absence_days")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("last_on__gte", models.F("first_on"))), name="prescriptions_absence_order"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("replaced_by", None),
                            models.Q(("replaced_by", models.F("adviser")), _negated=True),
                            _connector="OR",
                        ),
                        name="prescriptions_absence_another",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FileNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "audience",
                    models.CharField(
                        choices=[
                            ("shared", "Les conseillers et le travailleur social"),
                            ("team", "Les conseillers de votre structure seulement"),
                        ],
                        max_length=6,
                        verbose_name="lue par",
                    ),
                ),
                ("text", models.TextField(validators=[prescriptions.nir.validate_no_nir], verbose_name="note")),
                ("written_at", models.DateTimeField(verbose_name="écrite le")),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.organisation",
                        verbose_name="structure",
                    ),
                ),
                (
                    "prescription",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="prescriptions.prescription",
                        verbose_name="prescription",
                    ),
                ),
                (
                    "written_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="par",
                    ),
                ),
            ],
            options={
                "verbose_name": "note d’instruction",
                "verbose_name_plural": "notes d’instruction",
                "ordering": ("-pk",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ["shared", "team"])), name="prescriptions_filenote_audience"
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="proofphoto",
            index=models.Index(fields=["state", "sent_at"], name="prescriptions_photo_waiting"),
        ),
        migrations.AddConstraint(
            model_name="proofphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["waiting", "seen", "redo", "lapsed"])),
                name="prescriptions_photo_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="proofphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("settled_at", None), ("state", "waiting")),
                    models.Q(models.Q(("state", "waiting"), _negated=True), ("settled_at__isnull", False)),
                    _connector="OR",
                ),
                name="prescriptions_photo_settled",
            ),
        ),
        migrations.AddConstraint(
            model_name="proofphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("fault__in", ["unreadable", "another", "cut", "old"]), ("state", "redo")),
                    models.Q(models.Q(("state", "redo"), _negated=True), ("fault", "")),
                    _connector="OR",
                ),
                name="prescriptions_photo_fault",
            ),
        ),
        migrations.AddIndex(
            model_name="proofphotoentry",
            index=models.Index(fields=["at", "object"], name="prescriptions_photoentry_at"),
        ),
        migrations.AddConstraint(
            model_name="proofphotoentry",
            constraint=models.UniqueConstraint(fields=("object", "seq"), name="prescriptions_proofphotoentry_once"),
        ),
        Wall("Prescription", "PrescriptionEntry", ["adviser", *FORMER], former=FORMER),
        Wall("ProofPhoto", "ProofPhotoEntry", ["fault", "sent_at", "settled_at", "settled_by"]),
        AppendOnly("FileNote", ["text"]),
        migrations.RunSQL(WITHOUT_NIR, WITH_NIR),
        migrations.RunSQL(NOT_KEPT, KEPT),
    ]
