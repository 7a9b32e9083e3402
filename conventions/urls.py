"""The pages of conventions."""

from django.urls import path

from conventions.views import (
    actions,
    circuit,
    conventions,
    deposits,
    drafts,
    endings,
    inbox,
    people,
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
    path("conventions/<str:reference>/soumettre/", actions.convention_submit, name="convention_submit"),
    path("conventions/<str:reference>/points/", circuit.convention_points, name="convention_points"),
    path("conventions/<str:reference>/points/<int:pk>/", circuit.point_answer, name="point_answer"),
    path("conventions/<str:reference>/rouvrir/", actions.convention_reopen, name="convention_reopen"),
    path(
        "conventions/<str:reference>/ouvrir-la-signature/",
        actions.convention_open_signature,
        name="convention_open_signature",
    ),
    path("conventions/<str:reference>/mettre-en-vigueur/", actions.convention_activate, name="convention_activate"),
    path("conventions/<str:reference>/succession/", actions.convention_succeed, name="convention_succeed"),
    path("conventions/<str:reference>/suspendre/", actions.convention_suspend, name="convention_suspend"),
    path("conventions/<str:reference>/reprendre/", actions.convention_resume, name="convention_resume"),
    path("conventions/<str:reference>/fin/proposer/", endings.convention_propose_end, name="convention_propose_end"),
    path("conventions/<str:reference>/fin/accord/", endings.convention_agree_end, name="convention_agree_end"),
    path("conventions/<str:reference>/fin/inscrire/", endings.convention_record_end, name="convention_record_end"),
    path("conventions/<str:reference>/fin/ecarter/", endings.convention_decline_end, name="convention_decline_end"),
    path("conventions/<str:reference>/resilier/", actions.convention_terminate, name="convention_terminate"),
    path("conventions/<str:reference>/abandonner/", actions.convention_abandon, name="convention_abandon"),
    path("conventions/<str:reference>/projet.pdf", conventions.convention_project, name="convention_project"),
    path("conventions/<str:reference>/papiers/<int:pk>/", conventions.convention_paper, name="convention_paper"),
    # --- reviews and signatures
    path("relectures/<str:reference>/", circuit.review_answer, name="review_answer"),
    path("relectures/<str:reference>/confier/", people.review_hand_on, name="review_hand_on"),
    path("relectures/<str:reference>/remplacer/", people.review_replace, name="review_replace"),
    path("relectures/<str:reference>/passer-outre/", people.review_pass_over, name="review_pass_over"),
    path("signatures/<str:reference>/", signatures.signature_sign, name="signature_sign"),
    path("signatures/<str:reference>/deposer/", signatures.signature_deposit, name="signature_deposit"),
    path("signatures/<str:reference>/confier/", people.signature_hand_on, name="signature_hand_on"),
    path("signatures/<str:reference>/remplacer/", people.signature_replace, name="signature_replace"),
    path("signatures/<str:reference>/confirmer/", deposits.signature_confirm, name="signature_confirm"),
    path("signatures/<str:reference>/refuser/", deposits.signature_refuse_deposit, name="signature_refuse_deposit"),
    path("signatures/<str:reference>/connaissance/", deposits.signature_acknowledge, name="signature_acknowledge"),
    path("signatures/<str:reference>/contester/", deposits.signature_contest, name="signature_contest"),
    path("signatures/<str:reference>/depots/<int:pk>/", deposits.signature_deposited, name="signature_deposited"),
    path(
        "signatures/<str:reference>/depots/<int:pk>/<str:side>/<int:number>.png",
        deposits.signature_picture,
        name="signature_picture",
    ),
]
