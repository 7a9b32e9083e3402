"""Labels that compare without case, spaces or dashes; lines their donor corrects; screens that hold no data."""

from importlib import import_module

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models

import refurb.models.tag_shape
from lifecycle.operations import AppendOnly, Wall

DEVICE_STAMPS = import_module("refurb.migrations.0002_wall").DEVICE_STAMPS

TWINS = """
UPDATE refurb_device d SET tag_twin = alike.rank
FROM (
    SELECT id, row_number() OVER (PARTITION BY workshop_id, tag_key ORDER BY id) - 1 AS rank
    FROM refurb_device
    WHERE tag <> '' AND state NOT IN ('dismantled', 'recycled', 'ceded', 'withdrawn')
) alike
WHERE alike.id = d.id AND alike.rank > 0;
"""
"""What is already there keeps its label: a device that reads as an older one is numbered, until it is corrected."""

PROVEN = """
CREATE OR REPLACE FUNCTION refurb_device_proven(
    device bigint, device_type text, present_stay integer, arrived timestamptz
)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT arrived IS NOT NULL
    AND (
        device_type = 'screen'
        OR EXISTS (
            SELECT 1 FROM refurb_drive d
            WHERE d.device_id = device AND d.stay = present_stay
              AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id)
              AND NOT EXISTS (
                SELECT 1 FROM refurb_driveremoval r
                WHERE r.drive_id = d.id AND r.destination = 'mistake'
                  AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id)))
        OR (device_type NOT IN ('tablet', 'smartphone') AND EXISTS (
            SELECT 1 FROM refurb_storageabsence a
            WHERE a.device_id = device AND a.stay = present_stay
              AND NOT EXISTS (SELECT 1 FROM refurb_storageabsence n WHERE n.supersedes_id = a.id)))
    )
    AND NOT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.device_id = device AND d.stay = present_stay
          AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id)
          AND NOT EXISTS (
            SELECT 1 FROM refurb_erasure e
            WHERE e.drive_id = d.id AND e.outcome = 'accepted' AND e.finished_at >= arrived
              AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id))
          AND NOT EXISTS (
            SELECT 1 FROM refurb_destruction x
            WHERE x.drive_id = d.id
              AND NOT EXISTS (SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = x.id))
          AND NOT EXISTS (
            SELECT 1 FROM refurb_driveremoval r
            WHERE r.drive_id = d.id AND (r.destination = 'mistake' OR device_type NOT IN ('tablet', 'smartphone'))
              AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id))
    )
$$;
"""
"""A screen holds no storage: nothing is to be attested of it. A drive that was found in one is still to be proven."""

PROVEN_BEFORE = PROVEN.replace(
    """        device_type = 'screen'
        OR EXISTS (""",
    "        EXISTS (",
)

LINE_CORRECTED = """
CREATE OR REPLACE FUNCTION refurb_donationline_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    corrected text[] := ARRAY['purchase_year', 'condition', 'model_name', 'unit_value'];
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(OLD) - corrected = to_jsonb(NEW) - corrected
        AND EXISTS (SELECT 1 FROM refurb_donation WHERE id = OLD.donation_id AND state = 'announced')
        AND EXISTS (
            SELECT 1 FROM refurb_linecorrection c
            WHERE c.id = (SELECT max(id) FROM refurb_linecorrection WHERE line_id = OLD.id)
              AND c.purchase_year = NEW.purchase_year AND c.condition = NEW.condition
              AND c.model_name = NEW.model_name AND c.unit_value IS NOT DISTINCT FROM NEW.unit_value)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM refurb_donation WHERE id = OLD.donation_id AND state <> 'draft'
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM refurb_donation WHERE id = NEW.donation_id AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Un lot annoncé garde ses lignes.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_donationline_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""
"""Until it is decided upon, a line changes as its newest correction says, and not otherwise."""

LINE_FROZEN = """
CREATE OR REPLACE FUNCTION refurb_donationline_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM refurb_donation WHERE id = OLD.donation_id AND state <> 'draft'
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM refurb_donation WHERE id = NEW.donation_id AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Un lot annoncé garde ses lignes.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_donationline_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("conventions", "0004_notes_of_each"),
        ("network", "0003_saved_view"),
        ("prescriptions", "0007_links_by_their_key"),
        ("refurb", "0007_proofs_prove_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purchase_year", models.PositiveSmallIntegerField(verbose_name="année d’achat")),
                (
                    "condition",
                    models.CharField(
                        choices=[
                            ("working", "En état de marche"),
                            ("untested", "Non testé"),
                            ("faulty", "En panne"),
                            ("incomplete", "Incomplet (sans disque, sans chargeur…)"),
                        ],
                        max_length=12,
                        verbose_name="état",
                    ),
                ),
                ("model_name", models.CharField(blank=True, max_length=120, verbose_name="marque et modèle")),
                (
                    "unit_value",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=8, null=True, verbose_name="valeur unitaire (€)"
                    ),
                ),
                ("was", models.JSONField(verbose_name="ce qu’elle disait")),
                ("corrected_at", models.DateTimeField(verbose_name="corrigée le")),
            ],
            options={
                "verbose_name": "correction d’une ligne",
                "verbose_name_plural": "corrections de lignes",
                "ordering": ("line", "pk"),
            },
        ),
        migrations.CreateModel(
            name="TagShape",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "shape",
                    models.CharField(
                        blank=True,
                        help_text="Exemple\xa0: PRH-####. Un # tient la place d’un chiffre, un @ celle d’une lettre, un * celle de l’un"
                        " ou de l’autre. Laissez vide pour accepter toutes les étiquettes.",
                        max_length=40,
                        validators=[refurb.models.tag_shape.validate_shape],
                        verbose_name="forme des étiquettes",
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="fixée le")),
            ],
            options={
                "verbose_name": "forme des étiquettes d’un atelier",
                "verbose_name_plural": "formes des étiquettes",
                "ordering": ("-pk",),
            },
        ),
        migrations.RemoveConstraint(
            model_name="device",
            name="refurb_device_tag_once",
        ),
        migrations.AddField(
            model_name="device",
            name="memory_gb",
            field=models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="mémoire (Go)"),
        ),
        migrations.AddField(
            model_name="device",
            name="processor",
            field=models.CharField(blank=True, max_length=80, verbose_name="processeur"),
        ),
        migrations.AddField(
            model_name="device",
            name="tag_key",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.functions.text.Upper(
                    models.Func(
                        models.F("tag"),
                        models.Value("[\\s\\u00a0\\u202f‐‑‒–—―−-]"),
                        models.Value(""),
                        models.Value("g"),
                        function="regexp_replace",
                    )
                ),
                output_field=models.CharField(max_length=40),
                verbose_name="étiquette, sans casse, espaces ni tirets",
            ),
        ),
        migrations.AddField(
            model_name="device",
            name="tag_twin",
            field=models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="se lit comme une autre"),
        ),
        migrations.AddField(
            model_name="device",
            name="unread",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_plate", "Plaque absente ou illisible"),
                    ("unbranded", "Appareil assemblé, sans marque ni modèle"),
                    ("not_shown", "Le système ne l’affiche pas"),
                ],
                max_length=12,
                verbose_name="non relevé car",
            ),
        ),
        migrations.AlterField(
            model_name="device",
            name="withdrawal_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("kept", "Gardé par le donateur"),
                    ("not_counted", "Absent du comptage à l’enlèvement"),
                    ("donation_declined", "Donation écartée"),
                    ("donation_withdrawn", "Donation retirée"),
                    ("leased", "Matériel loué"),
                    ("claimed", "Réclamé par son propriétaire"),
                    ("stolen", "Signalé volé"),
                    ("entry", "Enregistré par erreur"),
                    ("other", "Autre motif"),
                ],
                max_length=20,
                verbose_name="retiré car",
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(fields=["tag_key"], name="refurb_device_tag_key", opclasses=["varchar_pattern_ops"]),
        ),
        migrations.RunSQL(TWINS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(("tag", ""), _negated=True),
                    models.Q(("state__in", ("dismantled", "recycled", "ceded", "withdrawn")), _negated=True),
                ),
                fields=("workshop", "tag_key", "tag_twin"),
                name="refurb_device_tag_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="device",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("unread", ""), ("unread__in", ["no_plate", "unbranded", "not_shown"]), _connector="OR"
                ),
                name="refurb_device_unread",
            ),
        ),
        migrations.AddField(
            model_name="linecorrection",
            name="corrected_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="linecorrection",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="corrections",
                to="refurb.donationline",
                verbose_name="ligne",
            ),
        ),
        migrations.AddField(
            model_name="tagshape",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="network.membership",
                verbose_name="par",
            ),
        ),
        migrations.AddField(
            model_name="tagshape",
            name="workshop",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tag_shapes",
                to="network.organisation",
                verbose_name="atelier",
            ),
        ),
        migrations.AddConstraint(
            model_name="linecorrection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("condition__in", ["working", "untested", "faulty", "incomplete"]),
                    ("purchase_year__gte", 1985),
                    models.Q(("unit_value", None), ("unit_value__gte", 0), _connector="OR"),
                ),
                name="refurb_linecorrection_right",
            ),
        ),
        migrations.AddConstraint(
            model_name="tagshape",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("shape", ""),
                    ("shape__regex", "^[A-Za-z0-9#@*]([A-Za-z0-9 ./_#@*-]*[A-Za-z0-9#@*])?$"),
                    _connector="OR",
                ),
                name="refurb_tagshape_made_right",
            ),
        ),
        Wall("device", "deviceentry", sorted([*DEVICE_STAMPS, "tag_twin"]), former=DEVICE_STAMPS),
        AppendOnly("tagshape"),
        AppendOnly("linecorrection"),
        migrations.RunSQL(PROVEN, PROVEN_BEFORE),
        migrations.RunSQL(LINE_CORRECTED, LINE_FROZEN),
    ]
