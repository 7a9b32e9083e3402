"""What the database itself asks of the files that wait: none tells of a device that leaves what nobody proved."""

from django.db import migrations

POINTED = """
CREATE FUNCTION refurb_file_points_at(points text[], device bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_device v
        WHERE v.id = device AND (
            v.serial_key <> '' AND 's:' || v.serial_key = ANY(points)
            OR v.tag <> '' AND 't:' || v.tag_key = ANY(points) AND NOT EXISTS (
                SELECT 1 FROM refurb_device o
                WHERE o.workshop_id = v.workshop_id AND o.tag <> '' AND o.tag_key <> v.tag_key
                  AND o.state::text NOT IN ('dismantled', 'recycled', 'ceded', 'withdrawn')
                  AND 't:' || o.tag_key = ANY(points) AND position(v.tag_key IN o.tag_key) > 0)
            OR EXISTS (
                SELECT 1 FROM refurb_drive d
                WHERE d.device_id = v.id AND d.stay = v.stay AND d.serial_key <> ''
                  AND 'd:' || d.serial_key = ANY(points) AND refurb_drive_in_place(d.id))))
$$;
"""
"""By its label in the name of the file, unless a longer label is read there; by its number; by that of a drive."""
WAITS = """
CREATE FUNCTION refurb_device_files_wait(device bigint, present_stay integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH real AS (
        SELECT d.id, d.kind, d.serial_key, d.arrived_at FROM refurb_drive d
        WHERE d.device_id = device AND d.stay = present_stay AND refurb_drive_real(d.id)),
    typed AS (
        SELECT r.serial_key FROM real r
            JOIN refurb_erasure e ON e.drive_id = r.id AND e.outcome = 'accepted' AND e.finished_at >= r.arrived_at
                AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
        WHERE r.serial_key <> ''
        GROUP BY r.id, r.serial_key HAVING bool_and(e.entry = 'typed')),
    waiting AS (
        SELECT f.failed, f.points_at, ARRAY(
            SELECT one FROM unnest(f.shows) one
            WHERE one = '' OR NOT EXISTS (SELECT 1 FROM real r WHERE r.kind = 'card' AND r.serial_key = one)) AS shows
        FROM refurb_depositedfile f JOIN refurb_device v ON v.id = device
        WHERE f.workshop_id = v.workshop_id AND f.problem = ''
          AND f.points_at && (
            SELECT ARRAY['t:' || v.tag_key, 's:' || v.serial_key] || coalesce(array_agg('d:' || r.serial_key), '{}')
            FROM real r)
          AND NOT EXISTS (SELECT 1 FROM refurb_filedismissal x WHERE x.deposit_id = f.id)
          AND NOT EXISTS (
            SELECT 1 FROM refurb_hardwarereport h
            WHERE h.deposit_id = f.id AND (h.withdrawn_at IS NULL OR h.device_id = device)))
    SELECT EXISTS (
        SELECT 1 FROM waiting w
        WHERE refurb_file_points_at(w.points_at, device) AND (
            w.failed && ARRAY(SELECT t.serial_key::text FROM typed t)
            OR NOT EXISTS (SELECT 1 FROM real r WHERE r.kind <> 'card') AND cardinality(w.shows) > 0
            OR NOT EXISTS (SELECT 1 FROM real r WHERE r.serial_key = '' AND r.kind <> 'card') AND EXISTS (
                SELECT 1 FROM unnest(w.shows) shown
                WHERE shown <> '' AND NOT EXISTS (SELECT 1 FROM real r WHERE r.serial_key = shown))))
$$;
"""
"""A file waits that shows a drive it does not know, or that says not erased one that only a person said erased."""
ASKED = """
CREATE FUNCTION refurb_device_refuse_unsorted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF refurb_device_files_wait(NEW.id, NEW.stay) THEN
        RAISE EXCEPTION 'Un fichier de l’appareil % attend d’être trié : il montre un disque que rien ne prouve.',
            NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_device_files_sorted', TABLE = 'refurb_device';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_device_files_sorted BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (NEW.state::text IN ('allotted', 'shipped', 'ceded', 'dismantled', 'recycled')
        AND NEW.state IS DISTINCT FROM OLD.state AND NOT (OLD.state = 'shipped' AND NEW.state = 'allotted')
        OR OLD.state = 'in_process' AND NEW.state = 'ready'
        OR OLD.state = 'available' AND NEW.state IN ('reserved', 'handed_over')
        OR OLD.state = 'reserved' AND NEW.state = 'handed_over')
    EXECUTE FUNCTION refurb_device_refuse_unsorted();
"""
"""Asked where the machine asks it: to enter the stock, be meant for a convention, leave, and reach a household."""
UNSORTED = """
DROP FUNCTION refurb_device_refuse_unsorted() CASCADE;
DROP FUNCTION refurb_device_files_wait(bigint, integer);
DROP FUNCTION refurb_file_points_at(text[], bigint);
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0004_parts")]

    operations = [migrations.RunSQL(POINTED + WAITS + ASKED, UNSORTED)]
