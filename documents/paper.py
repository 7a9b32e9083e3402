"""How a paper is drawn: an HTML template of Maillon becomes a tagged PDF (PDF/UA-1, ISO 14289-1).

**The same content gives the same bytes**, on any machine: the fonts come from the package
``font-source-sans-pro`` (Source Sans Pro 2, static files, SIL Open Font License 1.1, which allows embedding)
and not from the system; the file's identifier and its dates are those of the paper. A variable font would not
do: its instances carry the instant they were cut, and their widths fail the PDF/UA check.

**A paper asks for nothing outside Maillon.** A template names its images ``static:app/image.svg`` and its
fonts ``font:SourceSansPro-Regular.ttf``; a ``data:`` image carries itself. Any other address stops the
rendering.

Every template extends ``documents/base.html``, which sets the language, the title and the style. Every image
needs an ``alt`` and every heading cell of a table a ``scope``, or the result is not accessible.
"""

import hashlib
import mimetypes
import ssl
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any, NoReturn

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template.loader import render_to_string
from django.utils import timezone, translation
from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from documents.exceptions import ForbiddenResource

LANGUAGE = "fr"
_FONTS = "font_source_sans_pro"
_NOWHERE = "file:///"
"""What relative addresses are relative to: a place that is refused."""


class OwnResources(URLFetcher):
    """Opens the fonts and images that Maillon ships, and nothing else: neither network nor disk."""

    def __init__(self) -> None:
        # Nothing is fetched: reading the authorities of this machine would be a tenth of the time of a short paper.
        nobody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        super().__init__(allowed_protocols=("data",), allow_redirects=False, fail_on_errors=True, ssl_context=nobody)

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, name = url.partition(":")
        if scheme == "font":
            return URLFetcherResponse(url, _font(name), {"Content-Type": "font/ttf"})
        if scheme == "static":
            kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, _static(name), {"Content-Type": kind})
        return super().fetch(url, headers)


def render_pdf(
    template: str, context: dict[str, Any], *, title: str, identifier: str, date: datetime, language: str = LANGUAGE
) -> bytes:
    """Draw a paper as a PDF/UA-1 file, in French unless ``language`` says which.

    ``template`` extends ``documents/base.html`` and receives ``context`` with ``title``, ``identifier`` and
    ``date``; ``date`` is aware and becomes the date of the file. Takes from a tenth of a second to some
    seconds: never under a lock of rows. Raises ForbiddenResource when the template asks for anything that
    Maillon does not ship, ValueError when it lost its title or its language.
    """
    created = date.astimezone(UTC).replace(microsecond=0)
    own = {"title": title, "identifier": identifier, "date": date, "created": created.isoformat(), "language": language}
    with timezone.override(None), translation.override(language):
        written = render_to_string(template, {**context, **own})
    source = HTML(string=written, base_url=_NOWHERE, url_fetcher=OwnResources())
    try:
        paper = source.render(font_config=FontConfiguration(), pdf_variant="pdf/ua-1", pdf_tags=True)
        if paper.metadata.title != title or paper.metadata.lang != language:
            raise ValueError(f"{template} must extend documents/base.html and keep its title and language.")
        return paper.write_pdf(
            pdf_variant="pdf/ua-1",
            pdf_identifier=hashlib.sha256(identifier.encode()).hexdigest()[:32].encode(),
        )
    except FatalURLFetchingError as error:
        _refuse(template, error)


def _refuse(template: str, error: FatalURLFetchingError) -> NoReturn:
    raise ForbiddenResource(f"{template}: {error}") from error


def _font(name: str) -> bytes:
    return resources.files(_FONTS).joinpath("files", name.rsplit("/", 1)[-1]).read_bytes()


def _static(name: str) -> bytes:
    """The bytes of a static file, where ``collectstatic`` put it or in its app. Raises FileNotFoundError."""
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return file.read()
    found = finders.find(name)
    if not found:
        raise FileNotFoundError(name)
    return Path(found).read_bytes()
