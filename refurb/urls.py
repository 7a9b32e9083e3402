"""The pages of reconditioning."""

from django.urls import path

from refurb import actions
from refurb.views import (
    attribution,
    bench,
    contesting,
    costs,
    devices,
    evidence,
    hardware,
    incidents,
    inside_passport,
    labels,
    machine_deposit,
    outcomes,
    parts,
    photos,
    receiving,
    reconditioning,
    tectech,
    waste,
)

app_name = "refurb"

urlpatterns = [
    path("dons/devenir/", outcomes.lot_outcomes, name="lot_outcomes"),
    # --- devices
    path("appareils/", devices.device_list, name="device_list"),
    path("appareils/etabli/", devices.bench, name="bench"),
    path("appareils/chercher/", devices.device_find, name="device_find"),
    path("appareils/reception/", receiving.reception, name="reception"),
    path("appareils/reception/<int:pk>/", receiving.device_scan, name="device_scan"),
    path("appareils/etiquettes/", labels.tag_shape, name="tag_shape"),
    path("appareils/etiquettes/imprimer/", labels.label_print, name="label_print"),
    path("appareils/etiquettes/vierges/", labels.label_blank, name="label_blank"),
    path("appareils/etiquettes/planches/", labels.label_sheet_add, name="label_sheet_add"),
    path("appareils/etiquettes/impressions/<int:pk>/", labels.label_run, name="label_run"),
    path("appareils/etiquettes/impressions/<int:pk>/pdf/", labels.label_sheet_pdf, name="label_sheet_pdf"),
    path("appareils/fichiers/", hardware.hardware_deposit, name="hardware_deposit"),
    path("appareils/fichiers/trier/", hardware.hardware_sort, name="hardware_sort"),
    path("appareils/fichiers/jetons/", machine_deposit.deposit_token_list, name="deposit_token_list"),
    path(
        "appareils/fichiers/jetons/<int:pk>/revoquer/",
        machine_deposit.deposit_token_revoke,
        name="deposit_token_revoke",
    ),
    path("depot-machines/", machine_deposit.machine_deposit, name="machine_deposit"),
    path("appareils/inattendu/", receiving.device_register, name="device_register"),
    path("appareils/effacements-manquants/", devices.missing_erasure_list, name="missing_erasure_list"),
    path("appareils/tec-tech/", tectech.tectech, name="tectech"),
    path("appareils/tec-tech/fichier/", tectech.tectech_file, name="tectech_file"),
    path("appareils/pieces/", parts.part_list, name="part_list"),
    path("appareils/pieces/acheter/", parts.part_buy, name="part_buy"),
    path("appareils/pieces/<int:pk>/", parts.part_detail, name="part_detail"),
    path("appareils/pieces/sorties/<int:pk>/annuler/", parts.part_undo, name="part_undo"),
    path("appareils/incidents/", incidents.incident_list, name="incident_list"),
    path("appareils/couts/", costs.costs, name="costs"),
    path("appareils/couts/noter/", costs.cost_record, name="cost_record"),
    path("appareils/dechets/", waste.waste_register, name="waste_register"),
    path("appareils/dechets/<int:pk>/", waste.waste_note, name="waste_note"),
    path("appareils/dechets/<int:pk>/corriger/", waste.waste_note_correct, name="waste_note_correct"),
    path("destructions/<int:pk>/", contesting.destruction_contest, name="destruction_contest"),
    path("destructions/<int:pk>/confirmer/", contesting.destruction_confirm, name="destruction_confirm"),
    path("destructions/<int:pk>/certificat/", contesting.destruction_paper, name="destruction_paper"),
    path("appareils/<str:reference>/", devices.device_detail, name="device_detail"),
    path("appareils/<str:reference>/incidents/<int:pk>/", incidents.incident_note, name="incident_note"),
    path("appareils/<str:reference>/decrire/", bench.device_describe, name="device_describe"),
    path(
        "appareils/<str:reference>/reconditionne/manque/",
        reconditioning.device_recondition_missing,
        name="device_recondition_missing",
    ),
    path("appareils/<str:reference>/passeport/", inside_passport.device_passport, name="device_passport"),
    path("appareils/<str:reference>/passeport/pdf/", inside_passport.device_passport_pdf, name="device_passport_pdf"),
    path("appareils/<str:reference>/photos/ajouter/", photos.device_add_photo, name="device_add_photo"),
    path("appareils/<str:reference>/photos/<int:pk>/", photos.device_photo, name="device_photo"),
    path(
        "appareils/<str:reference>/photos/<int:pk>/supprimer/", photos.device_remove_photo, name="device_remove_photo"
    ),
    path("appareils/<str:reference>/papiers/<int:pk>/", devices.device_paper, name="device_paper"),
    *actions.urlpatterns,
    # --- the evidence of a device
    path("appareils/<str:reference>/preuves/", evidence.device_evidence, name="device_evidence"),
    path("appareils/<str:reference>/disques/journal/", attribution.device_attribute_log, name="device_attribute_log"),
    path("appareils/<str:reference>/disques/<int:pk>/journal/", evidence.device_record_log, name="device_record_log"),
    path("appareils/<str:reference>/disques/ajouter/", evidence.device_record_drive, name="device_record_drive"),
    path(
        "appareils/<str:reference>/disques/aucun/", evidence.device_attest_no_storage, name="device_attest_no_storage"
    ),
    path(
        "appareils/<str:reference>/disques/<int:pk>/effacement/",
        evidence.device_record_erasure,
        name="device_record_erasure",
    ),
    path(
        "appareils/<str:reference>/disques/<int:pk>/certificat-du-donateur/",
        evidence.device_keep_donor_certificate,
        name="device_keep_donor_certificate",
    ),
    path(
        "appareils/<str:reference>/disques/<int:pk>/destruction/",
        evidence.device_record_destruction,
        name="device_record_destruction",
    ),
    path(
        "appareils/<str:reference>/disques/<int:pk>/retrait/", evidence.device_remove_drive, name="device_remove_drive"
    ),
    path(
        "appareils/<str:reference>/destructions/<int:pk>/annuler/",
        evidence.device_undo_destruction,
        name="device_undo_destruction",
    ),
    path(
        "appareils/<str:reference>/retraits/<int:pk>/annuler/",
        evidence.device_undo_removal,
        name="device_undo_removal",
    ),
    path("appareils/<str:reference>/effacements/<int:pk>/rapport/", evidence.erasure_report, name="erasure_report"),
    path(
        "appareils/<str:reference>/destructions/<int:pk>/certificat/",
        evidence.destruction_certificate,
        name="destruction_certificate",
    ),
    path("appareils/<str:reference>/fichiers/retirer/", hardware.device_resort_files, name="device_resort_files"),
    path("appareils/<str:reference>/tests/", bench.device_test, name="device_test"),
    path("appareils/<str:reference>/grade/", bench.device_grade, name="device_grade"),
    path("appareils/<str:reference>/reparation/", bench.device_repair, name="device_repair"),
    path("appareils/<str:reference>/pieces/monter/", parts.device_fit_part, name="device_fit_part"),
    path("appareils/<str:reference>/pieces/prelever/", parts.device_take_part, name="device_take_part"),
    path(
        "appareils/<str:reference>/pieces/<int:pk>/reprendre/", parts.device_take_out_part, name="device_take_out_part"
    ),
    path("appareils/<str:reference>/defauts/<int:pk>/retirer/", parts.device_mend_defect, name="device_mend_defect"),
]
