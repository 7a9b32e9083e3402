"""The file that a workshop brings from tec.tech."""

from documents.enums import SHEETS
from documents.forms import DepositField, DepositForm


class TecTechForm(DepositForm):
    """One file, as tec.tech exports it."""

    deposit = DepositField(
        label="Fichier exporté de tec.tech",
        required=False,
        accept=SHEETS,
        help_text="CSV ou XLSX, tel que tec.tech l’exporte\u00a0; l’étiquette y est idMaterielReconditionneur.",
    )
    deposit_required = "Choisissez le fichier exporté de tec.tech."
