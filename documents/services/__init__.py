"""What the other apps ask of documents: keep a file, write a mail, make a paper."""

from documents.paper import render_pdf
from documents.services.files import check_file, forget_file, open_file, store_file, verify_file
from documents.services.known import paper_within, papers_named, serves_elsewhere
from documents.services.mail import (
    call_off_mails,
    forget_account_mails,
    forget_mails,
    queue_mail,
    resend_mail,
    takes_mail,
)
from documents.services.papers import (
    IN_THE_BACKGROUND,
    RENDERING,
    Draft,
    draw_document,
    forget_document,
    freeze_document,
    freeze_documents,
    keep_drawing,
    render_document,
    verify_document,
)
from documents.services.people import forget_names, forget_person
from documents.services.sms import call_off_sms, forget_sms, queue_sms, takes_sms

__all__ = [
    "IN_THE_BACKGROUND",
    "RENDERING",
    "Draft",
    "call_off_mails",
    "call_off_sms",
    "check_file",
    "draw_document",
    "forget_account_mails",
    "forget_document",
    "forget_file",
    "forget_mails",
    "forget_names",
    "forget_person",
    "forget_sms",
    "freeze_document",
    "freeze_documents",
    "keep_drawing",
    "open_file",
    "paper_within",
    "papers_named",
    "queue_mail",
    "queue_sms",
    "render_document",
    "render_pdf",
    "resend_mail",
    "serves_elsewhere",
    "store_file",
    "takes_mail",
    "takes_sms",
    "verify_document",
    "verify_file",
]
