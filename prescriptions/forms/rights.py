"""What is asked when a household exercises a right, and of the officer who answers."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from lifecycle.forms import day_input, field_of
from lifecycle.references import as_typed
from prescriptions.enums import (
    Doubt,
    Prolongation,
    Requester,
    RightKind,
    RightsChannel,
    RightsRefusal,
    ToldBy,
)
from prescriptions.forms.actions import written
from prescriptions.forms.asking import CommentForm
from prescriptions.likeness import words_of
from prescriptions.machine import rights_rules as rules
from prescriptions.models import Household, Prescription, RightsRequest
from prescriptions.nir import validate_no_nir
from prescriptions.services.joining import file_kept

NOBODY = (
    "Aucun dossier ne correspond. Vérifiez avec la personne\u00a0; si elle n’est pas dans Maillon, répondez-lui que "
    "rien n’y est écrit d’elle."
)
SEVERAL = "Plusieurs dossiers correspondent\u00a0: demandez à la personne le numéro écrit sur sa feuille."
ANOTHER = (
    "Cette référence est celle d’une autre personne\u00a0: le nom, le prénom ou la date de naissance n’est pas "
    "celui de son dossier. Vérifiez avec la personne, ou videz ce qui est de trop."
)
ENOUGH = "Donnez la référence, ou bien le nom, le prénom et la date de naissance."


def coded(label: str, choices: Any, sentence: str, help_text: str = "") -> forms.ChoiceField:
    """One code among some, all on screen."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        widget=forms.RadioSelect,
        help_text=help_text,
        error_messages={"required": sentence},
    )


class RightsForm(forms.Form):
    """Which right, who asks, how and when it came."""

    kind = coded("Ce qui est demandé", RightKind, "Dites ce qui est demandé.")
    requester = coded("Qui demande", Requester, "Dites qui demande.")
    channel = coded(
        "Comment la demande est arrivée",
        [choice for choice in RightsChannel.choices if choice[0] != RightsChannel.PAGE],
        rules.BY_ITS_PAGE.sentence,
    )
    received_on = forms.DateField(
        label="Reçue le",
        widget=day_input(),
        help_text="La réponse est due dans le mois qui suit ce jour, même si vous la notez plus tard.",
        error_messages={
            "required": rules.RECEIVED_ON.sentence,
            "invalid": "Donnez un jour, par exemple 2026-11-24.",
        },
    )
    words = written(
        "Ce qui est demandé, ou ce qui est faux",
        "Pour une correction, dites ce qui est faux. Sinon, facultatif. N’écrivez rien d’autre de la personne.",
    )
    truth = written("Ce qui est vrai", "Pour une correction seulement.")


class OfficerRightsForm(RightsForm):
    """The same, and whose file it is: nobody but the officer looks a household up without following it."""

    reference = forms.CharField(
        label="Référence du dossier ou de la demande",
        required=False,
        max_length=200,  # the address that a scanner types too
        help_text="Elle commence par F- ou P-\u00a0; elle est sur la feuille du foyer.",
    )
    last_name = forms.CharField(label="Nom", required=False, max_length=80, validators=[validate_no_nir])
    first_name = forms.CharField(label="Prénom", required=False, max_length=80, validators=[validate_no_nir])
    birth_date = forms.DateField(
        label="Date de naissance",
        required=False,
        widget=day_input(),
        error_messages={"invalid": "Donnez un jour, par exemple 1984-05-12."},
    )
    field_order = ("reference", "last_name", "first_name", "birth_date")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            data["household"] = self._household(data)
        return data

    def _household(self, data: dict[str, Any]) -> Household:
        reference = as_typed(data.pop("reference"))
        last, first, born = data.pop("last_name"), data.pop("first_name"), data.pop("birth_date")
        if reference:
            found = _by_reference(reference)
        elif last.strip() and first.strip() and born:
            found = _by_person(last, first, born)
        else:
            raise ValidationError({"reference": ENOUGH})
        if not found:
            raise ValidationError({"reference" if reference else "last_name": NOBODY})
        if len(found) > 1:
            raise ValidationError({"last_name": SEVERAL})
        told = (found[0], *Household.objects.filter(joined_into=found[0]))
        if not any(_is_called(file, last, first) and born in (None, file.birth_date) for file in told):
            raise ValidationError({"reference": ANOTHER})
        return found[0]


def _by_reference(reference: str) -> list[Household]:
    own = Household.objects.filter(reference=reference)
    asked = Prescription.objects.filter(reference=reference).values("household")
    return _files_kept(own | Household.objects.filter(pk__in=asked))


def _is_called(household: Household, last: str, first: str) -> bool:
    """Whether what was typed of a name, be it a part of it, is of this household; in either order."""
    if last.strip() and first.strip():
        return _joined(household.name_key) in {_joined(f"{first} {last}"), _joined(f"{last} {first}")}
    known = {"", _joined(household.last_name), _joined(household.first_name)}
    return {_joined(last), _joined(first)} <= known


def _by_person(last: str, first: str, born: date) -> list[Household]:
    """Born that day, and called so whatever joins the words, in either order."""
    called = {_joined(f"{first} {last}"), _joined(f"{last} {first}")}
    born_then = Household.objects.filter(birth_date=born).select_related("joined_into")
    return _files_kept(file for file in born_then if _joined(file.name_key) in called)


def _files_kept(found: Iterable[Household]) -> list[Household]:
    """Once each; a file that was joined to another one is that one."""
    return list({file.pk: file for file in map(file_kept, found)}.values())


def _joined(name: str) -> str:
    return words_of(name).replace(" ", "")


class ToldForm(forms.Form):
    """How whoever asked is told; of an erasure or a file without an address, Maillon writes no e-mail.

    Nobody is called whose number is not known, unless he called himself.
    """

    told_by = coded("Comment la personne est prévenue", ToldBy, rules.TOLD_BY.sentence)

    def __init__(self, *args: Any, asked: RightsRequest, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        without = set()
        if asked.kind == RightKind.ERASURE or not asked.household.email:
            without.add(ToldBy.EMAIL)
        if not asked.household.phone and asked.channel != RightsChannel.PHONE:
            without.add(ToldBy.PHONE)
        field_of(self, "told_by", forms.ChoiceField).choices = [
            choice for choice in ToldBy.choices if choice[0] not in without
        ]
        self.fields["told_by"] = self.fields.pop("told_by")


class DoubtForm(ToldForm):
    """What makes one doubt."""

    doubt = coded(
        "Ce qui fait douter",
        Doubt,
        rules.DOUBT_GIVEN.sentence,
        "On ne demande l’identité que si l’on doute, jamais par habitude (RGPD, article 12, 6).",
    )


class ProlongForm(ToldForm):
    """Why one month is not enough."""

    prolongation = coded("Pourquoi", Prolongation, rules.PROLONGATION_GIVEN.sentence)


class ToldOnForm(ToldForm):
    """The day that the letter says: when it is handed or sent, not when it is noted here."""

    told_on = forms.DateField(
        label="Remise ou envoyée le",
        required=False,
        widget=day_input(),
        help_text="C’est la date que porte la lettre. Laissé vide\u00a0: aujourd’hui.",
        error_messages={"invalid": "Donnez un jour, par exemple 2026-11-24."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["told_on"].initial = timezone.localdate()


class ReplyForm(ToldOnForm):
    """What is answered, in words; what was done is in the letter already."""

    reply = written("À ajouter à la lettre", "Facultatif. La lettre dit déjà ce qui a été fait, et comment contester.")

    def __init__(self, *args: Any, asked: RightsRequest, **kwargs: Any) -> None:
        super().__init__(*args, asked=asked, **kwargs)
        if asked.kind == RightKind.ERASURE:  # its letter is printed before the answer is noted, and never after
            del self.fields["reply"]


class RightsRefusalForm(ToldOnForm):
    """Why not, and in words."""

    refusal = coded("Pourquoi", RightsRefusal, rules.REFUSAL_GIVEN.sentence)
    reply = written(
        "Dites pourquoi, pour la personne",
        "Ces mots sont dans la lettre, avec la façon de saisir la CNIL et le juge.",
        required=True,
        sentence="Dites pourquoi, avec des mots que la personne comprend.",
    )


class RightsCommentForm(CommentForm):
    """A comment on a request that the pilot does not see."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = (
            "Facultatif. Ceux de votre organisation qui voient cette demande le lisent\u00a0; le pilote ne la "
            "voit pas\u00a0: ne nommez personne."
        )


class OwnRightsForm(forms.Form):
    """What the household asks by its own page."""

    kind = coded("Que voulez-vous faire\u00a0?", [], "Dites ce que vous voulez faire.")
    OWN = {
        RightKind.ACCESS: "Lire tout ce qui est écrit sur moi",
        RightKind.RECTIFICATION: "Faire corriger une erreur",
        RightKind.ERASURE: "Faire effacer ce qui est écrit sur moi",
        RightKind.OBJECTION: "Arrêter ma demande, et l’usage de ce qui est écrit sur moi",
        RightKind.RESTRICTION: "Garder ce qui est écrit sur moi sans s’en servir, pour l’instant",
    }
    words = forms.CharField(
        label="Une erreur à corriger\u00a0? Dites ce qui est faux, et ce qui est vrai",
        required=False,
        max_length=500,
        widget=forms.Textarea({"rows": 3}),
        validators=[validate_no_nir],
        help_text="Quelques mots suffisent. Le délégué qui vous répond et votre travailleur social les lisent.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field_of(self, "kind", forms.ChoiceField).choices = list(self.OWN.items())
