"""What the database itself asks of parts: none is fitted or written off that is not in the stock of its workshop."""

from django.db import migrations

COUNTED = """
CREATE FUNCTION refurb_part_out(part bigint, but bigint) RETURNS bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce((
        SELECT sum(r.quantity) FROM refurb_repair r
        WHERE r.part_id = part AND r.id IS DISTINCT FROM but
          AND NOT EXISTS (SELECT 1 FROM refurb_repair n WHERE n.supersedes_id = r.id)
          AND NOT EXISTS (SELECT 1 FROM refurb_parttakenout o WHERE o.repair_id = r.id)
    ), 0) + coalesce((
        SELECT sum(w.quantity) FROM refurb_partwrittenoff w WHERE w.part_id = part AND w.undone_at IS NULL
    ), 0)
$$;
CREATE FUNCTION refurb_part_written_off() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une pièce sort en lecture validée\u00a0: elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_partwrittenoff';
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.undone_at IS NULL AND OLD.undone_at IS NOT NULL THEN
        RAISE EXCEPTION 'Une sortie annulée le reste.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_partwrittenoff';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        RETURN NEW;
    END IF;
    SELECT quantity INTO entered FROM refurb_part WHERE id = NEW.part_id FOR NO KEY UPDATE;
    IF refurb_part_out(NEW.part_id, NULL) + NEW.quantity > entered THEN
        RAISE EXCEPTION 'Il ne reste pas assez de cette pièce en stock.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_partwrittenoff';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_part_written_off BEFORE INSERT OR UPDATE ON refurb_partwrittenoff FOR EACH ROW
    EXECUTE FUNCTION refurb_part_written_off();
"""
FITTED = """
CREATE FUNCTION refurb_part_fitted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    entered integer;
    what text;
    home bigint;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une pièce se monte en lecture validée\u00a0: elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_repair';
    END IF;
    SELECT quantity, kind, workshop_id INTO entered, what, home FROM refurb_part WHERE id = NEW.part_id
        FOR NO KEY UPDATE;
    IF refurb_part_out(NEW.part_id, NEW.supersedes_id) + NEW.quantity > entered THEN
        RAISE EXCEPTION 'Il ne reste pas assez de cette pièce en stock.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_left', TABLE = 'refurb_repair';
    END IF;
    IF home IS DISTINCT FROM (SELECT d.workshop_id FROM refurb_device d WHERE d.id = NEW.device_id) THEN
        RAISE EXCEPTION 'Une pièce se monte dans un appareil de son atelier.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_home', TABLE = 'refurb_repair';
    END IF;
    IF what = 'storage' AND NOT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.id = NEW.drive_id AND d.device_id = NEW.device_id AND d.stay = NEW.stay
          AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id))
    THEN
        RAISE EXCEPTION 'Un disque du stock se monte inventorié dans son appareil.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_part_drive_inventoried', TABLE = 'refurb_repair';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_part_fitted BEFORE INSERT ON refurb_repair FOR EACH ROW
    WHEN (NEW.part_id IS NOT NULL) EXECUTE FUNCTION refurb_part_fitted();
"""
BOARDS = """
CREATE FUNCTION refurb_board_taken() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM refurb_device v
        WHERE v.id = NEW.device_id AND v.type IN ('tablet', 'smartphone')
          AND NOT refurb_device_proven(v.id, v.type, v.stay, v.received_at))
    THEN
        RAISE EXCEPTION 'La carte mère d’un téléphone ou d’une tablette se prélève une fois son stockage prouvé effacé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_board_taken', TABLE = 'refurb_part';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_board_taken BEFORE INSERT ON refurb_part FOR EACH ROW
    WHEN (NEW.kind = 'motherboard' AND NEW.device_id IS NOT NULL) EXECUTE FUNCTION refurb_board_taken();
CREATE FUNCTION refurb_board_fitted() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM refurb_device v WHERE v.id = NEW.device_id AND v.type IN ('tablet', 'smartphone'))
        AND NOT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.id = NEW.drive_id AND d.device_id = NEW.device_id AND d.stay = NEW.stay AND d.kind = 'internal'
          AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id)
          AND NOT EXISTS (SELECT 1 FROM refurb_erasure e WHERE e.drive_id = d.id))
    THEN
        RAISE EXCEPTION 'Une carte mère se monte dans un téléphone ou une tablette avec son stockage, à prouver.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_board_fitted', TABLE = 'refurb_repair';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_board_fitted BEFORE INSERT ON refurb_repair FOR EACH ROW
    WHEN (NEW.kind = 'motherboard') EXECUTE FUNCTION refurb_board_fitted();
"""
"""The board of a phone or a tablet is its storage: it leaves proven empty, and is to be proven where it is fitted."""
NOT_COUNTED = """
DROP FUNCTION refurb_board_fitted() CASCADE;
DROP FUNCTION refurb_board_taken() CASCADE;
DROP FUNCTION refurb_part_fitted() CASCADE;
DROP FUNCTION refurb_part_written_off() CASCADE;
DROP FUNCTION refurb_part_out(bigint, bigint);
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0003_proven_empty")]

    operations = [migrations.RunSQL(COUNTED + FITTED + BOARDS, NOT_COUNTED)]
