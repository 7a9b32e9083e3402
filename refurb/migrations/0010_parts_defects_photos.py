"""Parts bought or taken, fitted and taken out; defects told to households; photos; facts common to a lot.

No more parts are fitted than entered the stock, and a drive of the stock is inventoried in the device that it is fitted
in: the database refuses the rest, whoever writes.
"""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly, ClosedToRecords

STOCK = """
CREATE FUNCTION refurb_part_fitted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer;
    what text;
    home bigint;
    used integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une pièce se monte en lecture validée\u00a0: elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_repair';
    END IF;
    SELECT quantity, kind, workshop_id INTO entered, what, home FROM refurb_part WHERE id = NEW.part_id
        FOR NO KEY UPDATE;
    SELECT coalesce(sum(r.quantity), 0) INTO used FROM refurb_repair r
    WHERE r.part_id = NEW.part_id AND r.id IS DISTINCT FROM NEW.supersedes_id
      AND NOT EXISTS (SELECT 1 FROM refurb_repair n WHERE n.supersedes_id = r.id)
      AND NOT EXISTS (SELECT 1 FROM refurb_parttakenout o WHERE o.repair_id = r.id);
    IF used + NEW.quantity > entered THEN
        RAISE EXCEPTION 'Il ne reste pas assez de cette pièce en stock.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_repair';
    END IF;
    IF home IS DISTINCT FROM (SELECT d.workshop_id FROM refurb_device d WHERE d.id = NEW.device_id) THEN
        RAISE EXCEPTION 'Une pièce se monte dans un appareil de son atelier.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_home', TABLE = 'refurb_repair';
    END IF;
    IF what = 'storage' AND NOT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.id = NEW.drive_id AND d.device_id = NEW.device_id AND d.stay = NEW.stay
          AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id))
    THEN
        RAISE EXCEPTION 'Un disque du stock se monte inventorié dans son appareil.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_drive_inventoried', TABLE = 'refurb_repair';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_part_fitted BEFORE INSERT ON refurb_repair FOR EACH ROW
    WHEN (NEW.part_id IS NOT NULL) EXECUTE FUNCTION refurb_part_fitted();
"""
NO_STOCK = "DROP FUNCTION refurb_part_fitted() CASCADE;"
ADDED_TO = ("PartTakenOut", "Defect", "DefectMended", "CarriedFacts")


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0004_sheets"),
        ("network", "0003_cache"),
        ("refurb", "0009_several_passes"),
    ]

    operations = [
        migrations.CreateModel(
            name="CarriedFacts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                ("filled", models.JSONField(default=dict, verbose_name="ce qui en est repris")),
            ],
            options={
                "verbose_name": "relevé repris d’un appareil semblable",
                "verbose_name_plural": "relevés repris d’appareils semblables",
                "ordering": ("-pk",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Defect",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
            ],
            options={
                "verbose_name": "défaut",
                "ordering": ("-pk",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DefectMended",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                (
                    "reason",
                    models.CharField(
                        choices=[("repaired", "Réparé"), ("part", "Pièce changée"), ("mistake", "Noté par erreur")],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
            ],
            options={
                "verbose_name": "défaut réparé",
                "verbose_name_plural": "défauts réparés",
                "ordering": ("-pk",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="DefectWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("valid_from", models.DateField(verbose_name="valable du")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="Dernier jour inclus\xa0; vide si toujours en vigueur.",
                        null=True,
                        verbose_name="au",
                    ),
                ),
                ("source", models.CharField(max_length=250, verbose_name="source")),
                ("checked_on", models.DateField(verbose_name="vérifié le")),
                ("code", models.SlugField(max_length=40, verbose_name="code")),
                ("word", models.CharField(max_length=60, verbose_name="mot de l’établi")),
                ("sentence", models.CharField(max_length=160, verbose_name="phrase pour le foyer")),
                (
                    "types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("laptop", "Ordinateur portable"),
                                ("desktop", "Ordinateur fixe"),
                                ("tablet", "Tablette"),
                                ("smartphone", "Smartphone"),
                                ("screen", "Écran"),
                            ],
                            max_length=12,
                        ),
                        verbose_name="types",
                    ),
                ),
                (
                    "part",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("memory", "Mémoire"),
                            ("storage", "Disque"),
                            ("battery", "Batterie"),
                            ("charger", "Chargeur"),
                            ("screen", "Dalle ou écran"),
                            ("keyboard", "Clavier"),
                            ("webcam", "Webcam"),
                            ("wifi", "Carte wifi"),
                            ("motherboard", "Carte mère"),
                            ("case", "Coque"),
                            ("other", "Autre pièce"),
                        ],
                        max_length=12,
                        verbose_name="pièce qui le répare",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=0, verbose_name="rang")),
            ],
            options={
                "verbose_name": "défaut à dire",
                "verbose_name_plural": "défauts à dire",
                "ordering": ("position", "code", "-valid_from"),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="PartTakenOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stay", models.PositiveSmallIntegerField(verbose_name="passage")),
                ("recorded_at", models.DateTimeField(verbose_name="enregistré le")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("unsuited", "Ne convient pas à cet appareil"),
                            ("mistake", "Montée sur le mauvais appareil"),
                            ("useless", "L’appareil ne servira pas"),
                        ],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
            ],
            options={
                "verbose_name": "pièce reprise",
                "verbose_name_plural": "pièces reprises",
                "ordering": ("-pk",),
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Photo",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("added_at", models.DateTimeField(verbose_name="ajoutée le")),
                ("removed_at", models.DateTimeField(blank=True, null=True, verbose_name="supprimée le")),
            ],
            options={
                "verbose_name": "photo",
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="part",
            name="drive",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="part",
                to="refurb.drive",
                verbose_name="disque retiré",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="fits",
            field=models.CharField(blank=True, max_length=200, verbose_name="convient à"),
        ),
        migrations.AddField(
            model_name="part",
            name="origin",
            field=models.CharField(
                choices=[
                    ("dismantled", "Appareil démonté"),
                    ("taken", "Prélevée sur un appareil"),
                    ("bought", "Achetée"),
                ],
                default="dismantled",
                max_length=10,
                verbose_name="origine",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="stored_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="entrée par",
            ),
        ),
        migrations.AddField(
            model_name="part",
            name="unit_price",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="prix d’achat, l’unité"
            ),
        ),
        migrations.AddField(
            model_name="repair",
            name="drive",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fitted_by",
                to="refurb.drive",
                verbose_name="disque monté",
            ),
        ),
        migrations.AlterField(
            model_name="part",
            name="device",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="refurb.device",
                verbose_name="tirée de",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("device", None), ("origin", "bought"), ("unit_price__gte", 0)),
                    models.Q(("device__isnull", False), ("origin__in", ("dismantled", "taken")), ("unit_price", None)),
                    _connector="OR",
                ),
                name="refurb_part_origin",
            ),
        ),
        migrations.AddConstraint(
            model_name="part",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("drive", None),
                    models.Q(("kind", "storage"), ("origin", "taken"), ("quantity", 1)),
                    _connector="OR",
                ),
                name="refurb_part_drive",
            ),
        ),
        migrations.AddConstraint(
            model_name="repair",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("drive", None),
                    models.Q(("kind", "storage"), ("part__isnull", False), ("quantity", 1)),
                    _connector="OR",
                ),
                name="refurb_repair_drive",
            ),
        ),
        migrations.AddField(
            model_name="carriedfacts",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="refurb.device",
                verbose_name="appareil",
            ),
        ),
        migrations.AddField(
            model_name="carriedfacts",
            name="like",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="refurb.device", verbose_name="comme"
            ),
        ),
        migrations.AddField(
            model_name="carriedfacts",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="enregistré par",
            ),
        ),
        migrations.AddField(
            model_name="carriedfacts",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="refurb.carriedfacts",
                verbose_name="remplace",
            ),
        ),
        migrations.AddField(
            model_name="defect",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="refurb.device",
                verbose_name="appareil",
            ),
        ),
        migrations.AddField(
            model_name="defect",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="enregistré par",
            ),
        ),
        migrations.AddField(
            model_name="defect",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="refurb.defect",
                verbose_name="remplace",
            ),
        ),
        migrations.AddField(
            model_name="defectmended",
            name="defect",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mended",
                to="refurb.defect",
                verbose_name="défaut",
            ),
        ),
        migrations.AddField(
            model_name="defectmended",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="refurb.device",
                verbose_name="appareil",
            ),
        ),
        migrations.AddField(
            model_name="defectmended",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="enregistré par",
            ),
        ),
        migrations.AddField(
            model_name="defectmended",
            name="repair",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="mends",
                to="refurb.repair",
                verbose_name="réparation",
            ),
        ),
        migrations.AddField(
            model_name="defectmended",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="refurb.defectmended",
                verbose_name="remplace",
            ),
        ),
        migrations.AddConstraint(
            model_name="defectword",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to", None), ("valid_to__gte", models.F("valid_from")), _connector="OR"),
                name="refurb_defectword_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="defectword",
            constraint=models.UniqueConstraint(fields=("code", "valid_from"), name="refurb_defectword_once"),
        ),
        migrations.AddConstraint(
            model_name="defectword",
            constraint=models.CheckConstraint(
                condition=models.Q(("types__contained_by", ["laptop", "desktop", "tablet", "smartphone", "screen"])),
                name="refurb_defectword_types",
            ),
        ),
        migrations.AddConstraint(
            model_name="defectword",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "part__in",
                        [
                            "",
                            "memory",
                            "storage",
                            "battery",
                            "charger",
                            "screen",
                            "keyboard",
                            "webcam",
                            "wifi",
                            "motherboard",
                            "case",
                            "other",
                        ],
                    )
                ),
                name="refurb_defectword_part",
            ),
        ),
        migrations.AddField(
            model_name="defect",
            name="word",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="defects",
                to="refurb.defectword",
                verbose_name="défaut à dire",
            ),
        ),
        migrations.AddField(
            model_name="parttakenout",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="%(class)ss",
                to="refurb.device",
                verbose_name="appareil",
            ),
        ),
        migrations.AddField(
            model_name="parttakenout",
            name="recorded_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="enregistré par",
            ),
        ),
        migrations.AddField(
            model_name="parttakenout",
            name="repair",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="taken_out",
                to="refurb.repair",
                verbose_name="réparation",
            ),
        ),
        migrations.AddField(
            model_name="parttakenout",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="refurb.parttakenout",
                verbose_name="remplace",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="added_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="ajoutée par",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="device",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="photos",
                to="refurb.device",
                verbose_name="appareil",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="file",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="documents.storedfile",
                verbose_name="fichier",
            ),
        ),
        migrations.AddField(
            model_name="photo",
            name="removed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="supprimée par",
            ),
        ),
        migrations.AddIndex(
            model_name="carriedfacts",
            index=models.Index(fields=["device", "stay"], name="refurb_carriedfacts_stay"),
        ),
        migrations.AddConstraint(
            model_name="carriedfacts",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"
                ),
                name="refurb_carriedfacts_supersedes",
            ),
        ),
        migrations.AddIndex(
            model_name="defectmended",
            index=models.Index(fields=["device", "stay"], name="refurb_defectmended_stay"),
        ),
        migrations.AddConstraint(
            model_name="defectmended",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"
                ),
                name="refurb_defectmended_supersedes",
            ),
        ),
        migrations.AddConstraint(
            model_name="defectmended",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["repaired", "part", "mistake"])), name="refurb_defectmended_reason"
            ),
        ),
        migrations.AddIndex(
            model_name="defect",
            index=models.Index(fields=["device", "stay"], name="refurb_defect_stay"),
        ),
        migrations.AddConstraint(
            model_name="defect",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"
                ),
                name="refurb_defect_supersedes",
            ),
        ),
        migrations.AddIndex(
            model_name="parttakenout",
            index=models.Index(fields=["device", "stay"], name="refurb_parttakenout_stay"),
        ),
        migrations.AddConstraint(
            model_name="parttakenout",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("supersedes", None), models.Q(("supersedes", models.F("id")), _negated=True), _connector="OR"
                ),
                name="refurb_parttakenout_supersedes",
            ),
        ),
        migrations.AddConstraint(
            model_name="parttakenout",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason__in", ["unsuited", "mistake", "useless"])),
                name="refurb_parttakenout_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="photo",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at", None), ("removed_by", None)),
                    models.Q(("removed_at__isnull", False), ("removed_by__isnull", False)),
                    _connector="OR",
                ),
                name="refurb_photo_removed",
            ),
        ),
        *(AppendOnly(name) for name in ADDED_TO),
        *(ClosedToRecords(name) for name in ADDED_TO),
        AppendOnly("Photo", ["removed_at", "removed_by"]),
        migrations.RunSQL(STOCK, NO_STOCK),
    ]
