"""What the conventions of an EPCI say of its way (machines §14): nobody declares that one is signed."""

from lifecycle.machine import AT, CREATION, SAME, Verb
from network.enums import RolloutState
from network.machine.next_step import NO_NEXT
from network.machine.rollout import ONCE, REACHED, RolloutMachine
from network.models.rollout import ADVANCING

S = RolloutState
BEFORE = (S.SURVEY, S.GATHERED)

RolloutMachine.extend(
    enter=Verb(
        "Engager le déploiement par une convention",
        source=CREATION,
        target=S.SURVEY,
        follows=["convention.activate", "merger.declare"],
        requires=[ONCE],
        stamps={"begun_at": AT, **REACHED, **NO_NEXT},
        done="Déploiement engagé",
        why="A convention came into force, or another EPCI merged into this one, before anybody had engaged it.",
    ),
    fulfil=Verb(
        "Tenir l’étape prévue pour faite",
        source=ADVANCING,
        target=SAME,
        follows=["convention.submit", "convention.activate"],
        stamps=NO_NEXT,
        done="Étape prévue faite\u00a0: une convention le montre",
        why="Somebody was to gather the parties or to prepare the convention: its text is submitted to them.",
    ),
    try_out=Verb(
        "Suivre sa convention d’essai",
        source=BEFORE,
        target=S.TRIED,
        follows=["convention.activate", "convention.expire", "convention.terminate", "merger.declare"],
        stamps=REACHED,
        done="Test opérationnel commencé",
        why="A convention marked as an operational test is in force; once it is over the test has been made.",
    ),
    agree=Verb(
        "Suivre sa convention",
        source=[*BEFORE, S.TRIED],
        target=S.AGREED,
        follows=["convention.activate", "merger.declare"],
        stamps=REACHED,
        done="Convention en vigueur",
        why="A convention of this EPCI is in force, its own or that of an EPCI it succeeds to.",
    ),
    lapse=Verb(
        "Suivre la fin de sa convention",
        source=[S.AGREED, S.CRUISING],
        target=S.GATHERED,
        follows=["convention.expire", "convention.terminate"],
        stamps=REACHED,
        done="Plus de convention",
        why="Its last convention is over and no other is in force: its parties are to be brought together again.",
    ),
)
