"""The walls of the machines, what is only added to, and what may never be written: a social security number."""

from django.db import migrations

from lifecycle.operations import AppendOnly, Wall
from prescriptions.nir_migration import without_nir

HOUSEHOLD_STAMPS = [
    "anonymise_on",
    "anonymised_at",
    "archived_at",
    "commune",
    "created_at",
    "created_by",
    "joined_into",
    "last_contact_at",
    "prescriber",
    "same_as",
]
PRESCRIPTION_STAMPS = [
    "accepted_at",
    "adviser",
    "commune",
    "complete_by",
    "confirmed_at",
    "contacted_at",
    "created_at",
    "declined_at",
    "distributor",
    "end_reason",
    "ended_at",
    "epci",
    "household",
    "prescriber",
    "submitted_at",
    "valid_until",
    "worker",
    "worker_before",
]
NEED_STAMPS = [
    "accepted_at",
    "asked_at",
    "drop_reason",
    "dropped_at",
    "epci",
    "kind",
    "left_reason",
    "loss",
    "lost_at",
    "mediation",
    "met_at",
    "started_at",
    "waits_from",
]
RIGHTS_STAMPS = [
    "doubt",
    "due_on",
    "identity_asked_at",
    "lift_told_at",
    "lifted_at",
    "overdue_at",
    "prolongation",
    "prolonged_at",
    "received_at",
    "received_by",
    "refusal",
    "reminded_at",
    "settled_at",
    "settled_by",
    "told_by",
    "told_on",
]
EVIDENCE: dict[str, list[str]] = {
    "agreement": [],
    "completionanswer": ["words"],
    "completionrequest": ["words"],
    "decision": ["motive", "next_step"],
    "doubleanswer": [],
    "fact": ["note", "proof"],
    "filenote": ["text"],
    "householdaccess": [],
    "householdcorrection": [],
    "householdmessage": ["language", "text"],
    "messagenote": [],
    "prescriptionpaper": [],
    "residence": [],
}
"""What is only added to, with what may be forgotten: the words of people."""

AGREEMENT_TEXT_KEPT = """
CREATE TRIGGER prescriptions_agreementtext_append_only BEFORE UPDATE ON prescriptions_agreementtext FOR EACH ROW
    WHEN (
        to_jsonb(OLD) - ARRAY['valid_to', 'source', 'checked_on']
            IS DISTINCT FROM to_jsonb(NEW) - ARRAY['valid_to', 'source', 'checked_on']
    ) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER prescriptions_agreementtext_no_delete BEFORE DELETE ON prescriptions_agreementtext FOR EACH ROW
    WHEN (OLD.valid_from <= CURRENT_DATE) EXECUTE FUNCTION lifecycle_refuse_change();
CREATE TRIGGER prescriptions_agreementtext_no_truncate BEFORE TRUNCATE ON prescriptions_agreementtext
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle_refuse_truncate();
"""
"""A text keeps its words; what is said of it (source, check, end) may be corrected, and one to come may be given up."""

AGREEMENT_TEXT_FREE = """
DROP TRIGGER prescriptions_agreementtext_append_only ON prescriptions_agreementtext;
DROP TRIGGER prescriptions_agreementtext_no_delete ON prescriptions_agreementtext;
DROP TRIGGER prescriptions_agreementtext_no_truncate ON prescriptions_agreementtext;
"""

NIR = """
CREATE FUNCTION prescriptions_holds_nir(told text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE found text[]; figures text;
BEGIN
    FOR found IN SELECT regexp_matches(
        told,
        '(?<![0-9])([1-478])[ .\\u00a0\\u202f-]?([0-9]{2})[ .\\u00a0\\u202f-]?(0[1-9]|1[0-2]|[2-9][0-9])'
        '[ .\\u00a0\\u202f-]?([0-9]{2}|2[AB])[ .\\u00a0\\u202f-]?([0-9]{3})[ .\\u00a0\\u202f-]?([0-9]{3})'
        '(?:([0-9]{2})(?![0-9])|(?![0-9]))', 'gi')
    LOOP
        IF found[7] IS NULL THEN
            RETURN true;
        END IF;
        figures := found[1] || found[2] || found[3]
            || replace(replace(upper(found[4]), '2A', '19'), '2B', '18') || found[5] || found[6];
        IF 97 - figures::bigint % 97 = found[7]::integer THEN
            RETURN true;
        END IF;
    END LOOP;
    RETURN false;
END $$;
"""
NO_NIR = "DROP FUNCTION prescriptions_holds_nir(text);"
WITHOUT_NIR = {
    "household": ["last_name", "first_name", "phone", "email", "address"],
    "socialstory": ["text"],
    "fact": ["proof", "note"],
    "completionanswer": ["words"],
    "completionrequest": ["words"],
    "decision": ["motive", "next_step"],
    "filenote": ["text"],
    "rightsrequest": ["words", "truth", "reply"],
}
"""The columns that people fill about people. Source: décret n° 2019-341 du 19 avril 2019."""

NOTE_FITS = """
CREATE FUNCTION prescriptions_note_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.fate <> 'astray' AND NOT EXISTS (
        SELECT 1 FROM prescriptions_householdmessage AS told WHERE told.id = NEW.message_id AND told.channel = 'letter'
    ) THEN
        RAISE EXCEPTION 'Seule une lettre se poste ou revient.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prescriptions_note_fits';
    END IF;
    IF NEW.turn <> (
        SELECT count(*) FROM prescriptions_messagenote AS noted
        WHERE noted.message_id = NEW.message_id AND noted.fate = 'misnoted'
    ) OR NEW.fate IN ('misnoted', 'unknown', 'unclaimed') AND NOT EXISTS (
        SELECT 1 FROM prescriptions_messagenote AS noted
        WHERE noted.message_id = NEW.message_id AND noted.turn = NEW.turn
        AND (noted.fate = 'posted' OR NEW.fate = 'misnoted' AND noted.fate IN ('given', 'dropped'))
    ) THEN
        RAISE EXCEPTION 'Cette suite ne vient pas après ce qui est noté de la lettre.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'prescriptions_note_fits';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER prescriptions_note_fits BEFORE INSERT ON prescriptions_messagenote FOR EACH ROW
    EXECUTE FUNCTION prescriptions_note_fits();
"""
NOTE_FREE = """
DROP TRIGGER prescriptions_note_fits ON prescriptions_messagenote;
DROP FUNCTION prescriptions_note_fits();
"""
"""Nobody posts a mail or an SMS, and none comes back by the post; a letter comes back, or is taken back, in the turn in
which it was said to leave."""

FORGOTTEN = """
CREATE FUNCTION prescriptions_household_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Un foyer rendu anonyme ne se nomme plus.'
        USING ERRCODE = 'restrict_violation', CONSTRAINT = 'prescriptions_household_forgotten';
END $$;
CREATE TRIGGER prescriptions_household_forgotten BEFORE UPDATE ON prescriptions_household FOR EACH ROW
    WHEN (OLD.state = 'anonymised' AND (
        NEW.last_name <> '' OR NEW.first_name <> '' OR NEW.birth_date IS NOT NULL OR NEW.phone <> ''
        OR NEW.email <> '' OR NEW.address <> '' OR NEW.postcode <> ''))
    EXECUTE FUNCTION prescriptions_household_forgotten();
"""
NOT_FORGOTTEN = "DROP FUNCTION prescriptions_household_forgotten CASCADE;"

PICTURE_NOT_KEPT = """
CREATE FUNCTION prescriptions_picture_not_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM prescriptions_waitingpicture w JOIN prescriptions_proofphoto p ON p.id = w.photo_id
               WHERE p.id = (to_jsonb(NEW)->>TG_ARGV[0])::bigint AND p.state <> 'waiting') THEN
        RAISE EXCEPTION 'the picture of an answered photo is kept' USING ERRCODE = 'check_violation',
            CONSTRAINT = 'prescriptions_picture_not_kept';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER prescriptions_picture_not_kept AFTER UPDATE OF state ON prescriptions_proofphoto
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prescriptions_picture_not_kept('id');
CREATE CONSTRAINT TRIGGER prescriptions_picture_not_kept AFTER INSERT OR UPDATE ON prescriptions_waitingpicture
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION prescriptions_picture_not_kept('photo_id');
"""
PICTURE_KEPT = """
DROP TRIGGER prescriptions_picture_not_kept ON prescriptions_waitingpicture;
DROP TRIGGER prescriptions_picture_not_kept ON prescriptions_proofphoto;
DROP FUNCTION prescriptions_picture_not_kept();
"""


class Migration(migrations.Migration):
    """Triggers and constraints only: no column changes."""

    dependencies = [("prescriptions", "0001_tables")]

    operations = [
        Wall(model_name="household", journal_name="householdentry", stamps=HOUSEHOLD_STAMPS),
        Wall(model_name="prescription", journal_name="prescriptionentry", stamps=PRESCRIPTION_STAMPS),
        Wall(model_name="need", journal_name="needentry", stamps=NEED_STAMPS),
        Wall("transfer", "transferentry", ["asked_at", "asked_by", "refusal", "settled_at", "settled_by"]),
        Wall("rightsrequest", "rightsrequestentry", RIGHTS_STAMPS),
        Wall("proofphoto", "proofphotoentry", ["fault", "sent_at", "settled_at", "settled_by"]),
        *(AppendOnly(name, erasable) for name, erasable in EVIDENCE.items()),
        migrations.RunSQL(AGREEMENT_TEXT_KEPT, AGREEMENT_TEXT_FREE),
        migrations.RunSQL(NOTE_FITS, NOTE_FREE),
        migrations.RunSQL(NIR, NO_NIR),
        *(
            without_nir(f"prescriptions_{table}", column)
            for table, columns in WITHOUT_NIR.items()
            for column in columns
        ),
        *(without_nir("network_user", column) for column in ("first_name", "last_name")),
        migrations.RunSQL(FORGOTTEN, NOT_FORGOTTEN),
        migrations.RunSQL(PICTURE_NOT_KEPT, PICTURE_KEPT),
    ]
