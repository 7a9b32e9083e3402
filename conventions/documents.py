"""The papers of a convention: the document that is signed, then the page of signatures, which quotes it by its hash.

Before them, its text may be printed to be deliberated on and annotated: that paper is drawn when it is opened and kept
nowhere. What was submitted does not change until the round ends, so the same round always prints the same text.
"""

from datetime import datetime
from typing import Any

from django.utils import timezone

from conventions.enums import ConventionPaperKind, DeviceType, FoundOnDeposit, Party, SignatureState, TerminateReason
from conventions.models import Convention, ConventionPaper, EndConsent, Signature, printed_address
from conventions.models.articles import paragraphs_of
from documents.kinds import register_kind
from documents.paper import render_pdf
from documents.services import freeze_document
from lifecycle.registry import Move
from typography.french import euros, percent, written_day, written_moment

KINDS = {
    ConventionPaperKind.CONVENTION: "convention",
    ConventionPaperKind.SIGNATURES: "convention_signatures",
    ConventionPaperKind.AGREEMENT: "convention_agreement",
    ConventionPaperKind.END: "convention_end",
}
CALLED = {Party.EPCI: "l’EPCI", Party.RECONDITIONER: "le Reconditionneur", Party.DISTRIBUTOR: "le Distributeur"}
TO_NAME = "à désigner"
"""A party or a signatory that a draft does not have yet; what is signed has all of them."""


def register_kinds() -> None:
    """Declare the papers and their templates."""
    for kind, code in KINDS.items():
        register_kind(code, str(kind.label), f"documents/conventions/{code}.html")
    signatures = KINDS[ConventionPaperKind.SIGNATURES]
    register_kind(
        signatures, str(ConventionPaperKind.SIGNATURES.label), f"documents/conventions/{signatures}_2.html", version=2
    )


def freeze_convention(convention: Convention, move: Move) -> ConventionPaper:
    """What the three parties will sign: parties, act, articles, quotas, prices, rate, reviewers' work left out."""
    what = "Avenant" if convention.amends else "Convention"
    values = values_of(convention)
    return _freeze(ConventionPaperKind.CONVENTION, convention, values, move, f"{what}\u00a0: {convention.title}")


def draw_project(convention: Convention, at: datetime) -> bytes:
    """The PDF of a text that is not agreed on yet, as it stands: the template and the numbers of what will be signed.

    It says on each page that it is a project, of which round, of which day (``at`` for a text being written), and has
    neither code of authenticity nor page of signatures. Reads only.
    """
    submitted = not convention.is_written and convention.submitted_at is not None
    since = convention.submitted_at if submitted and convention.submitted_at else at
    day = written_day(timezone.localdate(since))
    if submitted:
        stage = f"Projet – tour\u00a0{convention.round}, soumis le {day}"
    elif convention.round:
        stage = f"Projet – tour\u00a0{convention.round + 1}, en cours d’écriture, état du {day}"
    else:
        stage = f"Projet – en cours d’écriture, état du {day}"
    blank = {"starts_on": written_day(convention.starts_on) or "…", "ends_on": written_day(convention.ends_on) or "…"}
    what = "Projet d’avenant" if convention.amends else "Projet de convention"
    return render_pdf(
        "documents/conventions/convention_project.html",
        {"values": values_of(convention) | blank, "reference": convention.reference, "stage": stage},
        title=f"{what}\u00a0: {convention.title}",
        identifier=f"{convention.reference}, {stage}",
        date=since,
    )


def values_of(convention: Convention) -> dict[str, Any]:
    """Everything the document says, of a draft too: what it lacks is empty, or to be named."""
    amended = convention.amends
    return {
        **_header(convention),
        "amends": amended.reference if amended else "",
        "amends_title": amended.title if amended else "",
        "starts_on": written_day(convention.starts_on),
        "ends_on": written_day(convention.ends_on),
        "ends_changed": bool(amended and amended.ends_on != convention.ends_on),
        "is_test": convention.is_test,
        "act": {
            "body": convention.get_act_body_display(),
            "number": convention.act_number,
            "on": written_day(convention.act_on),
            "executory_on": written_day(convention.act_executory_on),
        },
        "clauses": [
            {"title": clause.title, "paragraphs": paragraphs_of(clause.text)} for clause in convention.clauses.all()
        ],
        "quotas": _quotas(convention),
        "prices": [
            {"type": price.get_type_display(), "grade": price.grade, "amount": euros(price.amount, cents=True)}
            for price in sorted(convention.prices.all(), key=lambda price: _rank(price.type))
        ],
        "max_nonconformity": percent(convention.max_nonconformity),
    }


def freeze_signatures(convention: Convention, move: Move) -> ConventionPaper:
    """Who signed what, when and how: the hash of the document, and for each party its signature."""
    signatures = Signature.objects.filter(
        convention=convention, round=convention.round, state=SignatureState.SIGNED
    ).select_related("organisation", "signatory__user", "confirmed_by__user", "confirmed_by__organisation", "scan")
    document = convention.document
    assert document is not None
    assert document.rendered is not None
    values = {
        **_header(convention),
        "document_title": document.title or convention.title,
        "document_code": document.public_code,
        "sha256": document.rendered.sha256,
        "signatures": [
            {
                "party": Party(signature.party).label,
                "organisation": signature.organisation.name,
                "siret": signature.organisation.spaced_siret,
                "signatory": signature.signatory.user.get_full_name(),
                "signed_on": written_day(signature.signed_on),
                "recorded_at": signature.signed_at,
                "recorded": written_moment(signature.signed_at),
                "method": signature.get_method_display(),
                "confirmed_by": (
                    f"{signature.confirmed_by.user.get_full_name()}, {signature.confirmed_by.organisation}"
                    if signature.confirmed_by
                    else ""
                ),
                "scan_sha256": signature.scan.sha256 if signature.scan else "",
                "read": _read_on(signature),
                "instead_of": _instead_of(signature, convention),
                "reference": signature.reference,
            }
            for signature in signatures
        ],
    }
    title = f"Page de signatures\u00a0: {convention.title}"
    return _freeze(ConventionPaperKind.SIGNATURES, convention, values, move, title)


def _read_on(signature: Signature) -> str:
    """What proves that the deposited document is this one, and by whom it is signed."""
    if signature.scan is None:
        return ""
    deposit = signature.deposits.filter(file=signature.scan).order_by("-pk").first()
    assert deposit is not None
    if deposit.found == FoundOnDeposit.SIGNATURE:
        names = ", ".join(_signer(signer) for signer in deposit.reading.get("signers", []))
        if not names:
            return "Signature électronique vérifiée sur ce fichier."
        return f"Signature électronique vérifiée sur ce fichier\u00a0: {names}."
    if deposit.found == FoundOnDeposit.CODE:
        return "Le code de ce document a été lu sur le document déposé."
    by = signature.confirmed_by.user.get_full_name() if signature.confirmed_by else ""
    return f"Aucun code n’a été lu par Maillon sur le document déposé\u00a0: il a été retapé par {by}, qui a confirmé."


def _signer(signer: dict[str, Any]) -> str:
    issuer = "certificat émis par son titulaire" if signer["self_signed"] else f"certificat de {signer['issuer']}"
    organisation = f", {signer['organisation']}" if signer["organisation"] else ""
    return f"{signer['name'] or 'sans nom'}{organisation} ({issuer})"


def _instead_of(signature: Signature, convention: Convention) -> str:
    """The signatory whom the document names, when another person of the party signed."""
    named = {party: member for party, _, member in convention.parties()}[Party(signature.party)]
    if named is None or named.pk == signature.signatory_id:
        return ""
    why = signature.get_replaced_because_display().lower() if signature.replaced_because else "signature confiée"
    return f"{named.user.get_full_name()} ({why})"


def freeze_agreement(convention: Convention, move: Move) -> ConventionPaper:
    """What a party that is not on screen signs by hand: the three end it together."""
    values = {**_header(convention), "starts_on": written_day(convention.starts_on)}
    values |= {"ends_on": written_day(convention.ends_on), "proposed_on": written_day(timezone.localdate(move.at))}
    return _freeze(ConventionPaperKind.AGREEMENT, convention, values, move, f"Accord de fin\u00a0: {convention.title}")


def freeze_end(convention: Convention, move: Move, fates: list[tuple[str, int]], until: str) -> ConventionPaper:
    """When it ended and why, who agreed, and what becomes of what was allotted.

    ``fates``: each in words, with how many devices; ``until``: the last day on which what is outside is handed over.
    """
    consents = EndConsent.objects.filter(convention=convention, round=convention.end_round)
    together = convention.ended_because == TerminateReason.AGREEMENT
    agreed = consents.select_related("given_by__user", "given_by__organisation") if together else []
    reason = (
        convention.get_ended_because_display() if convention.ended_because else "Dernier jour de la convention passé"
    )
    values = {
        **_header(convention),
        "starts_on": written_day(convention.starts_on),
        "ended_on": written_day(convention.ended_on),
        "reason": reason,
        "notice_on": written_day(convention.notice_on) or "",
        "consents": [
            {
                "party": consent.get_party_display(),
                "by": f"{consent.given_by.user.get_full_name()}, {consent.given_by.organisation}",
                "on": written_day(timezone.localdate(consent.given_at)),
                "on_paper": consent.file_id is not None,
            }
            for consent in agreed
        ],
        "fates": [{"told": told, "count": count} for told, count in fates],
        "until": until,
    }
    return _freeze(ConventionPaperKind.END, convention, values, move, f"Constat de fin\u00a0: {convention.title}")


def _freeze(
    kind: ConventionPaperKind, convention: Convention, values: dict[str, Any], move: Move, title: str
) -> ConventionPaper:
    document = freeze_document(
        kind=KINDS[kind],
        owner=("convention", convention.pk),
        values=values,
        by=move.actor,
        at=move.at,
        title=title[:200],
    )
    return ConventionPaper.objects.create(convention=convention, kind=kind, round=convention.round, document=document)


def _header(convention: Convention) -> dict[str, Any]:
    return {
        "reference": convention.reference,
        "title": convention.title,
        "territory": convention.epci.name,
        "parties": [
            {
                "party": party.label,
                "called": CALLED[party],
                "name": organisation.name if organisation else TO_NAME,
                "legal_form": organisation.legal_form if organisation else "",
                "siret": organisation.spaced_siret if organisation else "",
                "address": printed_address(organisation) if organisation else "",
                "signatory": signatory.user.get_full_name() if signatory else TO_NAME,
            }
            for party, organisation, signatory in convention.parties()
        ],
    }


def _quotas(convention: Convention) -> dict[str, Any]:
    """The quotas as a table: a line per type, a column per convention year."""
    plans = sorted(convention.planned_quotas.all(), key=lambda plan: _rank(plan.type))
    years = sorted({plan.year for plan in plans})
    totals = {(plan.type, plan.year): plan.total for plan in plans}
    types = {plan.type: plan.get_type_display() for plan in plans}
    return {
        "years": years,
        "lines": [
            {"type": label, "totals": [totals.get((type_, year)) for year in years]} for type_, label in types.items()
        ],
        "totals": [sum(plan.total for plan in plans if plan.year == year) for year in years],
    }


def _rank(type_: str) -> int:
    """The place of a type in the order people know."""
    return DeviceType.values.index(type_)
