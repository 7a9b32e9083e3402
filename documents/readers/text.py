"""The text of a PDF, as much of it as is said here. Run apart (``documents.readers.apart``)."""

from typing import Any

import pypdfium2  # type: ignore[import-untyped]

from documents.readers.apart import answer_apart

READER = "documents.readers.text"
MOST_PAGES, MOST_SIGNS = 20, 100_000


def read_text(content: bytes) -> dict[str, Any]:
    """``{"text": the text of the first pages, "cut": whether there is more}``; empty when it only shows pictures."""
    document = pypdfium2.PdfDocument(content)
    count = len(document)
    pages = [document[rank].get_textpage().get_text_range() for rank in range(min(count, MOST_PAGES))]
    document.close()
    text = "\n".join(pages)
    return {"text": text[:MOST_SIGNS].replace("\0", " "), "cut": count > MOST_PAGES or len(text) > MOST_SIGNS}


if __name__ == "__main__":
    answer_apart(read_text)
