"""The pages of reconditioning."""

from django.urls import path

from refurb.views import (
    bench,
    device_actions,
    device_sets,
    devices,
    donation_actions,
    donation_balance,
    donation_decisions,
    donation_drafts,
    donation_pick_ups,
    donations,
    evidence,
    receiving,
)

app_name = "refurb"

urlpatterns = [
    # --- devices
    path("appareils/", devices.device_list, name="device_list"),
    path("appareils/etabli/", devices.bench, name="bench"),
    path("appareils/chercher/", devices.device_find, name="device_find"),
    path("appareils/selection/", device_sets.device_set, name="device_set"),
    path("appareils/reception/", receiving.reception, name="reception"),
    path("appareils/reception/<int:pk>/", receiving.device_scan, name="device_scan"),
    path("appareils/inattendu/", receiving.device_register, name="device_register"),
    path("appareils/effacements-manquants/", devices.missing_erasure_list, name="missing_erasure_list"),
    path("appareils/incidents/", devices.incident_list, name="incident_list"),
    path("appareils/<str:reference>/", devices.device_detail, name="device_detail"),
    path("appareils/<str:reference>/decrire/", device_actions.device_describe, name="device_describe"),
    path("appareils/<str:reference>/enlever/", device_actions.device_collect, name="device_collect"),
    path("appareils/<str:reference>/receptionner/", device_actions.device_receive, name="device_receive"),
    path("appareils/<str:reference>/manquant/", device_actions.device_report_missing, name="device_report_missing"),
    path("appareils/<str:reference>/retirer/", device_actions.device_withdraw, name="device_withdraw"),
    path("appareils/<str:reference>/rendre/", device_actions.device_return_to_donor, name="device_return_to_donor"),
    path("appareils/<str:reference>/traiter/", device_actions.device_start, name="device_start"),
    path("appareils/<str:reference>/attendre-une-piece/", device_actions.device_await_part, name="device_await_part"),
    path("appareils/<str:reference>/reprendre/", device_actions.device_resume, name="device_resume"),
    path("appareils/<str:reference>/reconditionne/", device_actions.device_recondition, name="device_recondition"),
    path("appareils/<str:reference>/rouvrir/", device_actions.device_reopen, name="device_reopen"),
    path("appareils/<str:reference>/non-reemployable/", device_actions.device_reject, name="device_reject"),
    path("appareils/<str:reference>/annuler-rejet/", device_actions.device_undo_reject, name="device_undo_reject"),
    path("appareils/<str:reference>/demonter/", device_actions.device_dismantle, name="device_dismantle"),
    path("appareils/<str:reference>/recycler/", device_actions.device_recycle, name="device_recycle"),
    path("appareils/<str:reference>/ceder/", device_actions.device_cede, name="device_cede"),
    path("appareils/<str:reference>/reclasser/", device_actions.device_reclassify, name="device_reclassify"),
    # --- the evidence of a device
    path("appareils/<str:reference>/preuves/", evidence.device_evidence, name="device_evidence"),
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
    path("appareils/<str:reference>/effacements/<int:pk>/rapport/", evidence.erasure_report, name="erasure_report"),
    path(
        "appareils/<str:reference>/destructions/<int:pk>/certificat/",
        evidence.destruction_certificate,
        name="destruction_certificate",
    ),
    path("appareils/<str:reference>/tests/", bench.device_test, name="device_test"),
    path("appareils/<str:reference>/grade/", bench.device_grade, name="device_grade"),
    path("appareils/<str:reference>/reparation/", bench.device_repair, name="device_repair"),
    # --- lots
    path("lots/", donations.donation_list, name="donation_list"),
    path("lots/nouveau/", donation_drafts.donation_create, name="donation_create"),
    path("lots/<str:reference>/", donations.donation_detail, name="donation_detail"),
    path("lots/<str:reference>/modifier/", donation_drafts.donation_edit, name="donation_edit"),
    path("lots/<str:reference>/annoncer/", donation_actions.donation_announce, name="donation_announce"),
    path("lots/<str:reference>/cession/", donation_actions.donation_record_transfer, name="donation_record_transfer"),
    path("lots/<str:reference>/qualifier/", donation_decisions.donation_qualify, name="donation_qualify"),
    path("lots/<str:reference>/reaffecter/", donation_decisions.donation_reassign, name="donation_reassign"),
    path("lots/<str:reference>/ecarter/", donation_actions.donation_decline, name="donation_decline"),
    path("lots/<str:reference>/acte-de-don/", donation_actions.donation_accept_deed, name="donation_accept_deed"),
    path("lots/<str:reference>/planifier/", donation_pick_ups.donation_schedule, name="donation_schedule"),
    path("lots/<str:reference>/enlever/", donation_pick_ups.donation_collect, name="donation_collect"),
    path("lots/<str:reference>/signer/", donation_pick_ups.donation_sign, name="donation_sign"),
    path("lots/<str:reference>/ecarts/", donation_balance.donation_differences, name="donation_differences"),
    path("lots/<str:reference>/solder/", donation_balance.donation_reconcile, name="donation_reconcile"),
    path("lots/<str:reference>/retirer/", donation_actions.donation_withdraw, name="donation_withdraw"),
    path("lots/<str:reference>/papiers/<int:pk>/", donations.donation_paper, name="donation_paper"),
    path("lots/<str:reference>/enlevements/<int:pk>/agenda/", donations.pick_up_calendar, name="pick_up_calendar"),
    path("lots/<str:reference>/enlevements/<int:pk>/bordereau/", donations.pick_up_signature, name="pick_up_signature"),
]
