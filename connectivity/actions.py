"""What is done of a connection file, from the choice of an offer to the end of the line: one page each."""

from collections.abc import Mapping
from typing import Any

from connectivity.emails import reaches
from connectivity.enums import UndoActivateReason
from connectivity.forms import connections as forms
from connectivity.forms.lines import ConnectionLoseRightForm
from connectivity.machine import line_rules
from connectivity.models import ConnectionFile
from connectivity.permissions import can_answer_connection
from connectivity.services import connections as services
from connectivity.views.choosing import CONNECTION_PAGES, connection_choose
from connectivity.views.lines import connection_change_offer
from connectivity.views.sheet import is_unphoned, problems_of
from lifecycle.forms import ReasonForm
from lifecycle.pages import Page
from network.requests import Request
from prescriptions.forms.asking import CommentForm
from prescriptions.permissions import can_follow_household


def _appointment(request: Request, connection: ConnectionFile) -> Mapping[str, Any]:
    return {"initial": {"appointment_on": connection.appointment_on, "appointment_slot": connection.appointment_slot}}


def _what_leaves(request: Request, connection: ConnectionFile) -> Mapping[str, Any]:
    """The problems that were answered; whether a mail tells the operator, and whether it may call."""
    operator = connection.operator
    return {
        "problems": problems_of(connection, request.membership),
        "unphoned": is_unphoned(connection),
        "corrects": can_follow_household(request.membership) is not None,
        "unreached": operator is not None and not reaches(operator),
    }


def _evidence(request: Request, connection: ConnectionFile) -> Mapping[str, Any]:
    """The operator says that the line works; whoever else says so shows it."""
    return {"file": connection, "asks_evidence": can_answer_connection(request.membership) is None}


UNDO_ACTIVATE = ReasonForm.asking(UndoActivateReason.choices, line_rules.UNDO_ACTIVATE_REASON)
NEED_AGAIN = (
    "Le foyer n’a pas de ligne\u00a0: son besoin est de nouveau en cours, et la prescription se rouvre si elle était"
    " close. Pour une date ou un prix faux, annulez, puis déclarez de nouveau."
)
BOTH_KNOW = (
    "L’opérateur est de nouveau attendu\u00a0: de lui et du travailleur social, celui qui n’annule pas est prévenu."
)
WORKER_KNOWS = "Le travailleur social est prévenu, si ce n’est pas son équipe qui annule."


def _withdrawal(verb: str, address: str) -> Page[Request]:
    """One page for each state where the request stood before."""
    return Page(
        verb,
        address,
        CommentForm,
        done="Problème retiré. Le travailleur social est prévenu",
        warning="Pour un problème signalé sur la mauvaise demande, tant que rien n’a suivi\u00a0: elle redevient comme"
        " avant, et le travailleur social est prévenu que c’était une erreur.",
    )


PAGES: tuple[Page[Request], ...] = (
    Page("choose", "choisir", view=connection_choose),
    Page(
        "send",
        "transmettre",
        forms.ConnectionSendForm,
        services.send_connection,
        form_kwargs=lambda request, connection: {"file": connection},
        context=_what_leaves,
        template="connectivity/actions/send.html",
    ),
    Page(
        "report_problem",
        "probleme",
        forms.ConnectionReportProblemForm,
        services.report_problem_connection,
        done="Problème signalé. Le travailleur social est prévenu",
    ),
    _withdrawal("withdraw_problem", "retirer-le-probleme"),
    _withdrawal("withdraw_accepted_problem", "retirer-le-probleme-accepte"),
    _withdrawal("withdraw_scheduled_problem", "retirer-le-probleme-planifie"),
    Page(
        "accept",
        "accepter",
        forms.ConnectionAcceptForm,
        services.accept_connection,
        done="Demande acceptée",
    ),
    Page(
        "schedule",
        "planifier",
        forms.ConnectionScheduleForm,
        services.schedule_connection,
        done="Raccordement planifié. Le travailleur social est prévenu",
        form_kwargs=_appointment,
    ),
    Page(
        "activate",
        "ligne-active",
        forms.ConnectionActivateForm,
        services.activate_connection,
        done="Ligne active. Le besoin est satisfait",
        form_kwargs=_evidence,
        warning="Le besoin est satisfait. Une erreur\u00a0? «\u00a0Annuler la mise en service\u00a0», sur la page de la"
        " demande, tant que rien n’a suivi.",
    ),
    Page("undo_activate", "annuler-mise-en-service", UNDO_ACTIVATE, warning=f"{NEED_AGAIN} {BOTH_KNOW}"),
    Page("undo_own_activate", "annuler-la-mise-en-service", UNDO_ACTIVATE, warning=f"{NEED_AGAIN} {WORKER_KNOWS}"),
    Page(
        "renew",
        "renouveler",
        forms.ConnectionRenewForm,
        services.renew_connection,
        form_kwargs=lambda request, connection: {"file": connection},
    ),
    Page("change_offer", "changer-d-offre", view=connection_change_offer),
    Page(
        "correct_right",
        "corriger-le-droit",
        forms.ConnectionCorrectRightForm,
        form_kwargs=lambda request, connection: {"initial": {"entitlement_ends_on": connection.entitlement_ends_on}},
        warning="Pour une erreur de saisie seulement\u00a0: un droit dit perdu, ou un dernier jour faux. Le foyer est"
        " prévenu de l’erreur\u00a0; s’il ne reçoit pas de message, la page du dossier demande de l’appeler.",
    ),
    Page(
        "lose_right",
        "droit-perdu",
        ConnectionLoseRightForm,
        done="Droit perdu. La page dit si le foyer reste à prévenir",
        warning="Le droit court jusqu’à son dernier jour. Un message dit au foyer ce qui suit\u00a0; s’il n’en reçoit"
        " pas, la page du dossier demande de le prévenir. Si une pièce le rend de nouveau possible, renouvelez-le."
        " Mauvaise ligne\u00a0? «\u00a0Corriger le droit\u00a0».",
    ),
    Page(
        "refuse",
        "refuser",
        forms.ConnectionRefuseForm,
        services.refuse_connection,
        done="Demande refusée. Le travailleur social est prévenu",
        warning="Le dossier est clos. Le besoin du foyer attend de nouveau, à son rang, une autre solution.",
    ),
    Page(
        "end",
        "terminer",
        forms.ConnectionEndForm,
        services.end_connection,
        warning="Le dossier est clos, et le travailleur social est prévenu. Pour une autre offre, il rouvre le besoin,"
        " qui garde les semaines déjà attendues.",
    ),
    Page(
        "abandon",
        "abandonner",
        forms.ConnectionAbandonForm,
        services.abandon_connection,
        done="Dossier abandonné. Le besoin attend de nouveau, à son rang",
        warning="Le besoin attend de nouveau, à son rang\u00a0: un autre dossier peut être ouvert.",
    ),
)

urlpatterns = CONNECTION_PAGES.urls("connexions", PAGES)
