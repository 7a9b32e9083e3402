"""The walls of devices and donations, and evidence to which one can only add, never inside a closed month."""

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

HAND_OVER = """
CREATE TRIGGER refurb_handover_append_only BEFORE UPDATE ON refurb_handover FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY['proof', 'signature_id', 'signed_by_id', 'handed_over_at', 'closed_at', 'closed_because']
            IS DISTINCT FROM
        to_jsonb(NEW) - ARRAY['proof', 'signature_id', 'signed_by_id', 'handed_over_at', 'closed_at', 'closed_because']
        OR OLD.proof <> '' AND (
            NEW.proof <> OLD.proof OR NEW.signature_id IS DISTINCT FROM OLD.signature_id
            OR NEW.signed_by_id IS DISTINCT FROM OLD.signed_by_id OR NEW.handed_over_at <> OLD.handed_over_at)
        OR OLD.closed_because <> '' AND (
            NEW.closed_because <> OLD.closed_because OR NEW.closed_at IS DISTINCT FROM OLD.closed_at)
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER refurb_handover_no_delete BEFORE DELETE ON refurb_handover FOR EACH ROW
    EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER refurb_handover_no_truncate BEFORE TRUNCATE ON refurb_handover FOR EACH STATEMENT
    EXECUTE FUNCTION lifecycle_refuse_truncate();
"""
"""A note is prepared, then signed once, then closed once; what it says never changes."""

HAND_OVER_FREE = """
DROP TRIGGER refurb_handover_append_only ON refurb_handover;
DROP TRIGGER refurb_handover_no_delete ON refurb_handover;
DROP TRIGGER refurb_handover_no_truncate ON refurb_handover;
"""

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
        "costing",
        "destruction",
        "devicepaper",
        "drive",
        "driveremoval",
        "erasure",
        "grading",
        "incident",
        "incidentfollowup",
        "part",
        "repair",
        "settlement",
        "storageabsence",
        "tagshape",
        "testresult",
        "testrun",
    )
} | {
    "erasure": ["operator"],
    "derogation": ["reason"],
    "derogationrequest": ["reason", "granted", "answer", "answered_at", "answered_by"],
}
"""What is only added to, with what may be forgotten (who ran the tool, why) or filled once (an answer)."""

COUNTED = (
    "drive",
    "storageabsence",
    "erasure",
    "destruction",
    "driveremoval",
    "testrun",
    "grading",
    "repair",
    "settlement",
)
"""Evidence obeys the months that are closed: a figure that was frozen is not changed by a proof dated inside it."""

DONATION_FROZEN = """
CREATE FUNCTION refurb_donationline_frozen() RETURNS trigger LANGUAGE plpgsql
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
CREATE TRIGGER refurb_donationline_frozen BEFORE INSERT OR UPDATE OR DELETE ON refurb_donationline
    FOR EACH ROW EXECUTE FUNCTION refurb_donationline_frozen();

CREATE FUNCTION refurb_donation_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un lot annoncé garde son donateur, son lieu d’enlèvement et sa décision de cession.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_donation_frozen';
END $$;
CREATE TRIGGER refurb_donation_frozen BEFORE UPDATE ON refurb_donation FOR EACH ROW
    WHEN (NEW.donor_id <> OLD.donor_id
        OR OLD.state <> 'draft' AND (
            NEW.commune_id IS DISTINCT FROM OLD.commune_id OR NEW.outside <> OLD.outside
            OR NEW.pick_up_address <> OLD.pick_up_address OR NEW.pick_up_postcode <> OLD.pick_up_postcode
            OR NEW.pick_up_city <> OLD.pick_up_city)
        OR OLD.state::text NOT IN ('draft', 'announced') AND (
            NEW.transfer_reference <> OLD.transfer_reference
            OR NEW.transfer_decided_on IS DISTINCT FROM OLD.transfer_decided_on))
    EXECUTE FUNCTION refurb_donation_frozen();

CREATE FUNCTION refurb_pickup_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text[] := ARRAY['contact_name', 'contact_phone', 'instructions', 'signer_name'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL AND OLD.proof = '' THEN
        names := names || ARRAY['proof', 'signature_id', 'signed_at', 'signed_by_id'];
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - names IS DISTINCT FROM to_jsonb(NEW) - names THEN
        RAISE EXCEPTION 'Un enlèvement fait ou annulé ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_pickup_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_pickup_final BEFORE UPDATE OR DELETE ON refurb_pickup FOR EACH ROW
    WHEN (OLD.done_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL) EXECUTE FUNCTION refurb_pickup_final();
"""
"""Until it is decided upon, a line changes as its newest correction says, and not otherwise."""

DONATION_NOT_FROZEN = """
DROP FUNCTION refurb_donationline_frozen CASCADE;
DROP FUNCTION refurb_donation_frozen CASCADE;
DROP FUNCTION refurb_pickup_final CASCADE;
"""

DEED_TEXT_KEPT = """
CREATE TRIGGER refurb_deedtext_append_only BEFORE UPDATE ON refurb_deedtext FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY['valid_to', 'source', 'checked_on']
            IS DISTINCT FROM to_jsonb(NEW) - ARRAY['valid_to', 'source', 'checked_on']
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER refurb_deedtext_no_delete BEFORE DELETE ON refurb_deedtext FOR EACH ROW
    WHEN (OLD.valid_from <= CURRENT_DATE) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER refurb_deedtext_no_truncate BEFORE TRUNCATE ON refurb_deedtext FOR EACH STATEMENT
    EXECUTE FUNCTION lifecycle_refuse_truncate();
"""
"""A text keeps its words; what is said of it (source, check, end) may be corrected, and one to come may be given up."""

DEED_TEXT_FREE = """
DROP TRIGGER refurb_deedtext_append_only ON refurb_deedtext;
DROP TRIGGER refurb_deedtext_no_delete ON refurb_deedtext;
DROP TRIGGER refurb_deedtext_no_truncate ON refurb_deedtext;
"""

DONATION_STAMPS = [
    "donor_kind",
    "origin_epci",
    "created_at",
    "created_by",
    "announced_at",
    "announced_by",
    "qualified_at",
    "qualified_by",
    "to_ratify",
    "allocation_round",
    "scheduled_at",
    "scheduled_by",
    "collected_at",
    "collected_by",
    "reconciled_at",
    "reconciled_by",
    "declined_at",
    "declined_by",
    "decline_reason",
    "withdrawn_at",
    "withdrawn_by",
    "withdraw_reason",
]

DONATION_EVIDENCE: dict[str, list[str]] = {
    "linecorrection": [],
    "linedecision": [],
    "allocation": [],
    "lineexplanation": [],
    "donationpaper": [],
    "pickupcount": [],
    "deedacceptance": [],
}


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0001_tables")]

    operations = [
        # --- device
        Wall(model_name="device", journal_name="deviceentry", stamps=DEVICE_STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        *(ClosedToRecords(name) for name in COUNTED),
        ClosedToRecords("incident", "known_at"),
        migrations.RunSQL(ORIGIN, NOT_FROZEN_ORIGIN),
        migrations.RunSQL(HAND_OVER, HAND_OVER_FREE),
        # --- donation
        Wall(model_name="donation", journal_name="donationentry", stamps=DONATION_STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in DONATION_EVIDENCE.items()),
        migrations.RunSQL(DEED_TEXT_KEPT, DEED_TEXT_FREE),
        migrations.RunSQL(DONATION_FROZEN, DONATION_NOT_FROZEN),
    ]
