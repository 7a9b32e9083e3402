"""Who acts: a membership, the system (the clock), or a signed link sent to someone."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@runtime_checkable
class Actor(Protocol):
    """What the engine asks of whoever acts; ``settings.LIFECYCLE_ACTOR_MODEL`` satisfies it."""

    @property
    def pk(self) -> int | None: ...
    @property
    def role(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def organisation_id(self) -> int | None: ...
    @property
    def reads_all(self) -> bool: ...


@dataclass(frozen=True)
class System:
    """The clock and the followers it sets in motion: a null membership that sees every row."""

    pk: None = None
    role: str = "system"
    kind: str = ""
    organisation_id: None = None
    reads_all: bool = True

    def __str__(self) -> str:
        return "Maillon"


@dataclass(frozen=True)
class SignedLink:
    """A person who acts through a link: its key, which is all that is written down, and nothing of the address.

    ``opens``: the machine and the key of the one row it was sent for.
    """

    link_id: str
    organisation_id: int | None = None
    opens: tuple[str, int] | None = None
    pk: None = None
    role: str = "link"
    kind: str = ""
    reads_all: bool = False

    def __str__(self) -> str:
        return "Lien signé"

    def key_of(self, machine: str) -> int:
        """The key of the row of this machine that the link was sent for; 0, which no row has, when it is another's."""
        name, key = self.opens or ("", 0)
        return key if name == machine else 0


SYSTEM = System()
