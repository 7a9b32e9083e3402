"""The walls of stocktakes and appointments; evidence to which one can only add, never inside a closed month; a note is
prepared, signed once, closed once."""

from django.db import migrations

from lifecycle.operations import AppendOnly, ClosedToRecords, Wall

HAND_OVER = """
CREATE TRIGGER distribution_handover_append_only BEFORE UPDATE ON distribution_handover FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY[
            'proof', 'signature_id', 'signed_by_id', 'handed_over_at', 'closed_at', 'closed_because', 'derogation_id',
            'by_mandate', 'collected_by']
            IS DISTINCT FROM
        to_jsonb(NEW) - ARRAY[
            'proof', 'signature_id', 'signed_by_id', 'handed_over_at', 'closed_at', 'closed_because', 'derogation_id',
            'by_mandate', 'collected_by']
        OR OLD.proof <> '' AND (
            NEW.proof <> OLD.proof OR NEW.signature_id IS DISTINCT FROM OLD.signature_id
            OR NEW.signed_by_id IS DISTINCT FROM OLD.signed_by_id OR NEW.handed_over_at <> OLD.handed_over_at
            OR NEW.by_mandate <> OLD.by_mandate
            OR NEW.collected_by <> OLD.collected_by AND NEW.collected_by <> '')
        OR NEW.by_mandate AND NEW.proof <> '' AND OLD.proof = '' AND NEW.collected_by = ''
        OR NEW.derogation_id IS DISTINCT FROM OLD.derogation_id AND (OLD.proof <> '' OR OLD.derogation_id IS NOT NULL)
        OR OLD.closed_because <> '' AND (
            NEW.closed_because <> OLD.closed_because OR NEW.closed_at IS DISTINCT FROM OLD.closed_at)
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER distribution_handover_no_delete BEFORE DELETE ON distribution_handover FOR EACH ROW
    EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER distribution_handover_no_truncate BEFORE TRUNCATE ON distribution_handover FOR EACH STATEMENT
    EXECUTE FUNCTION lifecycle_refuse_truncate();
"""
"""A note is prepared, then signed once, by a derogation if it must, then closed once; what it says never changes.

Who came in the household's place is named when it is signed, and may be forgotten after.
"""

HAND_OVER_FREE = """
DROP TRIGGER distribution_handover_append_only ON distribution_handover;
DROP TRIGGER distribution_handover_no_delete ON distribution_handover;
DROP TRIGGER distribution_handover_no_truncate ON distribution_handover;
"""

EVIDENCE: dict[str, list[str]] = {
    "settlement": [],
    "derogation": ["reason"],
    "derogationrequest": ["reason", "granted", "answer", "answered_at", "answered_by"],
    "stocktakeline": [],
    "stocktakescan": [],
}
"""What is only added to, with what may be forgotten (why) or filled once (an answer)."""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("distribution", "0001_tables")]

    operations = [
        Wall("stocktake", "stocktakeentry", ["opened_at", "opened_by", "ended_at", "ended_by"]),
        Wall(
            "appointment",
            "appointmententry",
            ["starts_at", "ends_at", "seat", "places", "booked_at", "told_at", "reminded_at", "kept_at", "ended_at"],
        ),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        ClosedToRecords("settlement"),
        migrations.RunSQL(HAND_OVER, HAND_OVER_FREE),
    ]
