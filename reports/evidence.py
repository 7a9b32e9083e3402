"""What nothing proves erased as of an instant, and the incidents of a month: from the journal and dated evidence."""

from datetime import datetime
from typing import Any

from django.db import connection

# A row of evidence counts from the instant it was recorded until a newer one supersedes it, both before `until`.
_SQL = """
WITH traced AS MATERIALIZED (
    SELECT j.object_id,
           (array_agg(j.target ORDER BY j.seq DESC))[1] AS state,
           (array_agg(j.type ORDER BY j.seq DESC))[1] AS type,
           count(*) FILTER (WHERE j.verb IN ('register', 'receive', 'send_back', 'take_back')) AS stay,
           bool_or(j.target NOT IN ('declared', 'missing', 'withdrawn')) AS custody
    FROM refurb_deviceentry j
    WHERE j.at < %(until)s AND j.object_id IN (
        SELECT object_id FROM refurb_deviceentry
        WHERE at < %(until)s AND target IN ('missing', 'recycled', 'dismantled'))
    GROUP BY j.object_id
), removed AS MATERIALIZED (
    SELECT r.drive_id, bool_or(r.destination = 'mistake') AS mistaken
    FROM refurb_driveremoval r
    WHERE r.recorded_at < %(until)s AND NOT EXISTS (
        SELECT 1 FROM refurb_driveremoval n WHERE n.supersedes_id = r.id AND n.recorded_at < %(until)s)
    GROUP BY r.drive_id
), followed AS MATERIALIZED (
    SELECT d.id, d.device_id, d.stay, d.arrived_at, r.drive_id IS NOT NULL AS removed, r.mistaken
    FROM refurb_drive d LEFT JOIN removed r ON r.drive_id = d.id
    WHERE d.recorded_at < %(until)s
      AND (r.drive_id IS NOT NULL OR d.device_id IN (SELECT object_id FROM traced))
      AND NOT EXISTS (SELECT 1 FROM refurb_drive n WHERE n.supersedes_id = d.id AND n.recorded_at < %(until)s)
), unproven AS MATERIALIZED (
    SELECT f.* FROM followed f
    WHERE f.mistaken IS NOT TRUE AND NOT EXISTS (
        SELECT 1 FROM refurb_erasure e
        WHERE e.drive_id = f.id AND e.outcome = 'accepted' AND e.finished_at >= f.arrived_at
          AND e.recorded_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM refurb_erasure n WHERE n.supersedes_id = e.id AND n.recorded_at < %(until)s))
      AND NOT EXISTS (
        SELECT 1 FROM refurb_destruction x
        WHERE x.drive_id = f.id AND x.recorded_at < %(until)s AND NOT EXISTS (
            SELECT 1 FROM refurb_destruction n WHERE n.supersedes_id = x.id AND n.recorded_at < %(until)s))
), inventoried AS (
    SELECT f.device_id, f.stay, bool_or(u.id IS NOT NULL AND NOT f.removed) AS exposed
    FROM followed f LEFT JOIN unproven u ON u.id = f.id
    GROUP BY f.device_id, f.stay
), attested AS (
    SELECT DISTINCT a.device_id, a.stay FROM refurb_storageabsence a
    WHERE a.recorded_at < %(until)s AND NOT EXISTS (
        SELECT 1 FROM refurb_storageabsence n WHERE n.supersedes_id = a.id AND n.recorded_at < %(until)s)
)
SELECT
    (SELECT count(*) FROM unproven u
     LEFT JOIN traced t ON t.object_id = u.device_id AND t.stay = u.stay AND t.state IN ('recycled', 'dismantled')
     WHERE u.removed OR t.object_id IS NOT NULL),
    (SELECT count(*) FROM traced t
     LEFT JOIN inventoried i ON i.device_id = t.object_id AND i.stay = t.stay
     LEFT JOIN attested a ON a.device_id = t.object_id AND a.stay = t.stay AND t.type NOT IN ('tablet', 'smartphone')
     WHERE t.state = 'missing' AND t.custody AND t.type <> 'screen'
       AND (i.exposed OR i.device_id IS NULL AND a.device_id IS NULL)),
    (SELECT count(*) FROM refurb_incident i JOIN refurb_deviceentry j ON j.id = i.entry_id
     WHERE j.at >= %(start)s AND j.at < %(until)s)
"""


def count_evidence(start: datetime, until: datetime) -> dict[str, Any]:
    """As of ``until``: drives that left and devices that are missing without a proof; incidents since ``start``.

    The rule is that of ``refurb``: proofs count in their own stay, a donor's certificate never does, a screen holds
    no data (machines §1). The stay is counted in the journal, since the column of today may be a later one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"start": start, "until": until})
        drives, devices, incidents = cursor.fetchone()
    return {"missing_erasures": {"drives": drives, "devices": devices}, "incidents": incidents}
