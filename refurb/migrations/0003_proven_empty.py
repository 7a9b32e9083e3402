"""What the database itself asks of proofs: a drive is proven once, by its own run, before its device goes forward."""

from django.db import migrations

TOLD_OTHERWISE = """
CREATE FUNCTION refurb_device_told_otherwise(device bigint)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_device v JOIN donations_inventoryunit u
            ON u.id = v.inventory_id OR v.inventory_id IS NULL AND u.line_id = v.line_id
        WHERE v.id = device AND (u.processor <> '' OR u.storage <> '' OR u.memory_gb IS NOT NULL))
    OR EXISTS (
        SELECT 1 FROM refurb_hardwarereport h
        WHERE h.device_id = device AND h.withdrawn_at IS NULL AND h.differences ? 'type')
$$;
"""
"""Its donor tells what is inside, of it or of a machine of its line when nobody knows which it is, or a file of the
machine reads another type: it is no screen that holds nothing."""
IN_PLACE = """
CREATE FUNCTION refurb_drive_in_place(drive bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = drive)
    AND NOT EXISTS (
        SELECT 1 FROM refurb_driveremoval r
            JOIN refurb_drive d ON d.id = r.drive_id
        WHERE r.drive_id = drive AND r.undone = '' AND (r.destination = 'mistake' OR d.kind <> 'internal')
          AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id))
$$;
"""
"""Still in its device: the internal storage of a phone or a tablet never leaves it."""
LEFT = """
CREATE FUNCTION refurb_drive_left_at(drive bigint) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT CASE WHEN v.state::text IN ('recycled', 'ceded', 'withdrawn') THEN v.ended_at ELSE v.shipped_at END
    FROM refurb_drive d JOIN refurb_device v ON v.id = d.device_id
    WHERE d.id = drive AND refurb_drive_in_place(drive)
$$;
CREATE FUNCTION refurb_drive_left(drive bigint, instant timestamptz) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT coalesce(instant > refurb_drive_left_at(drive), false)
$$;
"""
NOT_LEFT = """
DROP FUNCTION refurb_drive_left(bigint, timestamptz);
DROP FUNCTION refurb_drive_left_at(bigint);
"""
"""Gone from the workshop inside its device before that instant: the word of the workshop alone proves nothing of it."""
REAL = """
CREATE FUNCTION refurb_drive_real(drive bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = drive)
    AND NOT EXISTS (
        SELECT 1 FROM refurb_driveremoval r
        WHERE r.drive_id = drive AND r.undone = '' AND r.destination = 'mistake'
          AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id))
$$;
"""
"""It stands, and nobody said that it was inventoried by mistake."""
NEITHER = """NOT EXISTS (
            SELECT 1 FROM refurb_erasure e
            WHERE e.drive_id = d.id AND e.outcome = 'accepted' AND e.finished_at >= d.arrived_at
              AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id))
          AND NOT EXISTS (
            SELECT 1 FROM refurb_destruction x
            WHERE x.drive_id = d.id AND x.undone = ''
              AND NOT EXISTS (SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = x.id))"""
"""Of a drive « d »: neither erased since it came, nor destroyed."""
NEITHER_BUT = NEITHER.replace("x.undone = ''", "x.undone = '' AND x.id IS DISTINCT FROM but")
"""The same, whatever the destruction « but » says."""
LEFT_BEHIND = f"""
CREATE FUNCTION refurb_device_left_behind(device bigint, present_stay integer)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.device_id = device AND d.stay < present_stay AND refurb_drive_in_place(d.id)
          AND {NEITHER}
          AND NOT EXISTS (
            SELECT 1 FROM refurb_drive a
            WHERE a.device_id = device AND a.stay > d.stay AND refurb_drive_real(a.id)
              AND (d.serial_key <> '' AND a.serial_key = d.serial_key OR d.kind = 'internal' AND a.kind = 'internal'))
          AND NOT EXISTS (
            SELECT 1 FROM refurb_deviceentry j
            WHERE j.object_id = device AND j.target = 'handed_over' AND j.recorded_at > d.recorded_at))
$$;
"""  # noqa: S608
"""A drive was seen in it in an earlier stay, unproven: nobody found it again, or said what became of it. What a
household had since is its own."""
PROVEN = """
CREATE FUNCTION refurb_device_proven(
    device bigint, device_type text, present_stay integer, arrived timestamptz
)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT arrived IS NOT NULL AND NOT refurb_device_left_behind(device, present_stay)
    AND (
        device_type = 'screen' AND NOT EXISTS (
            SELECT 1 FROM refurb_deviceentry j WHERE j.object_id = device AND (j.type <> 'screen' OR j.verb = 'register'))
        AND NOT refurb_device_told_otherwise(device)
        OR EXISTS (
            SELECT 1 FROM refurb_drive d
            WHERE d.device_id = device AND d.stay = present_stay
              AND (d.kind = 'internal') = (device_type IN ('tablet', 'smartphone')) AND d.kind <> 'card'
              AND refurb_drive_real(d.id))
        OR (device_type NOT IN ('tablet', 'smartphone') AND EXISTS (
            SELECT 1 FROM refurb_storageabsence a
            WHERE a.device_id = device AND a.stay = present_stay
              AND NOT EXISTS (SELECT 1 FROM refurb_storageabsence n WHERE n.supersedes_id = a.id)))
    )
    AND NOT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.device_id = device AND d.stay = present_stay
          AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id)
          AND NOT EXISTS (
            SELECT 1 FROM refurb_erasure e
            WHERE e.drive_id = d.id AND e.outcome = 'accepted' AND e.finished_at >= greatest(arrived, d.arrived_at)
              AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id))
          AND NOT EXISTS (
            SELECT 1 FROM refurb_destruction x
            WHERE x.drive_id = d.id AND x.undone = ''
              AND NOT EXISTS (SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = x.id))
          AND NOT EXISTS (
            SELECT 1 FROM refurb_driveremoval r
            WHERE r.drive_id = d.id AND r.undone = '' AND (r.destination = 'mistake' OR d.kind <> 'internal')
              AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id))
    )
$$;
"""
"""What its donor announced as a screen, and nobody ever said anything else, holds no storage: nothing is to be attested
of it. What nobody announced is looked into, as is a computer that is said a screen one day; a drive that was found in
one is still to be proven. What was written down while a device was called otherwise is no inventory of it: « interne »
is of a phone or a tablet alone; a memory card is no device's own storage, and is proven like any drive."""
KEEPS_STORAGE = """
CREATE FUNCTION refurb_device_keeps_storage(device bigint, present_stay integer)
RETURNS boolean LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.device_id = device AND d.stay = present_stay AND d.kind = 'internal' AND refurb_drive_in_place(d.id)
          AND NOT EXISTS (
            SELECT 1 FROM refurb_destruction x
            WHERE x.drive_id = d.id AND x.undone = ''
              AND NOT EXISTS (SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = x.id)))
$$;
"""
"""A phone or a tablet goes forward with its own storage: one that is said destroyed does not work."""
STATES = "('ready', 'allotted', 'shipped', 'available', 'reserved', 'handed_over', 'ceded')"
BACK = " OR ".join(
    f"OLD.state = '{old}' AND NEW.state = '{new}'"
    for old, new in (
        ("allotted", "ready"),
        ("shipped", "allotted"),
        ("reserved", "available"),
        ("handed_over", "reserved"),
        ("returned", "handed_over"),
    )
)
"""What undoes a step asks for nothing, so that a device whose proofs fell can come back; nor does a repair under
warranty: what is on the device is its household's own."""
ASKED = f"""
CREATE FUNCTION refurb_device_refuse_unproven() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT refurb_device_proven(NEW.id, NEW.type, NEW.stay, NEW.received_at) THEN
        RAISE EXCEPTION 'Appareil % sans stockage inventorié et prouvé effacé.', NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_device_proven', TABLE = 'refurb_device';
    END IF;
    IF NEW.type IN ('tablet', 'smartphone') AND NOT refurb_device_keeps_storage(NEW.id, NEW.stay) THEN
        RAISE EXCEPTION 'Appareil % sans son stockage interne : il est détruit.', NEW.reference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_device_keeps_storage', TABLE = 'refurb_device';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER refurb_device_proven BEFORE UPDATE ON refurb_device FOR EACH ROW
    WHEN (NEW.state::text IN {STATES} AND NEW.state IS DISTINCT FROM OLD.state AND NOT ({BACK}))
    EXECUTE FUNCTION refurb_device_refuse_unproven();
CREATE TRIGGER refurb_device_born_proven BEFORE INSERT ON refurb_device FOR EACH ROW
    WHEN (NEW.state::text IN {STATES})
    EXECUTE FUNCTION refurb_device_refuse_unproven();
"""
"""The proof is asked at each step forward once a device is reconditioned, up to the household, and not on the way back."""
UNPROVEN = """
DROP FUNCTION refurb_device_refuse_unproven() CASCADE;
DROP FUNCTION refurb_device_keeps_storage(bigint, integer);
DROP FUNCTION refurb_device_left_behind(bigint, integer);
DROP FUNCTION refurb_drive_real(bigint);
DROP FUNCTION refurb_drive_in_place(bigint);
DROP FUNCTION refurb_device_proven(bigint, text, integer, timestamptz);
DROP FUNCTION refurb_device_told_otherwise;
"""
ONCE = """
CREATE FUNCTION refurb_serial_borne(key text, drive bigint, its_device bigint, its_stay integer)
RETURNS boolean LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF key = '' THEN
        RETURN false;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('refurb.serial:' || key, 0));
    RETURN EXISTS (
        SELECT 1 FROM refurb_drive d
        WHERE d.id IN (
            SELECT a.id FROM refurb_drive a WHERE a.serial_key = key AND a.serial_key <> ''
            UNION ALL
            SELECT e.drive_id FROM refurb_erasure e
            WHERE e.serial_key = key AND e.serial_key <> '' AND e.outcome = 'accepted'
              AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id))
          AND d.id <> drive AND (d.device_id <> its_device OR d.stay = its_stay) AND refurb_drive_in_place(d.id)
          AND NOT EXISTS (
            SELECT 1 FROM refurb_drive a
            WHERE a.device_id = d.device_id AND a.stay > d.stay AND a.serial_key = d.serial_key AND a.serial_key <> ''
              AND refurb_drive_real(a.id)));
END $$;
CREATE FUNCTION refurb_serial_arrived(key text, drive bigint) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(greatest(d.arrived_at, CASE WHEN r.recorded_at IS NULL OR r.recorded_at >= v.received_at THEN v.received_at END))
    FROM refurb_drive d JOIN refurb_device v ON v.id = d.device_id
        LEFT JOIN LATERAL (
            SELECT o.recorded_at, o.destination FROM refurb_driveremoval o
            WHERE o.drive_id = d.id AND o.undone = ''
              AND NOT EXISTS (SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = o.id)
            ORDER BY o.id DESC LIMIT 1) r ON true
    WHERE d.id IN (
        SELECT a.id FROM refurb_drive a WHERE a.serial_key = key AND a.serial_key <> ''
        UNION ALL
        SELECT e.drive_id FROM refurb_erasure e
        WHERE e.serial_key = key AND e.serial_key <> '' AND e.outcome = 'accepted'
          AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id))
      AND d.id <> drive AND coalesce(r.destination, '') <> 'mistake'
      AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id)
$$;
CREATE FUNCTION refurb_drive_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'Une preuve s’écrit en lecture validée\u00a0: elle doit voir les autres.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM refurb_drive o
        WHERE o.id = NEW.supersedes_id AND o.device_id = NEW.device_id AND o.stay = NEW.stay)
    THEN
        RAISE EXCEPTION 'Un disque ne remplace que celui du même appareil, dans le même passage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    IF refurb_serial_borne(NEW.serial_key, NEW.id, NEW.device_id, NEW.stay) THEN
        RAISE EXCEPTION 'Ce numéro de série est déjà celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    IF NEW.arrived_at < refurb_serial_arrived(NEW.serial_key, NEW.id) THEN
        RAISE EXCEPTION 'Ce disque est arrivé plus tard, avec un autre appareil.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_drive_once', TABLE = 'refurb_drive';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_drive_once AFTER INSERT ON refurb_drive FOR EACH ROW
    EXECUTE FUNCTION refurb_drive_once();

CREATE FUNCTION refurb_drive_back() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE drive refurb_drive;
BEGIN
    SELECT * INTO drive FROM refurb_drive d WHERE d.id = NEW.drive_id;
    IF current_setting('transaction_isolation') <> 'read committed' OR NOT EXISTS (
        SELECT 1 FROM refurb_driveremoval o WHERE o.id = NEW.supersedes_id AND o.drive_id = NEW.drive_id)
    THEN
        RAISE EXCEPTION 'Un retrait s’annule pour son disque, en lecture validée.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_drive_back', TABLE = 'refurb_driveremoval';
    END IF;
    IF refurb_serial_borne(drive.serial_key, drive.id, drive.device_id, drive.stay) THEN
        RAISE EXCEPTION 'Ce numéro de série est déjà celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_drive_back', TABLE = 'refurb_driveremoval';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_drive_back AFTER INSERT ON refurb_driveremoval FOR EACH ROW
    WHEN (NEW.undone <> '') EXECUTE FUNCTION refurb_drive_back();

CREATE FUNCTION refurb_erasure_once() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE drive refurb_drive;
BEGIN
    SELECT * INTO drive FROM refurb_drive d WHERE d.id = NEW.drive_id;
    IF current_setting('transaction_isolation') <> 'read committed'
       OR drive.device_id <> NEW.device_id OR drive.stay <> NEW.stay
       OR NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM refurb_erasure o
        WHERE o.id = NEW.supersedes_id AND o.device_id = NEW.device_id AND o.stay = NEW.stay)
    THEN
        RAISE EXCEPTION 'Un effacement est celui d’un disque de son appareil, dans le même passage.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.method = 'reset' AND drive.kind <> 'internal' THEN
        RAISE EXCEPTION 'Une réinitialisation ne prouve que le stockage d’un téléphone ou d’une tablette.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.started_at + interval '1 second' < drive.arrived_at THEN
        RAISE EXCEPTION 'Cet effacement a commencé avant l’arrivée du disque.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF EXISTS (
        SELECT 1 FROM refurb_erasure f
        WHERE f.drive_id IN (SELECT refurb_drive_also(NEW.drive_id))
          AND f.origin = 'workshop' AND f.outcome = 'refused' AND f.claimed IN ('failed', 'aborted')
          AND least(coalesce(f.finished_at, f.started_at), f.recorded_at) > coalesce(NEW.started_at, NEW.finished_at)
          AND (f.entry IN ('read', 'checked')
            OR NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = f.id)))
    THEN
        RAISE EXCEPTION 'Un passage plus récent sur ce disque a échoué.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF refurb_drive_in_place(drive.id) AND NEW.finished_at > (
        SELECT j.at FROM refurb_device v JOIN refurb_deviceentry j ON j.object_id = v.id AND j.verb = 'recycle'
        WHERE v.id = drive.device_id AND v.state::text = 'recycled' ORDER BY j.seq DESC LIMIT 1)
    THEN
        RAISE EXCEPTION 'Ce disque était parti au recycleur avec l’appareil avant la fin de cet effacement.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.report_id IS NULL AND refurb_drive_left(drive.id, NEW.recorded_at) AND NOT EXISTS (
        SELECT 1 FROM refurb_erasure o
        WHERE o.id = NEW.supersedes_id AND o.drive_id = NEW.drive_id AND o.outcome = 'accepted'
          AND NOT refurb_drive_left(drive.id, o.recorded_at))
    THEN
        RAISE EXCEPTION 'Ce disque est parti de l’atelier avec l’appareil\u00a0: un papier montre qu’il est effacé.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.entry IN ('read', 'checked') AND NEW.serial_key = '' AND NEW.attribution = '' THEN
        RAISE EXCEPTION 'Un journal sans numéro de série est attribué à son disque par une personne.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NOT refurb_drive_in_place(drive.id) AND drive.serial_key <> '' AND drive.serial_key = NEW.serial_key THEN
        RETURN NULL;
    END IF;
    IF refurb_serial_borne(NEW.serial_key, drive.id, drive.device_id, drive.stay) THEN
        RAISE EXCEPTION 'Ce rapport est celui d’un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    IF NEW.run_sha256 = '' AND NEW.report_sha256 = '' THEN
        RETURN NULL;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended(
        'refurb.proof:' || coalesce(nullif(NEW.run_sha256, ''), NEW.report_sha256), 0));
    IF NEW.run_sha256 <> '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.run_sha256 = NEW.run_sha256 AND e.run_sha256 <> '' AND e.drive_id <> NEW.drive_id
          AND e.outcome = 'accepted' AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) OR NEW.run_sha256 = '' AND EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.report_sha256 = NEW.report_sha256 AND e.report_sha256 <> '' AND e.run_sha256 = ''
          AND e.drive_id <> NEW.drive_id AND e.outcome = 'accepted'
          AND NOT (e.recorded_at = NEW.recorded_at AND e.serial_key <> '' AND NEW.serial_key <> ''
            AND e.serial_key <> NEW.serial_key)
          AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id)
          AND refurb_drive_in_place(e.drive_id)
    ) THEN
        RAISE EXCEPTION 'Ce rapport prouve déjà un autre disque.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_erasure_once', TABLE = 'refurb_erasure';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_erasure_once AFTER INSERT ON refurb_erasure FOR EACH ROW
    WHEN (NEW.outcome = 'accepted') EXECUTE FUNCTION refurb_erasure_once();
"""
"""A number, or a run, proves one drive. The later run decides, and
one that failed after it began leaves it no proof, under whatever row of its inventory it was written, and whatever a
person typed of it since; dated ahead of time, it was over when it was written down. An erasure begins after the arrival of its device, and
ends before it leaves for the recycler with its drive; a log without number is
attributed to its drive by a person."""
ABSENCE = """
CREATE FUNCTION refurb_storageabsence_of_nothing_seen() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF refurb_device_left_behind(NEW.device_id, NEW.stay)
        OR NEW.reason <> 'empty_bay' AND EXISTS (
            SELECT 1 FROM refurb_drive d
            WHERE d.device_id = NEW.device_id AND d.kind <> 'card' AND refurb_drive_real(d.id))
    THEN
        RAISE EXCEPTION 'Un disque y a été inventorié\u00a0: il n’a pas toujours été sans, et on dit d’abord ce qu’il est devenu.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_storageabsence_of_nothing_seen',
                TABLE = 'refurb_storageabsence';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_storageabsence_of_nothing_seen AFTER INSERT ON refurb_storageabsence FOR EACH ROW
    EXECUTE FUNCTION refurb_storageabsence_of_nothing_seen();
"""
"""What was seen in a device is not said never to have been there; unproven, it is accounted for first."""
CONTESTED = f"""
CREATE FUNCTION refurb_drive_also(drive bigint) RETURNS SETOF bigint
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    WITH RECURSIVE was(id, supersedes_id) AS (
        SELECT a.id, a.supersedes_id FROM refurb_drive d
            JOIN refurb_drive a ON a.id = d.id OR d.serial_key <> '' AND a.serial_key = d.serial_key AND a.serial_key <> ''
        WHERE d.id = drive
        UNION
        SELECT o.id, o.supersedes_id FROM refurb_drive o JOIN was w ON o.id = w.supersedes_id)
    SELECT id FROM was
$$;
CREATE FUNCTION refurb_drive_contested_at(drive bigint) RETURNS timestamptz
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT max(c.recorded_at) FROM refurb_destruction c JOIN refurb_drive d ON d.id = c.drive_id
    WHERE c.undone IN ('denied', 'not_received') AND c.drive_id IN (SELECT refurb_drive_also(drive))
      AND {NEITHER}
$$;
CREATE FUNCTION refurb_drive_contested_by(drive bigint, its_recycler bigint, but bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_destruction c JOIN refurb_drive d ON d.id = c.drive_id
        WHERE c.undone IN ('denied', 'not_received') AND c.recycler_id = its_recycler
          AND c.drive_id IN (SELECT refurb_drive_also(drive)) AND {NEITHER_BUT})
$$;
CREATE FUNCTION refurb_drive_contested_paper(drive bigint, paper text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM refurb_destruction c JOIN documents_storedfile f ON f.id = c.certificate_id
        WHERE c.undone IN ('denied', 'not_received') AND f.sha256 = paper
          AND c.drive_id IN (SELECT refurb_drive_also(drive)))
$$;
CREATE FUNCTION refurb_driveremoval_contested() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF refurb_drive_contested_at(NEW.drive_id) IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM network_membership m
        WHERE m.id = NEW.recorded_by_id AND m.role IN ('pilot', 'manager') AND m.kind = 'departement')
    THEN
        RAISE EXCEPTION 'Son recycleur conteste ce disque\u00a0: dire qu’il n’a pas été là revient au pilote.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_driveremoval_contested', TABLE = 'refurb_driveremoval';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_driveremoval_contested AFTER INSERT ON refurb_driveremoval FOR EACH ROW
    WHEN (NEW.destination = 'mistake' AND NEW.undone = '') EXECUTE FUNCTION refurb_driveremoval_contested();
"""  # noqa: S608
"""A drive is the same under its number, and under what its inventory said before it was corrected: what its recycler
contests of it stays contested until it is answered, and a contested paper never proves it again. Until then no other
paper in the name of that recycler does, unless it says so itself."""
NOT_CONTESTED = """
DROP FUNCTION refurb_driveremoval_contested() CASCADE;
DROP FUNCTION refurb_drive_contested_paper(bigint, text);
DROP FUNCTION refurb_drive_contested_by(bigint, bigint, bigint);
DROP FUNCTION refurb_drive_contested_at(bigint);
DROP FUNCTION refurb_drive_also(bigint);
"""
DESTROYED = """
CREATE FUNCTION refurb_destruction_where_it_was() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE drive refurb_drive;
BEGIN
    SELECT * INTO drive FROM refurb_drive d WHERE d.id = NEW.drive_id;
    IF drive.device_id <> NEW.device_id OR drive.stay <> NEW.stay
        OR NEW.destroyed_at < date_trunc('minute', drive.arrived_at) OR NEW.destroyed_at > NEW.recorded_at
        OR NEW.method = 'degauss' AND drive.kind <> 'hdd'
    THEN
        RAISE EXCEPTION 'Un disque se détruit une fois arrivé, avant qu’on l’écrive\u00a0; seul un disque dur se démagnétise.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_destruction_where_it_was', TABLE = 'refurb_destruction';
    END IF;
    IF NEW.kind = 'workshop' AND NEW.undone = '' AND NEW.certificate_id IS NULL
        AND refurb_drive_left(drive.id, NEW.recorded_at)
    THEN
        RAISE EXCEPTION 'Ce disque est parti de l’atelier avec l’appareil\u00a0: un papier montre qu’il était détruit.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_destruction_where_it_was', TABLE = 'refurb_destruction';
    END IF;
    IF NEW.kind = 'workshop' AND NEW.undone = '' AND refurb_drive_left(drive.id, NEW.destroyed_at) THEN
        RAISE EXCEPTION 'Ce disque est parti de l’atelier avec l’appareil\u00a0: l’atelier ne l’a pas détruit après.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_destruction_where_it_was', TABLE = 'refurb_destruction';
    END IF;
    IF NEW.kind = 'recycler' AND NEW.certificate_names <> 'drive' AND EXISTS (
        SELECT 1 FROM refurb_destruction o
            JOIN documents_storedfile f ON f.id = o.certificate_id
            JOIN documents_storedfile mine ON mine.id = NEW.certificate_id
            JOIN refurb_device v ON v.id = o.device_id JOIN refurb_device w ON w.id = NEW.device_id
        WHERE f.sha256 = mine.sha256 AND v.id <> w.id AND o.kind = 'recycler' AND o.undone = ''
          AND NOT EXISTS (SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = o.id)
          AND NOT (v.workshop_id = w.workshop_id AND v.bsd_number = w.bsd_number AND v.bsd_number <> ''))
    THEN
        RAISE EXCEPTION 'Un certificat est celui d’un disque, ou d’un bordereau.'
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'refurb_destruction_where_it_was', TABLE = 'refurb_destruction';
    END IF;
    IF NEW.kind = 'recycler' AND EXISTS (
        SELECT 1 FROM documents_storedfile f
        WHERE f.id = NEW.certificate_id AND refurb_drive_contested_paper(NEW.drive_id, f.sha256))
    THEN
        RAISE EXCEPTION 'Le recycleur conteste ce papier pour ce disque.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_destruction_where_it_was', TABLE = 'refurb_destruction';
    END IF;
    IF NEW.kind = 'recycler' AND refurb_drive_contested_by(NEW.drive_id, NEW.recycler_id, NEW.id) AND NOT EXISTS (
        SELECT 1 FROM network_membership m WHERE m.id = NEW.recorded_by_id AND m.organisation_id = NEW.recycler_id)
    THEN
        RAISE EXCEPTION 'Le recycleur conteste\u00a0: lui seul dit désormais que ce disque est détruit.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_destruction_where_it_was', TABLE = 'refurb_destruction';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_destruction_where_it_was AFTER INSERT ON refurb_destruction FOR EACH ROW
    WHEN (NEW.undone = '') EXECUTE FUNCTION refurb_destruction_where_it_was();

CREATE FUNCTION refurb_destruction_contested_by() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM network_membership m WHERE m.id = NEW.recorded_by_id AND m.organisation_id = NEW.recycler_id)
    THEN
        RAISE EXCEPTION 'Le recycleur conteste lui-même la destruction enregistrée en son nom.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_destruction_contested_by', TABLE = 'refurb_destruction';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_destruction_contested_by AFTER INSERT ON refurb_destruction FOR EACH ROW
    WHEN (NEW.undone IN ('denied', 'not_received')) EXECUTE FUNCTION refurb_destruction_contested_by();
"""
"""By whom is the service's to ask; when, whether it destroys anything, that a paper which does not name the drive is not
that of two waste notes, that a contested one proves no more, and that its recycler alone contests, and says then that it is destroyed after all,
the database's."""
ATTESTED = """
CREATE FUNCTION refurb_absence_believed() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM refurb_incident i JOIN refurb_deviceentry j ON j.id = i.entry_id
        WHERE i.device_id = NEW.device_id AND i.kind IN ('data_left', 'data_shown', 'data_denied')
          AND NOT EXISTS (
            SELECT 1 FROM refurb_deviceentry n
            WHERE n.object_id = NEW.device_id AND n.verb = 'recondition' AND n.seq > j.seq))
        AND NOT EXISTS (SELECT 1 FROM network_membership m WHERE m.id = NEW.recorded_by_id AND m.role = 'manager')
    THEN
        RAISE EXCEPTION 'Des données y ont été trouvées\u00a0: le responsable de l’atelier seul atteste qu’il n’y a rien.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refurb_absence_believed', TABLE = 'refurb_storageabsence';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refurb_absence_believed AFTER INSERT ON refurb_storageabsence FOR EACH ROW
    EXECUTE FUNCTION refurb_absence_believed();
"""
"""A word that a point, or a file, belied is believed again of the manager alone, until the device is reconditioned."""
MORE_THAN_ONCE = """
DROP FUNCTION refurb_erasure_once() CASCADE;
DROP FUNCTION refurb_drive_back() CASCADE;
DROP FUNCTION refurb_drive_once() CASCADE;
DROP FUNCTION refurb_serial_arrived(text, bigint);
DROP FUNCTION refurb_serial_borne(text, bigint, bigint, integer);
"""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("refurb", "0002_walls")]

    operations = [
        migrations.RunSQL(TOLD_OTHERWISE + IN_PLACE + REAL + LEFT_BEHIND + PROVEN + KEEPS_STORAGE + ASKED, UNPROVEN),
        migrations.RunSQL(LEFT, NOT_LEFT),
        migrations.RunSQL(ONCE, MORE_THAN_ONCE),
        migrations.RunSQL(ABSENCE, "DROP FUNCTION refurb_storageabsence_of_nothing_seen() CASCADE;"),
        migrations.RunSQL(ATTESTED, "DROP FUNCTION refurb_absence_believed() CASCADE;"),
        migrations.RunSQL(CONTESTED, NOT_CONTESTED),
        migrations.RunSQL(
            DESTROYED,
            "DROP FUNCTION refurb_destruction_contested_by() CASCADE;"
            " DROP FUNCTION refurb_destruction_where_it_was() CASCADE;",
        ),
    ]
