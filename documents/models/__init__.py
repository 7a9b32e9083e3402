"""Files and papers, the outbox, what is said in messages to households."""

from documents.models.answer import SmsAnswer, SmsAnswerQuerySet
from documents.models.messages import MessageText, MessageTextQuerySet
from documents.models.outbox import (
    Mail,
    MailAttachment,
    MailQuerySet,
    Sms,
    SmsQuerySet,
    may_have_left,
    why_stopped,
)
from documents.models.papers import Document, StoredFile

__all__ = [
    "Document",
    "Mail",
    "MailAttachment",
    "MailQuerySet",
    "MessageText",
    "MessageTextQuerySet",
    "Sms",
    "SmsAnswer",
    "SmsAnswerQuerySet",
    "SmsQuerySet",
    "StoredFile",
    "may_have_left",
    "why_stopped",
]
