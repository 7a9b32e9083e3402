"""What the public page says of a paper: that it is authentic, and of what nature; never whom it is about."""

import logging
import re
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from documents.addresses import typed_code
from documents.kinds import AUTHENTICITY, standing_of
from documents.models import Document
from documents.services.papers import values_hold
from network.enums import LegalNature
from network.models import Membership, Organisation

logger = logging.getLogger(__name__)

ISSUED_BY_MAILLON = "Maillon, pour le Département du Nord"
ISSUED_BY_A_COMPANY = "une entreprise"
"""The name of a company may be that of a person (Code de commerce, art. L526-6: entrepreneur individuel)."""
SOLE_TRADER = re.compile(r"\b(E\.?I\.?|individuel\w*|micro|auto|libéral\w*|artisan)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Proof:
    """What is said of an authentic paper. Fingerprints are SHA-256 in hexadecimal, ``pdf`` empty until drawn."""

    code: str
    nature: str
    issued_at: datetime
    issuer: str
    values: str
    pdf: str
    standing: str = ""
    """What has become since of what the paper says, empty when it holds."""
    opens: str = ""
    """The address of the page of a household whose paper it is, which asks who one is; empty when it has none."""

    def same_as(self, fingerprint: str) -> str:
        """To which of its two fingerprints another one is equal: "pdf", "values" or nothing."""
        if not fingerprint:
            return ""
        return {self.pdf: "pdf", self.values: "values"}.get(fingerprint, "")


def proof_of(typed: str) -> Proof | None:
    """What may be said of the paper with this code, however it was typed.

    None when no paper has it, when the paper was erased, and when its values are not those that were frozen:
    the page says the same of the three. The last one is logged as an error.
    """
    document = (
        Document.objects.filter(public_code=typed_code(typed))
        .select_related("rendered", "created_by__organisation")
        .first()
    )
    if document is None or document.is_erased:
        return None
    if not values_hold(document):
        logger.error("Document %s does not match its fingerprint.", document.pk)
        return None
    kind = document.declared_kind
    return Proof(
        code=document.public_code,
        nature=kind.label,
        issued_at=document.created_at,
        issuer=_issuer(document.created_by),
        values=document.sha256,
        pdf=document.rendered.sha256 if document.rendered else "",
        standing=standing_of(document.kind, document.pk),
        opens=reverse(kind.opens, args=[document.public_code]) if kind.opens != AUTHENTICITY else "",
    )


def _issuer(actor: Membership | None) -> str:
    """The organisation that made the paper, unless its name may be that of a person."""
    if actor is None:
        return ISSUED_BY_MAILLON
    return ISSUED_BY_A_COMPANY if _may_bear_a_name(actor.organisation) else actor.organisation.name


def _may_bear_a_name(organisation: Organisation) -> bool:
    if organisation.legal_nature != LegalNature.PRIVATE:
        return False
    return not organisation.legal_form or SOLE_TRADER.search(organisation.legal_form) is not None
