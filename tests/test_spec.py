"""The specification is the contract: what cites it leads somewhere, and what it says of codes and numbers is so.

A citation is « machines §1.12 », the page and the number, with no comma. A paragraph of somebody else's text is told
apart by its comma, as jurists write: « RFC 5321, §4.2.1 ».
"""

import csv
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.utils.text import slugify

from desk.guide.chapters import GLOSSARY
from lifecycle.drawing import drawings, states_of
from lifecycle.machine import Stateful, machines, verbs_of
from lifecycle.specification import FOLDER, RULES, SIGN, Paragraph, paragraphs_of, read
from lifecycle.versions import project_apps
from reference.files import read_parameters
from reference.registry import declared_parameters

PROJECT = Path(settings.BASE_DIR)
SPEC = PROJECT / FOLDER
OURS = {model for model in machines().values() if not model.__module__.startswith("tests.")}
PAGES = {path.stem: path.read_text() for path in sorted(SPEC.glob("*.md"))}
PARAGRAPHS = read().paragraphs
NUMBERS = {paragraph.cited for paragraph in PARAGRAPHS}

NOT_READ = {"node_modules", "var", "staticfiles", "__pycache__"}
READ = {".py", ".md", ".html", ".txt", ".xml", ".csv", ".sql", ".toml", ".css", ".js", ".yml", ".yaml", ".json"}


def project_files(*suffixes: str) -> Iterator[Path]:
    """The files people write, hidden folders and what is made left out."""
    for path in sorted(PROJECT.iterdir()):
        if path.name.startswith(".") or path.name in NOT_READ:
            continue
        for file in [path] if path.is_file() else sorted(path.rglob("*")):
            if file.suffix in (suffixes or READ) and not NOT_READ & set(file.relative_to(PROJECT).parts):
                yield file


def test_the_files_of_the_project_are_read() -> None:
    there = {str(path.relative_to(PROJECT)) for path in project_files()}
    assert {"refurb/machine/device.py", "docs/adr/0001-engine.md", "README.md", "reports/data/parameters.csv"} <= there


# --- citations

SPACE = r"[ \u00a0\n]+(?:#\s*)?"
CITED = re.compile(rf"(?<![\w.-])(\w+){SPACE}{SIGN}(\d+(?:\.\d+)?)(?![\w])")
ANOTHERS = re.compile(rf"(\w[\w.:/-]*),{SPACE}{SIGN}\d")
WITHIN = re.compile(rf"\[{SIGN}(\d+(?:\.\d+)?)\]\(#([\d.]+)\)")
LINKED = re.compile(rf"\[(\w+)[ \u00a0\n]+{SIGN}([\d.]+)\]\(([^)\s]+)\)")


def wrong_citations(text: str, names: set[str], known: set[str], page: str = "") -> list[str]:
    """The signs of a text that cite nothing: neither a paragraph that exists, nor one of another's text.

    ``page``: the page of the specification that the text is, where a number alone is one of its own paragraphs.
    """
    right = set()
    for pattern in (CITED, ANOTHERS, WITHIN):
        for found in pattern.finditer(text):
            if pattern is CITED:
                holds = f"{found[1]} {SIGN}{found[2]}" in known
            elif pattern is ANOTHERS:
                holds = found[1].removesuffix(".md") not in names
            else:
                holds = bool(page) and found[1] == found[2] and f"{page} {SIGN}{found[1]}" in known
            if holds:
                right.add(text.index(SIGN, found.start()))
    signs = [found.start() for found in re.finditer(SIGN, text)]
    return [text[max(0, at - 40) : at + 12] for at in signs if at not in right]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (f"The life of a device (machines {SIGN}1).", 0),
        (f"The life of a device (machines\n    {SIGN}1.12), and more", 0),
        (f"RFC 5321, {SIGN}4.2.1", 0),
        (f"machines {SIGN}99", 1),
        (f"machines, {SIGN}1", 1),
        (f"machines.md, {SIGN}1", 1),
        (f"somewhere {SIGN}1", 1),
        (f"machines {SIGN}1 and {SIGN}1.12", 1),
        (f"[{SIGN}1](#1)", 1),
    ],
)
def test_a_citation_has_one_of_two_forms(text: str, wrong: int) -> None:
    assert len(wrong_citations(text, {"machines"}, {f"machines {SIGN}1", f"machines {SIGN}1.12"})) == wrong


def test_a_number_alone_is_a_paragraph_of_its_own_page() -> None:
    text = f"[{SIGN}1](#1) [{SIGN}2](#2) [{SIGN}1](#2)"
    assert len(wrong_citations(text, {"a"}, {f"a {SIGN}1"}, "a")) == 2


def test_every_citation_leads_to_a_paragraph() -> None:
    found = {
        str(path.relative_to(PROJECT)): wrong
        for path in project_files()
        if path != Path(__file__) and SIGN in (text := path.read_text())
        for wrong in [wrong_citations(text, set(PAGES), NUMBERS, path.stem if path.parent == SPEC else "")]
        if wrong
    }
    assert found == {}, "« page §n » d’un paragraphe qui existe ; celui d’un autre texte après une virgule"


def test_in_a_document_a_citation_is_a_link_to_its_paragraph() -> None:
    found = []
    for path in project_files(".md"):
        text = path.read_text()
        for name, number, target in LINKED.findall(text):
            address, _, anchor = target.partition("#")
            if (path.parent / address).resolve() != (SPEC / f"{name}.md").resolve() or anchor != number:
                found.append(f"{path.relative_to(PROJECT)}: {name} {SIGN}{number} → {target}")
        bare = CITED.findall(LINKED.sub("", text))
        found += [f"{path.relative_to(PROJECT)}: {name} {SIGN}{number}" for name, number in bare]
    assert found == [], "[page §n](…/page.md#n)"


# --- the pages themselves


@pytest.mark.parametrize("name", PAGES)
def test_each_anchor_is_there_once_with_its_number(name: str) -> None:
    text = PAGES[name]
    anchors = re.findall(r'<a id="([^"]*)">', text)
    assert [anchor for anchor, times in Counter(anchors).items() if times > 1] == []
    shown = [paragraph.number for paragraph in PARAGRAPHS if paragraph.file == name]
    assert anchors == shown, "une ancre ouvre un paragraphe, avec son numéro"
    assert sorted(shown, key=lambda number: [int(part) for part in number.split(".")]) == shown
    assert not re.search(r"^(?:## \d|\*\*\d)", text, re.MULTILINE), "un paragraphe numéroté a son ancre"


def test_the_number_that_is_read_is_that_of_the_anchor() -> None:
    text = '<a id="1.1"></a>**1.1. Un titre.** Du texte.\n\n<a id="1.2"></a>**1.3. Un autre** (`a.b`)\u00a0: texte.\n'
    read_so = [(found.number, found.title, found.codes) for found in paragraphs_of("a", text)]
    assert read_so == [("1.1", "Un titre", ()), ("1.2", "Un autre", ("a.b",))]
    assert mistaken(text) == ["1.2"]
    assert [number for text in PAGES.values() for number in mistaken(text)] == []


def mistaken(text: str) -> list[str]:
    """The anchors beside which another number is read."""
    beside = re.findall(r'<a id="([\d.]+)"></a>(?:\*\*)?(\d+(?:\.\d+)?)\. ', text)
    return [anchor for anchor, shown in beside if anchor != shown]


# --- the links of all documents


def slugs(text: str) -> set[str]:
    """The anchors of a Markdown page: those it gives itself, and those that its titles have where it is shown."""
    found, seen = set(re.findall(r'<a id="([^"]+)"', text)), Counter[str]()
    for title in re.findall(r"^#{1,6} +(.+?) *$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.MULTILINE):
        plain = re.sub(r"<[^>]*>|[`*]|\]\([^)]*\)", "", title).lower()
        slug = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


@cache
def anchors_of(path: Path) -> set[str]:
    """The guide and its glossary are read in Maillon, where a title has the anchor that Django makes of it."""
    text = path.read_text()
    if path.parent.name == "guide" or path.stem == GLOSSARY:
        return {slugify(title) for title in re.findall(r"^#{1,6} +(.+?) *$", text, re.MULTILINE)}
    return slugs(text)


DOCUMENTS = [*sorted(PROJECT.glob("*.md")), *sorted((PROJECT / "docs").rglob("*.md"))]
DOCUMENTS += [*sorted((PROJECT / "benchmarks").rglob("*.md")), PROJECT / "network/data/README.md"]


def broken_links(path: Path, text: str) -> list[str]:
    """The links of a page, of images too, that lead to no file, or to no place of it."""
    told = re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
    found = []
    for target in re.findall(r"\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)", told):
        if re.match(r"[a-z]+:|/", target):
            continue
        address, _, anchor = target.partition("#")
        file = path.parent / address if address else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors_of(file.resolve())):
            found.append(target)
    return found


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_no_link_of_a_document_leads_nowhere(path: Path) -> None:
    assert broken_links(path, path.read_text()) == []


def test_a_link_that_leads_nowhere_is_found() -> None:
    text = "[a](guide/pilote.md) [b](nowhere.md) [c](spec/machines.md#1.1) [d](spec/machines.md#99) [e](https://x.fr)"
    assert broken_links(PROJECT / "docs" / "figures.md", text) == ["nowhere.md", "spec/machines.md#99"]


# --- machines, verbs, rules


def governed(paragraphs: tuple[Paragraph, ...]) -> Counter[str]:
    return Counter(code for paragraph in paragraphs for code in paragraph.codes)


def test_each_machine_and_each_verb_has_one_paragraph_and_a_paragraph_governs_what_exists() -> None:
    named = {model.machine.name for model in OURS}
    named |= {f"{model.machine.name}.{name}" for model in OURS for name in verbs_of(model)}
    said = governed(PARAGRAPHS)
    assert named - said.keys() == set(), "sans paragraphe"
    assert said.keys() - named == set(), "n’existe pas"
    assert [code for code, times in said.items() if times > 1] == [], "dans deux paragraphes"


@pytest.mark.parametrize("model", sorted(OURS, key=lambda model: model.machine.name), ids=lambda m: m.machine.name)
def test_the_section_of_a_machine_tells_each_of_its_states(model: type[Stateful]) -> None:
    section = next(found for found in PARAGRAPHS if model.machine.name in found.codes)
    text = PAGES[section.file].partition(f'## <a id="{section.number}"></a>')[2].partition("\n## ")[0]
    untold = [code for code, label in states_of(model).items() if f"| `{code}` | {label} | " not in text]
    assert untold == []


def test_a_rule_that_has_its_paragraph_exists_and_has_only_one() -> None:
    known = {
        f"{model.machine.name}.{rule.code}"
        for model in OURS
        for declared in verbs_of(model).values()
        for rule in declared.requires
    }
    said = Counter(code for paragraph in PARAGRAPHS for code in paragraph.rules)
    assert said.keys() - known == set(), "n’existe pas"
    assert [code for code, times in said.items() if times > 1] == [], "dans deux paragraphes"
    assert sum(map(len, (RULES.findall(text) for text in PAGES.values()))) == sum("<!--" in line for line in lines())


def lines() -> list[str]:
    return [line for text in PAGES.values() for line in text.splitlines()]


@pytest.mark.parametrize("model", sorted(OURS, key=lambda model: model.machine.name), ids=lambda m: m.machine.name)
def test_the_page_of_a_machine_leads_from_each_verb_to_its_paragraph(model: type[Stateful]) -> None:
    page = drawings([model])[f"docs/machines/{model.machine.name}.md"]
    spec = read()
    assert spec.of(model.machine.name) in page.partition("## Le graphe")[0]
    for name, declared in verbs_of(model).items():
        paragraph = spec.of(f"{model.machine.name}.{name}")
        assert any(row.startswith(f"| {declared.label} | `{name}` |") and paragraph in row for row in page.splitlines())
        if any(rule.reason.sentence for rule in declared.requires):
            assert f"- **{declared.label}** (`{name}`), {paragraph}" in page


def test_a_rule_that_has_its_own_paragraph_leads_to_it() -> None:
    page = drawings([machines()["device"]])["docs/machines/device.md"]
    line = next(line for line in page.splitlines() if line.startswith("  - Le prix dépasse le plafond légal du jour."))
    assert line.endswith(f" {read().of_rule('device.price_under_ceiling')}")


# --- numbers

KEYED = {
    "price_ceilings": ("type", "amount"),
    "eligibility_rules": ("code", "at_most"),
    "territorial_priorities": ("arrondissement_code", "points"),
}
"""The columns of the other numbers with a date: their code, their value."""


@cache
def dated_values() -> dict[str, str]:
    """``{family.code: the value in force}`` of every parameter and of every other number with a date."""
    found: dict[str, tuple[date, str]] = {}

    def keep(code: str, begins: date, value: str) -> None:
        if code not in found or begins > found[code][0]:
            found[code] = (begins, value)

    for config in project_apps():
        for line in read_parameters(config.label):
            keep(line.key["code"], line.dates.valid_from, str(line.told["value"]))
    for path in sorted(PROJECT.glob("*/data/*.csv")):
        if path.stem in KEYED:
            code, value = KEYED[path.stem]
            with path.open(newline="") as file:
                for row in csv.DictReader(file):
                    if row[value]:
                        keep(f"{path.stem}.{row[code]}", date.fromisoformat(row["valid_from"]), row[value])
    return {key: value for key, (_, value) in found.items()}


def test_each_declared_parameter_has_a_value_with_its_source() -> None:
    assert declared_parameters().keys() == {code for code in dated_values() if code.partition(".")[0] not in KEYED}


NUMBER = re.compile(r"(\d[\d\u00a0]*(?:,\d+)?)\s(?:[^\d()`]{1,30}?\s)?\(`(\w+\.\w+)`\)")
FAMILIES = {key.partition(".")[0] for key in dated_values()}


@pytest.mark.parametrize("name", PAGES)
def test_a_number_with_a_code_is_that_of_the_row_in_force(name: str) -> None:
    values = dated_values()
    told = [(code, number.replace("\u00a0", "").replace(",", ".")) for number, code in NUMBER.findall(PAGES[name])]
    assert [(code, number) for code, number in told if float(values.get(code, "nan")) != float(number)] == []
    named = {code for code in re.findall(r"`(\w+\.(?!csv)\w+)`", PAGES[name]) if code.partition(".")[0] in FAMILIES}
    with_number = set(re.findall(r"\(`(\w+\.\w+)`\)", PAGES[name])) & named
    assert named <= values.keys()
    assert with_number == {code for code, _ in told} & named, "un code entre parenthèses suit son nombre et son unité"
