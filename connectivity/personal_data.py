"""What connection holds of a household: see ``prescriptions.personal_data``."""

from connectivity.models import (
    AddressCheck,
    CampaignCall,
    CampaignHousehold,
    ConnectionEntry,
    ConnectionFile,
    ConnectionPaper,
    LineNotice,
    OperatorLink,
    ProblemAnswer,
    ProofSeen,
    ReachTold,
    Recharge,
    Transmission,
)
from prescriptions.personal_data import PersonalData, declare_personal_data
from prescriptions.personal_data_here import ENTRY, SAID, TARGET, TERRITORY

STEERING = "sert à relancer l’opérateur ou le travailleur social, et ne dit rien de vous"


OF_IT = "need__prescription__household"
OF_CONNECTIVITY: tuple[PersonalData, ...] = (
    PersonalData(
        ConnectionFile,
        OF_IT,
        "Vos lignes de téléphone et d’internet",
        (
            *("reference", "need", "kind", "state", "current_line", "offer", "operator", "channel", "agreement"),
            *("proposed_at", "proposed_by", "chosen_at", "chosen_by", "sent_at", "sent_by", "problem"),
            *("operator_note", "problem_at", "operator_reference", "accepted_at", "scheduled_at"),
            *("appointment_on", "appointment_slot", "active_at", "activated_by", "started_on"),
            *("monthly_price", "entitlement_ends_on", "evidence_kind", "evidence_on", "evidence_reference"),
            *("renewed_at", "renewed_by", "ended_at", "end_reason", "refused_at", "refusal", "abandoned_at"),
            *("abandon_reason", "renewal_told_at", "copper_told_at", "right_lost_at", "right_lost_by"),
            *("right_loss", "after_loss", "price_after"),
        ),
        {
            "epci": "le territoire de la demande, déjà donné",
            **dict.fromkeys(("touched_at", "waiting_since", "reminders"), STEERING),
        },
    ),
    PersonalData(
        ProofSeen,
        f"file__{OF_IT}",
        "Ce qui a été vu pour une offre",
        ("file", "rule", "proof", "dated_on", "holds", "ceiling", "seen_at", "seen_by"),
    ),
    PersonalData(
        AddressCheck,
        f"file__{OF_IT}",
        "Ce qui a été vérifié à votre adresse",
        ("file", "access", "reached", "checked_on", "how", "recorded_at", "checked_by"),
    ),
    PersonalData(
        ReachTold,
        f"file__{OF_IT}",
        "Ce qui était su de votre adresse quand une offre a été choisie",
        ("file", "offer", "sentence", "told_at"),
    ),
    PersonalData(
        Transmission,
        f"file__{OF_IT}",
        "Ce qui a été transmis à un opérateur",
        (
            *("file", "operator", "sent_at", "offer_name", "proofs_seen", "last_name", "first_name", "phone"),
            *("email", "address", "postcode", "city", "contact", "forgotten_at"),
        ),
    ),
    PersonalData(
        ProblemAnswer,
        f"file__{OF_IT}",
        "Ce qu’un opérateur a signalé, et la réponse",
        ("file", "operator", "problem", "note", "problem_at", "words", "answered_at", "answered_by"),
    ),
    PersonalData(
        OperatorLink,
        f"file__{OF_IT}",
        "Les liens envoyés à un opérateur pour vous",
        ("file", "operator", "sent_at", "expires_at", "closed_at"),
        {
            "email": "l’adresse de l’opérateur, pas la vôtre",
            "token_digest": "l’empreinte d’une clé\u00a0: elle ouvrirait votre demande",
        },
    ),
    PersonalData(
        ConnectionPaper,
        f"file__{OF_IT}",
        "Les papiers de vos lignes",
        ("file", "kind", "operator", "document"),
    ),
    PersonalData(
        LineNotice,
        f"file__{OF_IT}",
        "Ce qu’on devait vous dire de vos lignes",
        ("file", "about", "channel", "promised_at", "due_on", "settled_at", "settled_by", "outcome"),
        {"mail": "le courriel lui-même, donné plus bas", "sms": "le SMS lui-même, donné plus bas"},
    ),
    PersonalData(
        Recharge,
        f"file__{OF_IT}",
        "Les recharges qui vous ont été vendues",
        (
            *("file", "distributor", "amount", "sold_on", "sold_at", "sold_by", "cancelled_at", "cancelled_by"),
            "cancel_reason",
        ),
        dict.fromkeys(("month", "rank", "most"), "compte les recharges du mois, et ne dit rien de vous"),
    ),
    PersonalData(
        CampaignHousehold,
        "household",
        "Les appels prévus avant la fin du cuivre",
        (
            *("campaign", "household", "commune", "line", "joined_at", "caller", "result", "called_at", "calls"),
            "next_on",
        ),
    ),
    PersonalData(
        CampaignCall,
        "target__household",
        "Les appels qui vous ont été faits",
        ("target", "caller", "called_at", "result", "next_on", "note"),
        {"script": "le texte que tous les foyers appelés entendent"},
    ),
    PersonalData(
        ConnectionEntry,
        f"object__{OF_IT}",
        "L’histoire de vos lignes",
        ENTRY,
        {**TARGET, **TERRITORY},
        SAID,
    ),
)
"""Every declaration of this app."""


def register() -> None:
    """Declare them."""
    declare_personal_data(*OF_CONNECTIVITY)
