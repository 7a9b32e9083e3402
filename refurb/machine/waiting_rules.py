"""A device does not enter the stock, nor leave, while a file that waits shows on it a drive nobody knows or erased."""

from collections.abc import Mapping

from lifecycle.machine import Context, PerRow
from lifecycle.requirements import PerRowValues, Reason
from refurb.machine.storage_rules import BENCH, PROOFS_STAND
from refurb.unsorted import unsorted_drives

WAITS = (
    "Un fichier de cette machine attend d’être trié, et montre un disque que l’inventaire ne connaît pas, ou qui n’a"
    " pas été effacé\u00a0: «\u00a0Trier les fichiers\u00a0», puis prouvez ce disque, ou écartez le fichier s’il est"
    " d’une autre machine."
)


def _unsorted(ctx: Context, per_row: PerRowValues) -> Mapping[int, Reason | str]:
    return dict.fromkeys(unsorted_drives(per_row), WAITS)


FILES_SORTED = PerRow(
    "files_sorted",
    WAITS,
    _unsorted,
    constraint="refurb_device_files_sorted",
    where=BENCH.at("storages"),
    of_rows=True,
)
LEAVES_EMPTY = (PROOFS_STAND, FILES_SORTED)
