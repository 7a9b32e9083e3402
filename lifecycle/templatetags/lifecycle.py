"""What any page shows of a machine: the badge of its state, what may be done and why not, and what happened."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import template
from django.forms import BaseForm
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe

from lifecycle.acting import ShownReason, Step, entered_at, page_url, shown_reasons
from lifecycle.actors import Actor
from lifecycle.history import Past
from lifecycle.journal import Entry, journal_of, machine_of
from lifecycle.machine import Stateful, Verb, machines, state_label, verbs_of
from lifecycle.models import Comment
from lifecycle.previews import Action, actions_for
from lifecycle.receipts import Receipt
from lifecycle.registry import CommentHusher, MoveHusher, Panel, registry
from lifecycle.requirements import Reason
from typography.french import day, days_ago, moment

register = template.Library()
for read in (day, days_ago, moment):
    register.filter(read)
TITLES = re.compile(r"<h([23])\b[^>]*\bid=\"([^\"]+)\"[^>]*>(.*?)</h\1>", re.DOTALL)
TAG = re.compile(r"<span class=\"tag.*?</span>", re.DOTALL)
LATEST = 15
"""How many rows of a timeline are shown at once; the older ones are folded."""


@register.filter
def takes_focus(form: BaseForm) -> bool:
    """Whether a field of a form takes the focus when its page opens, as the box of a scanner does."""
    return any(field.field.widget.attrs.get("autofocus") for field in form.visible_fields())


# --- the badge


@register.inclusion_tag("lifecycle/state_badge.html")
def state_badge(row: Stateful) -> dict[str, str]:
    """The state of a row: its label, with an icon that says the same as the colour."""
    state: str = row.state
    return {"label": state_label(type(row), state), "tone": tone_of(type(row), state)}


def tone_of(model: type[Stateful], state: str) -> str:
    """ "ended" when nothing leads out of the state, else "open", unless the machine says todo, done or danger."""
    if state in model.machine.tones:
        return model.machine.tones[state]
    leaves = any(
        state in declared.sources and declared.target_from(state) != state for declared in verbs_of(model).values()
    )
    return "open" if leaves else "ended"


# --- the chain


@register.inclusion_tag("lifecycle/chain.html", takes_context=True)
def state_chain(context: template.Context, row: Any) -> dict[str, Any]:
    """The five links of a row (``register_chain``): where it stands, what is behind, what is missing next."""
    membership = context["request"].membership
    maker = registry.chains.get(row._meta.label_lower)
    made = maker(row, membership) if maker is not None and membership else None
    return {"chain": made, "leads": made is not None and any(link.url for link in made.links)}


# --- what may be done


@dataclass(frozen=True)
class Button:
    """A verb that has a page: possible now, or greyed with what is missing."""

    label: str
    url: str
    reasons: tuple[ShownReason, ...]
    main: bool
    verb: str


@register.inclusion_tag("lifecycle/action_bar.html", takes_context=True)
def action_bar(context: template.Context, row: Stateful, main: str | None = None, without: str = "") -> dict[str, Any]:
    """What whoever acts may do on a row: one main button; in a menu the other actions, greyed with « Pourquoi ? ».

    ``main`` names the verb of the main button, an empty one says that there is none (the page has its own, or
    someone else acts next); otherwise it is the possible step forward that starts from the fewest states. A verb
    without a page of its own is left out, and so are those named in ``without``, which would only be noise there.
    """
    return _sorted(_buttons(context, row, main, without))


@register.inclusion_tag("lifecycle/what_next.html", takes_context=True)
def what_next(
    context: template.Context, row: Stateful, step: Step, without: str = "", more: Iterable[tuple[str, str]] = ()
) -> dict[str, Any]:
    """Who acts next on a row, with the main action as one button, then the menu of the other actions.

    ``more``: label and address of what may be done here and is no verb. Two queries.
    """
    path = context["request"].path
    buttons = _buttons(context, row, step.verb if step.yours else "", without)
    url, label = step.url, step.label
    if step.verb and (asked := next((one for one in buttons if one.verb == step.verb and not one.reasons), None)):
        url, label = asked.url, asked.label
        buttons.remove(asked)
    buttons += [Button(label, url, (), False, "") for label, url in more]
    # What is asked is not offered twice; when it is greyed, « Pourquoi ? » is worth reading before one goes there.
    buttons = [one for one in buttons if one.url != path and (one.url != url or one.reasons)]
    since = step.since or (entered_at(row) if step.dated and not step.yours else None)
    return {"step": step, "url": "" if url == path else url, "label": label, "since": since, **_sorted(buttons)}


def _sorted(buttons: list[Button]) -> dict[str, Any]:
    return {
        "main": [button for button in buttons if button.main and not button.reasons],
        "possible": [button for button in buttons if not button.main and not button.reasons],
        "greyed": [button for button in buttons if button.reasons],
    }


def _buttons(context: template.Context, row: Stateful, main: str | None, without: str) -> list[Button]:
    """The verbs of whoever acts that have a page, the main one first, then forward; one query."""
    membership = context["request"].membership
    found = actions_for(row, membership) if membership else []
    actions = [action for action in found if action.verb not in without.split()]
    verbs = verbs_of(type(row))
    actions.sort(
        key=lambda action: (action.verb != main, not _forward(verbs[action.verb]), len(verbs[action.verb].sources))
    )
    if main is None:
        possible = (action for action in actions if action.allowed)
        main = next((action.verb for action in possible if page_url(action.url_name, row.reference)), "")
    given = list(dict.fromkeys(reason for action in actions for reason in action.reasons))
    said = dict(zip(given, shown_reasons(given, row, membership), strict=True))
    return [button for action in actions if (button := _button(row, action, main, said))]


def _button(row: Stateful, action: Action, main: str, said: dict[Reason, ShownReason]) -> Button | None:
    url = page_url(action.url_name, row.reference)
    is_main = action.verb == main and _forward(verbs_of(type(row))[action.verb])
    reasons = tuple(said[reason] for reason in action.reasons)
    return Button(action.label, url, reasons, is_main, action.verb) if url else None


def _forward(declared: Verb) -> bool:
    """A step of the file's life: neither a way out that cannot be undone, nor a correction that leaves the state."""
    return not declared.irreversible and declared.target is not None


@register.inclusion_tag("lifecycle/reasons.html", takes_context=True)
def reasons(context: template.Context, row: Stateful, given: Iterable[Reason]) -> dict[str, Any]:
    """What is missing on a row, as a list: for the pages that preview or report on a set."""
    return {"reasons": shown_reasons(given, row, context["request"].membership)}


# --- what is on a long page


@register.simple_block_tag(end_name="endcontents")
def contents(content: SafeString, levels: str = "2") -> SafeString:
    """« Sur cette page » before what it surrounds: a link to each title that has an id, from three of them on.

    ``levels``: "2" for the titles of that level, "23" for those under them too.
    """
    found = [
        {"anchor": anchor, "label": mark_safe(" ".join(strip_tags(TAG.sub("", title)).split()))}  # noqa: S308
        for level, anchor, title in TITLES.findall(content)
        if level in levels
    ]
    if len(found) < 3:
        return content
    return render_to_string("lifecycle/contents.html", {"titles": found}) + content


# --- what other apps add


@register.inclusion_tag("lifecycle/panels.html", takes_context=True)
def panels(context: template.Context, row: Stateful) -> dict[str, Any]:
    """What the apps above add to the page of a row (``lifecycle.registry.panel``), each under its own title."""
    request = context["request"]
    makers = registry.panels.get(row._meta.label_lower, []) if request.membership else []
    made = [shown for maker in makers if (shown := maker(row, request.membership)) is not None]
    about = {"row": row, "request": request, "csrf_token": context.get("csrf_token", "")}
    return {
        "row": row,
        "panels": [{"title": one["title"], "html": _rendered(context, one, about)} for one in made],
    }


def _rendered(context: template.Context, shown: Panel, about: dict[str, Any]) -> str:
    """What a panel shows, in a context of its own, as an included tag has."""
    engine = context.template.engine  # type: ignore[union-attr]
    html: str = engine.get_template(shown["template"]).render(context.new({**about, **shown["context"]}))
    return html


# --- what happened


@dataclass(frozen=True)
class Happening:
    """One row of the journal as people read it, or what happened beside it; ``state``: the one it led to, if it did."""

    sentence: str
    at: datetime
    who: str
    capacity: str = ""
    state: str = ""
    change: str = ""
    cause: str = ""
    comment: str = ""
    comment_erased: bool = False
    comment_hushed: bool = False
    placeless: bool = False
    """Neither the organisation that acted nor the hour is told."""


@register.inclusion_tag("lifecycle/timeline.html", takes_context=True)
def timeline(
    context: template.Context,
    row: Stateful,
    also: Iterable[Past] = (),
    *,
    without_comments: bool = False,
    hushed: bool = False,
) -> dict[str, Any]:
    """The life of a row, newest first. Queries: the journal, the comments, one per machine among the causes, and what
    ``registry.tell_changes`` asks of a machine.

    ``also``: what happened to it that is no move of its machine, each with its date; upper apps add theirs
    (``registry.tell_beside``). ``without_comments``: where what
    people wrote may name somebody who is not named on the page; ``hushed``: the same of what other organisations wrote,
    of which the page then says that it is there.

    A cause is told to those who may see its object; the name of who acted and his comment, to his own organisation
    and to whoever reads all. The others read the role and the organisation.
    """
    actor = context["request"].membership
    journal = list(journal_of(type(row)).objects.of(row))
    untold = _hushed(registry.move_hushers, row, journal, actor)
    placeless = _hushed(registry.place_hushers, row, journal, actor)
    entries = [entry for entry in journal if entry.pk not in untold]
    comments, quiet = _comments(row, [] if without_comments else entries, actor, hushed=hushed)
    causes = _causes(entries, actor)
    teller = registry.change_tellers.get(type(row).machine.name)
    changes = {} if teller is None else teller(entries)
    happenings = [
        replace(
            _happening(entry, actor, causes, comments, hushed=entry.pk in quiet, placeless=entry.pk in placeless),
            change="" if entry.pk in placeless else changes.get(entry.pk, ""),
        )
        for entry in entries
    ]
    tellers = registry.beside_tellers.get(type(row).machine.name, ()) if actor is not None else ()
    aside = [*also, *(one for tell in tellers for one in tell(row, journal, actor))]
    if beside := [Happening(one.sentence, one.at, one.who) for one in aside if one.at is not None]:
        happenings = sorted([*happenings, *beside], key=lambda happening: happening.at, reverse=True)
    return {"happenings": happenings[:LATEST], "older": happenings[LATEST:]}


@register.inclusion_tag("lifecycle/_receipt.html", takes_context=True)
def receipt_of(context: template.Context, row: Stateful, receipt: Receipt) -> dict[str, Any]:
    """What settled a verb, on its page, in the words of the timeline; one query when whoever reads did it.

    A comment is told to whoever wrote it alone: it may name somebody who is not named on this page.
    """
    actor, entry = context["request"].membership, receipt.entry
    mine = actor is not None and entry.actor_id is not None and entry.actor_id == actor.pk
    comments, _ = _comments(row, [entry] if mine else [], actor)
    happening = _happening(entry, actor, {}, comments)
    return {"row": row, "receipt": receipt, "happening": happening, "mine": mine}


def _happening(
    entry: Entry,
    actor: Actor | None,
    causes: Mapping[tuple[str, int | None], str],
    comments: Mapping[str, str],
    *,
    hushed: bool = False,
    placeless: bool = False,
) -> Happening:
    return Happening(
        sentence=entry.sentence(),
        at=entry.at,
        who="" if placeless else _who(entry, actor),
        capacity="" if placeless else _capacity(entry, actor),
        placeless=placeless,
        state="" if entry.source == entry.target else state_label(machine_of(type(entry)).model, entry.target),
        cause=causes.get((entry.cause_machine, entry.cause_entry), ""),
        comment=comments.get(entry.comment_digest, ""),
        comment_erased=comments.get(entry.comment_digest) == "",
        comment_hushed=hushed,
    )


def _comments(
    row: Stateful, entries: Iterable[Entry], actor: Actor | None, *, hushed: bool = False
) -> tuple[dict[str, str], frozenset[int]]:
    """The comments of these moves that one may read, by digest; and the moves of which one reads that they have one."""
    told = [entry for entry in entries if entry.comment_digest and _reads(actor, entry)]
    others = [entry for entry in told if actor is None or entry.organisation != actor.organisation_id]
    verbs = _told_by(registry.comment_hushers, row, actor) if others and not hushed else frozenset()
    quiet = frozenset(entry.pk for entry in others if hushed or entry.verb in verbs)
    digests = [entry.comment_digest for entry in told if entry.pk not in quiet]
    found = Comment.objects.filter(digest__in=digests).values_list("digest", "text") if digests else ()
    return dict(found), quiet


def _told_by(hushers: Mapping[str, CommentHusher], row: Stateful, actor: Actor | None) -> frozenset[str]:
    """The verbs of which the comments stay unread here (``lifecycle.registry``)."""
    husher = hushers.get(type(row).machine.name)
    return frozenset() if husher is None or actor is None else frozenset(husher(row, actor))


def _hushed(
    hushers: Mapping[str, MoveHusher], row: Stateful, entries: list[Entry], actor: Actor | None
) -> frozenset[int]:
    """The moves, by key, that stay untold here, or whose places do (``lifecycle.registry``)."""
    husher = hushers.get(type(row).machine.name)
    return frozenset() if husher is None or actor is None else frozenset(husher(entries, actor))


def _causes(entries: Iterable[Entry], actor: Actor | None) -> dict[tuple[str, int | None], str]:
    """``{(machine, journal row): « Lot qualifié (D-7K3M-2QXZ) »}``"""
    wanted: dict[str, set[int]] = {}
    for entry in entries:
        if entry.cause_entry is not None and entry.cause_machine in machines():
            wanted.setdefault(entry.cause_machine, set()).add(entry.cause_entry)
    told: dict[tuple[str, int | None], str] = {}
    for machine, pks in wanted.items() if actor else ():
        model = machines()[machine]
        seen = model._default_manager.all().visible_to(actor)  # type: ignore[attr-defined]
        rows: Any = journal_of(model)._base_manager.filter(pk__in=pks, object__in=seen)  # type: ignore[misc]
        for cause in rows.select_related("object"):
            told[machine, cause.pk] = f"{cause.sentence()} ({cause.object.reference})"
    return told


def _reads(actor: Actor | None, entry: Entry) -> bool:
    """Whether the name and the comment of this row are for whoever reads: what a team writes stays in the team."""
    return actor is not None and (actor.reads_all or entry.organisation in (None, actor.organisation_id))


def _who(entry: Entry, actor: Actor | None) -> str:
    if entry.actor is not None:
        return str(entry.actor.user) if _reads(actor, entry) else str(entry.actor.organisation)
    if entry.via:
        return machine_of(type(entry)).through_a_link
    return "Maillon, à l’échéance" if entry.due_at else "Maillon"


def _capacity(entry: Entry, actor: Actor | None) -> str:
    if entry.actor is None:
        return ""
    role = entry.actor.get_role_display()
    return f"{role}, {entry.actor.organisation}" if _reads(actor, entry) else role.lower()
