"""What the log says, without what it must not say."""

import logging
import re

# PostgreSQL's second line quotes the row at fault: “DETAIL:  Key (email)=(…) already exists.”
QUOTED_VALUES = re.compile(r"^(\s*)(DETAIL|DÉTAIL|CONTEXT|CONTEXTE)(\s*:).*$", re.MULTILINE)


class DiscreetFormatter(logging.Formatter):
    """Keeps the values of rows, personal data among them, out of messages and tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        return QUOTED_VALUES.sub(r"\1\2\3 […]", super().format(record))
