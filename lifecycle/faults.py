"""What a verification finds: one thing that is wrong, and who is told."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.text import capfirst

from lifecycle.machine import machines

NAMES = {
    "evidence": "preuves",
    "wall": "mur de la base",
    "checks": "recoupements",
    "register": "registre des effacements",
}
"""How what is verified beside the machines is named."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in which machine, on which object, at which row of its journal."""

    machine: str
    reference: str
    seq: int | None
    sentence: str

    def __str__(self) -> str:
        return self._sentence_named(self.machine)

    @property
    def in_words(self) -> str:
        """The same for whoever reads no code: « Appareil A-3F4K-92QP, ligne n° 4 : … »."""
        model = machines().get(self.machine)
        return self._sentence_named(
            capfirst(str(model._meta.verbose_name) if model else NAMES.get(self.machine, self.machine))
        )

    def _sentence_named(self, name: str) -> str:
        rank = "" if self.seq is None else f", ligne n° {self.seq}"
        return f"{name} {self.reference}{rank}\u00a0: {self.sentence}"


type Report = Callable[[Fault], None]
