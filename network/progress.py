"""The chain of an EPCI: the five steps of the roadmap, and since when each is behind."""

from collections.abc import Mapping
from datetime import date, datetime

from django.db.models import F

from lifecycle.actors import Actor
from lifecycle.registry import Chain, ChainLink, register_chain
from network.enums import RolloutState
from network.models import Rollout
from network.models.rollout import ADVANCING
from typography.french import day

S = RolloutState
MISSING = {
    S.SURVEY: "que ses acteurs soient réunis, dont un reconditionneur et un distributeur",
    S.GATHERED: "une convention, d’essai ou non, en vigueur",
    S.TRIED: "une convention en vigueur, après l’essai",
    S.AGREED: "des appareils remis, d’après chacun des derniers mois publiés",
}


def register_chains() -> None:
    """Draw the chain on the page of a roll-out."""
    register_chain("network.Rollout", rollout_chain)


def rollout_chain(rollout: Rollout, actor: Actor) -> Chain | None:
    """Where an EPCI stands; one query. Nothing of one that another took over."""
    if rollout.state == S.MERGED:
        return None
    changes = rollout.journal.exclude(source=F("target")).order_by("seq").values_list("target", "at")
    reached: dict[str, date | datetime] = dict(changes)
    reached.pop(S.GATHERED, None)
    if rollout.gathered_on is not None:
        reached[S.GATHERED] = rollout.gathered_on
    here = ADVANCING.index(S(rollout.state))
    return Chain(
        f"Le déploiement, {rollout.epci.short_name}",
        tuple(_link(step, rank - here, reached) for rank, step in enumerate(ADVANCING)),
        MISSING.get(S(rollout.state), ""),
    )


def _link(step: RolloutState, distance: int, reached: Mapping[str, date | datetime]) -> ChainLink:
    if distance < 0 and step not in reached:
        return ChainLink(str(step.label), "none", "sans objet")
    if distance > 0:
        return ChainLink(str(step.label), "ahead", "à venir")
    if step not in reached:
        return ChainLink(str(step.label), "now", "à reprendre")
    since = day(reached[step])
    if distance == 0:
        return ChainLink(str(step.label), "now", f"étape en cours, depuis le {since}")
    return ChainLink(str(step.label), "done", f"le {since}")
