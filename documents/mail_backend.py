"""The mail backend of Django: what any library writes becomes a row of the outbox, then leaves as such."""

from collections.abc import Sequence
from email.utils import getaddresses

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from documents.enums import MailPurpose
from documents.services.mail import OF_ACCOUNT, queue_mail
from network.emails import ACCOUNT_HEADER


class OutboxBackend(BaseEmailBackend):
    """Writes account mail (password, address, invitation) to the outbox, in the transaction of the caller.

    It is ``default`` in ``settings.MAILERS``; what really carries mail is ``delivery``. Only the plain text
    is kept. Raises ValueError for an attachment or a hidden copy, which no account mail has.
    """

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            if message.attachments or message.cc or message.bcc:
                raise ValueError("The outbox carries plain mail: no attachment, no copy.")
            account = message.extra_headers.get(ACCOUNT_HEADER)
            queue_mail(
                to=[(address, name) for name, address in getaddresses([str(one) for one in message.to])],
                subject=" ".join(str(message.subject).split()),
                body=str(message.body),
                purpose=MailPurpose.ACCOUNT,
                about=(OF_ACCOUNT, int(account)) if account else None,
            )
        return len(email_messages)
