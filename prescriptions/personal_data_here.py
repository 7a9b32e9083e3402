"""What prescriptions hold of a household: see ``personal_data``."""

from typing import Any

from imports.models import Import
from prescriptions.models import (
    Agreement,
    CompletionAnswer,
    CompletionRequest,
    ConfirmationLink,
    Decision,
    DoubleAnswer,
    Fact,
    FileNote,
    Household,
    HouseholdAccess,
    HouseholdCorrection,
    HouseholdEntry,
    HouseholdMessage,
    ImportedPerson,
    Joining,
    MessageNote,
    Need,
    NeedEntry,
    Prescription,
    PrescriptionEntry,
    PrescriptionPaper,
    PromisedContact,
    ProofPhoto,
    ProofPhotoEntry,
    Reminder,
    Residence,
    RightsRequest,
    RightsRequestEntry,
    SocialStory,
    Transfer,
    TransferEntry,
    WaitingPicture,
)
from prescriptions.personal_data import INTERNAL, Beyond, PersonalData, declare_personal_data
from prescriptions.personal_data_words import given_told, page_opened, role_told

KEYS = "la même information, écrite pour chercher les doubles"
ANOTHER = "l’autre dossier peut être celui de quelqu’un d’autre"
ENTRY = ("at", "verb", "actor", "role", "via", "values", "comment_digest")
"""The columns of a journal that are given: what was done, when, in which role."""
TARGET = {"target": "dit par la phrase de l’acte", "organisation": "dite avec qui a agi"}
TERRITORY = {"epci": "le territoire de la demande, déjà donné", "kind": "la nature du besoin, déjà donnée"}


def done(entry: Any) -> str:
    """What was done, as a timeline says it."""
    return str(entry.sentence())


def by_a_link(row: Any) -> str:
    """By a link or a sheet: its key is nobody's to read."""
    return "par une feuille ou un lien, sans compte"


def taken_told(joining: Any) -> str:
    """The names of what was taken from one file into the other, in French."""
    return ", ".join(str(Household._meta.get_field(name).verbose_name) for name in joining.taken)


def before_told(joining: Any) -> str:
    """What the file kept said before, column by column, as long as it can be put back."""
    said = [(name, value) for name, value in joining.before.items() if value not in ("", None)]
    return ", ".join(f"{Household._meta.get_field(name).verbose_name}\u00a0: {value}" for name, value in said)


def list_told(line: Any) -> str:
    """By whom a list was brought, and when; never its name."""
    source = line.import_of
    return f"liste apportée par {source.organisation} le {source.started_at:%d/%m/%Y}"


SAID = {"verb": done, "via": by_a_link, "role": role_told, "values": given_told}


def columns_written(correction: Any) -> str:
    """The names of what was corrected, in French."""
    return str(correction)


def opened(access: Any) -> str:
    """What was opened, without the name of an address."""
    return "comparaison sans rien montrer" if access.is_blind else page_opened(access.what)


def in_place_of(home: Any) -> str:
    """That the commune before it was noted by mistake, where it was."""
    return "la commune notée avant, par erreur" if home.corrects_id else ""


def labels(row: Any) -> str:
    """What was asked for, as it was said."""
    return ", ".join(row.labels)


def decided(decision: Any) -> str:
    """Yes or no."""
    return "refusée" if decision.verb == "refuse" else "acceptée"


def rules(decision: Any) -> str:
    """What each rule answered, line by line."""
    told = ([line.get(name) for name in ("label", "seen", "outcome_label")] for line in decision.lines)
    return "\u00a0; ".join(", ".join(str(word) for word in line if word) for line in told)


def _journals(of_it: str) -> tuple[PersonalData, ...]:
    """What was done of each thing, act by act."""
    return (
        PersonalData(HouseholdEntry, "object", "L’histoire de votre dossier", ENTRY, TARGET, SAID),
        PersonalData(
            PrescriptionEntry,
            "object__household",
            "L’histoire de vos demandes",
            ENTRY,
            {**TARGET, "epci": TERRITORY["epci"]},
            SAID,
        ),
        PersonalData(NeedEntry, f"object__{of_it}", "L’histoire de vos besoins", ENTRY, TARGET | TERRITORY, SAID),
        PersonalData(TransferEntry, f"object__{of_it}", "L’histoire des transferts", ENTRY, TARGET, SAID),
        PersonalData(ProofPhotoEntry, f"object__{of_it}", "L’histoire de vos photos de papiers", ENTRY, TARGET, SAID),
        PersonalData(
            RightsRequestEntry,
            "object__household",
            "L’histoire de vos demandes de droits",
            ENTRY,
            TARGET,
            SAID,
        ),
    )


OF_IT = "prescription__household"
OF_PRESCRIPTIONS: tuple[PersonalData, ...] = (
    PersonalData(
        Household,
        "pk",
        "Le dossier de votre foyer",
        (
            *("reference", "state", "last_name", "first_name", "birth_date", "emancipated_on", "phone", "email"),
            *("address", "postcode", "commune", "domiciled", "adults", "children", "contact_channel", "prescriber"),
            "address_doubted_at",
            *("created_at", "created_by", "last_contact_at", "archived_at", "anonymise_on"),
            "anonymised_at",
        ),
        {**dict.fromkeys(("name_key", "phone_key", "address_key"), KEYS), "same_as": ANOTHER, "joined_into": INTERNAL},
    ),
    PersonalData(
        Residence,
        "household",
        "Où vous avez vécu",
        ("commune", "since", "told_at", "corrects"),
        {"household": INTERNAL},
        {"corrects": in_place_of},
    ),
    PersonalData(
        Prescription,
        "household",
        "Vos demandes",
        (
            *("reference", "state", "prescriber", "worker", "distributor", "commune", "epci", "created_at"),
            *("submitted_at", "complete_by", "accepted_at", "confirmed_at", "declined_at", "valid_until"),
            *("contacted_at", "ended_at", "end_reason", "worker_before", "adviser"),
        ),
        {"household": INTERNAL},
    ),
    PersonalData(
        Need,
        OF_IT,
        "Ce que vous avez demandé",
        (
            *("reference", "prescription", "kind", "use", "state", "epci", "mediation", "asked_at"),
            *("accepted_at", "waits_from", "started_at", "met_at", "dropped_at", "drop_reason", "lost_at"),
            *("loss", "left_reason"),
        ),
    ),
    PersonalData(
        Fact,
        OF_IT,
        "Ce qui a été noté de vos justificatifs",
        (
            *("prescription", "kind", "proof", "band", "at_most", "dated_on", "seen_on", "note"),
            *("recorded_at", "recorded_by"),
        ),
        {"replaces": INTERNAL},
    ),
    PersonalData(
        SocialStory,
        OF_IT,
        "Ce que vous avez confié sur votre situation",
        ("prescription", "prescriber", "text", "written_at", "written_by"),
    ),
    PersonalData(
        Agreement,
        OF_IT,
        "Votre accord",
        ("prescription", "exact_text", "informed", "how", "given_on", "recorded_at", "recorded_by"),
        {"text": "la version du texte, dont vous avez les mots exacts", "sha256": INTERNAL},
    ),
    PersonalData(
        Decision,
        OF_IT,
        "Ce qui a été décidé",
        (
            *("prescription", "verb", "rules_on", "verdict", "lines", "motive", "next_step", "decided_at"),
            "decided_by",
        ),
        say={"lines": rules, "verb": decided},
    ),
    PersonalData(
        CompletionRequest,
        OF_IT,
        "Ce qui a été demandé en plus",
        ("prescription", "labels", "words", "asked_at", "asked_by"),
        {"codes": "les codes de ce qui est dit en clair"},
        {"labels": labels},
    ),
    PersonalData(
        CompletionAnswer,
        "request__prescription__household",
        "Ce qui a été répondu",
        ("request", "said", "words", "answered_at", "answered_by"),
        {"code": "le code de ce qui est dit en clair"},
    ),
    PersonalData(
        FileNote,
        OF_IT,
        "Ce que les conseillers ont noté de votre demande",
        ("prescription", "organisation", "audience", "text", "written_at", "written_by"),
    ),
    PersonalData(
        ProofPhoto,
        OF_IT,
        "Les photos de papiers que vous avez envoyées",
        ("reference", "prescription", "state", "sent_at", "settled_at", "settled_by", "fault"),
    ),
    PersonalData(
        WaitingPicture,
        "photo__prescription__household",
        "Les images qui attendent d’être regardées",
        ("photo",),
        {"content": "l’image que vous avez envoyée\u00a0: vous avez le papier, et elle s’efface une fois regardée"},
    ),
    PersonalData(
        PrescriptionPaper,
        OF_IT,
        "Les feuilles de vos demandes",
        ("prescription", "kind", "document"),
    ),
    PersonalData(
        PromisedContact,
        OF_IT,
        "Ce qu’on devait vous dire",
        (
            *("prescription", "about", "tells_transfer", "channel", "promised_at", "due_on", "tries", "tried_at"),
            *("settled_at", "settled_by", "outcome"),
        ),
        {"mail": "le courriel lui-même, donné plus bas", "sms": "le SMS lui-même, donné plus bas"},
    ),
    PersonalData(
        HouseholdMessage,
        "household",
        "Les messages qu’on vous a écrits",
        ("code", "channel", "language", "written_at", "written_by", "sender"),
        {
            "household": INTERNAL,
            "text": "la version du texte, dont vous avez les mots",
            **dict.fromkeys(("mail", "sms", "letter"), "le message lui-même, donné plus bas"),
        },
    ),
    PersonalData(
        MessageNote,
        "message__household",
        "Ce que ces messages sont devenus",
        ("message", "fate", "noted_at", "noted_by"),
        dict.fromkeys(("subject", "subject_key", "turn"), INTERNAL),
    ),
    PersonalData(
        Reminder,
        "household",
        "Les rappels",
        ("prescription", "kind", "due_on", "sent_at", "cancelled_at"),
        {"household": INTERNAL},
    ),
    PersonalData(
        ConfirmationLink,
        OF_IT,
        "Les liens qu’on vous a envoyés",
        ("prescription", "sent_at", "expires_at", "answered_at", "answer", "withdrawn_at"),
        {"token_digest": "l’empreinte d’une clé\u00a0: elle ouvrirait votre page"},
    ),
    PersonalData(
        Transfer,
        OF_IT,
        "Les changements de service social",
        (
            *("reference", "prescription", "state", "sender", "receiver", "asked_at", "asked_by", "settled_at"),
            *("settled_by", "refusal"),
        ),
    ),
    PersonalData(
        HouseholdCorrection,
        "household",
        "Ce qui a été corrigé",
        ("columns", "corrected_at", "corrected_by"),
        {"household": INTERNAL},
        {"columns": columns_written},
    ),
    PersonalData(
        RightsRequest,
        "household",
        "Vos demandes de droits",
        (
            *("reference", "state", "kind", "requester", "channel", "received_on", "words", "truth", "reply"),
            *("received_at", "received_by", "due_on", "doubt", "identity_asked_at", "prolonged_at"),
            *("prolongation", "settled_at", "settled_by", "refusal", "told_by", "told_on", "lift_told_at"),
            "lifted_at",
        ),
        {
            "household": INTERNAL,
            "reminded_at": "un rappel à celui qui vous répond",
            "overdue_at": "un rappel à celui qui vous répond",
        },
    ),
    PersonalData(
        DoubleAnswer,
        ("low", "high"),
        "Les dossiers comparés au vôtre",
        ("same", "score", "signs", "answered_at", "answered_by"),
        dict.fromkeys(("low", "high"), ANOTHER),
    ),
    PersonalData(
        ImportedPerson,
        "household",
        "La liste d’où vient votre dossier",
        ("import_of",),
        {"household": INTERNAL, "said": "effacé dès que votre dossier est ouvert", "number": INTERNAL},
        {"import_of": list_told},
    ),
    PersonalData(
        Joining,
        ("household", "left"),
        "Les dossiers réunis en un seul",
        ("left", "taken", "before", "joined_at", "joined_by", "undone_at", "undone_by"),
        {
            "household": INTERNAL,
            "prescriptions": "vos demandes, déjà données",
        },
        {"taken": taken_told, "before": before_told},
    ),
    Beyond(
        Import, "la liste que votre service social a déposée, effacée une fois reprise, et qui n’est pas de vous seul"
    ),
    *_journals(OF_IT),
    PersonalData(
        HouseholdAccess,
        "household",
        "Qui a ouvert votre dossier",
        ("at", "what", "actor", "organisation", "kind", "via", "reason"),
        {"household": INTERNAL},
        {"what": opened, "via": by_a_link},
    ),
)
"""Every declaration of this app."""


def register() -> None:
    """Declare them."""
    declare_personal_data(*OF_PRESCRIPTIONS)
