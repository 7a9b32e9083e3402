"""The wall of reports, and figures that never change once frozen, whatever the journal row that would say so."""

from django.db import migrations

from lifecycle.operations import Wall

FROZEN = """
CREATE FUNCTION reports_report_refuse_thaw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Le rapport % est figé : ses chiffres ne changent plus.', OLD.reference
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'reports_report_figures_frozen';
END $$;
CREATE TRIGGER reports_report_figures_frozen BEFORE UPDATE ON reports_report FOR EACH ROW
    WHEN (OLD.state <> 'computed' AND (
        NEW.state = 'computed' OR NEW.month IS DISTINCT FROM OLD.month OR NEW.as_of IS DISTINCT FROM OLD.as_of
        OR NEW.figures IS DISTINCT FROM OLD.figures OR NEW.figures_sha256 IS DISTINCT FROM OLD.figures_sha256))
    EXECUTE FUNCTION reports_report_refuse_thaw();
"""
THAWED = "DROP FUNCTION reports_report_refuse_thaw() CASCADE;"

STAMPS = [
    "month",
    "figures",
    "figures_sha256",
    "as_of",
    "computed_at",
    "computed_by",
    "frozen_at",
    "frozen_by",
    "published_at",
    "published_by",
]


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("reports", "0001_tables")]

    operations = [
        Wall(model_name="report", journal_name="reportentry", stamps=STAMPS),
        migrations.RunSQL(FROZEN, THAWED),
    ]
