"""The pages of prescriptions."""

from django.urls import path

from prescriptions.views import (
    filing,
    household_actions,
    lists,
    need_actions,
    pages,
    prescription_actions,
    public,
    situation,
)

app_name = "prescriptions"

urlpatterns = [
    # --- prescriptions
    path("prescriptions/", lists.prescription_list, name="prescription_list"),
    path("prescriptions/nouvelle/", filing.prescription_create, name="prescription_create"),
    path("prescriptions/accord-a-signer.pdf", pages.agreement_sheet, name="agreement_sheet"),
    path("prescriptions/<str:reference>/", pages.prescription_detail, name="prescription_detail"),
    path("prescriptions/<str:reference>/modifier/", filing.prescription_edit, name="prescription_edit"),
    path("prescriptions/<str:reference>/personne/", filing.prescription_person, name="prescription_person"),
    path("prescriptions/<str:reference>/doubles/", filing.prescription_doubles, name="prescription_doubles"),
    path("prescriptions/<str:reference>/foyer/", filing.prescription_home, name="prescription_home"),
    path("prescriptions/<str:reference>/besoins/", situation.prescription_needs, name="prescription_needs"),
    path("prescriptions/<str:reference>/situation/", situation.prescription_situation, name="prescription_situation"),
    path("prescriptions/<str:reference>/recit/", filing.prescription_story, name="prescription_story"),
    path(
        "prescriptions/<str:reference>/deposer/", prescription_actions.prescription_submit, name="prescription_submit"
    ),
    path(
        "prescriptions/<str:reference>/complement/",
        prescription_actions.prescription_ask_completion,
        name="prescription_ask_completion",
    ),
    path(
        "prescriptions/<str:reference>/accepter/", prescription_actions.prescription_accept, name="prescription_accept"
    ),
    path(
        "prescriptions/<str:reference>/refuser/", prescription_actions.prescription_refuse, name="prescription_refuse"
    ),
    path(
        "prescriptions/<str:reference>/abandonner/",
        prescription_actions.prescription_withdraw,
        name="prescription_withdraw",
    ),
    path(
        "prescriptions/<str:reference>/confirmer/",
        prescription_actions.prescription_confirm,
        name="prescription_confirm",
    ),
    path(
        "prescriptions/<str:reference>/relancer/", prescription_actions.prescription_remind, name="prescription_remind"
    ),
    path(
        "prescriptions/<str:reference>/confier/",
        prescription_actions.prescription_hand_on,
        name="prescription_hand_on",
    ),
    path(
        "prescriptions/<str:reference>/transferer/",
        prescription_actions.prescription_transfer,
        name="prescription_transfer",
    ),
    path("prescriptions/<str:reference>/papiers/<int:pk>/", pages.prescription_paper, name="prescription_paper"),
    # --- needs
    path("besoins/", lists.need_list, name="need_list"),
    path("besoins/<str:reference>/", pages.need_detail, name="need_detail"),
    path("besoins/<str:reference>/abandonner/", need_actions.need_drop, name="need_drop"),
    path("besoins/<str:reference>/orienter/", need_actions.need_start, name="need_start"),
    path("besoins/<str:reference>/remettre-en-attente/", need_actions.need_wait_again, name="need_wait_again"),
    path("besoins/<str:reference>/satisfait/", need_actions.need_meet, name="need_meet"),
    path("besoins/<str:reference>/annuler/", need_actions.need_unmeet, name="need_unmeet"),
    # --- households
    path("foyers/", lists.household_list, name="household_list"),
    path("foyers/chercher/", lists.household_search, name="household_search"),
    path("foyers/<str:reference>/", pages.household_detail, name="household_detail"),
    path("foyers/<str:reference>/corriger/", household_actions.household_edit, name="household_edit"),
    path("foyers/<str:reference>/demenager/", household_actions.household_move, name="household_move"),
    path("foyers/<str:reference>/doubles/", household_actions.household_doubles, name="household_doubles"),
    path("foyers/<str:reference>/rattacher/", household_actions.household_attach, name="household_attach"),
    path("foyers/<str:reference>/detacher/", household_actions.household_detach, name="household_detach"),
    path("foyers/<str:reference>/rouvrir/", household_actions.household_reopen, name="household_reopen"),
    path(
        "foyers/<str:reference>/rendre-anonyme/",
        household_actions.household_erase_on_request,
        name="household_erase_on_request",
    ),
    path("foyers/<str:reference>/nouvelle-prescription/", filing.prescription_begin, name="prescription_begin"),
    # --- the household's own page
    path("toujours-d-actualite/<str:token>/", public.still_current, name="still_current"),
]
