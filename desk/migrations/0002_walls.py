"""Who changed the reference data, and when: rows that are only added to; the wall of the sessions of a committee."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

FROZEN = """
CREATE FUNCTION desk_is_of_a_closed_meeting(kind text, line jsonb) RETURNS boolean LANGUAGE sql STABLE
SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT EXISTS (
        SELECT 1 FROM desk_meeting m WHERE m.state = 'closed' AND CASE kind
            WHEN 'committee' THEN m.committee_id = (line->>'id')::bigint
            WHEN 'seat' THEN m.committee_id = (line->>'committee_id')::bigint
            WHEN 'line' THEN m.id = (SELECT meeting_id FROM desk_meetinglot WHERE id = (line->>'lot_id')::bigint)
            ELSE m.id = (line->>'meeting_id')::bigint END)
$$;
CREATE FUNCTION desk_meeting_frozen() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND desk_is_of_a_closed_meeting(TG_ARGV[0], to_jsonb(OLD))
        OR TG_OP <> 'DELETE' AND desk_is_of_a_closed_meeting(TG_ARGV[0], to_jsonb(NEW))
    THEN
        RAISE EXCEPTION 'Une séance close ne change plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'desk_meeting_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE TRIGGER desk_committee_frozen BEFORE UPDATE OR DELETE ON desk_committee
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('committee');
CREATE TRIGGER desk_seat_frozen BEFORE INSERT OR UPDATE OR DELETE ON desk_seat
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('seat');
CREATE TRIGGER desk_meetinglot_frozen BEFORE INSERT OR UPDATE OR DELETE ON desk_meetinglot
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('lot');
CREATE TRIGGER desk_meetingline_frozen BEFORE INSERT ON desk_meetingline
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('line');
CREATE TRIGGER desk_ratification_frozen BEFORE INSERT OR UPDATE OR DELETE ON desk_ratification
    FOR EACH ROW EXECUTE FUNCTION desk_meeting_frozen('ratification');

CREATE FUNCTION desk_meetinglot_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Ce qu’une séance a décidé d’un lot ne change plus.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'desk_meetinglot_settled';
END $$;
CREATE TRIGGER desk_meetinglot_settled BEFORE UPDATE ON desk_meetinglot FOR EACH ROW
    WHEN (OLD.outcome <> '') EXECUTE FUNCTION desk_meetinglot_settled();
CREATE TRIGGER desk_meetinglot_kept BEFORE DELETE ON desk_meetinglot FOR EACH ROW
    EXECUTE FUNCTION desk_meetinglot_settled();
"""
"""What was held is closed: who sat, what was decided and what was ratified do not change any more."""
NOT_FROZEN = """
DROP FUNCTION desk_meetinglot_settled CASCADE;
DROP FUNCTION desk_meeting_frozen CASCADE;
DROP FUNCTION desk_is_of_a_closed_meeting CASCADE;
"""

REVOKED = """
CREATE TRIGGER desk_apikey_revoked BEFORE UPDATE ON desk_apikey FOR EACH ROW
    WHEN (OLD.revoked_at IS NOT NULL) EXECUTE FUNCTION lifecycle_refuse_change();
"""
"""A key that was revoked opens no more: what may be filled once is not emptied either."""
NOT_REVOKED = "DROP TRIGGER desk_apikey_revoked ON desk_apikey;"


class Migration(migrations.Migration):
    dependencies = [("desk", "0001_tables")]

    operations = [
        AppendOnly("referencechange"),
        AppendOnly("apikey", ["told_at", "revoked_at", "revoked_by"]),
        migrations.RunSQL(REVOKED, NOT_REVOKED),
        AppendOnly("apiuse"),
        AppendOnly("apiact"),
        Wall(
            model_name="meeting",
            journal_name="meetingentry",
            stamps=["opened_at", "opened_by", "closed_at", "closed_by"],
        ),
        AppendOnly("meetingline"),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
    ]
