"""The badge, the action bar and the timeline, as pages include them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lifecycle import gate
from lifecycle.acting import Step, explained, shown_reasons
from lifecycle.actors import SYSTEM, SignedLink
from lifecycle.machine import Place
from lifecycle.models import Comment
from lifecycle.registry import Chain, ChainLink, Move, Panel, on_transition, panel, register_chain, registry
from lifecycle.templatetags.lifecycle import moment
from network.enums import OrganisationKind, Role
from network.models import Membership
from tests.lifecycle.parcels import machine
from tests.lifecycle.parcels.models import Parcel, SealProof
from tests.network.factories import make_membership

type Announce = Callable[..., list[Parcel]]

pytestmark = pytest.mark.urls("tests.lifecycle.pages")


def shown(tag: str, row: Parcel, membership: Membership | None, **context: Any) -> str:
    return rendered("{% " + tag + " %}", membership, row=row, **context)


def rendered(template: str, membership: Membership | None = None, **context: Any) -> str:
    request = RequestFactory().get("/")
    request.membership = membership
    html = Template("{% load lifecycle %}" + template).render(Context({"request": request, **context}))
    return re.sub(r"[ \n]+", " ", html).strip()


@pytest.fixture
def stored(announce: Announce, keeper: Membership) -> Parcel:
    (parcel,) = announce()
    return gate.apply(parcel, "store", actor=keeper, weight=10, label="R-1")


# --- the badge


def test_a_badge_says_the_state_with_an_icon_that_is_hidden_from_readers(stored: Parcel) -> None:
    html = shown("state_badge row", stored, None)
    assert '<span class="visually-hidden">État\u00a0:</span> En rayon' in html
    assert '<svg aria-hidden="true"' in html


def test_a_badge_takes_the_tone_its_machine_gives(stored: Parcel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Parcel.machine, "tones", {"stored": "done"})
    assert "tag--done" in shown("state_badge row", stored, None)


def test_an_ended_state_has_an_icon_of_its_own(stored: Parcel, keeper: Membership) -> None:
    SealProof.objects.create(parcel=stored)
    given = gate.apply(stored, "give", actor=keeper)
    assert "M3 3h10v10H3z" in shown("state_badge row", given, None)
    assert "M3 3h10v10H3z" not in shown("state_badge row", stored, None)


# --- the action bar


def test_a_possible_action_is_a_link_and_a_greyed_one_says_why(stored: Parcel, keeper: Membership) -> None:
    html = shown("action_bar row", stored, keeper)
    assert f'<a class="btn btn-primary" href="/colis/break_/{stored.reference}/">Casser</a>' in html
    assert f'href="/colis/give/{stored.reference}/"' not in html
    assert "Remettre\u00a0: pas encore possible.</span>" in html
    assert "Pourquoi\u00a0?" in html
    assert "Le scellé n’a pas été relevé." in html
    assert "Peut y remédier\u00a0: le magasinier." in html


def test_what_is_missing_leads_whoever_may_solve_it_to_the_spot_and_names_him_to_the_others(
    stored: Parcel, keeper: Membership, pilot: Membership
) -> None:
    seals = Place("parcels:parcel_seal", machine.can_handle, "un magasinier", "depot", anchor="id_label")
    known = replace(machine.SEALED.reason, where=seals)
    unknown = replace(known, where=replace(seals, page="parcels:parcel_nowhere"))
    of_another = replace(known, where=replace(seals, page="refurb:device_evidence"))

    assert stored.depot
    with CaptureQueriesContext(connection) as queries:
        lead, nowhere, elsewhere = shown_reasons([known, unknown, of_another], stored, keeper)
    assert len(queries) == 1
    assert (lead.url, lead.lifted_by) == (f"/colis/sceller/{stored.reference}/#id_label", "")
    assert (nowhere.url, elsewhere.url) == ("", "")
    assert f'href="/colis/sceller/{stored.reference}/#id_label"' in explained([known], stored, keeper)[0]

    stranger = make_membership(Role.TECHNICIAN, OrganisationKind.RECONDITIONER)
    for reader in (pilot, stranger, None):
        (said,) = explained([known], stored, reader)
        assert "href" not in said
        assert f"Peut y remédier\N{NO-BREAK SPACE}: un magasinier, {stored.depot}." in said


def test_the_action_of_a_verb_that_an_app_adds_leads_to_its_own_addresses(
    monkeypatch: pytest.MonkeyPatch, stored: Parcel, keeper: Membership
) -> None:
    verbs = machine.ParcelMachine.verbs
    monkeypatch.setitem(verbs, "break_", replace(verbs["break_"], app="documents"))
    actions = {action.verb: action.url_name for action in gate.actions_for(stored, keeper)}
    assert actions["break_"] == "documents:parcel_break_"
    assert actions["give"] == "parcels:parcel_give"


def test_a_verb_without_a_page_is_left_out(announce: Announce, pilot: Membership) -> None:
    (parcel,) = announce()
    assert {action.verb for action in gate.actions_for(parcel, pilot)} == {"break_", "reclassify"}
    html = shown("action_bar row", parcel, pilot)
    assert "Casser" in html
    assert "Reclasser" not in html


def test_the_main_button_can_be_chosen_and_is_never_an_irreversible_one(stored: Parcel, keeper: Membership) -> None:
    SealProof.objects.create(parcel=stored)
    assert 'btn-primary" href="/colis/break_/' in shown("action_bar row", stored, keeper)
    html = shown("action_bar row main='give'", stored, keeper)
    assert html.index("Remettre") < html.index("Casser")
    assert "btn btn-primary" not in html


def test_a_page_whose_next_step_is_elsewhere_has_no_main_button(stored: Parcel, keeper: Membership) -> None:
    html = shown("action_bar row main=''", stored, keeper)
    assert "Casser" in html
    assert "btn btn-primary" not in html


def test_nobody_and_those_who_may_nothing_see_no_bar(stored: Parcel, pilot: Membership) -> None:
    assert shown("action_bar row", stored, None) == ""
    gone = gate.apply(stored, "break_", actor=pilot, reason="fell")
    assert shown("action_bar row", gone, pilot) == ""


def test_the_bar_costs_one_query(stored: Parcel, keeper: Membership) -> None:
    with CaptureQueriesContext(connection) as queries:
        shown("action_bar row", stored, keeper)
    assert len(queries) == 1


def test_the_verbs_that_would_be_noise_are_left_out(stored: Parcel, keeper: Membership) -> None:
    html = shown("action_bar row without='give break_'", stored, keeper)
    assert "Remettre" not in html
    assert "Casser" not in html
    assert "Remettre" in shown("action_bar row without='break_'", stored, keeper)


# --- who acts next


def test_who_acts_next_has_one_button_and_the_others_are_in_the_menu(stored: Parcel, keeper: Membership) -> None:
    yours = Step("En attente", "cassez-le", "break_")
    html = shown("what_next row step", stored, keeper, step=yours)
    assert "À vous d’agir\u00a0:</strong> cassez-le." in html
    assert html.count("btn btn-primary") == 1
    assert html.count(f'href="/colis/break_/{stored.reference}/"') == 1
    assert "Autres actions</summary>" in html
    assert "Pourquoi ?".replace(" ", "\u00a0") in html


def test_whom_one_waits_for_is_told_since_the_state_was_entered(stored: Parcel, keeper: Membership) -> None:
    html = shown("what_next row step", stored, keeper, step=Step("En attente du magasinier"))
    assert "<strong>En attente du magasinier.</strong> Depuis le " in html
    assert "(aujourd’hui)" in html
    assert "Depuis" not in shown("what_next row step", stored, keeper, step=Step("Terminé", dated=False))


def test_what_is_no_verb_is_in_the_menu_too_and_the_page_itself_is_not(stored: Parcel, keeper: Membership) -> None:
    more = [("Peser", "/peser/"), ("Cette page", "/")]
    html = shown("what_next row step more=more", stored, keeper, step=Step("En attente"), more=more)
    assert '<a href="/peser/">Peser</a>' in html
    assert "Cette page" not in html


# --- the chain


def test_a_chain_is_told_in_a_sentence_and_its_links_are_not_hidden(
    stored: Parcel, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = (
        ChainLink("Donateur", "done", "donné", "Mairie", "/mairie/"),
        ChainLink("Atelier", "now", "pesé", "Atelier Exemple"),
        ChainLink("Foyer", "ahead", "à venir"),
    )
    monkeypatch.setattr(registry, "chains", {})
    register_chain("parcels.Parcel", lambda row, actor: Chain(f"Le colis {row}", links, "le scellé"))
    html = shown("state_chain row", stored, keeper)
    told = "Donateur (Mairie), donné ; Atelier (Atelier Exemple), étape en cours, pesé ; Foyer, à venir."
    assert f"Le colis {stored}, maillon par maillon : {told}" in html.replace("\u00a0", " ")
    assert '<a class="chain__name" href="/mairie/">' in html
    assert '<span class="visually-hidden">Donateur\u00a0:</span> Mairie</a>' in html
    assert html.count('<li class="chain__link') == 3
    assert html.count(' aria-hidden="true">') == 3
    assert "Avant le maillon suivant" in html
    assert shown("state_chain row", stored, None) == ""


def test_a_chain_that_leads_nowhere_is_a_drawing(
    stored: Parcel, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "chains", {})
    assert shown("state_chain row", stored, keeper) == ""
    register_chain("parcels.Parcel", lambda row, actor: Chain("Le colis", (ChainLink("Donateur", "done", "donné"),)))
    html = shown("state_chain row", stored, keeper)
    assert '<ol class="chain" aria-hidden="true">' in html
    assert "<a " not in html


# --- a long page


def test_a_long_page_leads_to_its_titles_and_a_short_one_does_not() -> None:
    titles = "".join(
        f'<h2 class="x" id="t{i}">Titre {i} <span class="tag">vu</span></h2><h3 id="s{i}">Sous</h3>' for i in range(3)
    )
    html = rendered("{% contents %}" + titles + "{% endcontents %}")
    assert html.index("Sur cette page") < html.index("<h2")
    assert '<a href="#t1">Titre 1</a>' in html
    assert "#s1" not in html
    assert '<a href="#s1">Sous</a>' in rendered('{% contents "23" %}' + titles + "{% endcontents %}")
    assert "Sur cette page" not in rendered('{% contents %}<h2 id="a">A</h2><h2>B</h2>{% endcontents %}')


# --- panels


def test_a_panel_of_another_app_is_shown_under_its_title_to_those_it_is_for(
    stored: Parcel, keeper: Membership, pilot: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def of_keeper(row: Parcel, actor: Membership) -> Panel | None:
        if actor.role == pilot.role:
            return None
        reasons = {"reasons": [{"sentence": "Sous la pluie", "lifted_by": "", "url": ""}]}
        return {"title": "Météo", "template": "lifecycle/reasons.html", "context": reasons}

    monkeypatch.setattr(registry, "panels", {})
    panel("parcels.Parcel", of_keeper)
    panel("parcels.Parcel", of_keeper)

    html = shown("panels row", stored, keeper)

    assert html.count("Météo</h2>") == 1
    assert "Sous la pluie" in html
    assert shown("panels row", stored, pilot) == ""
    assert shown("panels row", stored, None) == ""


def test_a_panel_without_a_title_writes_its_sections_whole(
    stored: Parcel, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    def whole(row: Parcel, actor: Membership) -> Panel:
        reasons = {"reasons": [{"sentence": "Sous la pluie", "lifted_by": "", "url": ""}]}
        return {"title": "", "template": "lifecycle/reasons.html", "context": reasons}

    monkeypatch.setattr(registry, "panels", {})
    panel("parcels.Parcel", whole)

    html = shown("panels row", stored, keeper)

    assert "Sous la pluie" in html
    assert "<section" not in html
    assert "<h2" not in html


def test_a_page_without_any_panel_shows_none(
    stored: Parcel, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "panels", {})
    assert shown("panels row", stored, keeper) == ""


# --- the timeline


def test_the_timeline_tells_who_when_and_what_newest_first(stored: Parcel, keeper: Membership) -> None:
    html = shown("timeline row", stored, keeper)
    assert html.index("Rangé") < html.index("Annoncer")
    assert str(keeper.user) in html
    assert f"(Technicien, {keeper.organisation})" in html
    assert '<span class="visually-hidden">État après\u00a0:</span> En rayon' in html


def test_names_and_comments_stay_in_the_organisation_that_wrote_them(stored: Parcel, keeper: Membership) -> None:
    broken = gate.apply(stored, "break_", actor=keeper, reason="fell", comment="Tombé du quai")
    stranger = make_membership(Role.CONTACT, OrganisationKind.DONOR)
    read = shown("timeline row", broken, stranger)
    assert str(keeper.user) not in read
    assert "Tombé" not in read
    assert "effacé" not in read
    assert str(keeper.organisation) in read
    assert "technicien" in read
    pilot = make_membership(Role.PILOT, OrganisationKind.DEPARTEMENT)
    assert str(keeper.user) in shown("timeline row", broken, pilot)
    assert "Tombé" in shown("timeline row", broken, pilot)


def test_a_comment_is_shown_escaped_until_it_is_erased(stored: Parcel, keeper: Membership) -> None:
    broken = gate.apply(stored, "break_", actor=keeper, reason="fell", comment="<b>Tombé</b>\ndu quai")
    html = shown("timeline row", broken, keeper)
    assert "&lt;b&gt;Tombé&lt;/b&gt;<br>du quai" in html
    assert "effacé" not in html
    Comment.objects.update(text="", salt="")
    assert "Un commentaire a été effacé." in shown("timeline row", broken, keeper)


def test_the_clock_and_a_signed_link_are_named_without_a_person(
    announce: Announce, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    (parcel,) = announce(expires_at=now)
    expired = gate.apply(parcel, "expire", actor=SYSTEM)
    assert "Maillon, à l’échéance" in shown("timeline row", expired, keeper)
    monkeypatch.setattr("tests.lifecycle.parcels.machine.acts_as", lambda actor, *pairs: True)
    (parcel,) = announce()
    monkeypatch.setattr("tests.lifecycle.parcels.models.acts_as", lambda actor, *pairs: True)
    link = SignedLink("L-1", keeper.organisation_id)
    broken = gate.apply(parcel, "break_", actor=link, reason="fell")
    html = shown("timeline row", broken, keeper)
    assert "Une personne, par un lien signé" in html
    assert "L-1" not in html


@pytest.fixture
def broken_with_another(announce: Announce, keeper: Membership) -> Iterator[tuple[Parcel, Parcel]]:
    """A parcel that was given, and another that broke because of it."""
    followed, other = announce(2)

    def break_the_other(move: Move) -> None:
        rows = Parcel.objects.filter(pk=other.pk)
        gate.apply_many(rows, "break_", actor=move.actor, at=move.at, cause=move, reason="chain")

    on_transition("parcel", "give", break_the_other)
    followed = gate.apply(followed, "store", actor=keeper, weight=10, label="R-9")
    SealProof.objects.create(parcel=followed)
    yield gate.apply(followed, "give", actor=keeper), Parcel.objects.get(pk=other.pk)
    registry.followers.pop(("parcel", "give"))


def test_the_cause_of_a_move_is_told(broken_with_another: tuple[Parcel, Parcel], keeper: Membership) -> None:
    given, broken = broken_with_another
    assert f"À la suite de\u00a0: Remettre ({given.reference})" in shown("timeline row", broken, keeper)


def test_a_cause_one_may_not_see_is_not_told(
    broken_with_another: tuple[Parcel, Parcel], keeper: Membership, pilot: Membership
) -> None:
    given, broken = broken_with_another
    keeper.organisation_id = pilot.organisation_id
    assert given.reference not in shown("timeline row", broken, keeper)
    assert given.reference not in shown("timeline row", broken, None)


def test_a_long_timeline_costs_the_queries_of_a_short_one(stored: Parcel, keeper: Membership) -> None:
    def cost(row: Parcel) -> int:
        with CaptureQueriesContext(connection) as queries:
            shown("timeline row", row, keeper)
        return len(queries)

    row = gate.apply(stored, "break_", actor=keeper, reason="fell", comment="Encore")
    few = cost(row)
    for number in range(5):
        row = gate.apply(row, "store", actor=keeper, weight=1, label=f"S-{number}")
        row = gate.apply(row, "break_", actor=keeper, reason="fell", comment="Encore")
    assert cost(row) == few == 2


def test_what_is_older_than_the_latest_moves_is_folded(
    stored: Parcel, keeper: Membership, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Voir ce qui s’est passé avant" not in shown("timeline row", stored, keeper)
    monkeypatch.setattr("lifecycle.templatetags.lifecycle.LATEST", 1)
    html = shown("timeline row", stored, keeper)
    assert (
        html.index("Rangé")
        < html.index("<summary>Voir ce qui s’est passé avant (1)</summary>")
        < html.index("Annoncer")
    )


def test_an_instant_is_told_in_paris_time() -> None:
    assert moment(datetime(2026, 11, 24, 13, 5, tzinfo=UTC)) == "24\u00a0nov. 2026 à 14\u00a0h\u00a005"
    assert moment(datetime(2026, 7, 31, 22, 0, tzinfo=UTC)) == "1er\u00a0août 2026 à 0\u00a0h\u00a000"
