"""What an operator sends as a file, or by a link."""

from django import forms
from django.core.exceptions import ValidationError

LARGEST = 1024 * 1024


class AnswersFileForm(forms.Form):
    """A CSV file, or its lines pasted: the lines that were wrong come back here to be corrected."""

    file = forms.FileField(label="Fichier CSV", required=False, widget=forms.ClearableFileInput({"accept": ".csv"}))
    text = forms.CharField(
        label="Ou les lignes elles-mêmes",
        required=False,
        max_length=LARGEST,
        widget=forms.Textarea({"rows": 6, "spellcheck": "false"}),
        help_text="Première ligne\u00a0: le nom des colonnes, comme dans le fichier exporté.",
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if not data.get("file") and not data.get("text") and not self.errors:
            raise ValidationError("Déposez un fichier, ou collez ses lignes.")
        if data.get("file") and data["file"].size > LARGEST:
            raise ValidationError("Le fichier dépasse 1 Mo\u00a0: partagez-le.")
        return data

    def content(self) -> bytes:
        """What to read: the file if there is one, else the lines."""
        file = self.cleaned_data.get("file")
        return file.read() if file else str(self.cleaned_data["text"]).encode()
