"""A text keeps its words; what is said of it (source, check, end) may be corrected, and one to come may be given up."""

from django.db import migrations

KEPT = """
DROP TRIGGER prescriptions_agreementtext_append_only ON prescriptions_agreementtext;
DROP TRIGGER prescriptions_agreementtext_no_delete ON prescriptions_agreementtext;
CREATE TRIGGER prescriptions_agreementtext_append_only BEFORE UPDATE ON prescriptions_agreementtext FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY['valid_to', 'source', 'checked_on']
            IS DISTINCT FROM to_jsonb(NEW) - ARRAY['valid_to', 'source', 'checked_on']
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER prescriptions_agreementtext_no_delete BEFORE DELETE ON prescriptions_agreementtext FOR EACH ROW
    WHEN (OLD.valid_from <= CURRENT_DATE) EXECUTE FUNCTION lifecycle_refuse_change();
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("prescriptions", "0002_wall")]

    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
