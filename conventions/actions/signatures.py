"""What is done of a signature, besides signing: one page each."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse

from conventions.enums import Party
from conventions.forms.circuit import PlainForm
from conventions.forms.people import AnswerRefusalForm, DeclineForm, HandOnForm, ReplaceForm
from conventions.models import Signature
from conventions.opinions import refused_by
from conventions.services.signatures import contest_signature
from conventions.views.deposits import deposited_by_a_party, signature_refuse_deposit
from conventions.views.remarks import refusal_of
from conventions.views.rows import others_to_ask
from conventions.views.signatures import SIGNATURE_PAGES, asked_of_another
from lifecycle.pages import Page
from network.requests import Request
from typography.french import day, of


def _name_that_stays(request: Request, signature: Signature) -> Mapping[str, Any]:
    told = (
        f"Le document garde le nom {of(signature.signatory.user)}\u00a0; la page de signatures dira qui a signé, et"
        " pourquoi. Si le texte doit nommer quelqu’un d’autre, rouvrez-le plutôt."
    )
    return {"warning": f"{told}{_refusal_that_stays(signature)}"}


def _your_name_stays(request: Request, signature: Signature) -> Mapping[str, Any]:
    told = (
        "Le document garde votre nom\u00a0; la page de signatures dira qui a signé à votre place. Vérifiez que cette"
        " personne a reçu délégation."
    )
    return {"warning": f"{told}{_refusal_that_stays(signature)}"}


def _refusal_that_stays(signature: Signature) -> str:
    """What the party refused is not taken back by asking somebody else to sign."""
    by = refused_by(signature) if signature.answer_due_on else None
    if by is None or signature.answer_due_on is None:
        return ""
    whose = "du pilote" if signature.party == Party.EPCI else "de l’EPCI"
    return (
        f" {by.user} a dit ne pas signer ce texte en l’état\u00a0: ce refus reste celui"
        f" {of(signature.organisation)}, et la réponse {whose} reste attendue pour le {day(signature.answer_due_on)}."
        " La personne que vous choisissez les lira."
    )


def _to_another(request: Request, signature: Signature) -> HttpResponse | None:
    """To a signatory who was replaced since: of whom it is asked."""
    return None if signature.signatory_id == request.membership.pk else asked_of_another(request, signature)


PAGES: tuple[Page[Request], ...] = (
    Page(
        "hand_on",
        "confier",
        HandOnForm,
        done="Signature confiée\u00a0: votre collègue reçoit un courriel",
        form_kwargs=others_to_ask,
        context=_your_name_stays,
    ),
    Page(
        "replace",
        "remplacer",
        ReplaceForm,
        done="Signataire remplacé\u00a0: les deux personnes reçoivent un courriel",
        form_kwargs=others_to_ask,
        context=_name_that_stays,
    ),
    Page(
        "decline",
        "ne-pas-signer",
        DeclineForm,
        done="C’est noté\u00a0: l’EPCI et le pilote en reçoivent le motif, et lisent votre commentaire",
        warning="L’EPCI ou le pilote peut vous répondre, rouvrir le texte, ou abandonner le projet. En attendant, vous"
        " ne recevez plus de rappel, et vous pouvez encore signer.",
    ),
    Page(
        "answer_refusal",
        "repondre",
        AnswerRefusalForm,
        done="Réponse donnée\u00a0: le signataire la lit, et sa signature est demandée de nouveau",
        context=refusal_of,
        template="conventions/actions/signature_answer_refusal.html",
        submit="Répondre au signataire",
    ),
    Page(
        "answer_reopened",
        "repondre-au-refus",
        AnswerRefusalForm,
        done="Réponse donnée\u00a0: le signataire la reçoit",
        context=refusal_of,
        template="conventions/actions/signature_answer_refusal.html",
        submit="Répondre au signataire",
    ),
    Page("refuse_deposit", "refuser", view=signature_refuse_deposit),
    Page(
        "acknowledge",
        "connaissance",
        PlainForm,
        done="C’est noté\u00a0: vous en avez connaissance",
        context=deposited_by_a_party,
        template="conventions/actions/signature_acknowledge.html",
        submit="J’en ai connaissance",
        instead=_to_another,
    ),
    Page(
        "contest",
        "contester",
        PlainForm,
        contest_signature,
        done="Signature contestée\u00a0: elle est de nouveau attendue, les parties sont prévenues",
        warning="Ce qui a été déposé en votre nom ne comptera plus. La convention n’entrera pas en vigueur sans votre"
        " signature.",
        submit="Je n’ai pas signé ce document",
    ),
)

urlpatterns = SIGNATURE_PAGES.urls("signatures", PAGES)
