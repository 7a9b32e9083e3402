"""A text keeps its words; what is said of it (source, check, end) may be corrected, and one to come may be given up."""

from django.db import migrations

KEPT = """
DROP TRIGGER refurb_deedtext_append_only ON refurb_deedtext;
DROP TRIGGER refurb_deedtext_no_delete ON refurb_deedtext;
CREATE TRIGGER refurb_deedtext_append_only BEFORE UPDATE ON refurb_deedtext FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY['valid_to', 'source', 'checked_on']
            IS DISTINCT FROM to_jsonb(NEW) - ARRAY['valid_to', 'source', 'checked_on']
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER refurb_deedtext_no_delete BEFORE DELETE ON refurb_deedtext FOR EACH ROW
    WHEN (OLD.valid_from <= CURRENT_DATE) EXECUTE FUNCTION lifecycle_refuse_change();
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0006_distribution_wall")]

    operations = [migrations.RunSQL(KEPT, migrations.RunSQL.noop)]
