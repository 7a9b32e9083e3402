"""How far each EPCI is: the list, one of them, and the first act."""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Q, Value
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from lifecycle.acting import Step, answer, asks_then_acts, may, posted
from lifecycle.actors import Actor
from lifecycle.pages import Pages
from lists.listing import Listing, lists
from network.enums import OrganisationKind, RolloutState, RolloutStep
from network.filters import RolloutFilter
from network.forms.rollouts import BeginForm
from network.models import Epci, Organisation, Rollout
from network.models.rollout import ADVANCING
from network.naming import told_to
from network.permissions import can_edit_organisation, can_roll_out, sees_rollouts
from network.requests import Request
from network.rollouts_told import WayTold, told_of, with_told
from network.services.rollouts import begin_rollout
from network.tables import RolloutTable, standing
from typography.french import Noun, days_left, in_a_sentence

S = RolloutState
ROLLOUT = Noun("EPCI engagé", "EPCI engagés")
NAMED = 8
"""How many organisations of a kind are named; the list of organisations has them all."""
ASKED = {
    S.SURVEY: ("gather", "vérifiez les acteurs ci-dessous, réunissez-les, puis notez-le"),
    S.GATHERED: ("note", "préparez avec eux une convention, d’essai ou non, et notez chaque échange"),
    S.TRIED: ("note", "tirez les leçons de l’essai, préparez la convention, et notez chaque échange"),
}
"""What comes next while it depends on somebody, by which verb."""
NOT_MET = "réunissez de nouveau les parties, puis notez-le\u00a0: aucune convention n’est plus en vigueur"
AWAITED_AGAIN = "Aucune convention n’est plus en vigueur\u00a0: les parties sont à réunir de nouveau"
AWAITED = {
    S.SURVEY: "L’état des lieux est en cours\u00a0: les acteurs sont à réunir",
    S.GATHERED: "Les acteurs sont réunis\u00a0: une convention est à préparer",
    S.TRIED: "Un essai est mené\u00a0: la convention est à préparer",
    S.AGREED: "La convention est en vigueur\u00a0: son rythme se constate sur les rapports publiés",
    S.CRUISING: "Le rythme de croisière est atteint\u00a0: il se constate de nouveau à chaque rapport publié",
}


@dataclass(frozen=True)
class Known:
    """The actors of one kind on a territory: the first ones, and how many others."""

    kind: OrganisationKind
    named: tuple[Organisation, ...]
    others: int

    @property
    def count(self) -> int:
        return len(self.named) + self.others


@dataclass(frozen=True)
class Absent:
    """An EPCI that nobody engaged, and the convention that is on its way there all the same."""

    epci: Epci
    told: WayTold


@lists
def rollout_list(request: Request) -> HttpResponseBase:
    """The EPCI on their way: those whose next step is late first; then which are not engaged."""
    actor = request.membership
    may(sees_rollouts(actor))
    follows, today = can_roll_out(actor) is not None, timezone.localdate()
    rows = Rollout.objects.visible_to(actor).annotate(followed=Q(state__in=ADVANCING), today=Value(today))
    page = Listing(
        request,
        rows=with_told(rows.select_related("epci", "next_owner__organisation", "next_owner__user")).order_by(
            "-followed", F("next_on").asc(nulls_last=True), "epci__short_name", "pk"
        ),
        table=RolloutTable,
        noun=ROLLOUT,
        filters=RolloutFilter,
        exclude=[] if follows else ["last_contact_on", "next_step", "next_on", "next_owner"],
        empty="Aucun EPCI n’est engagé pour l’instant.",
    )
    return page.respond("network/rollout_list.html", absent=_not_engaged(actor), follows=follows)


def _not_engaged(actor: Actor) -> list[Absent]:
    """Those whose roll-out one would read, and that have none."""
    rows = Epci.objects.living().filter(rollouts=None)
    if actor.kind == OrganisationKind.EPCI:
        rows = rows.filter(organisations=actor.organisation_id)
    return [Absent(row, told_of(row)) for row in with_told(rows, "pk").alphabetical("short_name")]


@asks_then_acts
def rollout_begin(request: Request) -> HttpResponse:
    """Engage an EPCI; ``?epci=`` is the SIREN of the one that is asked."""
    actor = request.membership
    may(can_roll_out(actor))
    form = BeginForm(posted(request), by=actor, siren=request.GET.get("epci", ""))
    made = answer(request, form, lambda _: begin_rollout(actor=actor, **form.values()), None)
    if made is not None:
        return redirect("network:rollout_detail", reference=made.reference)
    return render(request, "network/rollout_form.html", {"form": form})


@require_safe
def rollout_detail(request: Request, reference: str) -> HttpResponse:
    """One EPCI: how far it is, who is there, what was said, what happened."""
    rollout, actor = visible_rollout(request, reference), request.membership
    follows = _follows(rollout, actor)
    late = rollout.next_on is not None and rollout.next_on < timezone.localdate()
    exchanges = rollout.exchanges.select_related("recorded_by__user", "recorded_by__organisation")
    context = {
        "rollout": rollout,
        "stands": standing(rollout),
        "step": _step(rollout, actor, follows=follows),
        "follows": follows,
        "not_followed": not follows,
        "writes": can_edit_organisation(actor) is not None,
        "is_late": follows and rollout.is_followed and late,
        "actors": _actors(rollout.epci, actor),
        "exchanges": exchanges if follows else (),
    }
    return render(request, "network/rollout_detail.html", context)


def _follows(rollout: Rollout, actor: Actor) -> bool:
    """Whether what was said there, and what comes next, is his to read."""
    scope = can_roll_out(actor)
    return scope is not None and Rollout.objects.filter(scope, pk=rollout.pk).exists()


def _step(rollout: Rollout, actor: Actor, *, follows: bool) -> Step:
    """What comes next; the plan says it in its own words, when there is one."""
    state = RolloutState(rollout.state)
    if state == S.MERGED:
        return Step(f"Cet EPCI a été repris par {rollout.epci.today}\u00a0: la suite se lit là")
    told = told_of(rollout, state).sentence
    is_noted = follows and rollout.next_on is not None
    if told and not (is_noted and rollout.next_step != RolloutStep.CONVENTION):
        return Step(told, dated=False)
    if is_noted and rollout.next_on is not None:
        when = f"{in_a_sentence(rollout.get_next_step_display())}, {days_left(rollout.next_on)}"
        if rollout.next_owner_id == actor.pk:
            gathers = state == S.SURVEY and rollout.next_step == RolloutStep.GATHER
            return Step("", when, "gather" if gathers else "note")
        by = told_to(rollout.next_owner, actor)  # type: ignore[arg-type]  # with a step there is somebody
        return Step(f"Prochaine étape\u00a0: {when}, par {by}", dated=False)
    if state == S.GATHERED and rollout.gathered_on is None:
        return Step("", NOT_MET, "gather") if follows else Step(AWAITED_AGAIN, since=rollout.reached_at)
    if follows and state in ASKED:
        verb, words = ASKED[state]
        return Step("", words, verb)
    return Step(AWAITED[state], since=rollout.reached_at)


def _actors(epci: Epci, actor: Actor) -> list[Known]:
    """The state of play: who is active on a territory, kind by kind, in the order of the chain; one query."""
    found = defaultdict(list)
    for organisation in Organisation.objects.visible_to(actor).active().serving(epci).order_by("name", "pk"):
        for kind in organisation.kinds:
            found[kind].append(organisation)
    return [
        Known(kind, tuple(found[kind][:NAMED]), max(0, len(found[kind]) - NAMED))
        for kind in OrganisationKind
        if found[kind] and kind != OrganisationKind.EPCI
    ]


def visible_rollout(request: Request, reference: str) -> Rollout:
    """The roll-out, if the person may see it; else a 404."""
    seen = Rollout.objects.visible_to(request.membership).select_related(
        "epci__succeeded_by", "next_owner__organisation", "next_owner__user"
    )
    return get_object_or_404(with_told(seen), reference=reference)


ROLLOUT_PAGES = Pages(Rollout, visible_rollout, "network/actions/_rollout.html", done="{row}\u00a0: {done}.")
"""What the pages of the verbs of a roll-out share."""
