"""What is done of a transfer: take the file, refuse it, take the offer back; one page each."""

from django.urls import reverse

from lifecycle.pages import Page, Pages
from network.requests import Request
from prescriptions.forms.actions import TransferRefusalForm
from prescriptions.forms.asking import CommentForm
from prescriptions.models import Transfer
from prescriptions.services import transfers
from prescriptions.views.transfers import visible_transfer

PAGES: tuple[Page[Request], ...] = (
    Page(
        "accept",
        "accepter",
        CommentForm,
        transfers.accept_transfer,
        done="Dossier accepté\u00a0: vous le suivez désormais",
        warning="Le dossier du foyer vous est remis. La situation que l’autre prescripteur a écrite reste chez lui.",
        after=lambda transfer: reverse("prescriptions:prescription_detail", args=[transfer.prescription.reference]),
    ),
    Page(
        "decline",
        "refuser",
        TransferRefusalForm,
        transfers.decline_transfer,
        done="C’est noté\u00a0: {row.sender} le suit toujours, et en est prévenu",
    ),
    Page(
        "cancel",
        "reprendre",
        CommentForm,
        transfers.cancel_transfer,
        done="Proposition reprise\u00a0: {row.receiver} en est prévenu",
        after=lambda transfer: reverse("prescriptions:prescription_detail", args=[transfer.prescription.reference]),
    ),
)

urlpatterns = Pages(Transfer, visible_transfer, "prescriptions/actions/_transfer.html").urls("transferts", PAGES)
