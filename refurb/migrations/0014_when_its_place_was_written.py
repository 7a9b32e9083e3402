"""When the place of a device was last written, by the clock of the database and whoever writes it."""

from django.db import migrations, models

WRITTEN = """
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
FORGOTTEN = "DROP FUNCTION refurb_place_written() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("refurb", "0013_files_sorted_again")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="place_written_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="place écrite le"),
        ),
        migrations.RunSQL(WRITTEN, FORGOTTEN),
    ]
