"""What the database itself refuses about people and roles, whatever the path; the walls."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

FUNCTIONS = """
CREATE FUNCTION network_membership_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    allowed varchar[];
BEGIN
    IF TG_OP = 'UPDATE' AND (
        NEW.user_id <> OLD.user_id OR NEW.organisation_id <> OLD.organisation_id
        OR NEW.kind <> OLD.kind OR NEW.role <> OLD.role
        OR (NEW.opened_at <> OLD.opened_at AND NOT (OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL))
    ) THEN
        RAISE EXCEPTION 'a membership is never edited, only closed and reopened'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'network_membership_frozen';
    END IF;
    IF NEW.closed_at IS NULL THEN
        SELECT kinds INTO allowed FROM network_organisation WHERE id = NEW.organisation_id FOR SHARE;
        IF NOT NEW.kind = ANY (allowed) THEN
            RAISE EXCEPTION 'the organisation is not a %', NEW.kind
                USING ERRCODE = 'check_violation', CONSTRAINT = 'network_membership_kind_of_organisation';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER network_membership_guard BEFORE INSERT OR UPDATE ON network_membership
    FOR EACH ROW EXECUTE FUNCTION network_membership_guard();

CREATE FUNCTION network_organisation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM network_membership
        WHERE organisation_id = NEW.id AND closed_at IS NULL AND NOT kind = ANY (NEW.kinds)
    ) THEN
        RAISE EXCEPTION 'people still act in a kind that is taken away'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'network_organisation_kind_in_use';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER network_organisation_guard BEFORE UPDATE OF kinds ON network_organisation
    FOR EACH ROW WHEN (NEW.kinds IS DISTINCT FROM OLD.kinds) EXECUTE FUNCTION network_organisation_guard();

CREATE FUNCTION network_membershipperiod_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.closed_at IS NOT NULL OR NEW.membership_id <> OLD.membership_id OR NEW.opened_at <> OLD.opened_at
        OR NEW.opened_by_id IS DISTINCT FROM OLD.opened_by_id THEN
        RAISE EXCEPTION 'a past period is never edited'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'network_membershipperiod_frozen';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER network_membershipperiod_guard BEFORE UPDATE ON network_membershipperiod
    FOR EACH ROW EXECUTE FUNCTION network_membershipperiod_guard();

CREATE FUNCTION network_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% rows are never deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'network_never_deleted';
END $$;
"""

PLAIN_NAMES = r"""
ALTER TABLE network_user ADD CONSTRAINT network_user_plain_names CHECK (
    first_name || last_name !~ '[\u0001-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]'
);
"""

SECOND_FACTORS = """
ALTER TABLE mfa_authenticator ADD CONSTRAINT network_authenticator_encrypted CHECK (
    (type = 'totp' AND data ->> 'secret' LIKE 'gAAAA%') OR (type = 'recovery_codes' AND data ->> 'seed' LIKE 'gAAAA%')
);
CREATE FUNCTION network_authenticator_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM network_user WHERE id = NEW.user_id AND forgotten_at IS NOT NULL) THEN
        RAISE EXCEPTION 'a forgotten account has no second factor'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'network_authenticator_forgotten';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER network_authenticator_guard BEFORE INSERT OR UPDATE ON mfa_authenticator
    FOR EACH ROW EXECUTE FUNCTION network_authenticator_guard();
"""

FORMER_ADDRESSES = """
CREATE FUNCTION network_user_leaves_address() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO network_formeraddress (user_id, email, left_at) VALUES (OLD.id, OLD.email, clock_timestamp())
        ON CONFLICT (user_id, email) DO UPDATE SET left_at = EXCLUDED.left_at;
    RETURN NULL;
END $$;
CREATE TRIGGER network_user_leaves_address AFTER UPDATE OF email ON network_user
    FOR EACH ROW WHEN (NEW.email <> OLD.email AND NEW.forgotten_at IS NULL)
    EXECUTE FUNCTION network_user_leaves_address();
"""

UNDO = """
DROP FUNCTION network_user_leaves_address CASCADE;
DROP FUNCTION network_authenticator_guard CASCADE;
ALTER TABLE mfa_authenticator DROP CONSTRAINT network_authenticator_encrypted;
ALTER TABLE network_user DROP CONSTRAINT network_user_plain_names;
DROP FUNCTION network_membership_guard CASCADE;
DROP FUNCTION network_organisation_guard CASCADE;
DROP FUNCTION network_membershipperiod_guard CASCADE;
DROP FUNCTION network_never_deleted CASCADE;
"""

NEVER_DELETED = "".join(
    f"CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION network_never_deleted();\n"
    for table in ("network_user", "network_organisation", "network_membership", "network_membershipperiod")
)


class Migration(migrations.Migration):
    # The tables of the circuits are made early: Django reads again, at each step, all the models that are related.
    dependencies = [
        ("network", "0001_tables"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("viewflow", "0014_alter_process_parent_task"),
    ]

    operations = [
        migrations.RunSQL(FUNCTIONS + NEVER_DELETED + PLAIN_NAMES + SECOND_FACTORS + FORMER_ADDRESSES, UNDO),
        Wall(
            model_name="merger",
            journal_name="mergerentry",
            stamps=["declared_at", "declared_by", "epci", "organisation", "successor"],
        ),
        Wall(model_name="publicservice", journal_name="publicserviceentry", stamps=["confirmed_at", "confirmed_by"]),
        Wall(
            model_name="awarenesssession",
            journal_name="awarenessentry",
            stamps=[
                "cancel_reason",
                "cancelled_at",
                "ends_at",
                "held_at",
                "held_by",
                "place",
                "planned_at",
                "planned_by",
                "starts_at",
            ],
        ),
        Wall(
            model_name="rollout",
            journal_name="rolloutentry",
            stamps=[
                "begun_at",
                "begun_by",
                "gathered_on",
                "last_contact_on",
                "next_on",
                "next_owner",
                "next_step",
                "reached_at",
            ],
        ),
        AppendOnly("rolloutexchange", ["said"]),
        AppendOnly("trainingsession"),
        AppendOnly("skill"),
        AppendOnly("accountchange"),
    ]
