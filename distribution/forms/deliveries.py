"""What people type to bring devices to a distribution point: convention, delivery note, what arrived."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from conventions.models import Convention
from distribution.destinations import serves_nobody
from distribution.enums import ReleaseReason, SendBackReason
from distribution.machine import allotment_rules as rules
from distribution.services.points import EDITED
from lifecycle.forms import (
    EXPLAINED_TO_THE_WORKSHOP,
    IN_COMMENT,
    CommentForm,
    ReasonForm,
    RowField,
    choose,
    field_of,
    leave_unjudged,
    retype,
)
from lifecycle.requirements import EXPLAINED_IN_COMMENT
from lifecycle.shown import ShownForm
from lifecycle.typed import whole_ones
from network.enums import OrganisationKind
from network.forms.communes import CommuneField
from network.models import Membership, Organisation
from network.permissions import is_pilot
from refurb.enums import DeviceState, DeviceType
from refurb.forms.devices import SCANNED
from refurb.grading import told_grade
from refurb.models import DeliveryLine, Device, DistributionPoint
from refurb.tags import normal

PRESENT, ABSENT, SENT_BACK = "present", "absent", "send_back"
NOT_LOOKED_AT = ""
ARRIVALS = [
    (PRESENT, "Présent"),
    (ABSENT, "Manquant"),
    (SENT_BACK, "À renvoyer"),
    (NOT_LOOKED_AT, "Pas encore pointé"),
]
SUGGESTED_AT_DELIVERY = (
    SendBackReason.BROKEN,
    SendBackReason.INCOMPLETE,
    SendBackReason.CONDITION,
    SendBackReason.WRONG_DEVICE,
    SendBackReason.NOT_ERASED,
    SendBackReason.ASKED_BACK,
    SendBackReason.OTHER,
)
"""What one may find wrong on the day a delivery comes."""
REASONS_AT_DELIVERY = [
    (one.value, f"{one.label}, {IN_COMMENT}" if one == SendBackReason.OTHER else str(one.label))
    for one in SUGGESTED_AT_DELIVERY
]


def conventions_to_allot(by: Membership) -> QuerySet[Convention]:
    """The conventions in force today to which one may allot: all for the pilot, those of one's workshop."""
    in_force = Convention.objects.in_force_on(timezone.localdate()).select_related("epci", "workshop", "distributor")
    return in_force if is_pilot(by) else in_force.filter(workshop=by.organisation_id)


def named(convention: Convention) -> str:
    """A convention as one chooses it: its reference, its territory, who distributes."""
    return f"{convention.reference} – {convention.epci}, {convention.distributor}"


class AllotForm(CommentForm):
    """To which convention; for the pilot, on the départemental reserve or not."""

    convention = RowField(
        label="Convention",
        queryset=Convention.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": rules.CONVENTION_IN_FORCE.sentence},
    )
    reserve = forms.BooleanField(
        label="Sur la réserve départementale",
        required=False,
        help_text="La place est prise sur la réserve du pilote, et non sur le quota de la convention.",
    )

    def __init__(self, *args: Any, by: Membership, workshop: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = conventions_to_allot(by)
        convention = field_of(self, "convention", RowField)
        convention.queryset = offered.filter(workshop=workshop) if workshop else offered
        convention.told = named
        if not is_pilot(by):
            del self.fields["reserve"]


class DeviceReleaseAllotmentForm(ReasonForm):
    reasons, rule, explained = ReleaseReason.choices, rules.RELEASE_REASON, (ReleaseReason.OTHER,)


class DeviceAttachForm(CommentForm):
    """Which desktop this screen goes with."""

    desktop = RowField(
        label="Ordinateur fixe",
        queryset=Device.objects.none(),
        empty_label="Choisissez…",
        help_text="Les ordinateurs fixes reconditionnés de l’atelier, sans écran.",
        error_messages={"required": rules.DESKTOP_FREE.sentence},
    )

    def __init__(self, *args: Any, screen: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = Device.objects.filter(
            workshop=screen.workshop_id, type=DeviceType.DESKTOP, state=DeviceState.READY, screens=None
        )
        desktop = field_of(self, "desktop", RowField)
        desktop.queryset = free.order_by("ready_at", "pk")
        desktop.told = described


class PointForm(ShownForm, forms.ModelForm):
    """What is said of a place where devices are handed over."""

    commune = CommuneField(label="Commune", in_departement=True)

    class Meta:
        model = DistributionPoint
        fields = EDITED
        help_texts = {
            "opening": "Exemple\u00a0: mardi et jeudi, 9 h – 12 h, sur rendez-vous. Imprimé sur les feuilles des"
            " foyers\u00a0; les heures de rendez-vous s’écrivent à part.",
            "is_active": "Un point fermé ne reçoit plus de livraison et n’est plus proposé.",
        }

    def clean(self) -> dict[str, Any]:
        """Two points of one distributor do not bear the same name."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        others = DistributionPoint.objects.filter(distributor=self.owner()).exclude(pk=self.instance.pk)
        if "name" in data and others.filter(name=data["name"]).exists():
            self.add_error("name", ValidationError("Un point de ce distributeur porte déjà ce nom.", code="unique"))
        return data

    def owner(self) -> Organisation | None:
        """Whose point it is."""
        distributor: Organisation = self.instance.distributor
        return distributor


class PointCreateForm(PointForm):
    """A new point: whose, and held by whom. Who holds it does not change afterwards: another point is opened."""

    distributor = forms.ModelChoiceField(
        label="Distributeur", queryset=Organisation.objects.none(), empty_label="Choisissez…"
    )
    organisation = forms.ModelChoiceField(
        label="Tenu par",
        queryset=Organisation.objects.none(),
        required=False,
        empty_label="Le distributeur lui-même",
        help_text="Ou un relais, qui tient le point pour le distributeur.",
    )
    field_order = ("distributor", "organisation")

    def __init__(self, *args: Any, by: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["is_active"]
        active = Organisation.objects.visible_to(by).active()
        field_of(self, "organisation", forms.ModelChoiceField).queryset = active.of_kind(OrganisationKind.RELAY)
        self.by = by
        if is_pilot(by):
            field_of(self, "distributor", forms.ModelChoiceField).queryset = active.of_kind(
                OrganisationKind.DISTRIBUTOR
            )
        else:
            del self.fields["distributor"]

    def owner(self) -> Organisation | None:
        return self.cleaned_data.get("distributor") if is_pilot(self.by) else self.by.organisation


class DeliveryStartForm(forms.Form):
    """For which convention, to which point: the first step of a delivery note."""

    convention = RowField(label="Convention", queryset=Convention.objects.none(), empty_label="Choisissez…")
    point = RowField(
        label="Point de distribution",
        queryset=DistributionPoint.objects.none(),
        empty_label="Choisissez…",
        help_text="Un point du distributeur de la convention, ou d’un de ses relais.",
        error_messages={"required": "Choisissez le point de distribution."},
    )

    def __init__(self, *args: Any, conventions: QuerySet[Convention], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        convention = field_of(self, "convention", RowField)
        convention.queryset = conventions
        convention.told = named
        points = DistributionPoint.objects.filter(is_active=True, distributor__in=conventions.values("distributor"))
        point = field_of(self, "point", RowField)
        point.queryset = points.select_related("distributor", "commune")
        point.told = lambda point: f"{point} ({point.commune.name}) – {point.distributor}"

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        convention, point = data.get("convention"), data.get("point")
        if convention and point and point.distributor_id != convention.distributor_id:
            self.add_error(
                "point",
                ValidationError("Ce point n’est ni au distributeur de la convention, ni à l’un de ses relais."),
            )
        return data


class DeviceShipForm(CommentForm):
    """One device alone: to which point of the distributor of its convention."""

    point = RowField(
        label="Point de distribution",
        queryset=DistributionPoint.objects.none(),
        empty_label="Choisissez…",
        error_messages={"required": "Choisissez le point de distribution."},
    )
    anyway = forms.BooleanField(label="Expédier quand même", required=False)

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warning = ""
        if device.convention is not None:
            point = field_of(self, "point", forms.ModelChoiceField)
            point.queryset = DistributionPoint.objects.serving(device.convention)
            chosen = point.queryset.filter(pk__in=whole_ones([self.data.get(self.add_prefix("point"))])).first()
            self.warning = serves_nobody(device.convention, chosen) if chosen is not None else ""
        if not self.warning:
            del self.fields["anyway"]

    def clean(self) -> dict[str, Any]:
        """A point where nobody may have the device is chosen twice: its box is ticked once the sentence is read."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.warning and not data.pop("anyway", False):
            self.add_error("point", ValidationError(self.warning, code="serves_nobody"))
        return data


class DeliveryScanForm(forms.Form):
    """One tag after another; those already scanned are kept in the page."""

    tag = forms.CharField(
        label="Étiquette",
        max_length=40,
        required=False,
        widget=forms.TextInput({**SCANNED, "autofocus": True, "class": "scan"}),
    )


class ReceiptForm(CommentForm):
    """What arrived of a delivery, line by line. A scan ticks a line; nothing is written before « Enregistrer »."""

    tag = DeliveryScanForm.base_fields["tag"]

    def __init__(self, *args: Any, lines: Iterable[DeliveryLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = EXPLAINED_TO_THE_WORKSHOP
        self.lines = list(lines)
        for line in self.lines:
            self.fields[f"line_{line.pk}"] = forms.ChoiceField(
                label=str(line.device), choices=ARRIVALS, required=False, widget=forms.RadioSelect
            )
            self.fields[f"reason_{line.pk}"] = forms.ChoiceField(
                label=f"Pourquoi renvoyer {line.device}\u00a0?",
                choices=choose(REASONS_AT_DELIVERY, none="Motif du renvoi…"),
                required=False,
            )

    def rows(self) -> list[dict[str, Any]]:
        """Each line with its two fields, as the page shows them."""
        return [
            {"line": line, "arrival": self[f"line_{line.pk}"], "reason": self[f"reason_{line.pk}"]}
            for line in self.lines
        ]

    def ticked(self, tag: str) -> DeliveryLine | None:
        """Tick the line of a tag as there; None when no line has it."""
        found = next((line for line in self.lines if line.device.tag_key == normal(tag)), None)
        if found is not None:
            retype(self, {self.add_prefix(f"line_{found.pk}"): PRESENT})
        return found

    def tick_the_rest(self) -> int:
        """Tick as there all the lines about which nothing is said yet; tell how many."""
        names = [self.add_prefix(f"line_{line.pk}") for line in self.lines]
        silent = [name for name in names if not self.data.get(name)]
        retype(self, dict.fromkeys(silent, PRESENT))
        leave_unjudged(self)
        return len(silent)

    def empty(self, name: str) -> None:
        """Empty a box: a scanner types after what is there."""
        retype(self, {self.add_prefix(name): ""})
        leave_unjudged(self)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        said = [data.get(f"line_{line.pk}") for line in self.lines]
        for line in self.lines:
            if data.get(f"line_{line.pk}") == SENT_BACK and not data.get(f"reason_{line.pk}"):
                self.add_error(f"reason_{line.pk}", ValidationError(rules.SEND_BACK_REASON.sentence, code="required"))
        given = {data.get(f"reason_{line.pk}") for line in self.lines if data.get(f"line_{line.pk}") == SENT_BACK}
        if SendBackReason.OTHER in given and not data.get("comment", "").strip():
            self.add_error("comment", ValidationError(EXPLAINED_IN_COMMENT, code="required"))
        if not any(said) and not self.errors:
            raise ValidationError("Pointez au moins une ligne\u00a0: présent, manquant ou à renvoyer.", code="nothing")
        return data

    def sorted(self) -> dict[str, Any]:
        """What was answered: the devices there, those missing, those sent back with their reason."""
        answers = {line: self.cleaned_data.get(f"line_{line.pk}") for line in self.lines}
        return {
            "present": [line.device for line, said in answers.items() if said == PRESENT],
            "absent": [line.device for line, said in answers.items() if said == ABSENT],
            "sent_back": {
                line.device: self.cleaned_data[f"reason_{line.pk}"]
                for line, said in answers.items()
                if said == SENT_BACK
            },
        }


def described(device: Device) -> str:
    """A device as one recognises it among others: tag, make, grade."""
    parts = [device.tag or device.reference, " ".join(filter(None, (device.manufacturer, device.model)))]
    if device.grade:
        parts.append(f"grade {told_grade(device.grade)}")
    return " – ".join(filter(None, parts))
