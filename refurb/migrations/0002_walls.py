"""The walls of devices, and evidence to which one can only add, never inside a closed month."""

from django.db import migrations

from lifecycle.operations import AppendOnly, ClosedToRecords, Wall

ORIGIN = """
CREATE FUNCTION refurb_device_origin_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un appareil garde le lot et la ligne dont il vient.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_device_origin_frozen';
END $$;
CREATE TRIGGER refurb_device_origin_frozen BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (NEW.donation_id IS DISTINCT FROM OLD.donation_id OR NEW.line_id IS DISTINCT FROM OLD.line_id)
    EXECUTE FUNCTION refurb_device_origin_frozen();
"""

NOT_FROZEN_ORIGIN = "DROP FUNCTION refurb_device_origin_frozen CASCADE;"

PLACE_WRITTEN = """
CREATE FUNCTION refurb_place_written() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.place_written_at := OLD.place_written_at;
    IF NEW.place IS DISTINCT FROM OLD.place THEN
        NEW.place_written_at := clock_timestamp();
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_place_written BEFORE UPDATE OF place, place_written_at ON refurb_device FOR EACH ROW
    EXECUTE FUNCTION refurb_place_written();
"""
"""When the place of a device was last written, by the clock of the database and whoever writes it."""
PLACE_FORGOTTEN = "DROP FUNCTION refurb_place_written() CASCADE;"

DEVICE_STAMPS = [
    "allotted_at",
    "attached_to",
    "available_at",
    "bsd_number",
    "cede_reason",
    "collected_at",
    "convention",
    "convention_epci",
    "delivery",
    "destruction_awaited",
    "donor_kind",
    "ended_at",
    "grade",
    "grading",
    "handed_over_at",
    "missing_at",
    "missing_reason",
    "need",
    "origin_epci",
    "part_wanted",
    "point",
    "price",
    "price_ceiling",
    "quota",
    "ready_at",
    "received_at",
    "recipient",
    "recycler",
    "replaces",
    "reserved_at",
    "reserved_until",
    "return_reason",
    "returned_at",
    "sale_ceiling",
    "sale_price",
    "shipped_at",
    "stay",
    "tag",
    "tag_twin",
    "type",
    "unannounced",
    "unusable_at",
    "unusable_reason",
    "warranty_until",
    "withdrawal_reason",
    "workshop",
]

EVIDENCE: dict[str, list[str]] = {
    name: []
    for name in (
        "carriedfacts",
        "costing",
        "defect",
        "defectmended",
        "depositedfile",
        "destruction",
        "devicepaper",
        "drive",
        "driveremoval",
        "filedismissal",
        "filepointer",
        "grading",
        "incident",
        "incidentfollowup",
        "label",
        "labelrun",
        "labelsheet",
        "part",
        "parttakenout",
        "repair",
        "storageabsence",
        "tagshape",
        "testresult",
        "testrun",
        "wastenote",
    )
} | {
    "deposittoken": ["revoked_at", "revoked_by"],
    "erasure": ["operator"],
    "hardwarereport": ["withdrawn_at", "withdrawn_by"],
    "partwrittenoff": ["undone_at", "undone_by"],
    "photo": ["removed_at", "removed_by"],
}
"""What is only added to, with what may be forgotten (who ran the tool) or filled once."""

COUNTED = (
    "drive",
    "storageabsence",
    "erasure",
    "destruction",
    "driveremoval",
    "testrun",
    "grading",
    "repair",
    "hardwarereport",
    "parttakenout",
    "defect",
    "defectmended",
    "carriedfacts",
)
"""Evidence obeys the months that are closed: a figure that was frozen is not changed by a proof dated inside it."""

REVOKED = """
CREATE TRIGGER refurb_deposittoken_revoked BEFORE UPDATE ON refurb_deposittoken FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION lifecycle_refuse_change();
"""
"""A token that was revoked opens no more."""
NOT_REVOKED = "DROP TRIGGER refurb_deposittoken_revoked ON refurb_deposittoken;"


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0001_tables")]

    operations = [
        Wall(model_name="device", journal_name="deviceentry", stamps=DEVICE_STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        migrations.RunSQL(REVOKED, NOT_REVOKED),
        *(ClosedToRecords(name) for name in COUNTED),
        ClosedToRecords("incident", "known_at"),
        migrations.RunSQL(ORIGIN, NOT_FROZEN_ORIGIN),
        migrations.RunSQL(PLACE_WRITTEN, PLACE_FORGOTTEN),
    ]
