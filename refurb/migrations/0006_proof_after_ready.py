"""The proof is asked at each step forward once a device is reconditioned, up to the household, and not on the way back."""

from django.db import migrations

STATES = "('ready', 'allotted', 'shipped', 'available', 'reserved', 'handed_over', 'ceded')"
BACK = (
    "(OLD.state, NEW.state) IN (('allotted', 'ready'), ('shipped', 'allotted'), ('reserved', 'available'),"
    " ('handed_over', 'reserved'), ('returned', 'handed_over'))"
)
"""What undoes a step asks for nothing, so that a device whose proofs fell can come back; nor does a repair under
warranty: what is on the device is its household's own."""

ASKED = f"""
DROP TRIGGER IF EXISTS refurb_device_proven ON refurb_device;
CREATE TRIGGER refurb_device_proven BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (NEW.state IN {STATES} AND NEW.state IS DISTINCT FROM OLD.state AND NOT {BACK})
    EXECUTE FUNCTION refurb_device_refuse_unproven();
DROP TRIGGER IF EXISTS refurb_device_born_proven ON refurb_device;
CREATE TRIGGER refurb_device_born_proven BEFORE INSERT ON refurb_device FOR EACH ROW
    WHEN (NEW.state IN {STATES})
    EXECUTE FUNCTION refurb_device_refuse_unproven();
"""
BEFORE = """
DROP TRIGGER IF EXISTS refurb_device_proven ON refurb_device;
CREATE TRIGGER refurb_device_proven BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (NEW.state IN ('ready', 'allotted', 'ceded') AND NEW.state IS DISTINCT FROM OLD.state)
    EXECUTE FUNCTION refurb_device_refuse_unproven();
DROP TRIGGER IF EXISTS refurb_device_born_proven ON refurb_device;
CREATE TRIGGER refurb_device_born_proven BEFORE INSERT ON refurb_device FOR EACH ROW
    WHEN (NEW.state IN ('ready', 'allotted', 'ceded'))
    EXECUTE FUNCTION refurb_device_refuse_unproven();
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0005_evidence_of_closed_months")]

    operations = [migrations.RunSQL(ASKED, BEFORE)]
