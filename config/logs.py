"""What the log says, without what it must not say."""

import copy
import logging
import re
from http import HTTPStatus

# PostgreSQL's second line quotes the row at fault: “DETAIL:  Key (email)=(…) already exists.”
QUOTED_VALUES = re.compile(r"^(\s*)(DETAIL|DÉTAIL|CONTEXT|CONTEXTE)(\s*:).*$", re.MULTILINE)


class DiscreetFormatter(logging.Formatter):
    """Keeps the values of rows, personal data among them, out of messages and tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return QUOTED_VALUES.sub(r"\1\2\3 […]", super().format(record))


class RefusedInOneLine(logging.Filter):
    """Leaves the traceback out of what is said of a request that is refused (4xx): nothing is at fault in the code.

    What an exception says may quote what was typed; the line that is left says the address and why. Other handlers
    read the record as it was.
    """

    def filter(self, record: logging.LogRecord) -> bool | logging.LogRecord:
        status = getattr(record, "status_code", HTTPStatus.INTERNAL_SERVER_ERROR)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or not record.exc_info:
            return True
        short = copy.copy(record)
        short.exc_info = short.exc_text = None
        return short
