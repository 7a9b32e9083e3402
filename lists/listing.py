"""Every list of Maillon: filter (remembered), chips, named views, sort, export of what is seen, verbs on a selection.

A view says which rows, which filter, which columns, which verbs; this does the rest, on the address of the list:
a GET shows or exports, a POST filters, names a view, ticks, previews and confirms.
"""

from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Any

import django_filters
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from django_tables2 import RequestConfig, Table

from lifecycle.previews import visible_rows
from lifecycle.requests import ActingRequest
from lifecycle.sets import BOX, MOST, Selection, SetVerb, decide, ticked
from lifecycle.typed import whole
from lifecycle.unkept import UNKEPT
from lists.columns import ChosenColumn
from lists.exports import MOST_EXPORTED, export
from lists.models import LAST, SavedView
from lists.parts import Chip, Errand, Named, View, value_label
from lists.services import delete_view, remember_filter, save_view
from typography.french import Noun

PER_PAGE = 50
FILES = ("csv", "xlsx")
"""What a list leaves as."""
ALL = "tous"
"""``?tous=1``: the whole list, whatever filter is remembered."""
ACT = "_list"
"""What a form of the list itself posts: filter, clear, save, forget, tick, untick."""

lists = require_http_methods(["GET", "HEAD", "POST"])
"""What a list answers to."""


class Listing:
    """One list as its page, its exports and its selections see it."""

    def __init__(
        self,
        request: ActingRequest,
        *,
        rows: QuerySet[Any],
        table: type[Table],
        noun: Noun,
        filters: type[django_filters.FilterSet] | None = None,
        exclude: Collection[str] = (),
        sets: Sequence[SetVerb] = (),
        errands: Sequence[Errand] = (),
        selectable: bool = False,
        empty: str = "",
        named: Named | None = None,
        per_page: int = PER_PAGE,
        box: str = BOX,
        exported: type[Table] | None = None,
        opens_on: str = "",
    ) -> None:
        """``exported``: the table of the files, when they say more of each row than the page has room for.

        ``opens_on``: what its address alone shows (« served=today »), where no filter is remembered.
        """
        self.request, self.rows, self.noun, self.empty, self.named, self.box = request, rows, noun, empty, named, box
        asks_for_file = request.GET.get("export") in FILES
        self.exported = exported
        self.kind = exported if exported is not None and asks_for_file else table
        self.exclude, self.per_page, self.filters = exclude, per_page, filters
        self.name = request.resolver_match.view_name
        self.known = {verb.name: verb for verb in sets}
        self.sets = [verb for verb in sets if verb.can(request.membership) is not None]
        self.errands = [errand for errand in errands if errand.can(request.membership) is not None]
        self.selectable = selectable or bool(self.sets or self.errands)
        self.here = request.get_full_path()
        self.name_typed = ""
        self.opens_on = opens_on
        if opens_on and not request.GET and not self.last:
            request.GET = QueryDict(opens_on)

    # --- what is shown

    @cached_property
    def filter(self) -> Any:
        return self._filtered(self.request.GET)

    @cached_property
    def table(self) -> Any:
        rows = self.rows if self.filter is None else self.filter.qs
        extra: dict[str, Any] = {}
        if self.selectable:
            extra = {"extra_columns": [("chosen", ChosenColumn(self.box))], "sequence": ("chosen", "...")}
        made = self.kind(rows, exclude=self.exclude, **extra)
        made.ticked = frozenset(ticked(self.request, self.box)) if self.request.method == "POST" else frozenset()
        RequestConfig(self.request, paginate={"per_page": self.per_page}).configure(made)
        if self.request.POST.get(ACT) in ("tick", "untick"):
            on_page = {row.record.reference for row in made.paginated_rows}
            made.ticked = on_page if self.request.POST[ACT] == "tick" else frozenset()
        return made

    @property
    def records(self) -> list[Any]:
        """The rows of the page that is shown."""
        return [row.record for row in self.table.paginated_rows]

    @cached_property
    def count(self) -> int:
        total: int = self.table.paginator.count
        return total

    @property
    def counted(self) -> str:
        return self.noun.counted(self.count)

    @property
    def all_ticked(self) -> bool:
        return bool(self.table.ticked) and all(record.reference in self.table.ticked for record in self.records)

    @property
    def whole(self) -> str:
        """What « all the rows » are when there are more than a page shows; empty otherwise."""
        if self.table.paginator.num_pages < 2:
            return ""
        if self.count > MOST:
            return f"Les {MOST} premières lignes de la liste, pas seulement cette page"
        return f"Les {self.count} lignes de la liste, pas seulement cette page"

    @property
    def order(self) -> str:
        return ",".join(self.request.GET.getlist("sort"))

    @cached_property
    def chips(self) -> list[Chip]:
        if self.filter is None:
            return []
        form = self.filter.form
        form.is_valid()
        return [
            Chip(form.fields[name].label or name, value_label(form.fields[name], value), self.url(without=name))
            for name in self.filter.filters
            if (value := form.cleaned_data.get(name)) not in (None, "", [])
        ]

    @property
    def narrowed(self) -> bool:
        return bool(self.chips) or (self.filter is not None and bool(self.filter.form.errors))

    @property
    def nothing(self) -> str:
        """What is said when no row is there: why, and what to do."""
        if self.narrowed:
            return f"{self.noun.none} ne répond à ces critères."
        return self.empty or str(self.table.empty_text or f"{self.noun.none} pour l’instant.")

    @property
    def too_long(self) -> str:
        """What is said when the list is longer than an export."""
        return f"L’export s’arrête aux {MOST_EXPORTED} premières lignes\u00a0: filtrez pour tout avoir." * (
            self.count > MOST_EXPORTED
        )

    @property
    def csv(self) -> str:
        return self.url(export="csv")

    @property
    def xlsx(self) -> str:
        return self.url(export="xlsx")

    # --- what is kept

    @cached_property
    def saved_views(self) -> list[SavedView]:
        if self.filters is None:
            return []
        return list(SavedView.objects.filter(membership=self.request.membership.pk, page=self.name))

    @property
    def last(self) -> str:
        """The filter used last, as an address says it; empty when none is remembered."""
        return next((view.query for view in self.saved_views if view.name == LAST), "")

    @property
    def is_last(self) -> bool:
        """Whether what narrows the list is remembered for the next time."""
        return bool(self.chips) and self.last == self._keepable(self.filter)

    @property
    def views(self) -> list[View]:
        now = self._view_query()
        named = [one for one in self.saved_views if one.name != LAST]
        return [View(one.pk, one.name, f"?{one.query}", one.query == now) for one in named]

    @property
    def may_save(self) -> bool:
        """Whether there is anything to name: criteria or an order, and not already a view."""
        now = self._view_query()
        return bool(now) and all(one.query != now for one in self.saved_views if one.name != LAST)

    # --- answers

    def respond(self, template: str, **context: Any) -> HttpResponseBase:
        """The answer to whatever was asked of the list."""
        answered = self.answered()
        return self.shown(template, **context) if answered is None else answered

    def shown(self, template: str, **context: Any) -> HttpResponse:
        """The page; whose names are on it is logged where the list says so."""
        if self.named is not None and self.named.shown is not None:
            self.named.shown(self.named.households(self.records))
        page = {"listing": self, "filter": self.filter, "table": self.table, **context}
        response = render(self.request, template, page)
        if self.named is not None:
            response["Cache-Control"] = UNKEPT
        return response

    def answered(self) -> HttpResponseBase | None:
        """The answer to all but showing the page: a file, a selection, a filter to remember or to recall."""
        if self.request.method == "POST":
            acts = {"filter": self._filter, "clear": self._clear, "save": self._save, "forget": self._forget}
            act = self.request.POST.get(ACT, "")
            if act in acts and self.filters is not None:
                return acts[act]()
            return self._decide() if "verb" in self.request.POST and not act else None
        if self.request.GET.get("export") in FILES:
            return self._export(self.request.GET["export"])
        if not self.request.GET and self.last:
            return redirect(f"{self.request.path}?{self.last}")
        return None

    def _filter(self) -> HttpResponse:
        asked = self._filtered(self.request.POST)
        remember_filter(by=self.request.membership, page=self.name, query=self._keepable(asked))
        pairs = [(name, value) for name in asked.filters for value in self.request.POST.getlist(name) if value.strip()]
        pairs += [("sort", value) for value in self.request.POST.getlist("sort") if value]
        return redirect(f"{self.request.path}?{urlencode(pairs)}" if pairs else self._everything)

    def _clear(self) -> HttpResponse:
        remember_filter(by=self.request.membership, page=self.name, query="")
        return redirect(self._everything)

    def _save(self) -> HttpResponse | None:
        name = self.request.POST.get("name", "")
        try:
            view = save_view(by=self.request.membership, page=self.name, name=name, query=self._view_query())
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
            self.name_typed = name
            return None
        else:
            messages.success(
                self.request, f"Vue «\u00a0{view.name}\u00a0» enregistrée\u00a0: elle est au-dessus de la liste."
            )
        return redirect(self.here)

    def _forget(self) -> HttpResponse:
        pk = whole(self.request.POST.get("view"))
        if pk is None:
            raise Http404
        delete_view(by=self.request.membership, page=self.name, pk=pk)
        messages.success(self.request, "Vue supprimée.")
        return redirect(self.here)

    def chosen(self) -> list[str]:
        """The references that were ticked, or those of the whole list when that is what was asked."""
        if "everything" in self.request.POST:
            return list(self.table.data.data.values_list("reference", flat=True)[:MOST])
        return ticked(self.request, self.box)

    def _decide(self) -> HttpResponse | None:
        wanted = self.request.POST["verb"]
        verb, errand = self.known.get(wanted), next((one for one in self.errands if one.name == wanted), None)
        if verb is None and errand is None:
            raise Http404
        if errand is None and verb not in self.sets:
            raise PermissionDenied
        references = self.chosen()
        if not references:
            messages.error(self.request, f"Cochez au moins {'une' if self.noun.feminine else 'un'} {self.noun.one}.")
            return None
        if verb is None:
            return errand.open(self.request, references)  # type: ignore[union-attr]  # one of the two is there
        seen = visible_rows(verb.model, self.request.membership)
        selection = Selection(
            verb.label,
            self.noun,
            seen.filter(reference__in=references),
            references,
            action=self.here,
            back=self.here,
            kept_open={"verb": verb.name},
            box=self.box,
            irreversible=verb.irreversible,
            warning=verb.warning,
        )
        return decide(self.request, verb, selection)

    def _export(self, ending: str) -> StreamingHttpResponse:
        if self.named is not None:
            paths = self.table.data.data.order_by().values_list(self.named.path, flat=True)
            self.named.taken(set(paths[:MOST_EXPORTED]) - {None})
        return export(self.table, self.noun, ending)

    # --- addresses

    @property
    def _everything(self) -> str:
        """Where all the rows are: its address alone, unless that one opens on a part of them."""
        return f"{self.request.path}?{ALL}=1" if self.opens_on else self.request.path

    def without(self, name: str) -> QuerySet[Any]:
        """The rows that the other criteria keep."""
        rows, form = self.rows, self.filter.form
        for other, value in form.cleaned_data.items() if form.is_valid() else ():
            if other != name:
                rows = self.filter.filters[other].filter(rows, value)
        return rows

    def url(self, *, without: str = "", **changed: str) -> str:
        """The address of this list with something changed, or without one criterion; never that of another page."""
        query = self.request.GET.copy()
        for name in ("page", "export", without):
            query.pop(name, None)
        for name, value in changed.items():
            query[name] = value
        if not any(query.getlist(name) != [""] for name in query):
            query[ALL] = "1"
        return f"?{query.urlencode()}"

    def _filtered(self, data: QueryDict) -> Any:
        return None if self.filters is None else self.filters(data, queryset=self.rows, request=self.request)

    def _keepable(self, asked: Any) -> str:
        """The filter as it may be remembered: what is right, without free text, which may be somebody's name."""
        asked.form.is_valid()
        names = [name for name, one in asked.filters.items() if not isinstance(one, django_filters.CharFilter)]
        right = [name for name in names if asked.form.cleaned_data.get(name) not in (None, "", [])]
        return urlencode([(name, value) for name in right for value in asked.data.getlist(name) if value])

    def _view_query(self) -> str:
        """What is on screen as a view keeps it: the filter and the order; nothing of a list without a filter."""
        if self.filter is None:
            return ""
        known = ",".join(one for one in self.order.split(",") if one.lstrip("-") in self.table.columns.names())
        parts = (self._keepable(self.filter), urlencode({"sort": known}) if known else "")
        return "&".join(part for part in parts if part)
