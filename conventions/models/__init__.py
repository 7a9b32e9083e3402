"""The tables of conventions."""

from conventions.models.articles import WHOLE_TEXT, Article, articles_of, changes_end, wording_of_today
from conventions.models.circuit import (
    DepositRefusal,
    RefusalToSign,
    Review,
    ReviewEntry,
    ReviewPoint,
    Signature,
    SignatureDeposit,
    SignatureEntry,
)
from conventions.models.convention import Convention, ConventionEntry, ReviewerNamed
from conventions.models.ending import OPEN, EndConsent, EndNotice, EndNoticeQuerySet, lapsed
from conventions.models.notes import ReviewNotes
from conventions.models.paper import ConventionPaper
from conventions.models.quota import Quota, QuotaChange
from conventions.models.reference import MONEY, ClauseText, PriceCeiling
from conventions.models.terms import ConventionClause, ConventionPrice, ConventionTerm, PlannedQuota
from conventions.models.version import TextVersion, is_unchanged, printed_address, version_of

__all__ = [
    "MONEY",
    "OPEN",
    "WHOLE_TEXT",
    "Article",
    "ClauseText",
    "Convention",
    "ConventionClause",
    "ConventionEntry",
    "ConventionPaper",
    "ConventionPrice",
    "ConventionTerm",
    "DepositRefusal",
    "EndConsent",
    "EndNotice",
    "EndNoticeQuerySet",
    "PlannedQuota",
    "PriceCeiling",
    "Quota",
    "QuotaChange",
    "RefusalToSign",
    "Review",
    "ReviewEntry",
    "ReviewNotes",
    "ReviewPoint",
    "ReviewerNamed",
    "Signature",
    "SignatureDeposit",
    "SignatureEntry",
    "TextVersion",
    "articles_of",
    "changes_end",
    "is_unchanged",
    "lapsed",
    "printed_address",
    "version_of",
    "wording_of_today",
]
