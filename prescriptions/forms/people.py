"""A list of people: its file alone, which is read at once and never kept as it came."""

from django import forms

from documents.enums import SHEETS
from documents.forms import DepositField


class PeopleForm(forms.Form):
    """The file of a list."""

    deposit = DepositField(
        label="Fichier de la liste",
        accept=SHEETS,
        help_text="CSV, XLSX, XLS ou ODS, 2\u00a0000 personnes au plus, tel que votre tableur l’enregistre.",
        error_messages={"required": "Choisissez le fichier de la liste."},
    )
