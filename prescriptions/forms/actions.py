"""What each verb of a prescription or of a need asks."""

from datetime import date
from typing import Any

from django import forms
from django.db.models import Case, When
from django.utils import timezone

from lifecycle.forms import RowField, choose, field_of
from network.enums import OrganisationKind
from network.models import Membership, Organisation
from prescriptions.enums import GIVEN_BY_PEOPLE, LEFT_BECAUSE, CodePurpose, ErasureChannel, TransferRefusal
from prescriptions.forms.asking import CommentForm, words
from prescriptions.machine import need_rules, prescription_rules, transfer_rules
from prescriptions.models import CodedReason, Prescription
from prescriptions.nir import validate_no_nir
from prescriptions.permissions import FOLLOWING
from prescriptions.unattended import followed_by_nobody, is_left, sentence_on_examining, telling_left
from typography.french import moment


def active(kind: OrganisationKind) -> Any:
    """The organisations of a kind one still works with."""
    return Organisation.objects.active().of_kind(kind).order_by("name")


def written(label: str, help_text: str = "", *, required: bool = False, sentence: str = "") -> forms.CharField:
    """A free text about people: no social security number in it."""
    field = forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        widget=words(3),
        validators=[validate_no_nir],
        help_text=help_text,
    )
    if sentence:
        field.error_messages["required"] = sentence
    return field


class SubmitForm(forms.Form):
    """To whom the prescription goes; the likeliest distributor is chosen beforehand.

    One where nobody examines says so, and may be chosen all the same.
    """

    distributor = RowField(
        label="Distributeur qui reçoit la demande",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": prescription_rules.DISTRIBUTOR_GIVEN.sentence},
    )
    photos_left = forms.MultipleChoiceField(
        label="Photo envoyée par le foyer qui ne sert plus, à effacer sans la regarder",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Le foyer lit sur sa page qu’elle est effacée sans avoir servi.",
    )

    def __init__(self, *args: Any, prescription: Prescription, receivers: list[Organisation], **kwargs: Any) -> None:
        known = prescription.distributor_id or next((one.pk for one in receivers), None)
        super().__init__(*args, **{"initial": {"distributor": known}} | kwargs)
        waiting = prescription.photos.waiting().values_list("reference", "sent_at")
        photos = {reference: f"Celle du {moment(sent_at)}, {reference}" for reference, sent_at in waiting if sent_at}
        field_of(self, "photos_left", forms.MultipleChoiceField).choices = photos.items()
        if not photos:
            del self.fields["photos_left"]
        field = field_of(self, "distributor", RowField)
        ranks = [When(pk=one.pk, then=rank) for rank, one in enumerate(receivers)]
        if ranks:
            field.queryset = Organisation.objects.filter(pk__in=[one.pk for one in receivers]).order_by(Case(*ranks))
        left = {one.pk: sentence_on_examining(one) for one in receivers if is_left(one)}
        field.told = lambda one: f"{one} (personne n’y examine les demandes)" if one.pk in left else str(one)
        field.help_text = " ".join(("Celui qui sert ce territoire vient d’abord.", *left.values()))


class AskCompletionForm(forms.Form):
    """What is missing: ticked in the list, or in words."""

    missing = forms.MultipleChoiceField(
        label="Ce qui manque", required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )
    words = written("Avec vos mots", "Le travailleur social lit ceci tel quel. N’écrivez que ce qui manque.")

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "missing", forms.ChoiceField).choices = CodedReason.objects.labels_on(
            CodePurpose.MISSING, day
        ).items()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and not data.get("missing") and not data.get("words"):
            self.add_error("missing", prescription_rules.MISSING_SAID.sentence)
        return data


class AcceptForm(forms.Form):
    """Against the rules of the day, a reason is to be written."""

    motive = written("Pourquoi vous acceptez")

    def __init__(self, *args: Any, against: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["motive"]
        field.required = against
        field.error_messages["required"] = prescription_rules.AGAINST_EXPLAINED.sentence
        field.help_text = (
            "Obligatoire\u00a0: les règles du jour sont défavorables. Ce motif est gardé avec la décision."
            if against
            else "Facultatif, gardé avec la décision."
        )


class CodedForm(forms.Form):
    """A reason of a dated list."""

    reason = forms.ChoiceField(label="Motif")
    purpose: CodePurpose
    sentence = ""

    def __init__(self, *args: Any, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "reason", forms.ChoiceField).choices = choose(
            CodedReason.objects.labels_on(self.purpose, day).items()
        )
        self.fields["reason"].error_messages["required"] = self.sentence


class RefuseForm(CodedForm):
    """Why, and what the household can do next."""

    purpose, sentence = CodePurpose.REFUSAL, prescription_rules.REFUSE_REASON.sentence
    next_step = written(
        "Et maintenant, pour le foyer",
        "Le foyer lit ce texte sur sa feuille, et le travailleur social aussi\u00a0: où s’adresser, que faire. "
        "Vouvoyez-le. Laissé vide, la suite prévue pour ce motif est envoyée\u00a0; un motif qui n’en a pas demande la "
        "vôtre.",
    )
    motive = written(
        "Précision",
        "Pour le travailleur social, pas pour la feuille du foyer. Gardée avec la décision\u00a0; facultative, sauf si "
        "le motif y renvoie.",
    )


class WithdrawForm(CommentForm, CodedForm):
    """Why the prescription is given up."""

    purpose, sentence = CodePurpose.WITHDRAWAL, prescription_rules.WITHDRAW_REASON.sentence


class RevokeForm(CommentForm):
    """By which way the household took its agreement back."""

    channel = forms.ChoiceField(
        label="Par où le foyer l’a dit",
        choices=ErasureChannel,
        widget=forms.RadioSelect,
        error_messages={"required": prescription_rules.REVOKED_BY.sentence},
    )


class TransferForm(CommentForm):
    """Who takes over; one where nobody can answer says so, and may be asked all the same."""

    prescriber = RowField(
        label="Prescripteur qui reprend le dossier",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": prescription_rules.RECEIVER_GIVEN.sentence},
    )

    def __init__(self, *args: Any, prescription: Prescription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = active(OrganisationKind.PRESCRIBER).exclude(pk=prescription.prescriber_id)
        field = field_of(self, "prescriber", RowField)
        field.queryset = telling_left(others, followed_by_nobody())
        field.told = lambda one: f"{one} (personne ne peut y répondre)" if is_left(one) else str(one)


class TransferRefusalForm(CommentForm):
    """Why a file is not taken."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=choose(TransferRefusal.choices),
        error_messages={"required": transfer_rules.REFUSAL_GIVEN.sentence},
    )


class ColleagueField(forms.ModelChoiceField):
    """People of the team."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.user} ({obj.get_role_display().lower()})"


class HandOnForm(CommentForm):
    """Who follows it from now on."""

    worker = ColleagueField(
        label="Qui suit le dossier désormais",
        queryset=Membership.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": prescription_rules.COLLEAGUE_GIVEN.sentence},
    )

    def __init__(self, *args: Any, prescription: Prescription, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = Membership.objects.open().filter(
            organisation=prescription.prescriber_id, kind=OrganisationKind.PRESCRIBER, role__in=FOLLOWING
        )
        others = team.exclude(pk=prescription.worker_id) if prescription.worker_id else team
        field_of(self, "worker", forms.ModelChoiceField).queryset = others.select_related("user").order_by(
            "user__last_name", "user__first_name"
        )


class NeedDropForm(CommentForm):
    """Why the need is given up."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=choose((reason.value, reason.label) for reason in GIVEN_BY_PEOPLE),
        error_messages={"required": need_rules.DROP_REASON.sentence},
    )


class NeedLetBeForm(CommentForm):
    """Why a need that is served no more does not wait again."""

    reason = forms.ChoiceField(
        label="Motif",
        choices=choose((reason.value, reason.label) for reason in LEFT_BECAUSE),
        error_messages={"required": need_rules.LEFT_BECAUSE_GIVEN.sentence},
    )


class NeedReferForm(CommentForm):
    """Where the household is sent to learn."""

    mediation = forms.ModelChoiceField(
        label="Lieu de médiation numérique",
        queryset=Organisation.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": need_rules.REFERRED.sentence},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "mediation", forms.ModelChoiceField).queryset = active(OrganisationKind.MEDIATION)


def today() -> date:
    """The day of the pages, in Paris."""
    return timezone.localdate()
