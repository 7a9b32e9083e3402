"""What is missing before each verb of a transfer (machines §4)."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from lifecycle.machine import Requirement
from lifecycle.requirements import explained_in_comment
from network.enums import OrganisationKind
from network.models import Organisation
from prescriptions.enums import LIVE_STATES, TransferRefusal, TransferState
from prescriptions.machine.prescription_rules import NOT_RESTRICTED as NOT_USED
from prescriptions.machine.prescription_rules import unrestricted
from prescriptions.models import Transfer


def _asked_already() -> QuerySet[Transfer]:
    """Another offer of a prescription of the same household that waits."""
    household = OuterRef("prescription__household")
    asked = Transfer._base_manager.filter(prescription__household=household, state=TransferState.ASKED)
    return asked.exclude(pk=OuterRef("pk"))


PRESCRIPTION_LIVE = Requirement(
    "prescription_live",
    "La prescription n’est pas en cours\u00a0: elle ne se transfère pas.",
    lambda ctx: Q(prescription__state__in=LIVE_STATES),
)
NOT_RESTRICTED = Requirement(
    "not_restricted",
    NOT_USED.sentence,
    lambda ctx: unrestricted("prescription__household"),
    lifted_by=NOT_USED.lifted_by,
)
RECEIVER_GIVEN = Requirement(
    "prescriber",
    "Choisissez le prescripteur à qui proposer le dossier.",
    lambda ctx: Exists(
        Organisation.objects.filter(
            pk=OuterRef("receiver"), is_active=True, kinds__contains=[OrganisationKind.PRESCRIBER]
        )
    ),
    field="prescriber",
)
ANOTHER_PRESCRIBER = Requirement(
    "another_prescriber",
    "Ce prescripteur suit déjà le dossier.",
    lambda ctx: ~Q(receiver=F("prescription__prescriber")),
    constraint="prescriptions_transfer_two",
    field="prescriber",
)
NONE_ASKED = Requirement(
    "none_asked",
    "Ce dossier est déjà proposé à un autre prescripteur\u00a0: reprenez d’abord cette proposition.",
    lambda ctx: ~Q(Exists(_asked_already())),
    lifted_by="le travailleur social, en reprenant la proposition",
    constraint="prescriptions_transfer_one_asked",
)
STILL_THE_SENDER_S = Requirement(
    "still_the_sender_s",
    "Ce dossier n’est plus à qui vous l’a proposé.",
    lambda ctx: Q(prescription__prescriber=F("sender")),
)
REFUSAL_GIVEN = Requirement(
    "reason",
    "Dites pourquoi vous n’acceptez pas ce dossier.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in TransferRefusal.values,
    needs=("reason",),
    field="reason",
)
OTHER_EXPLAINED = explained_in_comment(TransferRefusal.OTHER)
