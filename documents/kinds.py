"""The kinds of documents that Maillon issues, declared by the apps that own them."""

from collections.abc import Callable
from dataclasses import dataclass

AUTHENTICITY = "documents:authenticity"
"""The page that says whether a paper is authentic."""


@dataclass(frozen=True)
class DocumentKind:
    """One version of one kind of paper: its code, its French label and the template that draws it.

    ``for_household``: it is handed to a household, so that it bears no fingerprint. ``opens``: the name of the page
    that its QR code opens, given its public code.
    """

    code: str
    label: str
    template: str
    version: int
    for_household: bool = False
    opens: str = AUTHENTICITY


type Standing = Callable[[int], str]

_kinds: dict[tuple[str, int], DocumentKind] = {}
_standings: dict[str, Standing] = {}


def register_standing(code: str, standing: Standing) -> None:
    """Declare what has become of what a kind of paper says, for whoever verifies one.

    ``standing(document)`` receives the key of the paper and returns a sentence without any personal data, empty when
    it still holds as it is written.
    """
    _standings[code] = standing


def standing_of(code: str, document: int) -> str:
    """What has become of what this paper says; empty when nobody declared anything."""
    standing = _standings.get(code)
    return standing(document) if standing else ""


def register_kind(
    code: str,
    label: str,
    template: str,
    version: int = 1,
    *,
    for_household: bool = False,
    opens: str = AUTHENTICITY,
) -> None:
    """Declare a kind of document, in ``AppConfig.ready()`` of the app that owns it.

    A paper is always drawn by the version its values were frozen for: when the template or the shape of its
    values changes, register the new version beside the old one, each with its own template.
    Raises ValueError when the same code and version were declared otherwise.
    """
    kind = DocumentKind(code, label, template, version, for_household, opens)
    if _kinds.setdefault((code, version), kind) != kind:
        raise ValueError(f"Document kind {code} v{version} is already declared otherwise.")


def current_kind(code: str) -> DocumentKind:
    """The latest version of a kind. Raises KeyError when no app declared it."""
    versions = [kind for kind in _kinds.values() if kind.code == code]
    if not versions:
        raise KeyError(f"No app declared the document kind {code!r}.")
    return max(versions, key=lambda kind: kind.version)


def kind_of(code: str, version: int) -> DocumentKind:
    """The very version a document was frozen for. Raises KeyError when it is not declared any more."""
    try:
        return _kinds[code, version]
    except KeyError:
        raise KeyError(f"No app declares version {version} of the document kind {code!r}.") from None


def all_kinds() -> list[DocumentKind]:
    """Every declared version, by code then version."""
    return [_kinds[key] for key in sorted(_kinds)]
