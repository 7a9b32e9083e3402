"""A list of people as a kind of import: its columns, what refuses a line, whom it resembles (machines §4.2)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from imports.enums import ImportOutcome
from imports.kinds import Field, ImportKind, ImportResult, ImportRow, PeopleGuard, register_kind
from imports.models import Import
from imports.readers.sheets import SheetRefused
from lifecycle.actors import Actor
from network.enums import CommuneStatus
from network.forms.communes import words_of as commune_words
from network.models import Commune
from prescriptions.doubles import Alike, alike
from prescriptions.enums import (
    LIVE_STATES,
    ContactChannel,
    DoubleSign,
    HouseholdState,
    NeedKind,
    NeedUse,
    PrescriptionState,
)
from prescriptions.models import Household, Need
from prescriptions.people_words import (
    Wanted,
    adults_of,
    birth_on,
    channel_of,
    heads_nir,
    hides_nir,
    mail_of,
    members_of,
    needs_of,
    phone_of,
    postcode_of,
    use_of,
)
from prescriptions.permissions import works
from prescriptions.reaching import lacks
from prescriptions.services.doubles import found_elsewhere
from prescriptions.services.people import (
    CODE,
    forget_waiting,
    household_of,
    keep_people,
    open_people,
    still_there,
)
from typography.french import Noun

MOST = 2_000
"""People of one list: each is met by a worker before anything is filed."""
NO_NAME = "Le nom de famille manque."
NIR_TAKEN_OUT = (
    "Cette ligne contenait un numéro de sécurité sociale\u00a0: Maillon ne le garde pas (décret n° 2019-341)."
    " Retirez-le de votre fichier\u00a0; ici, il est déjà retiré."
)
TOO_MANY = "Cette liste compte plus de 2\u00a0000 personnes\u00a0: coupez-la en plusieurs fichiers."
OUTSIDE = (
    "«\u00a0{}\u00a0» n’est pas une commune du Nord ni de ses EPCI\u00a0: la personne relève d’un autre département."
)
SEVERAL = "Plusieurs communes répondent à «\u00a0{}\u00a0»\u00a0: donnez aussi l’autre, nom ou code postal."
TWICE = "Même personne que la ligne {}\u00a0: gardée une seule fois."
NEEDS_JOINED = "Son besoin est repris avec cette ligne\u00a0: {}."
NEEDS_LEFT = "N’est pas repris\u00a0: {}. Ajoutez-le à sa demande, depuis son dossier."
OTHER_HERE = "Cette ligne dit autrement\u00a0: {}. C’est la ligne {} qui est reprise."
OTHER_IN_FILE = "La liste dit autrement que son dossier\u00a0: {}. Si c’est nouveau, corrigez-le là."
FOLLOWED = "Déjà suivie par votre structure\u00a0: rien n’est ouvert de nouveau."
ARCHIVED = "Son dossier est archivé chez vous\u00a0: rouvrez-le si elle est revenue. Un import ne rouvre rien."
LOOKS_LIKE = "{} avec un dossier que vous voyez\u00a0: {}. Vous direz si c’est le même foyer avant de déposer."
ELSEWHERE = (
    "Un dossier ressemblant est suivi ailleurs\u00a0: demandez à la personne si elle a déjà fait une demande avec un"
    " autre service."
)
NO_USE = "Le besoin n’est pas repris\u00a0: la liste ne dit pas pour quoi faire. Vous le choisirez avec la personne."
NO_WAY = {
    channel: f"{label}\u00a0: la liste ne donne pas ce qu’il faut. À noter avec la personne, ou une autre façon."
    for channel, label in ContactChannel.choices
}
UNDER_WAY = (PrescriptionState.DRAFT, *LIVE_STATES)
SAID_OF_HER = {
    "phone_key": "téléphone",
    "email": "courriel",
    "address_key": "adresse",
    "birth_date": "date de naissance",
    "commune_id": "commune",
}
"""What may differ of one person, as it is compared; told by its name alone, never by what is said."""
BORN_ALIKE = {DoubleSign.BIRTH_DATE}
REACHED_ALIKE = {DoubleSign.PHONE, DoubleSign.EMAIL}


def _birth(text: str) -> date:
    return birth_on(text, today=timezone.localdate())


FIELDS = (
    Field(
        "last_name",
        "Nom",
        ("nom de famille", "nom usage", "nom de naissance", "nom usuel", "nom marital", "last name"),
        longest=80,
        asked=NO_NAME,
    ),
    Field("first_name", "Prénom", ("prénoms", "prenom usuel", "first name"), longest=80),
    Field(
        "birth_date",
        "Date de naissance",
        ("naissance", "né le", "née le", "né(e) le", "ddn", "date naiss", "date de naiss."),
        read=_birth,
        longest=40,
        help="Elle aide à ne pas ouvrir deux dossiers pour la même personne.",
    ),
    Field("phone", "Téléphone", ("tél", "tel", "portable", "mobile", "n° de téléphone"), read=phone_of, longest=40),
    Field("email", "Courriel", ("mail", "e-mail", "email", "mél", "adresse mail"), read=mail_of, longest=254),
    Field("address", "Adresse", ("adresse postale", "rue", "voie", "domicile"), longest=200),
    Field("postcode", "Code postal", ("cp", "code postal ville"), read=postcode_of, longest=10),
    Field("commune", "Commune", ("ville", "localité", "commune de résidence"), longest=80, fills=True),
    Field("adults", "Adultes", ("nombre d’adultes", "nb adultes"), read=adults_of, longest=5, shown="{} adulte(s)"),
    Field("children", "Enfants", ("nombre d’enfants", "nb enfants"), read=members_of, longest=5, shown="{} enfant(s)"),
    Field(
        "contact_channel",
        "Comment la joindre",
        ("canal", "canal préféré", "contact préféré", "moyen de contact"),
        read=channel_of,
        longest=40,
        fills=True,
        choices=tuple(ContactChannel.choices),
        help="Sans rien dire\u00a0: par téléphone.",
    ),
    Field("needs", "Besoin", ("besoins", "demande", "équipement demandé", "matériel"), read=needs_of, longest=120),
    Field(
        "use",
        "Surtout pour",
        ("usage", "motif", "pour quoi faire", "raison", "motif de la demande"),
        read=use_of,
        longest=60,
        fills=True,
        choices=tuple(NeedUse.choices),
    ),
)


class Joined(NamedTuple):
    """A line of somebody who is on a line before, and what it asks more."""

    row: ImportRow
    before: ImportRow
    more: list[NeedKind]


def sees_people(actor: Actor) -> Q | None:
    """The workers of the structure whose list it is."""
    return Q(organisation=actor.organisation_id) if works(actor) else None


def check_people(source: Import, rows: Sequence[ImportRow]) -> None:
    """Refuse, or say who is known, who looks like whom; a constant number of queries. Raises SheetRefused.

    Nothing is written but who was compared with a file followed elsewhere, in the log of accesses of that file.
    """
    if len(rows) > MOST:
        raise SheetRefused(TOO_MANY)
    _locate(rows)
    actor, asked = source.applied_by or source.started_by, [row for row in rows if row.outcome == ImportOutcome.CREATED]
    files = {-row.line.number: household_of(row.values, None, -row.line.number) for row in asked}
    joined = _once(asked, files)
    left = {-row.line.number: row for row in asked if row.outcome == ImportOutcome.CREATED}
    today, mine = timezone.localdate(), [files[pk] for pk in left]
    seen = alike(mine, Household.objects.visible_to(actor), today)
    same = {pk: one for pk, row in left.items() if (one := _compare(row, seen.get(pk, []))) is not None}
    _tell_what_is_new(left, files, same, joined)
    unknown = [files[pk] for pk, row in left.items() if row.outcome == ImportOutcome.CREATED]
    for pk in found_elsewhere(actor=actor, files=unknown):
        left[pk].notices.append(ELSEWHERE)
    for row in left.values():
        if row.values["needs"] and not row.values["use"]:
            row.notices.append(NO_USE)
        if (way := row.values["contact_channel"]) and lacks(files[-row.line.number], way):
            row.notices.append(NO_WAY[way])


def _once(rows: Sequence[ImportRow], files: Mapping[int, Household]) -> list[Joined]:
    """The same person twice in one list is taken once: same name, born the same day, or reached the same way."""
    first: dict[object, ImportRow] = {}
    joined = []
    for row in rows:
        file = files[-row.line.number]
        ways = (file.birth_date, file.phone_key or file.email or file.address_key)
        key = (file.name_key, *(ways[:1] if ways[0] else ways))
        if (before := first.setdefault(key, row)) is not row:
            row.known(TWICE.format(before.line.number))
            joined.append(_join(row, before))
            if others := _said_otherwise(file, files[-before.line.number]):
                row.reasons.append(OTHER_HERE.format(", ".join(others), before.line.number))
    return joined


def _join(row: ImportRow, before: ImportRow) -> Joined:
    """What a second line of the same person needs is asked with the first; what it is for too, if that is not said."""
    had = before.values["needs"] or ()
    more = [kind for kind in row.values["needs"] or () if kind not in had]
    before.values["use"] = before.values["use"] or row.values["use"]
    if more:
        before.values["needs"] = Wanted([*had, *more])
    return Joined(row, before, more)


def _tell_what_is_new(
    rows: Mapping[int, ImportRow],
    files: Mapping[int, Household],
    same: Mapping[int, Household],
    joined: Iterable[Joined],
) -> None:
    """What a line says that the file of the same person does not: her other needs, and what differs; one query.

    Of a second line, what is taken with the first; of somebody who has a file nothing is.
    """
    asked: dict[int, set[str]] = defaultdict(set)
    live = Need.objects.unsettled().filter(prescription__household__in=same.values(), prescription__state__in=UNDER_WAY)
    for household, kind in live.values_list("prescription__household", "kind") if same else ():
        asked[household].add(kind)
    for pk, household in same.items():
        row = rows[pk]
        if more := [kind for kind in row.values["needs"] or () if kind not in asked[household.pk]]:
            row.reasons.append(NEEDS_LEFT.format(_named(more)))
        if others := _said_otherwise(files[pk], household):
            row.reasons.append(OTHER_IN_FILE.format(", ".join(others)))
    for row, before, needs in joined:
        own = same.get(-before.line.number)
        if own is not None:
            row.leads.append(_lead(own))
        if more := [kind for kind in needs if own is None or kind not in asked[own.pk]]:
            row.reasons.append((NEEDS_JOINED if own is None else NEEDS_LEFT).format(_named(more)))


def _named(kinds: Iterable[NeedKind]) -> str:
    return ", ".join(str(kind.label).lower() for kind in kinds)


def _said_otherwise(file: Household, known: Household) -> list[str]:
    """The names of what a line says and does not agree with what is known of the same person."""
    return [
        label for name, label in SAID_OF_HER.items() if (said := getattr(file, name)) and said != getattr(known, name)
    ]


def _compare(row: ImportRow, found: Sequence[Alike]) -> Household | None:
    """Her own file, or those that look like hers, the likeliest first; returns her own."""
    same = next((one for one in found if _is_her(one, row.values["birth_date"])), None)
    if same is not None:
        archived = same.household.state == HouseholdState.ARCHIVED
        row.known(ARCHIVED if archived else FOLLOWED)
        row.leads.append(_lead(same.household))
    for one in found if same is None else ():
        signs = ", ".join(str(sign.label) for sign in one.signs)
        row.notices.append(LOOKS_LIKE.format(str(one.likeness.label).capitalize(), signs))
        row.leads.append(_lead(one.household))
    return same.household if same is not None else None


def _is_her(one: Alike, born: date | None) -> bool:
    """The same name with the same birth date; or, when one of the two is not known, reached the same way."""
    signs = set(one.signs)
    if DoubleSign.NAME not in signs:
        return False
    one_birth_unknown = born is None or one.household.birth_date is None
    return bool(signs & BORN_ALIKE) or (one_birth_unknown and bool(signs & REACHED_ALIKE))


def _lead(household: Household) -> ImportResult:
    url = reverse("prescriptions:household_detail", args=[household.reference])
    return ImportResult(f"Ouvrir le dossier {household.reference}", url)


def _locate(rows: Sequence[ImportRow]) -> None:
    """The commune of each line, by name, by postcode, or by both; one query."""
    by_name: dict[str, set[int]] = defaultdict(set)
    by_postcode: dict[str, set[int]] = defaultdict(set)
    for commune in Commune.objects.all():
        today = commune.pk if commune.status == CommuneStatus.CURRENT else commune.merged_into_id
        for key in (" ".join(commune_words(commune.name)), commune.code):
            by_name[key].add(today or commune.pk)
        for postcode in commune.postcodes:
            by_postcode[postcode].add(today or commune.pk)
    for row in rows:
        if row.values:
            _place(row, by_name, by_postcode)


def _place(row: ImportRow, by_name: Mapping[str, set[int]], by_postcode: Mapping[str, set[int]]) -> None:
    name, postcode = row.values["commune"], row.values["postcode"]
    named = by_name.get(" ".join(commune_words(name)), set()) if name else set()
    coded = by_postcode.get(postcode, set()) if postcode else set()
    found = (named & coded or named) if name else coded
    if (name and not found) or (postcode and not name and not coded):
        row.refuse(OUTSIDE.format(name or postcode))
    elif len(found) == 1:
        (row.values["commune_pk"],) = found
    elif name and found:
        row.refuse(SEVERAL.format(name))


def _result(source: Import) -> ImportResult | None:
    return ImportResult("les brouillons à finir", f"{reverse('prescriptions:prescription_list')}?state=draft")


def _finish(source: Import, at: datetime | None) -> int | None:
    open_people(source=source, at=at)
    return None


PEOPLE = ImportKind(
    code=CODE,
    label="Listes de personnes",
    noun=Noun("personne", "personnes", feminine=True),
    fields=FIELDS,
    sees=sees_people,
    check=check_people,
    apply=keep_people,
    finish=_finish,
    discard=forget_waiting,
    stands=still_there,
    result=_result,
    leads_to=lambda source: reverse("prescriptions:people_deposit"),
    named=PeopleGuard(hides_nir, heads_nir, NIR_TAKEN_OUT),
    notice_template="prescriptions/_people_told.html",
)


def register_people() -> None:
    """Declare the kind, once the models are known."""
    register_kind(PEOPLE)
