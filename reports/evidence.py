"""What nothing proves erased as of an instant, and the incidents of a month: from the journal and dated evidence."""

from collections import Counter
from datetime import datetime
from typing import Any

from django.db import connection

# A row of evidence counts from the instant it was recorded until a newer one supersedes it, both before `until`.
_PROVEN = """EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.drive_id = {0}.id AND e.outcome = 'accepted' AND e.finished_at >= {0}.arrived_at
          AND e.recorded_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id AND n.recorded_at < %(until)s))
      OR EXISTS (
        SELECT 1 FROM refurb_destruction x
        WHERE x.drive_id = {0}.id AND x.undone = '' AND x.recorded_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = x.id AND n.recorded_at < %(until)s))"""
_REAL = """{0}.recorded_at < %(until)s
      AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = {0}.id AND n.recorded_at < %(until)s)
      AND NOT EXISTS (SELECT 1 FROM removed m WHERE m.drive_id = {0}.id AND m.mistaken)"""
_SQL = f"""
WITH removed AS MATERIALIZED (
    SELECT r.drive_id, bool_or(r.destination = 'mistake') AS mistaken
    FROM refurb_driveremoval r
    WHERE r.recorded_at < %(until)s AND r.undone = '' AND NOT EXISTS (
        SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id AND n.recorded_at < %(until)s)
    GROUP BY r.drive_id
), unproven AS MATERIALIZED (
    SELECT d.id, d.device_id, d.stay, d.kind, d.serial_key, d.recorded_at,
           r.drive_id IS NOT NULL AND d.kind <> 'internal' AS removed
    FROM refurb_drive d LEFT JOIN removed r ON r.drive_id = d.id
    WHERE {_REAL.format("d")}
      AND NOT ({_PROVEN.format("d")})
), suspects AS MATERIALIZED (
    SELECT device_id AS id FROM unproven
    UNION SELECT object_id FROM refurb_deviceentry WHERE at < %(until)s AND target = 'missing'
), traced AS MATERIALIZED (
    SELECT s.id, life.* FROM suspects s, LATERAL (
        SELECT (array_agg(j.target ORDER BY j.seq DESC))[1] AS state,
               (array_agg(j.type ORDER BY j.seq DESC))[1] AS type,
               bool_and(j.type = 'screen' AND j.verb <> 'register') AND NOT EXISTS (
                   SELECT 1 FROM refurb_device v JOIN donations_inventoryunit u
                       ON u.id = v.inventory_id OR v.inventory_id IS NULL AND u.line_id = v.line_id
                   WHERE v.id = s.id AND (u.processor <> '' OR u.storage <> '' OR u.memory_gb IS NOT NULL)
               ) AND NOT EXISTS (
                   SELECT 1 FROM refurb_hardwarereport h
                   WHERE h.device_id = s.id AND jsonb_exists(h.differences, 'type') AND h.recorded_at < %(until)s
                     AND (h.withdrawn_at IS NULL OR h.withdrawn_at >= %(until)s)
               ) AS never_held,
               count(*) FILTER (WHERE j.verb IN ('register', 'receive', 'send_back', 'take_back'))
               - count(*) FILTER (WHERE j.verb IN ('undo_receive', 'undo_early_receive', 'undo_take_back')) AS stay,
               bool_or(j.target NOT IN ('declared', 'missing', 'withdrawn')) AS custody
        FROM refurb_deviceentry j WHERE j.object_id = s.id AND j.at < %(until)s) life
), lost AS MATERIALIZED (
    SELECT * FROM traced WHERE state = 'missing' AND custody AND NOT never_held
), exposed AS (
    SELECT DISTINCT u.device_id, u.stay FROM unproven u JOIN lost l ON l.id = u.device_id
    WHERE NOT u.removed
), inventoried AS (
    SELECT d.device_id, d.stay
    FROM refurb_drive d JOIN lost l ON l.id = d.device_id LEFT JOIN removed r ON r.drive_id = d.id
    WHERE (d.kind = 'internal') = (l.type IN ('tablet', 'smartphone')) AND d.kind <> 'card'
      AND d.recorded_at < %(until)s
      AND r.mistaken IS NOT TRUE AND NOT EXISTS (
        SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id AND n.recorded_at < %(until)s)
    UNION
    SELECT a.device_id, a.stay FROM refurb_storageabsence a JOIN lost l ON l.id = a.device_id
    WHERE l.type NOT IN ('tablet', 'smartphone') AND a.recorded_at < %(until)s AND NOT EXISTS (
        SELECT 1 FROM refurb_storageabsence n WHERE n.supersedes_id = a.id AND n.recorded_at < %(until)s)
)
SELECT 'drives', u.device_id FROM unproven u LEFT JOIN traced t ON t.id = u.device_id
WHERE (u.removed OR t.stay = u.stay AND t.state IN ('recycled', 'dismantled') OR t.stay > u.stay AND NOT EXISTS (
    SELECT 1 FROM refurb_drive a
    WHERE a.device_id = u.device_id AND a.stay > u.stay AND {_REAL.format("a")}
      AND (u.serial_key <> '' AND a.serial_key = u.serial_key OR u.kind = 'internal' AND a.kind = 'internal')
) AND NOT EXISTS (
    SELECT 1 FROM refurb_deviceentry j
    WHERE j.object_id = u.device_id AND j.target = 'handed_over' AND j.at < %(until)s
      AND j.recorded_at > u.recorded_at))
AND NOT EXISTS (
    SELECT 1 FROM refurb_drive a
    WHERE a.id > u.id AND u.serial_key <> '' AND a.serial_key = u.serial_key AND {_REAL.format("a")}
      AND ({_PROVEN.format("a")}))
UNION ALL
SELECT 'devices', l.id FROM lost l
LEFT JOIN exposed x ON x.device_id = l.id AND x.stay = l.stay
LEFT JOIN inventoried i ON i.device_id = l.id AND i.stay = l.stay
WHERE x.device_id IS NOT NULL OR i.device_id IS NULL
UNION ALL
SELECT 'incidents', i.device_id FROM refurb_incident i WHERE i.known_at >= %(start)s AND i.known_at < %(until)s
UNION ALL
SELECT 'typed', e.device_id FROM refurb_erasure e
WHERE e.recorded_at >= %(start)s AND e.recorded_at < %(until)s AND e.outcome = 'accepted' AND e.entry = 'typed'
  AND NOT EXISTS (SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id AND n.recorded_at < %(until)s)
"""  # noqa: S608


def count_evidence(start: datetime, until: datetime) -> dict[str, Any]:
    """As of ``until``: drives that left and devices that are missing without a proof; incidents since ``start``."""
    counts = {name: devices.total() for name, devices in evidence_behind(start, until).items()}
    missing = {name: counts[name] for name in ("drives", "devices")}
    return {"missing_erasures": missing, "incidents": counts["incidents"], "typed_erasures": counts["typed"]}


def evidence_behind(start: datetime, until: datetime) -> dict[str, Counter[int]]:
    """Of drives, devices, incidents and typed proofs, how many each device (its key) has in these counts.

    Since ``start`` too, the proofs accepted on the word of a person, without a log that Maillon reads.

    The rule is that of ``refurb``: proofs count in their own stay, a donor's certificate never does, a screen holds
    no data (machines §1.6). The stay is counted in the journal, since the column of today may be a later one.
    """
    found: dict[str, Counter[int]] = {name: Counter() for name in ("drives", "devices", "incidents", "typed")}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"start": start, "until": until})
        for name, device in cursor.fetchall():
            found[name][device] += 1
    return found
