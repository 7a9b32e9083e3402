"""The name of a file may be forgotten while its content is kept: it may spell out a person."""

from django.db import migrations, models

GUARD = """
CREATE OR REPLACE FUNCTION documents_storedfile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.forgotten_at IS NOT NULL OR NEW.forgotten_at IS NULL{more} THEN
        RAISE EXCEPTION 'a stored file never changes, it is only forgotten, once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'documents_storedfile_frozen';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_wall")]

    operations = [
        migrations.RemoveConstraint(model_name="storedfile", name="documents_storedfile_forgotten"),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("forgotten_at", None), models.Q(("file", ""), _negated=True))
                | models.Q(("file", ""), ("forgotten_at__isnull", False), ("name", "")),
                name="documents_storedfile_forgotten",
            ),
        ),
        migrations.RunSQL(
            GUARD.format(more=" AND (NEW.name <> '' OR NEW.file <> OLD.file)"),
            GUARD.format(more=""),
        ),
    ]
