"""The papers of prescriptions: what they say is frozen at the verb that makes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, time
from typing import Any

from django.utils import timezone

from documents.addresses import address_of
from documents.kinds import register_kind
from documents.models import Document
from documents.paper import render_pdf
from documents.services import Draft, freeze_documents
from lifecycle.registry import Move
from network.models import Organisation
from prescriptions.collecting import CollectingPoint, Pair, points_for, points_keeping
from prescriptions.enums import (
    EQUIPMENT_KINDS,
    LIVE_STATES,
    OPEN_NEED_STATES,
    NeedUse,
    PrescriptionPaperKind,
    PrescriptionState,
    SheetLanguage,
)
from prescriptions.models import AgreementText, Need, Prescription, PrescriptionPaper, SheetTranslation
from prescriptions.own_papers import OWN_PAGE, leads_to_request
from prescriptions.saying import Tongue, TranslatableDay, as_parts, translatable
from prescriptions.telling import Telling, needs_of, needs_told, settled_rows, telling_of, with_needs
from typography.french import by_pairs

LETTER = "household_letter"
"""The kind of paper of a letter to a household."""
TEMPLATE = "documents/prescriptions/prescription_told.html"
IN_LANGUAGE = "documents/prescriptions/prescription_in_language.html"
IN_LANGUAGES = ("title", "todo", "sentences", "listed", "reason", "needs", "settled")
"""What of a sheet is said in other languages: not what somebody wrote himself."""
KINDS = {kind: f"prescription_{kind.value}" for kind in PrescriptionPaperKind}
DISTRIBUTOR_ANSWERS = (*LIVE_STATES, PrescriptionState.REFUSED)
"""While the household may call the distributor: its request is there, or was refused there."""
FOR_USE: dict[str, str] = {
    NeedUse.PAPERWORK: "pour les démarches",
    NeedUse.STUDIES: "pour les études",
    NeedUse.WORK: "pour l’emploi",
    NeedUse.SOCIAL: "pour le lien social",
}


def register_kinds() -> None:
    """Declare the papers and their templates: those of today, then those that were made before."""
    for kind, code in KINDS.items():
        if kind not in (PrescriptionPaperKind.SHEET, PrescriptionPaperKind.CLOSING):
            register_kind(code, str(kind.label), TEMPLATE, for_household=True, opens=OWN_PAGE)
    closing = PrescriptionPaperKind.CLOSING
    register_kind(KINDS[closing], str(closing.label), TEMPLATE, version=2, for_household=True, opens=OWN_PAGE)
    before = ((closing, "", 1), (PrescriptionPaperKind.SHEET, "", 1), (PrescriptionPaperKind.SHEET, "_2", 2))
    for kind, suffix, version in before:
        code = KINDS[kind]
        template = f"documents/prescriptions/{code}{suffix}.html"
        register_kind(code, str(kind.label), template, version=version, for_household=True)
    register_kind(LETTER, "Lettre au foyer", "documents/prescriptions/household_letter.html", for_household=True)
    for code in KINDS.values():
        leads_to_request(code, _request_of)


def freeze_sheets(prescriptions: Iterable[Prescription], move: Move) -> None:
    """The sheet for each household: one page, one thing to do on top, true of the state its request is in now.

    None is made when the last one says the same. Nine queries for the set, and for each one those of what a refusal,
    what is missing or a device put aside say besides.
    """
    said = [(one, telling_of(one, needs_of(one))) for one in with_needs(list(prescriptions))]
    last = _last_papers([one.pk for one, _ in said])
    points = points_for({pair for one, telling in said if (pair := _fetched_by(one, telling))})
    kept = points_keeping([need.pk for one, _ in said for need in _to_fetch(one)])
    told = []
    for prescription, telling in said:
        values = _values(prescription, telling, _where(prescription, telling, points, kept))
        if not _was_told(last.get(prescription.pk), telling, values):
            told.append((prescription, telling, values))
    documents = freeze_documents(
        [Draft(KINDS[telling.kind], ("prescription", one.pk), values, telling.title) for one, telling, values in told],
        by=move.actor,
        at=move.at,
    )
    PrescriptionPaper.objects.bulk_create(
        PrescriptionPaper(prescription=one, kind=telling.kind, document=document)
        for (one, telling, _), document in zip(told, documents, strict=True)
    )


def _last_papers(prescriptions: list[int]) -> dict[int, PrescriptionPaper]:
    """The last sheet of each prescription that has one; one query."""
    rows = PrescriptionPaper.objects.filter(prescription__in=prescriptions).order_by("prescription_id", "-pk")
    return {row.prescription_id: row for row in rows.distinct("prescription_id").select_related("document")}


def _was_told(last: PrescriptionPaper | None, telling: Telling, values: Mapping[str, Any]) -> bool:
    """Whether the last sheet says it already."""
    return last is not None and last.kind == telling.kind and last.document.values == values


def draw_agreement(text: AgreementText, prescriber: Organisation) -> bytes:
    """The sheet a household signs and its prescriber keeps: the text, boxes to tick, a name and a day left blank.

    It names nobody and is kept nowhere here: drawn when it is opened, the same for the same text and prescriber.
    """
    return render_pdf(
        "documents/prescriptions/agreement.html",
        {"text": text, "prescriber": prescriber.name},
        title=text.title,
        identifier=f"Texte {text.version}",
        date=timezone.make_aware(datetime.combine(text.valid_from, time.min)),
    )


def is_translated(document: Document) -> bool:
    """Whether a sheet can be given in other languages: it is there, and was made since its sentences are kept."""
    return document.forgotten_at is None and "told" in document.values


def draw_in_language(document: Document, language: SheetLanguage) -> bytes:
    """The same sheet in another language, with the translations of its day; it is kept nowhere.

    It says that the French one counts, and its square opens the same page. Raises KeyError for a sheet that is not
    translated (``is_translated``).
    """
    made_on = timezone.localdate(document.created_at)
    tongue = Tongue(language, SheetTranslation.objects.texts_on(language, made_on))
    told = tongue.say(document.values["told"])
    address = address_of(document.public_code, OWN_PAGE)
    return render_pdf(
        IN_LANGUAGE,
        {
            "values": document.values,
            "told": told,
            "tongue": tongue,
            "made_on": tongue.say(translatable("établi le {day}", day=TranslatableDay.of(made_on))),
            "authenticity": replace(address, url=f"{address.url}?langue={language}"),
        },
        title=told["title"],
        identifier=f"{document.public_code} ({language})",
        date=document.created_at,
        language=language,
    )


def _request_of(document: int) -> int | None:
    return PrescriptionPaper.objects.filter(document=document).values_list("prescription", flat=True).first()


def _where(
    prescription: Prescription,
    telling: Telling,
    points: Mapping[Pair, Sequence[CollectingPoint]],
    kept: Mapping[int, CollectingPoint],
) -> list[CollectingPoint]:
    """Where its devices are put aside once one is: the household goes nowhere else; until then, where it may be."""
    there = _fetched_by(prescription, telling)
    if there is None:
        return []
    held = [kept[need.pk] for need in _to_fetch(prescription) if need.pk in kept]
    return list(dict.fromkeys(held)) or list(points[there])


def _values(prescription: Prescription, telling: Telling, points: Sequence[CollectingPoint]) -> dict[str, Any]:
    """What the sheet says: lists and texts alone, as the database gives them back."""
    needs = needs_of(prescription)
    prescriber, distributor = prescription.prescriber, prescription.distributor
    told = {name: list(one) if isinstance(one, tuple) else one for name, one in asdict(telling).items()}
    told["needs"] = [
        translatable("{kind}, {use}", kind=need.get_kind_display(), use=FOR_USE[need.use]) for need in needs_told(needs)
    ]
    told["settled"] = settled_rows(needs) if telling.kind == PrescriptionPaperKind.CLOSING else []
    return {
        **told,
        "kind": telling.kind.value,
        "told": as_parts({name: told[name] for name in IN_LANGUAGES}),
        "reference": prescription.reference,
        "name": prescription.household.name,
        "points": [asdict(point) for point in points],
        "prescriber": prescriber.name,
        "prescriber_phone": by_pairs(prescriber.phone),
        "distributor": distributor.name if distributor else "",
        "distributor_phone": by_pairs(distributor.phone) if distributor else "",
        "distributor_answers": prescription.state in DISTRIBUTOR_ANSWERS,
    }


def _fetched_by(prescription: Prescription, telling: Telling) -> Pair | None:
    """Of which distributor households of which commune fetch what it accepted; None when there is nothing to fetch."""
    distributor, commune = prescription.distributor_id, prescription.commune_id
    if telling.kind != PrescriptionPaperKind.ACCEPTED or distributor is None or commune is None:
        return None
    return (distributor, commune) if _to_fetch(prescription) else None


def _to_fetch(prescription: Prescription) -> list[Need]:
    """The devices that it waits for still."""
    return [need for need in needs_of(prescription) if need.kind in EQUIPMENT_KINDS and need.state in OPEN_NEED_STATES]
