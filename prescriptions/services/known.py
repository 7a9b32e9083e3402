"""All that is known of one household, gathered for whoever exercises its right of access (RGPD, art. 15 and 20).

What staff did is told with their role and their organisation, not their name: that is what the law gives (CJUE, 22 June
2023, C-579/21, Pankki S).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Q

from documents.enums import TO_THE_ADDRESSEE_ALONE
from documents.models import Document, Mail, Sms, SmsAnswer, StoredFile
from lifecycle.actors import Actor
from lifecycle.machine import Stateful
from lifecycle.models import Comment
from network.models import Membership
from prescriptions.machine.rights_rules import EXPORTED
from prescriptions.models import Household, RightsRequest
from prescriptions.permissions import can_instruct_rights_request
from prescriptions.personal_data import PersonalData, all_personal_data
from prescriptions.services.households import record_access
from typography.french import euros, written_day, written_moment

OF_AN_ACT = {"verb": "acte", "values": "précisions"}
"""What the columns of a journal are called by whoever knows no journal."""


@dataclass(frozen=True)
class KnownCell:
    """One column of one row: its name, what it says, what the base holds."""

    name: str
    label: str
    said: str
    raw: Any


@dataclass(frozen=True)
class KnownSection:
    """One table: its rows, each the cells that say something; why some columns are not given."""

    title: str
    rows: list[list[KnownCell]]
    apart: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class KnownOfHousehold:
    """All that is known of a household."""

    household: Household
    sections: list[KnownSection]
    papers: list[Document]
    files: list[StoredFile]


def all_known(household: Household) -> KnownOfHousehold:
    """Everything, section by section, in a number of queries that depends on the tables alone."""
    gathered = _Gathered()
    sections = [_section(held, household, gathered) for held in all_personal_data()]
    papers = list(Document.objects.filter(gathered.owned("owner_machine", "owner_pk") | Q(pk__in=gathered.papers)))
    papers = sorted((paper for paper in papers if not paper.is_erased), key=lambda paper: paper.pk)
    mails = Mail.objects.filter(gathered.owned("about_machine", "about_pk"), forgotten_at=None).order_by("pk")
    texts = Sms.objects.filter(gathered.owned("about_machine", "about_pk"), forgotten_at=None).order_by("pk")
    answers = SmsAnswer.objects.filter(sms__in=texts.values("pk")).order_by("received_at", "pk")
    files = list(StoredFile.objects.filter(pk__in=gathered.files, forgotten_at=None).order_by("pk"))
    sections += [_papers(papers), _mails(mails), _texts(texts), _answers(answers)]
    return KnownOfHousehold(household, [section for section in sections if section.rows], papers, files)


class _Gathered:
    """The keys met on the way: of what owns papers and mails, of papers, of files."""

    def __init__(self) -> None:
        self.machines: dict[str, list[int]] = {}
        self.papers: set[int] = set()
        self.files: set[int] = set()

    def owned(self, machine: str, key: str) -> Q:
        """The condition on what belongs to one of the rows met."""
        condition = Q(pk__in=[])
        for name, keys in self.machines.items():
            condition |= Q(**{machine: name, f"{key}__in": keys})
        return condition


def _section(held: PersonalData, household: Household, gathered: _Gathered) -> KnownSection:
    fields = [field_named(held.model, name) for name in held.columns]
    linked = [field.name for field in fields if field.is_relation]
    linked += [f"{field.name}__organisation" for field in fields if field.related_model is Membership]
    rows = list(held.rows_of(household.pk).select_related(*linked))
    if issubclass(held.model, Stateful):
        gathered.machines[held.model.machine.name] = [row.pk for row in rows]
    for field in fields:
        if field.related_model is Document:
            gathered.papers |= {getattr(row, field.attname) for row in rows} - {None}
        if field.related_model is StoredFile:
            gathered.files |= {getattr(row, field.attname) for row in rows} - {None}
    comments = _comments(rows)
    told = [[cell for field in fields if (cell := _cell(held, field, row, comments)) is not None] for row in rows]
    apart = tuple((str(field_named(held.model, name).verbose_name), why) for name, why in held.apart.items())
    return KnownSection(held.title, told, apart)


def field_named(model: type[models.Model], name: str) -> Any:
    """A concrete field of a model."""
    return model._meta.get_field(name)


def _comments(rows: Iterable[Any]) -> dict[str, str]:
    digests = [row.comment_digest for row in rows if getattr(row, "comment_digest", "")]
    if not digests:
        return {}
    return dict(Comment.objects.filter(digest__in=digests).exclude(text="").values_list("digest", "text"))


def _cell(held: PersonalData, field: Any, row: Any, comments: dict[str, str]) -> KnownCell | None:
    """What a column says, or nothing when it is empty."""
    raw = getattr(row, field.attname)
    is_named = field.verbose_name != field.name.replace("_", " ") or field.related_model is not Membership
    label = OF_AN_ACT.get(field.name, str(field.verbose_name)) if is_named else "par"
    if field.name == "comment_digest":
        text = comments.get(raw, "")
        return KnownCell("comment", "commentaire", text, text) if text else None
    if raw in (None, "", [], {}):
        return None
    said = held.say[field.name](row) if field.name in held.say else _in_words(field, row, raw)
    if not said:
        return None
    return KnownCell(field.name, label, said, said if field.is_relation else raw)


def _in_words(field: Any, row: Any, raw: Any) -> str:
    if field.is_relation:
        return _named(getattr(row, field.name))
    if field.choices:
        return str(getattr(row, f"get_{field.name}_display")())
    if isinstance(field, ArrayField):
        codes = dict(field.base_field.flatchoices or ())
        return ", ".join(str(codes.get(one, one)) for one in raw)
    if isinstance(raw, bool):
        return "oui" if raw else "non"
    return _written(raw)


def _written(value: Any) -> str:
    if isinstance(value, datetime):
        return written_moment(value)
    if isinstance(value, date):
        return written_day(value)
    if isinstance(value, Decimal):
        return euros(value)
    return str(value)


def _named(row: Any) -> str:
    """A person of an organisation is told by his role; a thing with a life by its reference."""
    if isinstance(row, Membership):
        return f"{row.get_role_display()}, {row.organisation}"
    if isinstance(row, StoredFile):
        return "fichier joint"
    return str(row)


def _papers(papers: Iterable[Document]) -> KnownSection:
    def cells(paper: Document) -> list[KnownCell]:
        told = (("title", "papier", paper.title), ("created_at", "établi le", _written(paper.created_at)))
        return [KnownCell(name, label, said, said) for name, label, said in told]

    return KnownSection("Les papiers faits pour vous, joints en entier", [cells(paper) for paper in papers])


def _mails(mails: Iterable[Mail]) -> KnownSection:
    """To the household itself, or about it to those who serve it: to whom is told by how many."""

    def cells(mail: Mail) -> list[KnownCell]:
        told = (
            ("created_at", "écrit le", _written(mail.created_at)),
            ("purpose", "objet", mail.get_purpose_display()),
            ("subject", "sujet", mail.subject),
            ("body", "texte", "" if mail.purpose in TO_THE_ADDRESSEE_ALONE else mail.body),
        )
        return [KnownCell(name, label, said, said) for name, label, said in told if said]

    return KnownSection("Les courriels écrits à votre sujet", [cells(mail) for mail in mails])


def _texts(texts: Iterable[Sms]) -> KnownSection:
    """To the household itself; the words of one that has left are kept nowhere."""

    def cells(text: Sms) -> list[KnownCell]:
        told = (
            ("created_at", "écrit le", _written(text.created_at)),
            ("number", "numéro", text.number),
            ("delivery", "acheminement", text.get_delivery_display()),
            ("text", "texte", text.text),
        )
        return [KnownCell(name, label, said, said) for name, label, said in told if said]

    return KnownSection("Les SMS qui vous sont écrits", [cells(text) for text in texts])


def _answers(answers: Iterable[SmsAnswer]) -> KnownSection:
    """What came back; the words of one that was read are kept nowhere."""

    def cells(answer: SmsAnswer) -> list[KnownCell]:
        told = (
            ("received_at", "reçu le", _written(answer.received_at)),
            ("meaning", "sens", answer.get_meaning_display()),
            ("outcome", "suite", answer.get_outcome_display()),
            ("text", "texte", answer.text),
        )
        return [KnownCell(name, label, said, said) for name, label, said in told if said]

    return KnownSection("Vos réponses aux SMS", [cells(answer) for answer in answers])


def export_known(*, actor: Actor, rights_request: RightsRequest, at: datetime | None = None) -> KnownOfHousehold:
    """Gather everything for the officer who answers this request, and log it. Raises PermissionDenied."""
    if can_instruct_rights_request(actor) is None:
        raise PermissionDenied
    record_access(actor=actor, household=rights_request.household, what=EXPORTED, at=at)
    return all_known(rights_request.household)
