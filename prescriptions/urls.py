"""The pages of prescriptions."""

from django.urls import path

from prescriptions.actions import households as household_actions
from prescriptions.actions import needs as need_actions
from prescriptions.actions import photos as photo_actions
from prescriptions.actions import prescriptions as prescription_actions
from prescriptions.actions import rights as rights_actions
from prescriptions.actions import transfers as transfer_actions
from prescriptions.views import (
    completion,
    contacts,
    doubles,
    filing,
    foreseen,
    households,
    identity,
    instruction,
    letters,
    lists,
    messages,
    own_page,
    own_photo,
    own_rights,
    pages,
    people,
    photos,
    public,
    rights,
    situation,
    transfers,
)

app_name = "prescriptions"

urlpatterns = [
    # --- prescriptions
    path("prescriptions/", lists.prescription_list, name="prescription_list"),
    path("prescriptions/nouvelle/", filing.prescription_create, name="prescription_create"),
    path("prescriptions/importer/", people.people_deposit, name="people_deposit"),
    path("prescriptions/accord-a-signer.pdf", pages.agreement_sheet, name="agreement_sheet"),
    path("prescriptions/<str:reference>/", pages.prescription_detail, name="prescription_detail"),
    path("prescriptions/<str:reference>/lettre/", messages.prescription_letter, name="prescription_letter"),
    path("prescriptions/<str:reference>/redire/", messages.prescription_said_again, name="prescription_said_again"),
    path("messages/", messages.message_list, name="message_list"),
    path("lettres/", letters.letter_list, name="letter_list"),
    path("lettres/postees/", letters.letters_posted, name="letters_posted"),
    path("lettres/<int:pk>/revenue/", letters.letter_back, name="letter_back"),
    path("lettres/<int:pk>/notee-par-erreur/", letters.letter_misnoted, name="letter_misnoted"),
    path("messages/<int:pk>/lettre.pdf", messages.message_letter, name="message_letter"),
    path("prescriptions/<str:reference>/modifier/", filing.prescription_edit, name="prescription_edit"),
    path(
        "prescriptions/<str:reference>/completer/", completion.prescription_completion, name="prescription_completion"
    ),
    path("prescriptions/<str:reference>/personne/", filing.prescription_person, name="prescription_person"),
    path("prescriptions/<str:reference>/doubles/", doubles.prescription_doubles, name="prescription_doubles"),
    path("prescriptions/<str:reference>/foyer/", filing.prescription_home, name="prescription_home"),
    path("prescriptions/<str:reference>/besoins/", situation.prescription_needs, name="prescription_needs"),
    path("prescriptions/<str:reference>/situation/", situation.prescription_situation, name="prescription_situation"),
    path("prescriptions/<str:reference>/recit/", filing.prescription_story, name="prescription_story"),
    path("prescriptions/<str:reference>/comparer/", doubles.prescription_compare, name="prescription_compare"),
    path("prescriptions/<str:reference>/prevenu/", contacts.prescription_told, name="prescription_told"),
    path("prescriptions/<str:reference>/pas-prevenu/", contacts.prescription_untold, name="prescription_untold"),
    path("prescriptions/<str:reference>/sans-reponse/", contacts.prescription_no_answer, name="prescription_no_answer"),
    path("prescriptions/<str:reference>/note/", instruction.prescription_note, name="prescription_note"),
    *prescription_actions.urlpatterns,
    path("prescriptions/<str:reference>/papiers/<int:pk>/", pages.prescription_paper, name="prescription_paper"),
    path(
        "prescriptions/<str:reference>/papiers/<int:pk>/<str:language>/",
        pages.prescription_paper_in_language,
        name="prescription_paper_in_language",
    ),
    path("prescriptions/<str:reference>/transferer/", transfers.prescription_transfer, name="prescription_transfer"),
    # --- the team of a distributor
    path("equipe/", instruction.absence_list, name="absence_list"),
    # --- photos of papers
    path("papiers-en-photo/<str:reference>/", photos.proof_photo_detail, name="proof_photo_detail"),
    path("papiers-en-photo/<str:reference>/image/", photos.proof_photo_picture, name="proof_photo_picture"),
    *photo_actions.urlpatterns,
    # --- transfers
    path("transferts/<str:reference>/", transfers.transfer_detail, name="transfer_detail"),
    *transfer_actions.urlpatterns,
    # --- needs
    path("besoins/", lists.need_list, name="need_list"),
    path("besoins/<str:reference>/", pages.need_detail, name="need_detail"),
    *need_actions.urlpatterns,
    # --- households
    path("foyers/", lists.household_list, name="household_list"),
    path("foyers/chercher/", lists.household_search, name="household_search"),
    path("foyers/<str:reference>/", pages.household_detail, name="household_detail"),
    path("foyers/<str:reference>/corriger/", households.household_edit, name="household_edit"),
    path("foyers/<str:reference>/identite/", identity.household_identity, name="household_identity"),
    path("foyers/<str:reference>/reponse-lue/", households.household_heard, name="household_heard"),
    *household_actions.urlpatterns,
    path("foyers/<str:reference>/doubles/", doubles.household_doubles, name="household_doubles"),
    path("foyers/<str:reference>/nouvelle-prescription/", filing.prescription_begin, name="prescription_begin"),
    path("foyers/<str:reference>/droits/", rights.household_rights, name="household_rights"),
    # --- requests to exercise a right
    path("droits/", rights.rights_request_list, name="rights_request_list"),
    path("droits/nouvelle/", rights.rights_request_create, name="rights_request_create"),
    path("droits/effacements/", foreseen.foreseen_list, name="foreseen_list"),
    path("droits/<str:reference>/", rights.rights_request_detail, name="rights_request_detail"),
    path("droits/<str:reference>/export.pdf", rights.rights_request_export, name="rights_request_export"),
    path("droits/<str:reference>/export.zip", rights.rights_request_archive, name="rights_request_archive"),
    path("droits/<str:reference>/lettre/<slug:about>/", rights.rights_request_letter, name="rights_request_letter"),
    *rights_actions.urlpatterns,
    # --- the household's own page
    path("ma-demande/<str:code>/", own_page.own_page, name="own_page"),
    path("ma-demande/<str:code>/photo/", own_photo.own_photo, name="own_photo"),
    path("ma-demande/<str:code>/droits/", own_rights.own_rights, name="own_rights"),
    path("toujours-d-actualite/<str:token>/", public.still_current, name="still_current"),
]
