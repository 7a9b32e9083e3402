"""Parts that are lost or broken leave the stock; the database counts them too, whoever writes."""

import django.db.models.deletion
from django.db import migrations, models

from lifecycle.operations import AppendOnly

COUNTED = """
CREATE FUNCTION refurb_part_out(part bigint, but bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT sum(r.quantity) FROM refurb_repair r
        WHERE r.part_id = part AND r.id IS DISTINCT FROM but
          AND NOT EXISTS (SELECT 1 FROM refurb_repair n WHERE n.supersedes_id = r.id)
          AND NOT EXISTS (SELECT 1 FROM refurb_parttakenout o WHERE o.repair_id = r.id)
    ), 0) + coalesce((
        SELECT sum(w.quantity) FROM refurb_partwrittenoff w WHERE w.part_id = part AND w.undone_at IS NULL
    ), 0)
$$;
CREATE FUNCTION refurb_part_written_off() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une pièce sort en lecture validée\u00a0: elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_partwrittenoff';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.undone_at IS NULL AND OLD.undone_at IS NOT NULL THEN
        RAISE EXCEPTION 'Une sortie annulée le reste.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_partwrittenoff';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    SELECT quantity INTO entered FROM refurb_part WHERE id = NEW.part_id FOR NO KEY UPDATE;
    IF refurb_part_out(NEW.part_id, NULL) + NEW.quantity > entered THEN
        RAISE EXCEPTION 'Il ne reste pas assez de cette pièce en stock.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_partwrittenoff';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_part_written_off BEFORE INSERT OR UPDATE ON refurb_partwrittenoff FOR EACH ROW
    EXECUTE FUNCTION refurb_part_written_off();
"""
FITTED = """
CREATE OR REPLACE FUNCTION refurb_part_fitted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer;
    what text;
    home bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une pièce se monte en lecture validée\u00a0: elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_repair';
    END IF;
    SELECT quantity, kind, workshop_id INTO entered, what, home FROM refurb_part WHERE id = NEW.part_id
        FOR NO KEY UPDATE;
    IF %s + NEW.quantity > entered THEN
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
"""
FITTED_ALONE = """(
        SELECT coalesce(sum(r.quantity), 0) FROM refurb_repair r
        WHERE r.part_id = NEW.part_id AND r.id IS DISTINCT FROM NEW.supersedes_id
          AND NOT EXISTS (SELECT 1 FROM refurb_repair n WHERE n.supersedes_id = r.id)
          AND NOT EXISTS (SELECT 1 FROM refurb_parttakenout o WHERE o.repair_id = r.id)
    )"""
NOT_COUNTED = f"""
{FITTED % FITTED_ALONE}
DROP FUNCTION refurb_part_written_off() CASCADE;
DROP FUNCTION refurb_part_out(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("network", "0004_skills"),
        ("refurb", "0011_waste_notes"),
    ]

    operations = [
        migrations.CreateModel(
            name="PartWrittenOff",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("quantity", models.PositiveSmallIntegerField(verbose_name="quantité")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("lost", "Perdue"),
                            ("broken", "Cassée ou hors d’usage"),
                            ("given", "Donnée ou recyclée à part"),
                            ("never", "Comptée en trop à l’entrée"),
                        ],
                        max_length=10,
                        verbose_name="motif",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="sortie le")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="annulée le")),
                (
                    "part",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="written_off",
                        to="refurb.part",
                        verbose_name="pièce du stock",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="sortie par",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="network.membership",
                        verbose_name="annulée par",
                    ),
                ),
            ],
            options={
                "verbose_name": "sortie du stock de pièces",
                "verbose_name_plural": "sorties du stock de pièces",
                "ordering": ("-recorded_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("quantity__gte", 1)), name="refurb_partwrittenoff_quantity"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["lost", "broken", "given", "never"])),
                        name="refurb_partwrittenoff_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("undone_at", None), ("undone_by", None)),
                            models.Q(("undone_at__isnull", False), ("undone_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="refurb_partwrittenoff_undone",
                    ),
                ],
            },
        ),
        AppendOnly("PartWrittenOff", ["undone_at", "undone_by"]),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
        migrations.RunSQL(FITTED % "refurb_part_out(NEW.part_id, NEW.supersedes_id)", NOT_COUNTED),
    ]
