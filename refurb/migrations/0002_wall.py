"""The wall of devices and donations, evidence to which one can only add, and the proof before « reconditionné »."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

PROVEN = """
CREATE FUNCTION refurb_device_proven(device bigint, kind text, present_stay integer, arrived timestamptz)
RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT arrived IS NOT NULL
    AND (
        EXISTS (
            SELECT 1 FROM refurb_drive d
            WHERE d.device_id = device AND d.stay = present_stay
              AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id))
        OR (kind NOT IN ('tablet', 'smartphone') AND EXISTS (
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
            WHERE r.drive_id = d.id
              AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id))
    )
$$;
CREATE FUNCTION refurb_device_refuse_unproven() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT refurb_device_proven(NEW.id, NEW.type, NEW.stay, NEW.received_at) THEN
        RAISE EXCEPTION 'Appareil % sans stockage inventorié et prouvé effacé.', NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_device_proven', TABLE = 'refurb_device';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_device_proven BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (NEW.state IN ('ready', 'allotted', 'ceded') AND NEW.state IS DISTINCT FROM OLD.state)
    EXECUTE FUNCTION refurb_device_refuse_unproven();
CREATE TRIGGER refurb_device_born_proven BEFORE INSERT ON refurb_device FOR EACH ROW
    WHEN (NEW.state IN ('ready', 'allotted', 'ceded'))
    EXECUTE FUNCTION refurb_device_refuse_unproven();
"""

UNPROVEN = """
DROP FUNCTION refurb_device_refuse_unproven() CASCADE;
DROP FUNCTION refurb_device_proven(bigint, text, integer, timestamptz);
"""

DEVICE_STAMPS = [
    "bsd_number",
    "cede_reason",
    "collected_at",
    "convention_epci",
    "destruction_awaited",
    "donor_kind",
    "ended_at",
    "grade",
    "grading",
    "missing_at",
    "missing_reason",
    "origin_epci",
    "part_wanted",
    "price",
    "price_ceiling",
    "ready_at",
    "received_at",
    "recipient",
    "recycler",
    "stay",
    "tag",
    "type",
    "unannounced",
    "unusable_at",
    "unusable_reason",
    "withdrawal_reason",
    "workshop",
]

EVIDENCE: dict[str, list[str]] = {name: [] for name in (
    "costing",
    "destruction",
    "drive",
    "driveremoval",
    "erasure",
    "grading",
    "incident",
    "part",
    "repair",
    "storageabsence",
    "testresult",
    "testrun",
)} | {"erasure": ["operator"]}
"""What is only added to, with what may be forgotten: the name of who ran the tool."""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0001_initial")]

    operations = [
        # --- device
        Wall(model_name="device", journal_name="deviceentry", stamps=DEVICE_STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        migrations.RunSQL(PROVEN, UNPROVEN),
        # --- donation
    ]
