"""The public address of a paper: what its QR code holds, and what is typed from it."""

from dataclasses import dataclass
from functools import cached_property
from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.safestring import SafeString

from documents.codes import qr_svg
from documents.emails import absolute_url
from documents.kinds import AUTHENTICITY
from lifecycle.references import ALPHABET

GROUP = 4
CODE_LENGTH = 16


@dataclass(frozen=True)
class Address:
    """Where one paper is verified, as the paper itself shows it."""

    code: str
    url: str
    """What the QR code opens."""
    site: str
    """Where the code is typed to verify the paper, without the scheme: « maillon.exemple.fr/verifier »."""
    verifies: bool = True
    """Whether the QR code opens the page that verifies the paper, or another one."""

    @cached_property
    def qr(self) -> SafeString:
        """The QR code of the page."""
        said = "dit si ce document est authentique" if self.verifies else "dit où en est votre demande"
        return qr_svg(self.url, alt=f"Code QR de la page qui {said}\u00a0: {self.url}")


def address_of(code: str, opens: str = AUTHENTICITY) -> Address:
    """The address of the paper with this public code; its QR code opens the page named ``opens``."""
    form = urlsplit(absolute_url(reverse("documents:authenticity_form")))
    return Address(
        code=code,
        url=absolute_url(reverse(opens, args=[code])),
        site=f"{form.netloc}{form.path}".rstrip("/"),
        verifies=opens == AUTHENTICITY,
    )


def typed_code(typed: str) -> str:
    """A public code as it is stored, whatever the case, the spaces and the dashes typed; empty when it is none."""
    kept = "".join(character for character in typed.upper() if character.isalnum())
    if len(kept) != CODE_LENGTH or not set(kept) <= set(ALPHABET):
        return ""
    return "-".join(kept[start : start + GROUP] for start in range(0, CODE_LENGTH, GROUP))
