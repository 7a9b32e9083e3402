"""What is typed of the directory and of awareness sessions."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from calendars.working_days import add_months
from lifecycle.forms import CommentForm, RowField, choose, day_input, field_of, validate_address
from lifecycle.typed import whole
from network.enums import LegalNature, StructureKind
from network.forms.communes import CommuneField, CommunesField
from network.forms.people import PersonNameField
from network.models import AwarenessGuest, AwarenessSession, Epci, Organisation, PublicService
from network.models.awareness import MOST_PEOPLE
from network.models.directory import prescribers
from network.parameters import FARTHEST_SESSION_MONTHS
from network.services.awareness import TITLE
from network.services.directory import DESCRIBED

HOUR = forms.TimeInput({"type": "time"}, format="%H:%M")
LONGEST_NAME = 160
MOST_TYPED = 4000
"""How long a list of structures may be, in signs."""


class ServiceForm(CommentForm):
    """A service as its public reads it."""

    organisation = RowField(label="Structure", queryset=Organisation.objects.none(), empty_label="Choisissez…")
    kind = forms.ChoiceField(label="Sorte de structure", choices=choose(StructureKind.choices))
    name = forms.CharField(
        label="Service", max_length=120, help_text="Comme on le dit au téléphone. Exemple\u00a0: Accueil social."
    )
    address = forms.CharField(label="Adresse", max_length=200, required=False)
    communes = CommunesField(
        label="Communes desservies", required=False, help_text="Une par ligne, par son nom ou son code Insee."
    )
    whole_epcis = forms.ModelMultipleChoiceField(
        label="Ajouter toutes les communes de",
        queryset=Epci.objects.living().alphabetical(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    phone = forms.CharField(
        label="Téléphone du service", max_length=20, required=False, widget=forms.TextInput({"type": "tel"})
    )
    email = forms.EmailField(
        label="Courriel du service",
        required=False,
        help_text="L’adresse du service, lue par tous ceux qui se connectent. Jamais celle d’un agent.",
    )
    is_public = forms.BooleanField(
        label="Cette adresse est publique, même si un agent s’en sert aussi pour son compte", required=False
    )
    hours = forms.CharField(
        label="Accueil, en mots",
        max_length=300,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text="Exemple\u00a0: du lundi au vendredi de 9\u00a0h à 12\u00a0h, sur rendez-vous l’après-midi. Ne nommez"
        " personne.",
    )

    def __init__(self, *args: Any, row: PublicService | None = None, structures: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["comment"]
        if row is not None:
            del self.fields["organisation"]
            self.initial = {name: getattr(row, name) for name in DESCRIBED} | {"communes": list(row.communes.all())}
        elif structures is not None:
            choice = field_of(self, "organisation", RowField)
            choice.queryset = structures
            only = list(structures[:2])
            choice.initial = only[0].pk if len(only) == 1 else None

    def values(self) -> dict[str, Any]:
        """What the services take."""
        data = self.cleaned_data
        whole = [commune for epci in data["whole_epcis"] for commune in epci.communes.current()]
        said = {name: data[name] for name in (*DESCRIBED, "is_public", "organisation") if name in data}
        return said | {"communes": {one.pk: one for one in [*data["communes"], *whole]}.values()}


class WhenForm(CommentForm):
    """The day, the hours and the place of a session."""

    starts_on = forms.DateField(label="Jour", widget=day_input())
    starts = forms.TimeField(label="De", widget=HOUR)
    ends = forms.TimeField(label="À", widget=HOUR)
    place = forms.CharField(
        label="Lieu", max_length=200, help_text="Salle et adresse, telles que l’invitation les dira."
    )

    def __init__(self, *args: Any, row: AwarenessSession | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if row is not None:
            starts, ends = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
            known = {"starts_on": starts.date(), "starts": starts.time(), "ends": ends.time(), "place": row.place}
            self.initial = {**known, **self.initial}

    def clean_starts_on(self) -> date:
        """A slip of the finger in the year is seen before anybody is told the date."""
        chosen: date = self.cleaned_data["starts_on"]
        today = timezone.localdate()
        if not today <= chosen <= add_months(today, FARTHEST_SESSION_MONTHS.on(today)):
            raise ValidationError("Choisissez un jour à venir, et pas trop lointain\u00a0: vérifiez l’année.")
        return chosen

    def values(self) -> dict[str, Any]:
        """What the gate takes."""
        data = self.cleaned_data
        at = {name: timezone.make_aware(datetime.combine(data["starts_on"], data[name])) for name in ("starts", "ends")}
        return {
            "starts_at": at["starts"],
            "ends_at": at["ends"],
            "place": data["place"].strip(),
            "comment": data["comment"],
        }


class AwarenessForm(WhenForm):
    """A session that is planned."""

    title = forms.CharField(label="Sujet", max_length=120, initial=TITLE)
    commune = CommuneField(label="Commune", in_departement=True)
    field_order = ("title", "commune", "starts_on", "starts", "ends", "place")

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return super().values() | {"title": data["title"], "commune": data["commune"]}


class ConveneForm(CommentForm):
    """Which structures are invited."""

    organisations = forms.ModelMultipleChoiceField(
        label="Structures connues",
        queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    others = forms.CharField(
        label="Autres structures",
        required=False,
        max_length=MOST_TYPED,
        widget=forms.Textarea({"rows": 4}),
        help_text="Une par ligne\u00a0: son nom, un point-virgule, son courriel. Exemple\u00a0: CCAS d’Exemple\u00a0;"
        " accueil@exemple.fr. Sans courriel, elle est à appeler.",
    )

    def __init__(self, *args: Any, row: AwarenessSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        there = row.guests.exclude(organisation=None).values("organisation")
        known = prescribers().exclude(pk__in=there).order_by("name")
        field_of(self, "organisations", forms.ModelMultipleChoiceField).queryset = known

    def clean_others(self) -> list[tuple[str, str]]:
        """Each line as (name, address)."""
        found = []
        for line in filter(None, (line.strip() for line in self.cleaned_data["others"].splitlines())):
            name, _, email = (part.strip() for part in line.partition(";"))
            if not name or len(name) > LONGEST_NAME:
                raise ValidationError(
                    f"«\u00a0{line[:80]}\u00a0»\u00a0: donnez le nom, en {LONGEST_NAME} signes au plus."
                )
            try:
                validate_address(email or "a@exemple.fr")
            except ValidationError as error:
                raise ValidationError(f"«\u00a0{line[:80]}\u00a0»\u00a0: ce courriel n’en est pas un.") from error
            found.append((name, email))
        return found


class AttendanceForm(CommentForm):
    """How many people of each structure came; those that came uninvited."""

    besides = forms.CharField(
        label="Venues sans invitation",
        required=False,
        max_length=MOST_TYPED,
        widget=forms.Textarea({"rows": 3}),
        help_text="Une par ligne\u00a0: son nom, un point-virgule, combien de personnes. Ne nommez personne.",
    )

    def __init__(self, *args: Any, row: AwarenessSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.guests = {f"guest-{one.pk}": one for one in row.guests.all()}
        for name, one in self.guests.items():
            self.fields[name] = forms.IntegerField(
                label=one.name, min_value=0, max_value=MOST_PEOPLE, initial=one.people, required=False
            )
        self.order_fields([*self.guests, "besides", "comment"])

    def clean_besides(self) -> list[tuple[str, int]]:
        """Each line as (name, people)."""
        found = []
        for line in filter(None, (line.strip() for line in self.cleaned_data["besides"].splitlines())):
            name, _, people = (part.strip() for part in line.partition(";"))
            count = whole(people)
            if not name or count is None or not 0 < count <= MOST_PEOPLE:
                raise ValidationError(f"«\u00a0{line[:80]}\u00a0»\u00a0: écrivez le nom, un point-virgule, un nombre.")
            found.append((name, count))
        return found

    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        came = {one.pk: data[name] or 0 for name, one in self.guests.items()}
        return {"came": came, "besides": data["besides"], "comment": data["comment"]}


class StructureForm(forms.Form):
    """Whom to invite, for which structure."""

    name = forms.CharField(label="Structure", max_length=160)
    legal_nature = forms.ChoiceField(label="Nature juridique", choices=choose(LegalNature.choices))
    commune = CommuneField(label="Commune", in_departement=True)
    email = forms.EmailField(
        label="Courriel de la personne", max_length=254, help_text="Elle recevra un lien pour ouvrir le compte."
    )
    first_name = PersonNameField(label="Prénom", required=False)
    last_name = PersonNameField(label="Nom", required=False)

    def __init__(self, *args: Any, guest: AwarenessGuest | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if guest is not None:
            del self.fields["name"]
            self.fields["email"].initial = ""
            self.fields["commune"].initial = guest.session.commune
            if guest.organisation_id is not None:
                del self.fields["legal_nature"]
                del self.fields["commune"]
