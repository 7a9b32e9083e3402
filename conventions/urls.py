"""The pages of conventions."""

from django.urls import path

from conventions.actions import conventions as convention_actions
from conventions.actions import reviews as review_actions
from conventions.actions import signatures as signature_actions
from conventions.views import (
    circuit,
    conventions,
    deposits,
    drafts,
    endings,
    inbox,
    signatures,
    steering,
)

app_name = "conventions"

urlpatterns = [
    path("conventions/", conventions.convention_list, name="convention_list"),
    path("conventions/nouvelle/", drafts.convention_create, name="convention_create"),
    path("conventions/a-relire-a-signer/", inbox.inbox, name="inbox"),
    path("conventions/echeances/", steering.ending_list, name="ending_list"),
    path("conventions/reserve/", steering.reserve, name="reserve"),
    path("conventions/taches/<int:pk>/prendre/", inbox.task_claim, name="task_claim"),
    path("conventions/taches/<int:pk>/rendre/", inbox.task_release, name="task_release"),
    # --- one convention
    path("conventions/<str:reference>/", conventions.convention_detail, name="convention_detail"),
    path("conventions/<str:reference>/modifier/", drafts.convention_edit, name="convention_edit"),
    path("conventions/<str:reference>/avenant/", drafts.amendment_create, name="amendment_create"),
    *convention_actions.urlpatterns,
    path("conventions/<str:reference>/points/", circuit.convention_points, name="convention_points"),
    path("conventions/<str:reference>/points/<int:pk>/", circuit.point_answer, name="point_answer"),
    path("conventions/<str:reference>/projet.pdf", conventions.convention_project, name="convention_project"),
    path("conventions/<str:reference>/preavis/<int:rank>/", endings.convention_notice, name="convention_notice"),
    path("conventions/<str:reference>/papiers/<int:pk>/", conventions.convention_paper, name="convention_paper"),
    # --- reviews and signatures
    path("relectures/<str:reference>/", circuit.review_answer, name="review_answer"),
    *review_actions.urlpatterns,
    path("signatures/<str:reference>/", signatures.signature_sign, name="signature_sign"),
    path("signatures/<str:reference>/deposer/", signatures.signature_deposit, name="signature_deposit"),
    *signature_actions.urlpatterns,
    path("signatures/<str:reference>/confirmer/", deposits.signature_confirm, name="signature_confirm"),
    path("signatures/<str:reference>/depots/<int:pk>/", deposits.signature_deposited, name="signature_deposited"),
    path(
        "signatures/<str:reference>/depots/<int:pk>/<str:side>/<int:number>.png",
        deposits.signature_picture,
        name="signature_picture",
    ),
]
