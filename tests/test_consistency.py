"""What holds for the whole project, so that a mistake made anywhere is told here by name."""

import ast
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, models
from django.template.loader import get_template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from lifecycle.acting import page_url
from lifecycle.drawing import ARCHITECTURE, drawings, with_registrations
from lifecycle.forms import IN_COMMENT, ReasonForm
from lifecycle.journal import journal_of
from lifecycle.machine import CREATION, Stateful, Verb, machine_named, machines, verbs_of
from lifecycle.operations import watched_columns
from lifecycle.pages import Page
from lifecycle.versions import project_apps
from lifecycle.walls import drawn, standing, wall_of

PROJECT = Path(settings.BASE_DIR)
OURS = {
    "lifecycle",
    "network",
    "reference",
    "documents",
    "imports",
    "conventions",
    "prescriptions",
    "donations",
    "refurb",
    "distribution",
    "connectivity",
    "reports",
    "desk",
    "demo",
    "lists",
    "calendars",
    "typography",
}
MACHINES = [model for model in machines().values() if model._meta.app_label in OURS]
VERBS = [(model, declared) for model in MACHINES for declared in verbs_of(model).values()]

LATER: dict[str, str] = {}
"""States and verbs ("machine.name") that the issues to come will reach or write, with what they wait for."""

SERVED_BY: dict[str, str] = {
    "donation.collect": "sign_pick_up",
    "review.answer_against": "answer_review",
    "prescription.decline": "answer_link",
    "household.locate": "edit_household",
    "appointment.honour": "hand_over_device",
    "appointment.restore": "undo_hand_over",
    "proof_photo.send": "send_photo",
}
"""Verbs whose service has another name: the act they end is what people do."""

PUBLIC: dict[str, str] = {
    "account_login": "the door",
    "mfa_authenticate": "the code, after the password and before the session; else back to the door",
    "account_logout": "leads an anonymous to the first page",
    "account_signup": "says that accounts come by invitation",
    "account_inactive": "says why a disabled account does not open",
    "account_reset_password": "a forgotten password is asked for without it",
    "account_reset_password_done": "the same answer for a known address and for another",
    "account_reset_password_from_key": "the link of that mail",
    "account_reset_password_from_key_done": "says that it is done",
    "account_confirm_email": "the link sent to a new address",
    "account_email_verification_sent": "says that this link was sent",
    "desk:guide": "whoever wonders how one works with Maillon reads it",
    "desk:guide_chapter": "and each of its chapters",
    "network:invitation_accept": "the link of an invitation",
    "distribution:own_appointment": "acts for the household with the pass of its own page, and leads there without it",
    "documents:authenticity_form": "whoever holds a paper types its code",
    "documents:authenticity": "says whether a paper is authentic, without personal data",
    "connectivity:link": "an operator answers one request by the link it was sent",
    "connectivity:link_again": "and asks for another once it has expired",
    "api:api-root": "nothing is there, for anybody",
    "api:openapi-json": "what programs may ask, for whoever writes one; the key is asked by what it describes",
    "distribution:sms_answers": "the service of SMS hands over an answer, by its secret; off by default, reads nothing",
    "prescriptions:own_photo": "a household sends the photo of a paper, by its sheet and a year of birth",
    "prescriptions:own_rights": "a household exercises a right, by its sheet and a year of birth",
    "prescriptions:own_page": "a household reads where its request stands, by its sheet and a year of birth",
    "prescriptions:still_current": "the household answers by the link it was sent",
    "network:demo_sign_in": "there in the demonstration only: unknown otherwise",
    "desk:home": "what Maillon is, for a visitor",
    "desk:alive": "whatever watches the machine asks whether the site lives",
    "desk:ready": "and whether it can serve; words, and no figure",
    "distribution:passport": "whoever holds a device reads what proves it: no person, no price, no serial number",
    "desk:try_situation": "anyone tries a situation: codes, no one's name, nothing kept",
    "desk:legal": "who publishes the site",
    "desk:privacy": "what is held of people, and their rights",
    "desk:favicon": "the mark of the house, for a browser that looks where no page told it to",
    "desk:robots": "what a search engine may read",
    "desk:security_contact": "whom to write to about a fault of the site, where the house says it",
    "desk:accessibility": "how far the site is accessible, and how to say that it is not",
}
"""Pages an anonymous may open, by name, with why."""


def of_machine(pair: object) -> str:
    return pair.name if isinstance(pair, Verb) else str(pair.machine.name)


OTHER_ALONE = {
    "device.take_back": "a household gives a device back for reasons of its own, which it need not tell",
    "device.tell_not_stolen": "what was said of the theft is what is denied",
}
"""Verbs done for « autre motif » without a word, and why that is enough."""

# --- machines


def test_a_page_that_offers_another_reason_asks_for_a_word_with_it() -> None:
    """Those that are declared with their reasons; that the verbs refuse it: ``tests.desk.test_other_reasons``."""
    silent = set()
    for verb, page in declared_pages().items():
        if not (isinstance(page.form, type) and issubclass(page.form, ReasonForm)):
            continue
        labels = {str(code): str(label) for code, label in page.form.reasons}
        if "other" in labels and "other" not in page.form.explained and not labels["other"].endswith(IN_COMMENT):
            silent.add(verb)
    assert silent == OTHER_ALONE.keys()


@pytest.mark.parametrize("model", MACHINES, ids=of_machine)
def test_every_state_is_reached_from_a_creation(model: type[Stateful]) -> None:
    reached, before = {CREATION}, set[str]()
    while reached != before:
        before = set(reached)
        for declared in verbs_of(model).values():
            reached |= {declared.target_from(source) for source in declared.sources if source in before}
    states = {str(code) for code, _ in model._meta.get_field("state").flatchoices}
    awaited = {name.partition(".")[2] for name in LATER if name.partition(".")[0] == model.machine.name} & states
    assert states - reached == awaited, "an unreachable state is in LATER, and leaves it once it is reached"


@pytest.mark.parametrize(("model", "declared"), VERBS, ids=of_machine)
def test_every_verb_has_a_label_and_someone_who_does_it(model: type[Stateful], declared: Verb) -> None:
    assert declared.label.strip()
    assert declared.done.strip()
    assert declared.who or declared.follows or declared.due


@pytest.mark.parametrize(("model", "declared"), VERBS, ids=of_machine)
def test_every_verb_someone_does_has_a_service_or_a_page_that_asks_the_gate(
    model: type[Stateful], declared: Verb
) -> None:
    verb = f"{model.machine.name}.{declared.name}"
    if declared.who and verb not in LATER:
        wanted = SERVED_BY.get(verb, f"{declared.name.rstrip('_')}_{model.machine.name}")
        has_service = wanted in services_of(declared.app)
        page = declared_pages().get(verb)
        by_the_gate = page is not None and page.view is None and page.service is None
        assert has_service != by_the_gate, "one of a service (or a place in SERVED_BY, LATER) and a page without one"


def test_a_declared_page_is_that_of_a_verb_of_the_machine() -> None:
    assert declared_pages()
    assert declared_pages().keys() <= {f"{m.machine.name}.{verb.name}" for m, verb in VERBS if not verb.creates}


def test_a_service_adds_something_to_the_gate() -> None:
    found = [
        f"{shown(path, node)} {node.name}"
        for path in sources(*sorted(OURS))
        if "services" in path.relative_to(PROJECT).with_suffix("").parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef) and only_forwards(node)
    ]
    assert found == [], "who calls it may ask the gate itself"


def only_forwards(function: ast.FunctionDef) -> bool:
    """Whether all that a function does is to hand what it was given, under the same names, to the gate."""
    body = [one for one in function.body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    match body:
        case [ast.Return(value=call)]:
            pass
        case [ast.Assign(value=call) | ast.AnnAssign(value=call), ast.Return(value=ast.Name())]:
            pass
        case _:
            return False
    match call:
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id="gate"), attr="apply" | "apply_many"), args=[ast.Name(), *_]
        ):
            return all(isinstance(one.value, ast.Name) and one.value.id == one.arg for one in call.keywords)
    return False


@cache
def declared_pages() -> dict[str, Page]:
    """The page of each verb ("machine.verb") that the addresses of the site lead to."""
    found: dict[str, Page] = {}
    for config in project_apps():
        for path in [PROJECT / config.label / "actions.py", *(PROJECT / config.label / "actions").glob("[a-z]*.py")]:
            if path.exists():
                module = import_module(".".join(path.relative_to(PROJECT).with_suffix("").parts))
                for page, pattern in zip(module.PAGES, module.urlpatterns, strict=True):
                    machine = pattern.name.removesuffix(f"_{page.verb}")
                    name = f"{config.label}:{pattern.name}"
                    assert resolve(reverse(name, args=["X-0000-0000"])).func is pattern.callback
                    assert machine_named(machine).machine.page_name(page.verb) == name, (
                        "the app that adds a verb has its page"
                    )
                    assert found.setdefault(f"{machine}.{page.verb}", page) is page
    return found


@pytest.mark.parametrize(("model", "declared"), VERBS, ids=of_machine)
def test_every_verb_is_named_by_a_test(model: type[Stateful], declared: Verb) -> None:
    name, machine = declared.name, model.machine.name
    if f"{machine}.{name}" not in LATER:
        named = re.search(rf"\b{name}_{machine}s?\b|[\"']{name}[\"']|[\"']{machine}\.{name}[\"']", all_tests())
        assert named is not None, f'no test names {name}_{machine}, "{name}" or "{machine}.{name}"'


@pytest.mark.parametrize(("model", "declared"), VERBS, ids=of_machine)
def test_what_is_missing_is_solved_on_a_page_about_the_same_row(model: type[Stateful], declared: Verb) -> None:
    places = [rule.where for rule in declared.requires if rule.where is not None]
    for place in places:
        assert model.machine.has_page(place.page), place
        assert page_url(place.page, "X-0000-0000"), f"aucune page ne s’appelle {place.page}"


def test_later_names_machines_that_exist() -> None:
    assert {name.partition(".")[0] for name in LATER} <= {model.machine.name for model in MACHINES}


@cache
def services_of(app: str) -> set[str]:
    return {
        node.name
        for path in sources(app)
        if "services" in path.relative_to(PROJECT).with_suffix("").parts
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef)
    }


@cache
def all_tests() -> str:
    paths = [path for path in (PROJECT / "tests").rglob("test_*.py") if path != Path(__file__)]
    return "\n".join(path.read_text() for path in paths)


# --- the database


def triggers_of(table: str) -> dict[str, str]:
    """``{name: comment}`` of the triggers of a table that are on."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname, coalesce(obj_description(oid, 'pg_trigger'), '') FROM pg_trigger "
            "WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
            [table],
        )
        return dict(cursor.fetchall())


@pytest.mark.django_db
@pytest.mark.parametrize("model", MACHINES, ids=of_machine)
def test_the_wall_watches_what_the_code_declares(model: type[Stateful]) -> None:
    table, journal = model._meta.db_table, journal_of(model)._meta.db_table
    raised = triggers_of(table)
    assert raised[f"{table}_wall_move"].split(",") == watched_columns(model)
    assert f"{table}_wall_birth" in raised
    assert {f"{journal}_wall_moved", f"{journal}_closed"} <= triggers_of(journal).keys()


@pytest.mark.django_db
@pytest.mark.parametrize("model", MACHINES, ids=of_machine)
def test_the_wall_knows_the_moves_that_the_code_declares(model: type[Stateful]) -> None:
    for name, body in wall_of(model).items():
        with connection.cursor() as cursor:
            cursor.execute("SELECT prosrc FROM pg_proc WHERE oid = %s::regproc", [name])
            assert cursor.fetchone() == (body,)
    journal = journal_of(model)._meta.db_table
    assert f"{journal}_edges" in triggers_of(journal)


@pytest.mark.django_db
@pytest.mark.parametrize("config", project_apps(), ids=lambda config: config.label)
def test_the_wall_is_the_one_that_is_drawn(config: AppConfig) -> None:
    assert drawn(config) == standing(config.label), "manage.py draw_wall --settings config.settings.test"


def append_only_models() -> list[type[models.Model]]:
    """The journals, and what says of itself that it is only added to."""
    said = [
        model
        for model in apps.get_models()
        if model._meta.app_label in OURS
        and any("append-only" in (base.__doc__ or "").lower() for base in model.__mro__)
    ]
    return [*map(journal_of, MACHINES), *said]


@pytest.mark.django_db
@pytest.mark.parametrize("model", append_only_models(), ids=lambda model: model._meta.label)
def test_what_is_only_added_to_is_so_by_trigger(model: type[models.Model]) -> None:
    table = model._meta.db_table
    assert {f"{table}_append_only", f"{table}_no_truncate"} <= triggers_of(table).keys()


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


# --- the source


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((PROJECT / folder).rglob("*.py"))


def shown(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(PROJECT)}:{node.lineno}"


def moves_by_hand(node: ast.AST) -> bool:
    """An assignment of ``.state``, ``setattr(row, "state", …)``, ``.update(state=…)``, and the same for status."""
    words = {"state", "status"}
    match node:
        case ast.Assign(targets=targets):
            return any(isinstance(target, ast.Attribute) and target.attr in words for target in targets)
        case ast.AnnAssign(target=ast.Attribute(attr=attr)) | ast.AugAssign(target=ast.Attribute(attr=attr)):
            return attr in words
        case ast.Call(func=ast.Name(id="setattr"), args=[_, ast.Constant(value=value), *_]):
            return value in words
        case ast.Call(func=ast.Attribute(attr="update" | "update_or_create" | "bulk_update"), keywords=keywords):
            return any(keyword.arg in words for keyword in keywords)
        case ast.Constant(value=str(text)):
            return re.search(r"\bUPDATE\b[^;]*\bSET\b[^;]*\b(state|status)\s*=", text) is not None
    return False


def test_only_the_gate_writes_a_state() -> None:
    found = [
        shown(path, node)
        for path in sources(*(OURS - {"lifecycle"}), "config")
        for node in ast.walk(ast.parse(path.read_text()))
        if moves_by_hand(node)
    ]
    assert found == []


def test_a_space_that_does_not_break_is_seen_in_the_source() -> None:
    """In a string it is written ``\\u00a0``: on the screen of whoever reads the code it looks like any other."""
    found = []
    for path in sources(*sorted(OURS), "config", "tests", "benchmarks"):
        before = "NEWLINE"
        with path.open("rb") as source:
            for token in tokenize.tokenize(source.readline):
                kind = tokenize.tok_name[token.type]
                is_docstring = kind == "STRING" and before in {"NEWLINE", "INDENT", "DEDENT"}
                is_raw = kind == "STRING" and "r" in token.string.partition('"')[0].lower()
                if kind in {"STRING", "FSTRING_MIDDLE"} and not is_docstring and not is_raw:
                    found += [f"{path.relative_to(PROJECT)}:{token.start[0]}"] * ("\u00a0" in token.string)
                before = before if kind in {"NL", "COMMENT"} else kind
    assert found == []


def test_rows_are_locked_in_one_place() -> None:
    """Elsewhere nothing would hold them to the global order: two such callers could block each other."""
    asked = {str(path.relative_to(PROJECT)) for path in sources(*OURS) if "select_for_update" in path.read_text()}
    assert asked == {"lifecycle/locking.py"}


def test_no_import_hides_in_a_function() -> None:
    found = [
        shown(path, node)
        for path in [*sources(*OURS, "config", "tests", "benchmarks"), PROJECT / "manage.py"]
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert found == []


def test_the_drawings_are_those_of_the_code() -> None:
    drawn = drawings(MACHINES)
    there = {name: (PROJECT / name).read_text() if (PROJECT / name).exists() else "" for name in drawn}
    outdated = [name for name, text in drawn.items() if there[name] != text]
    page = (PROJECT / ARCHITECTURE).read_text()
    outdated += [] if with_registrations(page) == page else [ARCHITECTURE]
    assert outdated == [], "manage.py draw_machines"


# --- the words

LOOSE = re.compile(r"[ \n](?=[;?!»]|:(?![/:\w]))|(?<=«)[ \n]")
"""A space that a line may be broken at, before a sign or inside quotation marks: U+00A0 is wanted there."""
NOT_FRENCH: dict[str, str] = {
    "lifecycle/checks.py": "speaks to developers, in English",
    "demo/papers.py": "writes a log as nwipe does, in columns",
    "documents/texting.py": "the alphabet of SMS, in its order",
    "refurb/failure_words.py": "patterns that read a report",
    "refurb/report_words.py": "patterns that read a report",
}
APART = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|<!--.*?-->|<script.*?</script>", re.DOTALL)
MARK = re.compile(r"{[%{].*?[%}]}", re.DOTALL)
NOT_PROSE = re.compile(r"```.*?```|`[^`\n]*`|!(?=\[)", re.DOTALL)
"""Of a chapter of the guide: what is typed in a terminal, the mark of a picture."""


def words(path: Path) -> Iterator[tuple[int, str]]:
    """``(line, text)`` of what a module says, its strings but its docstrings; of what a template or a chapter says."""
    if path.suffix != ".py":
        text = APART.sub("", path.read_text().replace("&nbsp;", "\u00a0"))
        text = NOT_PROSE.sub("", text) if path.suffix == ".md" else text
        yield 0, MARK.sub(lambda mark: "x" * len(mark.group()), text)
        return
    tree = ast.parse(path.read_text())
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
            yield node.lineno, node.value


ENOUGH = 300
"""A search that finds fewer files, or fewer pages, finds nothing any more."""
SAID = [
    *(path for path in sources(*sorted(OURS), "config") if "migrations" not in path.parts),
    *(path for path in sorted((PROJECT / "templates").rglob("*")) if path.suffix in {".html", ".txt", ".xml"}),
    *sorted((PROJECT / "docs" / "guide").glob("*.md")),
    *sorted((PROJECT / "docs" / "spec").glob("*.md")),
    *sorted((PROJECT / "docs" / "howto").glob("*.md")),
]


def loose_in(path: Path) -> list[tuple[int, str]]:
    """``(line, the words around)`` of each sign of a file that a line may begin with."""
    return [
        (line, text[max(0, loose.start() - 30) : loose.end() + 20])
        for line, text in words(path)
        for loose in LOOSE.finditer(text)
    ]


def test_no_line_breaks_before_a_sign_or_inside_quotation_marks() -> None:
    assert len(SAID) > ENOUGH
    found = {str(path.relative_to(PROJECT)): loose for path in SAID if (loose := loose_in(path))}
    assert {name: loose for name, loose in found.items() if name not in NOT_FRENCH} == {}
    assert NOT_FRENCH.keys() <= found.keys(), "what is named as not French reads as French"


def test_what_is_not_french_is_still_there() -> None:
    assert NOT_FRENCH.keys() <= {str(path.relative_to(PROJECT)) for path in SAID}


SAID_OTHERWISE = {"à vérifier": "à confirmer"}
"""Two words for one thing: the one that is not used, and the one that is."""


@pytest.mark.parametrize("word", SAID_OTHERWISE)
def test_one_thing_has_one_word_on_screens_and_in_the_guide(word: str) -> None:
    texts = {path: " ".join(text for _, text in words(path)) for path in SAID}
    found = [str(path.relative_to(PROJECT)) for path, text in texts.items() if word in text.lower()]
    assert found == [], f"on dit «\u00a0{SAID_OTHERWISE[word]}\u00a0»"


# --- the pages


def addresses(resolver: URLResolver | None = None, prefix: str = "", space: str = "") -> Iterator[tuple[str, str]]:
    """``(name, address)`` of every page, with something plausible in place of each argument."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = prefix + sample(entry)
        if isinstance(entry, URLResolver):
            yield from addresses(entry, route, f"{space}{entry.namespace}:" if entry.namespace else space)
        elif isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", f"/{route}"


def sample(entry: URLPattern | URLResolver) -> str:
    """The route of a pattern with 1 for a number, « x » for a text; a regular expression keeps its fixed parts."""
    route = re.sub(r"<int:\w+>", "1", str(entry.pattern))
    route = re.sub(r"<(str:|slug:|path:)?\w+>(?!\[|\.)", "x", route)
    return re.sub(r"\(\?P<\w+>[^()]*\)", "x", route).lstrip("^").rstrip("$").replace("\\Z", "").replace("\\", "")


PAGES = sorted(set(addresses()))


def refuses(client: Client, address: str) -> bool:
    """Whether a page, opened or posted to, sends an anonymous to sign in, or says 403; 401 to a program without a key.

    What answers one of the two alone (405) refuses the other.
    """
    answers = [client.get(address), client.post(address)]
    refused = [
        answer.status_code in {401, 403}
        or (
            answer.status_code == 302
            and answer["Location"].startswith(("/connexion/?next=", "/technique/login/?next="))
        )
        for answer in answers
    ]
    closed = [one or answer.status_code == 405 for one, answer in zip(refused, answers, strict=True)]
    return any(refused) and all(closed)


@pytest.mark.django_db
def test_a_page_refuses_an_anonymous_unless_it_is_named_as_public(client: Client) -> None:
    assert len(PAGES) > ENOUGH
    wrong = []
    for name, address in PAGES:
        client.cookies.clear()
        if refuses(client, address) == (name in PUBLIC):
            wrong.append((name, address))
    assert wrong == []


def test_public_names_pages_that_exist() -> None:
    assert PUBLIC.keys() <= {name for name, _ in PAGES}


TEMPLATES = [
    str(path.relative_to(PROJECT / "templates"))
    for path in sorted((PROJECT / "templates").rglob("*"))
    if path.suffix in {".html", ".txt", ".xml"}
]


def test_every_template_compiles() -> None:
    assert len(TEMPLATES) > ENOUGH
    for name in TEMPLATES:
        get_template(name)  # what it raises names the template
