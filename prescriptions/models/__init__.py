"""The tables of prescriptions: households, prescriptions, needs, what was seen and decided, dated settings."""

from prescriptions.models.completion import OWN_WORDS, CompletionAnswer, CompletionRequest
from prescriptions.models.contact import PromisedContact
from prescriptions.models.double import DoubleAnswer
from prescriptions.models.household import (
    Household,
    HouseholdAccess,
    HouseholdCorrection,
    HouseholdEntry,
    Residence,
)
from prescriptions.models.imported import ImportedPerson
from prescriptions.models.instruction import AdviserAbsence, FileNote
from prescriptions.models.joining import Joining
from prescriptions.models.message import HouseholdMessage, MessageNote
from prescriptions.models.need import Need, NeedEntry, Rank, RankLine, rank_of, served_before_turn
from prescriptions.models.photo import ProofPhoto, ProofPhotoEntry, WaitingPicture
from prescriptions.models.prescription import (
    Agreement,
    AgreementText,
    Decision,
    Fact,
    Prescription,
    PrescriptionEntry,
    PrescriptionPaper,
    SocialStory,
)
from prescriptions.models.reference import (
    CodedReason,
    EligibilityRule,
    Evaluation,
    FactBand,
    RuleLine,
    TerritorialPriority,
)
from prescriptions.models.reminder import ConfirmationLink, Reminder
from prescriptions.models.rights import RightsRequest, RightsRequestEntry
from prescriptions.models.transfer import Transfer, TransferEntry
from prescriptions.models.translation import SheetTranslation

__all__ = [
    "OWN_WORDS",
    "AdviserAbsence",
    "Agreement",
    "AgreementText",
    "CodedReason",
    "CompletionAnswer",
    "CompletionRequest",
    "ConfirmationLink",
    "Decision",
    "DoubleAnswer",
    "EligibilityRule",
    "Evaluation",
    "Fact",
    "FactBand",
    "FileNote",
    "Household",
    "HouseholdAccess",
    "HouseholdCorrection",
    "HouseholdEntry",
    "HouseholdMessage",
    "ImportedPerson",
    "Joining",
    "MessageNote",
    "Need",
    "NeedEntry",
    "Prescription",
    "PrescriptionEntry",
    "PrescriptionPaper",
    "PromisedContact",
    "ProofPhoto",
    "ProofPhotoEntry",
    "Rank",
    "RankLine",
    "Reminder",
    "Residence",
    "RightsRequest",
    "RightsRequestEntry",
    "RuleLine",
    "SheetTranslation",
    "SocialStory",
    "TerritorialPriority",
    "Transfer",
    "TransferEntry",
    "WaitingPicture",
    "rank_of",
    "served_before_turn",
]
