"""What the database itself refuses about files, papers and attachments: any change but forgetting, and drawing once.

The name of a file may be forgotten while its content is kept: it may spell out a person.
"""

from django.db import migrations

from lifecycle.operations import AppendOnly

FUNCTIONS = """
CREATE FUNCTION documents_storedfile_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.forgotten_at IS NOT NULL OR NEW.forgotten_at IS NULL AND (NEW.name <> '' OR NEW.file <> OLD.file) THEN
        RAISE EXCEPTION 'a stored file never changes, it is only forgotten, once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'documents_storedfile_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_storedfile_guard BEFORE UPDATE ON documents_storedfile
    FOR EACH ROW EXECUTE FUNCTION documents_storedfile_guard();

CREATE FUNCTION documents_document_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.forgotten_at IS NOT NULL
        OR (OLD.rendered_id IS NOT NULL AND NEW.rendered_id IS DISTINCT FROM OLD.rendered_id)
        OR (NEW.forgotten_at IS NULL AND (NEW.values <> OLD.values OR NEW.title <> OLD.title))
    THEN
        RAISE EXCEPTION 'a document never changes: it is drawn once, and forgotten once'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'documents_document_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER documents_document_guard BEFORE UPDATE ON documents_document
    FOR EACH ROW EXECUTE FUNCTION documents_document_guard();
"""

UNDO = """
DROP FUNCTION documents_storedfile_guard CASCADE;
DROP FUNCTION documents_document_guard CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_tables")]

    operations = [
        AppendOnly("storedfile", erasable=("file", "name", "forgotten_at")),
        AppendOnly("document", erasable=("values", "title", "rendered", "forgotten_at")),
        AppendOnly("mailattachment"),
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
