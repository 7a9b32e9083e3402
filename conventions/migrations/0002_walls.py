"""The wall of conventions, reviews and signatures; terms that no longer change; evidence one can only add to."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall

TERMS = ("conventionclause", "conventionprice", "plannedquota", "reviewernamed")

FROZEN = """
CREATE FUNCTION conventions_terms_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND EXISTS (
        SELECT 1 FROM conventions_convention
        WHERE id = OLD.convention_id AND state NOT IN ('draft', 'changes_requested')
    ) OR TG_OP <> 'DELETE' AND EXISTS (
        SELECT 1 FROM conventions_convention
        WHERE id = NEW.convention_id AND state NOT IN ('draft', 'changes_requested')
    ) THEN
        RAISE EXCEPTION 'Une convention soumise garde ses articles, ses prix, ses quotas et ses relecteurs.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'conventions_terms_frozen';
    END IF;
    RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
END $$;
CREATE FUNCTION conventions_convention_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Une convention garde son EPCI et la convention qu’elle modifie.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'conventions_convention_frozen';
END $$;
CREATE TRIGGER conventions_convention_frozen BEFORE UPDATE ON conventions_convention FOR EACH ROW
    WHEN (NEW.epci_party_id <> OLD.epci_party_id OR NEW.amends_id IS DISTINCT FROM OLD.amends_id)
    EXECUTE FUNCTION conventions_convention_frozen();
CREATE TRIGGER conventions_review_frozen BEFORE UPDATE ON conventions_review FOR EACH ROW
    WHEN (NEW.convention_id IS DISTINCT FROM OLD.convention_id OR NEW.round IS DISTINCT FROM OLD.round
        OR NEW.subject IS DISTINCT FROM OLD.subject OR NEW.party IS DISTINCT FROM OLD.party
        OR NEW.organisation_id IS DISTINCT FROM OLD.organisation_id)
    EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER conventions_signature_frozen BEFORE UPDATE ON conventions_signature FOR EACH ROW
    WHEN (NEW.convention_id IS DISTINCT FROM OLD.convention_id OR NEW.round IS DISTINCT FROM OLD.round
        OR NEW.party IS DISTINCT FROM OLD.party OR NEW.organisation_id IS DISTINCT FROM OLD.organisation_id
        OR NEW.document_id IS DISTINCT FROM OLD.document_id)
    EXECUTE FUNCTION lifecycle_refuse_change();
"""
"""A signatory may be replaced, by a verb that the wall watches; so may the person who is asked for a review."""

TERMS_FROZEN = """
CREATE TRIGGER conventions_{name}_frozen BEFORE INSERT OR UPDATE OR DELETE ON conventions_{name}
    FOR EACH ROW EXECUTE FUNCTION conventions_terms_frozen();
"""

POINTS = """
CREATE FUNCTION conventions_reviewpoint_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un point de relecture reçoit sa réponse\u00a0; ses mots s’effacent, ils ne se réécrivent pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'conventions_reviewpoint_kept';
END $$;
CREATE TRIGGER conventions_reviewpoint_kept BEFORE UPDATE ON conventions_reviewpoint FOR EACH ROW
    WHEN (NEW.id IS DISTINCT FROM OLD.id OR NEW.review_id IS DISTINCT FROM OLD.review_id
        OR NEW.clause IS DISTINCT FROM OLD.clause
        OR NEW.text <> OLD.text AND NEW.text <> '')
    EXECUTE FUNCTION conventions_reviewpoint_kept();
CREATE TRIGGER conventions_reviewpoint_no_delete BEFORE DELETE ON conventions_reviewpoint FOR EACH ROW
    EXECUTE FUNCTION conventions_reviewpoint_kept();
CREATE TRIGGER conventions_reviewpoint_no_truncate BEFORE TRUNCATE ON conventions_reviewpoint
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_truncate();
"""

POINTS_FREE = """
DROP FUNCTION conventions_reviewpoint_kept CASCADE;
DROP TRIGGER conventions_reviewpoint_no_truncate ON conventions_reviewpoint;
"""

NOT_FROZEN = """
DROP FUNCTION conventions_terms_frozen CASCADE;
DROP FUNCTION conventions_convention_frozen CASCADE;
DROP TRIGGER conventions_review_frozen ON conventions_review;
DROP TRIGGER conventions_signature_frozen ON conventions_signature;
"""

NOTICES = """
CREATE FUNCTION conventions_endnotice_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un préavis ou une mise en demeure se retire ou se conteste\u00a0; ce qu’il dit ne se réécrit pas.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'conventions_endnotice_kept';
END $$;
CREATE TRIGGER conventions_endnotice_kept BEFORE UPDATE ON conventions_endnotice FOR EACH ROW
    WHEN (NEW.id IS DISTINCT FROM OLD.id OR NEW.convention_id IS DISTINCT FROM OLD.convention_id
        OR NEW.rank IS DISTINCT FROM OLD.rank OR NEW.party IS DISTINCT FROM OLD.party
        OR NEW.reason IS DISTINCT FROM OLD.reason OR NEW.given_on IS DISTINCT FROM OLD.given_on
        OR NEW.file_id IS DISTINCT FROM OLD.file_id OR NEW.told_at IS DISTINCT FROM OLD.told_at
        OR NEW.given_by_id IS DISTINCT FROM OLD.given_by_id
        OR NEW.alone_on < OLD.alone_on
        OR NEW.alone_on <> OLD.alone_on AND (OLD.contested_at IS NOT NULL OR NEW.contested_at IS NULL)
        OR OLD.contested_at IS NOT NULL AND (NEW.contested_at IS DISTINCT FROM OLD.contested_at
            OR NEW.contested_by_id IS DISTINCT FROM OLD.contested_by_id)
        OR OLD.taken_back_at IS NOT NULL AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at
        OR OLD.lapsed_at IS NOT NULL AND NEW.lapsed_at IS DISTINCT FROM OLD.lapsed_at)
    EXECUTE FUNCTION conventions_endnotice_kept();
CREATE TRIGGER conventions_endnotice_no_delete BEFORE DELETE ON conventions_endnotice FOR EACH ROW
    EXECUTE FUNCTION conventions_endnotice_kept();
CREATE TRIGGER conventions_endnotice_no_truncate BEFORE TRUNCATE ON conventions_endnotice
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_truncate();
CREATE FUNCTION conventions_endnotice_followed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM conventions_convention WHERE end_notice_id = NEW.id) THEN
        RAISE EXCEPTION 'Une convention a pris fin par ce papier\u00a0: il ne se retire plus et sa date ne se conteste plus.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'conventions_endnotice_followed';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conventions_endnotice_followed BEFORE UPDATE ON conventions_endnotice FOR EACH ROW
    EXECUTE FUNCTION conventions_endnotice_followed();
CREATE FUNCTION conventions_convention_ended_by() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM conventions_endnotice
        WHERE id = NEW.end_notice_id AND convention_id = NEW.id AND reason = NEW.ended_because
            AND given_on = NEW.notice_on AND alone_on <= NEW.ended_on
            AND taken_back_at IS NULL AND lapsed_at IS NULL
    ) THEN
        RAISE EXCEPTION 'Une convention ne finit par une partie seule que par le papier que celle-ci a enregistré.'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = 'conventions_convention_ended_by';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER conventions_convention_ended_by BEFORE INSERT OR UPDATE ON conventions_convention FOR EACH ROW
    WHEN (NEW.end_notice_id IS NOT NULL)
    EXECUTE FUNCTION conventions_convention_ended_by();
"""
"""A notice is taken back, contested, followed by another; nobody ends alone but by the paper of that convention."""

NOTICES_FREE = """
DROP FUNCTION conventions_endnotice_kept CASCADE;
DROP FUNCTION conventions_endnotice_followed CASCADE;
DROP FUNCTION conventions_convention_ended_by CASCADE;
DROP TRIGGER conventions_endnotice_no_truncate ON conventions_endnotice;
"""

CONVENTION_STAMPS = [
    "epci",
    "created_at",
    "created_by",
    "title",
    "starts_on",
    "ends_on",
    "is_test",
    "max_nonconformity",
    "workshop",
    "distributor",
    "epci_signatory",
    "workshop_signatory",
    "distributor_signatory",
    "submitted_at",
    "submitted_by",
    "round",
    "approved_at",
    "act_body",
    "act_number",
    "act_on",
    "act_executory_on",
    "signed_at",
    "activated_at",
    "succeeded_by",
    "suspended_at",
    "suspend_reason",
    "reminded_at",
    "notice_on",
    "end_notice",
    "ended_at",
    "ended_on",
    "ended_because",
    "end_round",
    "end_proposed_at",
    "end_proposed_by",
]

REVIEW_STAMPS = [
    "asked_at",
    "answered_at",
    "reviewer",
    "cancelled_at",
    "asked_of",
    "asked_before",
    "reminded_at",
    "replaced_because",
    "passed_over_at",
    "passed_over_because",
]

SIGNATURE_STAMPS = [
    "asked_at",
    "signed_at",
    "signed_on",
    "method",
    "quoted_sha256",
    "scan",
    "confirmed_by",
    "voided_at",
    "signatory",
    "asked_before",
    "due_on",
    "reminded_at",
    "answer_due_on",
    "replaced_because",
    "acknowledged_at",
    "contested_at",
]

EVIDENCE: dict[str, list[str]] = {
    "conventionpaper": [],
    "conventionterm": [],
    "quotachange": [],
    "depositrefusal": [],
    "endconsent": [],
    "signaturedeposit": ["reading"],
    "textversion": ["terms"],
}
"""What is only added to. What was read on a deposited signature, and the terms of a version, may be emptied: they name
who signs."""


class Migration(migrations.Migration):
    """Triggers only: no column changes."""

    dependencies = [("conventions", "0001_tables")]

    operations = [
        Wall(model_name="convention", journal_name="conventionentry", stamps=CONVENTION_STAMPS),
        Wall(model_name="review", journal_name="reviewentry", stamps=REVIEW_STAMPS),
        Wall(model_name="signature", journal_name="signatureentry", stamps=SIGNATURE_STAMPS),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        migrations.RunSQL(FROZEN, NOT_FROZEN),
        migrations.RunSQL(POINTS, POINTS_FREE),
        migrations.RunSQL(NOTICES, NOTICES_FREE),
        *(migrations.RunSQL(TERMS_FROZEN.format(name=name), migrations.RunSQL.noop) for name in TERMS),
    ]
