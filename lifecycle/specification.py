"""The specification, as the drawings read it: its paragraphs, and the machine, the verbs and the rules that each says.

A paragraph of ``docs/spec`` begins with its anchor and its number; the codes in parentheses after its title are what it
governs. A rule that has a paragraph apart from that of its verb is named there in a comment, which people do not see.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

FOLDER = "docs/spec"
SIGN = "\N{SECTION SIGN}"
BEGINNING = re.compile(
    r'^(?:## )?<a id="(?P<number>[\d.]+)"></a>(?P<bold>\*\*)?(?P<shown>\d+(?:\.\d+)?)\. (?P<title>[^*\n(]*[^*\n( .])'
    r"(?:\.?\*\*)?(?:\s\((?P<codes>`[^()]+`)\))?",
    re.MULTILINE,
)
RULES = re.compile(r"<!-- règles\u00a0: (?P<rules>.*?) -->", re.DOTALL)


@dataclass(frozen=True)
class Paragraph:
    """One paragraph, or the section that holds several: what it is called, and what it governs."""

    file: str
    number: str
    title: str
    codes: tuple[str, ...]
    rules: tuple[str, ...]

    @property
    def cited(self) -> str:
        """As everybody names it: « machines §1.14 »."""
        return f"{self.file} {SIGN}{self.number}"

    @property
    def link(self) -> str:
        """A Markdown link to it, from a page beside the folder of the specification."""
        return f"[{self.cited}](../{Path(FOLDER).name}/{self.file}.md#{self.number})"


@dataclass(frozen=True)
class Specification:
    """Where a machine (``device``), a verb (``device.receive``) or a rule (``device.proofs_stand``) is specified."""

    paragraphs: tuple[Paragraph, ...] = ()
    governed: Mapping[str, Paragraph] = field(default_factory=dict)
    ruled: Mapping[str, Paragraph] = field(default_factory=dict)

    def of(self, code: str) -> str:
        """The link to the paragraph of a machine or of a verb; empty where there is none."""
        return self.governed[code].link if code in self.governed else ""

    def of_rule(self, code: str) -> str:
        """The link to the paragraph that a rule has of its own; empty where it is said with its verb."""
        return self.ruled[code].link if code in self.ruled else ""


def read(folder: Path | None = None) -> Specification:
    """Read the specification of the project, or of a folder; one that is not there has no paragraph."""
    files = sorted((folder or Path(settings.BASE_DIR) / FOLDER).glob("*.md"))
    paragraphs = [paragraph for path in files for paragraph in paragraphs_of(path.stem, path.read_text())]
    return Specification(
        tuple(paragraphs),
        {code: paragraph for paragraph in paragraphs for code in paragraph.codes},
        {code: paragraph for paragraph in paragraphs for code in paragraph.rules},
    )


def paragraphs_of(file: str, text: str) -> Iterable[Paragraph]:
    """The paragraphs of one file, in its order."""
    begun = list(BEGINNING.finditer(text))
    ends = [*(begins.start() for begins in begun), len(text)]
    for begins, end in zip(begun, ends[1:], strict=True):
        said = text[begins.start() : end]
        rules = [code.strip() for found in RULES.finditer(said) for code in found["rules"].split(",")]
        codes = re.findall(r"`([^`]+)`", begins["codes"] or "")
        yield Paragraph(file, begins["number"], begins["title"].strip(), tuple(codes), tuple(rules))
