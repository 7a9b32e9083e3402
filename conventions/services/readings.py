"""What is read on a document signed elsewhere before it is taken: never under a lock, in a process apart."""

import hashlib
from dataclasses import dataclass, field
from typing import Any, NoReturn

from django.utils import timezone

from conventions.enums import FoundOnDeposit, SignatureMethod
from conventions.models import SignatureDeposit
from documents.models import Document
from documents.readers.apart import NotRead, read_apart
from documents.readers.pages import CODES, MOST_PAGES, READER
from documents.services import open_file, paper_within, papers_named, serves_elsewhere
from lifecycle.exceptions import Refused
from lifecycle.machine import Reason, Stateful
from typography.french import written_day

SIGNED_READER = "documents.readers.signed"
AS_IT_WAS = (
    "C’est le document tel que Maillon l’a établi\u00a0: personne ne l’a signé. Déposez celui qui est revenu signé."
)
DEPOSITED_ELSEWHERE = "Ce fichier est déjà dans Maillon, déposé pour autre chose\u00a0: ce n’est pas ce document signé."
UNREADABLE = (
    "Ce fichier n’a pas pu être lu\u00a0: il est abîmé, protégé ou trop lourd. "
    "Numérisez de nouveau le document, ou demandez"
    " le PDF d’origine au parapheur."
)
REFUSED = {
    "pages": f"Ce fichier a plus de {MOST_PAGES} pages\u00a0: ce n’est pas ce document.",
    "points": "Cette photo a trop de points pour être lue\u00a0: réduisez-la, ou numérisez le document en PDF.",
    "too_few": (
        "Il manque des pages\u00a0: le document en a {frozen_pages}, ce fichier {pages}. Numérisez ou photographiez"
        " toutes les pages, celle de la signature comprise, et réunissez-les dans un seul PDF."
    ),
    "unsigned": (
        "Aucune signature électronique n’a été trouvée dans ce fichier. Déposez le PDF que rend le parapheur, pas une"
        " impression\u00a0; un document signé à la main se dépose «\u00a0Sur papier, numérisé\u00a0»."
    ),
    "other": (
        "Ce fichier porte une signature électronique, mais pas sur le document établi par Maillon\u00a0: c’est un autre"
        " texte, ou le parapheur l’a réécrit. Faites signer le PDF téléchargé ici, sans le modifier."
    ),
    "encrypted": "Ce PDF est protégé par un mot de passe\u00a0: demandez au parapheur un fichier qui ne l’est pas.",
    "broken": "La signature électronique de ce fichier ne correspond pas à son "
    "contenu\u00a0: il a été abîmé ou modifié.",
    "partial": "La signature électronique de ce fichier ne porte pas sur tout le document\u00a0: elle ne vaut pas ici.",
    "altered": (
        "Ce fichier n’a pas seulement été signé\u00a0: autre chose y a été ajouté ou "
        "changé depuis que Maillon l’a établi."
        " Faites signer de nouveau le PDF téléchargé ici."
    ),
}


@dataclass(frozen=True)
class SignatureReading:
    """What was found, and what is told of it to whoever confirms (``SignatureDeposit.reading``)."""

    found: FoundOnDeposit
    told: dict[str, Any] = field(default_factory=dict)


def read_deposit(*, row: Stateful, document: Document, method: str, content: bytes) -> SignatureReading:
    """Read a document said to be ``document``, signed by this method. Slow: some seconds for a scan.

    Raises Refused (about ``row``, on the field ``deposit``) when it is known to be something else or to be unsigned.
    """
    _not_another(row, document, paper_within(content), as_is=method == SignatureMethod.PAPER)
    assert document.rendered is not None
    with open_file(document.rendered) as file:
        frozen = file.read()
    if content == frozen:
        refuse(row, "as_it_was", AS_IT_WAS)
    same = SignatureDeposit.objects.filter(file__sha256=hashlib.sha256(content).hexdigest())
    if serves_elsewhere(content, beside=SignatureDeposit) or same.exclude(signature__document=document).exists():
        refuse(row, "known_elsewhere", DEPOSITED_ELSEWHERE)
    if method == SignatureMethod.SIGNATURE_BOOK:
        return SignatureReading(
            FoundOnDeposit.SIGNATURE, {"signers": _read(row, SIGNED_READER, frozen, content)["signers"]}
        )
    return read_scan(row=row, document=document, content=content, frozen=frozen)


def read_scan(*, row: Stateful, document: Document, content: bytes, frozen: bytes) -> SignatureReading:
    """Look for the code of the paper on each page of a scan.

    Raises Refused when it bears only that of another, or has fewer pages: part of a document is not that document.
    """
    answer = _read(row, READER, CODES, content, frozen)
    named = papers_named(text for _, text in answer["codes"])
    told = {name: answer[name] for name in ("pages", "frozen_pages", "sizes", "frozen_sizes")}
    if named and document not in named:
        _not_another(row, document, named[0])
    if told["pages"] < told["frozen_pages"]:
        refuse(row, "too_few", REFUSED["too_few"].format(**told))
    if document in named:
        return SignatureReading(FoundOnDeposit.CODE, told)
    return SignatureReading(FoundOnDeposit.NOTHING, told)


def _not_another(row: Stateful, document: Document, known: Document | None, *, as_is: bool = False) -> None:
    if known is None or (known == document and not as_is):
        return
    day = written_day(timezone.localdate(known.created_at))
    if known == document:
        refuse(row, "as_it_was", AS_IT_WAS)
    if (known.kind, known.owner_machine, known.owner_pk) == (document.kind, document.owner_machine, document.owner_pk):
        refuse(
            row,
            "other_version",
            f"C’est une version précédente de ce document, établie le {day}, qui ne se signe plus.",
        )
    label = known.declared_kind.label
    refuse(
        row,
        "other_paper",
        f"Ce n’est pas ce document\u00a0: c’est un autre papier de Maillon, «\u00a0{label}\u00a0», établi le {day}.",
    )


def _read(row: Stateful, reader: str, *parts: bytes) -> dict[str, Any]:
    try:
        answer = read_apart(reader, *parts)
    except NotRead:
        refuse(row, "unreadable", UNREADABLE)
    if "refused" in answer:
        refuse(row, answer["refused"], REFUSED[answer["refused"]])
    return answer


def refuse(row: Stateful, code: str, sentence: str) -> NoReturn:
    """Say on the field what is wrong with the file."""
    raise Refused({row.pk: (Reason(code, sentence, field="deposit"),)})
