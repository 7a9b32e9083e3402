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
TELLS = """
CREATE FUNCTION refurb_file_tells(shown text[], failed text[], device bigint, present_stay integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH real AS (
        SELECT d.id, d.kind, d.serial_key, d.arrived_at FROM refurb_drive d
        WHERE d.device_id = device AND d.stay = present_stay AND refurb_drive_real(d.id)),
    proven AS (
        SELECT r.serial_key FROM real r
            JOIN refurb_erasure e ON e.drive_id = r.id AND e.outcome = 'accepted' AND e.finished_at >= r.arrived_at
                AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
        WHERE r.serial_key <> ''),
    shows AS (
        SELECT one FROM unnest(shown) one
        WHERE one = '' OR NOT EXISTS (SELECT 1 FROM real r WHERE r.kind = 'card' AND r.serial_key = one))
    SELECT failed && ARRAY(SELECT p.serial_key::text FROM proven p)
        OR NOT EXISTS (SELECT 1 FROM real r WHERE r.kind <> 'card') AND EXISTS (SELECT 1 FROM shows)
        OR NOT EXISTS (SELECT 1 FROM real r WHERE r.serial_key = '' AND r.kind <> 'card') AND EXISTS (
            SELECT 1 FROM shows s
            WHERE s.one <> '' AND NOT EXISTS (SELECT 1 FROM real r WHERE r.serial_key = s.one))
$$;
"""
"""It shows a drive that its inventory does not know, or says not erased one that is proven: which run came last is read when it is sorted."""
WAITS = """
CREATE FUNCTION refurb_files_pointing(device bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT f.id FROM refurb_depositedfile f JOIN refurb_device v ON v.id = device
    WHERE f.workshop_id = v.workshop_id AND f.problem = ''
      AND f.id IN (
        SELECT o.id FROM refurb_depositedfile o
        WHERE o.points_at && (
            SELECT ARRAY['t:' || v.tag_key, 's:' || v.serial_key] || coalesce(array_agg('d:' || d.serial_key), '{}')
            FROM refurb_drive d WHERE d.device_id = device AND d.stay = v.stay)
          AND refurb_file_points_at(o.points_at, device)
        UNION ALL
        SELECT p.deposit_id FROM refurb_filepointer p WHERE p.device_id = device)
      AND NOT EXISTS (SELECT 1 FROM refurb_filedismissal x WHERE x.deposit_id = f.id)
      AND NOT EXISTS (
        SELECT 1 FROM refurb_hardwarereport h
        WHERE h.deposit_id = f.id AND (h.withdrawn_at IS NULL OR h.device_id = device))
$$;
CREATE FUNCTION refurb_device_files_wait(device bigint, present_stay integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_depositedfile f
        WHERE f.id IN (SELECT refurb_files_pointing(device))
          AND refurb_file_tells(f.shows, f.failed, device, present_stay))
$$;
"""
"""The files that wait and that point at it, or did before its label or its number changed; whether one of them tells."""
KEPT = """
CREATE FUNCTION refurb_keep_pointers(its_device bigint) RETURNS void
LANGUAGE sql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
    INSERT INTO refurb_filepointer (deposit_id, device_id, held_back, recorded_at)
    SELECT one, its_device, false, statement_timestamp() FROM refurb_files_pointing(its_device) one
    ON CONFLICT DO NOTHING
$$;
CREATE FUNCTION refurb_device_keep_pointers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM refurb_keep_pointers(OLD.id);
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_device_keep_pointers BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (OLD.tag <> '' AND OLD.tag IS DISTINCT FROM NEW.tag OR OLD.serial <> '' AND OLD.serial IS DISTINCT FROM NEW.serial)
    EXECUTE FUNCTION refurb_device_keep_pointers();
CREATE FUNCTION refurb_drive_keep_pointers() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    PERFORM refurb_keep_pointers(NEW.device_id);
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_drive_keep_pointers BEFORE INSERT ON refurb_drive FOR EACH ROW
    WHEN (NEW.supersedes_id IS NOT NULL) EXECUTE FUNCTION refurb_drive_keep_pointers();
CREATE TRIGGER refurb_driveremoval_keep_pointers BEFORE INSERT ON refurb_driveremoval FOR EACH ROW
    WHEN (NEW.undone = '') EXECUTE FUNCTION refurb_drive_keep_pointers();
"""
"""A label that is corrected, a number that is emptied, of it or of its drive, or a drive taken out sets no file aside."""
SAID = """
CREATE FUNCTION refurb_filedismissal_said() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM refurb_depositedfile f JOIN refurb_device v ON v.workshop_id = f.workshop_id
        WHERE f.id = NEW.deposit_id AND v.tag <> ''
          AND v.state::text NOT IN ('dismantled', 'recycled', 'ceded', 'withdrawn')
          AND v.id IN (
            SELECT t.id FROM refurb_device t WHERE 't:' || t.tag_key = ANY(f.points_at)
            UNION ALL SELECT s.id FROM refurb_device s WHERE s.serial_key <> '' AND 's:' || s.serial_key = ANY(f.points_at)
            UNION ALL SELECT d.device_id FROM refurb_drive d
                WHERE d.serial_key <> '' AND 'd:' || d.serial_key = ANY(f.points_at)
            UNION ALL SELECT p.device_id FROM refurb_filepointer p WHERE p.deposit_id = f.id)
          AND f.id IN (SELECT refurb_files_pointing(v.id))
          AND refurb_file_tells(f.shows, f.failed, v.id, v.stay)
          AND (btrim(NEW.words) = ''
            OR NOT EXISTS (SELECT 1 FROM network_membership m WHERE m.id = NEW.set_aside_by_id AND m.role = 'manager')
            OR NEW.reason = 'elsewhere' AND v.serial_key <> '' AND 's:' || v.serial_key = ANY(f.points_at)))
    THEN
        RAISE EXCEPTION 'Ce fichier retient un appareil : le responsable de l’atelier l’écarte, et dit pourquoi.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_filedismissal_said', TABLE = 'refurb_filedismissal';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_filedismissal_said BEFORE INSERT ON refurb_filedismissal FOR EACH ROW
    EXECUTE FUNCTION refurb_filedismissal_said();
"""
"""A file that holds a device back is set aside by the manager, with words; never as another machine's when it has the
number of that device."""
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
DROP FUNCTION refurb_filedismissal_said() CASCADE;
DROP FUNCTION refurb_drive_keep_pointers() CASCADE;
DROP FUNCTION refurb_device_keep_pointers() CASCADE;
DROP FUNCTION refurb_keep_pointers(bigint);
DROP FUNCTION refurb_device_files_wait(bigint, integer);
DROP FUNCTION refurb_files_pointing(bigint);
DROP FUNCTION refurb_file_tells(text[], text[], bigint, integer);
DROP FUNCTION refurb_file_points_at(text[], bigint);
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0004_parts")]

    operations = [migrations.RunSQL(POINTED + TELLS + WAITS + KEPT + SAID + ASKED, UNSORTED)]
