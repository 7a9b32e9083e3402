"""An erasure begins after the arrival of its device; a log without number is attributed to its drive."""

import django.contrib.postgres.fields
from django.db import migrations, models

BEGUN_HERE = """
CREATE OR REPLACE FUNCTION refurb_erasure_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE drive refurb_drive;
BEGIN
    SELECT * INTO drive FROM refurb_drive d WHERE d.id = NEW.drive_id;
    IF current_setting('transaction_isolation') <> 'read committed'
       OR drive.device_id <> NEW.device_id OR drive.stay <> NEW.stay
       OR NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM refurb_erasure o
        WHERE o.id = NEW.supersedes_id AND o.device_id = NEW.device_id AND o.stay = NEW.stay)
    THEN
        RAISE EXCEPTION 'Un effacement est celui d’un disque de son appareil, dans le même passage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.started_at + interval '1 second' < drive.arrived_at THEN
        RAISE EXCEPTION 'Cet effacement a commencé avant l’arrivée de l’appareil.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.entry IN ('read', 'checked') AND NEW.serial_key = '' AND NEW.attribution = '' THEN
        RAISE EXCEPTION 'Un journal sans numéro de série est attribué à son disque par une personne.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NOT refurb_drive_in_place(drive.id) AND drive.serial_key <> '' AND drive.serial_key = NEW.serial_key THEN
        RETURN NULL;
    END IF;
    IF refurb_serial_borne(NEW.serial_key, drive.id, drive.device_id, drive.stay) THEN
        RAISE EXCEPTION 'Ce rapport est celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.run_sha256 = '' AND NEW.report_sha256 = '' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(
        'refurb.proof:' || coalesce(nullif(NEW.run_sha256, ''), NEW.report_sha256), 0));
    IF NEW.run_sha256 <> '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.run_sha256 = NEW.run_sha256 AND e.run_sha256 <> '' AND e.drive_id <> NEW.drive_id
          AND e.outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) OR NEW.run_sha256 = '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.report_sha256 = NEW.report_sha256 AND e.report_sha256 <> '' AND e.run_sha256 = ''
          AND e.drive_id <> NEW.drive_id AND e.outcome = 'accepted'
          AND NOT (e.recorded_at = NEW.recorded_at AND e.serial_key <> '' AND NEW.serial_key <> ''
            AND e.serial_key <> NEW.serial_key)
          AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) THEN
        RAISE EXCEPTION 'Ce rapport prouve déjà un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    RETURN NULL;
END $$;
"""

AS_BEFORE = """
CREATE OR REPLACE FUNCTION refurb_erasure_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE drive refurb_drive;
BEGIN
    SELECT * INTO drive FROM refurb_drive d WHERE d.id = NEW.drive_id;
    IF current_setting('transaction_isolation') <> 'read committed'
       OR drive.device_id <> NEW.device_id OR drive.stay <> NEW.stay
       OR NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM refurb_erasure o
        WHERE o.id = NEW.supersedes_id AND o.device_id = NEW.device_id AND o.stay = NEW.stay)
    THEN
        RAISE EXCEPTION 'Un effacement est celui d’un disque de son appareil, dans le même passage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NOT refurb_drive_in_place(drive.id) AND drive.serial_key <> '' AND drive.serial_key = NEW.serial_key THEN
        RETURN NULL;
    END IF;
    IF refurb_serial_borne(NEW.serial_key, drive.id, drive.device_id, drive.stay) THEN
        RAISE EXCEPTION 'Ce rapport est celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.run_sha256 = '' AND NEW.report_sha256 = '' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(
        'refurb.proof:' || coalesce(nullif(NEW.run_sha256, ''), NEW.report_sha256), 0));
    IF NEW.run_sha256 <> '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.run_sha256 = NEW.run_sha256 AND e.run_sha256 <> '' AND e.drive_id <> NEW.drive_id
          AND e.outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) OR NEW.run_sha256 = '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.report_sha256 = NEW.report_sha256 AND e.report_sha256 <> '' AND e.run_sha256 = ''
          AND e.drive_id <> NEW.drive_id AND e.outcome = 'accepted'
          AND NOT (e.recorded_at = NEW.recorded_at AND e.serial_key <> '' AND NEW.serial_key <> ''
            AND e.serial_key <> NEW.serial_key)
          AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) THEN
        RAISE EXCEPTION 'Ce rapport prouve déjà un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("documents", "0002_wall"),
        ("network", "0005_shared_cache"),
        ("refurb", "0008_labels_and_lines"),
    ]

    operations = [
        migrations.AlterField(
            model_name="erasure",
            name="differences",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("claims_erased", "Le rapport dit «\xa0effacé\xa0»\xa0: les chiffres ne le prouvent pas."),
                        ("silent", "Le rapport ne se prononce pas\xa0: les chiffres prouvent l’effacement."),
                        ("duration", "La durée imprimée n’est pas celle qui sépare le début de la fin."),
                        (
                            "self_named",
                            "Le disque est inventorié d’après un rapport\xa0: son numéro n’a pas été lu ailleurs.",
                        ),
                        (
                            "attributed",
                            "Le rapport ne porte pas de numéro de série\xa0: une personne dit de quel disque il parle.",
                        ),
                        (
                            "nameless",
                            "Ni le disque ni le rapport n’ont de numéro de série\xa0: seule la saisie les rattache.",
                        ),
                    ],
                    max_length=20,
                ),
                default=list,
                verbose_name="écarts avec le rapport",
            ),
        ),
        migrations.RunSQL(BEGUN_HERE, AS_BEFORE),
    ]
