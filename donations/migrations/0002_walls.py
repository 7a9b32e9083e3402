"""The wall of lots, and what is only added to or stays as it was once it is announced, done or in force."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

FROZEN = """
CREATE FUNCTION donations_donationline_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    corrected text[] := ARRAY['purchase_year', 'condition', 'model_name', 'unit_value'];
BEGIN
    IF TG_OP = 'UPDATE'
        AND to_jsonb(OLD) - corrected = to_jsonb(NEW) - corrected
        AND EXISTS (SELECT 1 FROM donations_donation WHERE id = OLD.donation_id AND state = 'announced')
        AND EXISTS (
            SELECT 1 FROM donations_linecorrection c
            WHERE c.id = (SELECT max(id) FROM donations_linecorrection WHERE line_id = OLD.id)
              AND c.purchase_year = NEW.purchase_year AND c.condition = NEW.condition
              AND c.model_name = NEW.model_name AND c.unit_value IS NOT DISTINCT FROM NEW.unit_value)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM donations_donation WHERE id = OLD.donation_id AND state <> 'draft'
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM donations_donation WHERE id = NEW.donation_id AND state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Un lot annoncé garde ses lignes.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'donations_donationline_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER donations_donationline_frozen BEFORE INSERT OR UPDATE OR DELETE ON donations_donationline
    FOR EACH ROW EXECUTE FUNCTION donations_donationline_frozen();

CREATE FUNCTION donations_donation_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un lot annoncé garde son donateur, son lieu d’enlèvement et sa décision de cession.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'donations_donation_frozen';
END $$;
CREATE TRIGGER donations_donation_frozen BEFORE UPDATE ON donations_donation FOR EACH ROW
    WHEN (NEW.donor_id <> OLD.donor_id
        OR OLD.state <> 'draft' AND (
            NEW.commune_id IS DISTINCT FROM OLD.commune_id OR NEW.outside <> OLD.outside
            OR NEW.pick_up_address <> OLD.pick_up_address OR NEW.pick_up_postcode <> OLD.pick_up_postcode
            OR NEW.pick_up_city <> OLD.pick_up_city)
        OR OLD.state::text NOT IN ('draft', 'announced') AND (
            NEW.transfer_reference <> OLD.transfer_reference
            OR NEW.transfer_decided_on IS DISTINCT FROM OLD.transfer_decided_on))
    EXECUTE FUNCTION donations_donation_frozen();

CREATE FUNCTION donations_pickup_final() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    names text[] := ARRAY['contact_name', 'contact_phone', 'instructions', 'signer_name'];
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.done_at IS NOT NULL AND OLD.proof = '' THEN
        names := names || ARRAY['proof', 'signature_id', 'signed_at', 'signed_by_id'];
    END IF;
    IF TG_OP = 'DELETE' OR to_jsonb(OLD) - names IS DISTINCT FROM to_jsonb(NEW) - names THEN
        RAISE EXCEPTION 'Un enlèvement fait ou annulé ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'donations_pickup_final';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER donations_pickup_final BEFORE UPDATE OR DELETE ON donations_pickup FOR EACH ROW
    WHEN (OLD.done_at IS NOT NULL OR OLD.cancelled_at IS NOT NULL) EXECUTE FUNCTION donations_pickup_final();
"""
"""Until it is decided upon, a line changes as its newest correction says, and not otherwise."""

NOT_FROZEN = """
DROP FUNCTION donations_donationline_frozen CASCADE;
DROP FUNCTION donations_donation_frozen CASCADE;
DROP FUNCTION donations_pickup_final CASCADE;
"""

DEED_TEXT_KEPT = """
CREATE TRIGGER donations_deedtext_append_only BEFORE UPDATE ON donations_deedtext FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY['valid_to', 'source', 'checked_on']
            IS DISTINCT FROM to_jsonb(NEW) - ARRAY['valid_to', 'source', 'checked_on']
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER donations_deedtext_no_delete BEFORE DELETE ON donations_deedtext FOR EACH ROW
    WHEN (OLD.valid_from <= CURRENT_DATE) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER donations_deedtext_no_truncate BEFORE TRUNCATE ON donations_deedtext FOR EACH STATEMENT
    EXECUTE FUNCTION lifecycle_refuse_truncate();
"""
"""A text keeps its words; what is said of it (source, check, end) may be corrected, and one to come may be given up."""

DEED_TEXT_FREE = """
DROP TRIGGER donations_deedtext_append_only ON donations_deedtext;
DROP TRIGGER donations_deedtext_no_delete ON donations_deedtext;
DROP TRIGGER donations_deedtext_no_truncate ON donations_deedtext;
"""

STAMPS = [
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

EVIDENCE: dict[str, list[str]] = {
    "linecorrection": [],
    "linedecision": [],
    "lineredirection": [],
    "allocation": [],
    "lineexplanation": [],
    "donationpaper": [],
    "pickupcount": [],
    "deedacceptance": [],
    "prospectcontact": ["said"],
}

INVENTORY_KEPT = """
CREATE FUNCTION donations_inventoryunit_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM donations_donationline l JOIN donations_donation d ON d.id = l.donation_id
        WHERE l.id = OLD.line_id AND d.state <> 'draft'
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM donations_donationline l JOIN donations_donation d ON d.id = l.donation_id
        WHERE l.id = NEW.line_id AND d.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'Un lot annoncé garde les machines de son inventaire.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'donations_inventoryunit_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER donations_inventoryunit_frozen BEFORE UPDATE OR DELETE ON donations_inventoryunit
    FOR EACH ROW EXECUTE FUNCTION donations_inventoryunit_frozen();
CREATE TRIGGER donations_inventoryunit_late BEFORE INSERT ON donations_inventoryunit
    FOR EACH ROW WHEN (NEW.line_id IS NOT NULL) EXECUTE FUNCTION donations_inventoryunit_frozen();
CREATE FUNCTION donations_inventoryunit_serial_once() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM donations_inventoryunit u JOIN donations_donationline l ON l.id = u.line_id
        WHERE u.serial_key = NEW.serial_key AND u.serial_key <> '' AND u.id <> NEW.id
          AND l.donation_id = (SELECT donation_id FROM donations_donationline WHERE id = NEW.line_id)
    ) THEN
        RAISE EXCEPTION 'Deux machines d’un lot ne portent pas le même numéro de série.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'donations_inventoryunit_serial_once';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER donations_inventoryunit_serial_once AFTER INSERT OR UPDATE ON donations_inventoryunit
    FOR EACH ROW WHEN (NEW.line_id IS NOT NULL AND NEW.serial_key <> '')
    EXECUTE FUNCTION donations_inventoryunit_serial_once();
"""
INVENTORY_FREE = """
DROP TRIGGER donations_inventoryunit_serial_once ON donations_inventoryunit;
DROP FUNCTION donations_inventoryunit_serial_once();
DROP TRIGGER donations_inventoryunit_late ON donations_inventoryunit;
DROP TRIGGER donations_inventoryunit_frozen ON donations_inventoryunit;
DROP FUNCTION donations_inventoryunit_frozen();
"""
PROSPECT_STAMPS = [
    "created_at",
    "created_by",
    "last_contact_on",
    "next_step",
    "next_on",
    "next_owner",
    "promised_devices",
    "organisation",
    "announced_at",
    "closed_reason",
]


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("donations", "0001_tables")]

    operations = [
        Wall(model_name="donation", journal_name="donationentry", stamps=STAMPS),
        Wall(model_name="prospect", journal_name="prospectentry", stamps=PROSPECT_STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        migrations.RunSQL(DEED_TEXT_KEPT, DEED_TEXT_FREE),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        migrations.RunSQL(INVENTORY_KEPT, INVENTORY_FREE),
    ]
