"""What is asked to share requests out, to say who is away, to note something, to answer the photo of a paper."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from lifecycle.forms import day_input, field_of
from network.models import Membership
from network.permissions import is_manager
from prescriptions.enums import NoteAudience, PhotoFault
from prescriptions.forms.actions import ColleagueField, written
from prescriptions.forms.asking import CommentForm
from prescriptions.forms.filing import fact_choices
from prescriptions.instruction import colleagues_of
from prescriptions.machine import instruction_rules, photo_rules
from prescriptions.models import FactBand
from prescriptions.nir import validate_no_nir
from prescriptions.services.instruction import NOTHING_WRITTEN, SAY_WHO_READS
from prescriptions.services.photos import NO_FACT

NOTE_READ = (
    "La personne peut lire cette note, partagée ou non\u00a0: la loi le lui permet dès qu’elle demande ce qui est écrit"
    " sur elle. N’écrivez que ce qui sert à la demande."
)
A_DAY = {"invalid": "Donnez un jour, par exemple 2026-11-24."}


class AssignForm(CommentForm):
    """Which colleague holds it from now on."""

    adviser = ColleagueField(
        label="Conseiller qui s’en occupe désormais",
        queryset=Membership.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": instruction_rules.ADVISER_GIVEN.sentence},
    )

    def __init__(self, *args: Any, distributor: int | None, but: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "adviser", forms.ModelChoiceField).queryset = colleagues_of(distributor).exclude(pk=but or 0)


class AbsenceForm(forms.Form):
    """Who is away, from when to when, and who replaces; only the lead says it of somebody else."""

    adviser = ColleagueField(
        label="Qui est absent",
        queryset=Membership.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": "Dites qui est absent."},
    )
    first_on = forms.DateField(
        label="Du", widget=day_input(), error_messages=A_DAY | {"required": "Dites le premier jour."}
    )
    last_on = forms.DateField(
        label="Au", widget=day_input(), error_messages=A_DAY | {"required": "Dites le dernier jour."}
    )
    replaced_by = ColleagueField(
        label="Remplacé par",
        queryset=Membership.objects.none(),
        required=False,
        empty_label="Personne pour l’instant\u00a0: le responsable est prévenu",
    )

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = colleagues_of(by.organisation_id)
        self.by = by
        self.fields["first_on"].initial = timezone.localdate()
        if is_manager(by):
            field_of(self, "adviser", forms.ModelChoiceField).queryset = team
        else:
            del self.fields["adviser"]
            team = team.exclude(pk=by.pk)
        field_of(self, "replaced_by", forms.ModelChoiceField).queryset = team

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {"adviser": self.by} | self.cleaned_data


class NoteForm(forms.Form):
    """A note, and who reads it: nothing is chosen beforehand."""

    audience = forms.ChoiceField(
        label="Qui lit cette note",
        choices=NoteAudience,
        widget=forms.RadioSelect,
        error_messages={"required": SAY_WHO_READS.sentence},
    )
    text = written("Note", NOTE_READ, required=True, sentence=NOTHING_WRITTEN.sentence)


class PhotoSeenForm(forms.Form):
    """What the paper of a photo says, as one notes it at the desk; seen today."""

    what = forms.ChoiceField(
        label="Ce que montre la photo", error_messages={"required": "Dites ce que montre la photo."}
    )
    proof = forms.CharField(
        label="Justificatif",
        max_length=80,
        required=False,
        validators=[validate_no_nir],
        help_text="Par exemple\u00a0: attestation CAF. La photo elle-même n’est pas gardée.",
    )
    dated_on = forms.DateField(label="Daté du", required=False, widget=day_input(), error_messages=A_DAY)

    def __init__(self, *args: Any, bands: Iterable[FactBand], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nothing = (NO_FACT, "Une adresse, un contact\u00a0: à corriger dans le dossier, sans fait à noter")
        field_of(self, "what", forms.ChoiceField).choices = [*fact_choices(bands), nothing]

    def clean_dated_on(self) -> Any:
        dated = self.cleaned_data["dated_on"]
        if dated is not None and dated > timezone.localdate():
            raise forms.ValidationError("Un justificatif ne peut pas être daté d’après aujourd’hui.")
        return dated

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        kind, _, band = self.cleaned_data["what"].partition(":")
        given = {name: self.cleaned_data[name] for name in ("proof", "dated_on")}
        return given | {"kind": kind, "band": band}


class PhotoFaultForm(forms.Form):
    """Why the photo is to be done again; the household reads it on its page."""

    fault = forms.ChoiceField(
        label="Pourquoi la photo est à refaire",
        choices=PhotoFault,
        widget=forms.RadioSelect,
        help_text="Le foyer le lit sur sa page.",
        error_messages={"required": photo_rules.FAULT_GIVEN.sentence},
    )
