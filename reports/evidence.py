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
)
SELECT
    (SELECT count(*) FROM unproven u WHERE u.removed OR EXISTS (
        SELECT 1 FROM traced t
        WHERE t.object_id = u.device_id AND t.stay = u.stay AND t.state IN ('recycled', 'dismantled'))),
    (SELECT count(*) FROM traced t
     WHERE t.state = 'missing' AND t.custody AND t.type <> 'screen' AND (
        EXISTS (SELECT 1 FROM unproven u WHERE u.device_id = t.object_id AND u.stay = t.stay AND NOT u.removed)
        OR NOT EXISTS (SELECT 1 FROM followed f WHERE f.device_id = t.object_id AND f.stay = t.stay)
           AND (t.type IN ('tablet', 'smartphone') OR NOT EXISTS (
            SELECT 1 FROM refurb_storageabsence a
            WHERE a.device_id = t.object_id AND a.stay = t.stay AND a.recorded_at < %(until)s AND NOT EXISTS (
                SELECT 1 FROM refurb_storageabsence n WHERE n.supersedes_id = a.id AND n.recorded_at < %(until)s))))),
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
