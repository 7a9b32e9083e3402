"""The pages of reconditioning."""

from django.urls import path

from refurb.actions import devices as device_actions
from refurb.actions import distribution as distribution_actions
from refurb.views import (
    allotment,
    attribution,
    bench,
    deliveries,
    derogations,
    devices,
    evidence,
    hand_overs,
    incidents,
    labels,
    needs,
    point_stock,
    points,
    receiving,
    reconditioning,
    returns,
    shipping,
)

app_name = "refurb"

urlpatterns = [
    # --- devices
    path("appareils/", devices.device_list, name="device_list"),
    path("appareils/etabli/", devices.bench, name="bench"),
    path("appareils/chercher/", devices.device_find, name="device_find"),
    path("appareils/reception/", receiving.reception, name="reception"),
    path("appareils/reception/<int:pk>/", receiving.device_scan, name="device_scan"),
    path("appareils/etiquettes/", labels.tag_shape, name="tag_shape"),
    path("appareils/inattendu/", receiving.device_register, name="device_register"),
    path("appareils/effacements-manquants/", devices.missing_erasure_list, name="missing_erasure_list"),
    path("appareils/incidents/", incidents.incident_list, name="incident_list"),
    path("appareils/affecter/", allotment.allotment, name="allotment"),
    path("appareils/<str:reference>/", devices.device_detail, name="device_detail"),
    path("appareils/<str:reference>/incidents/<int:pk>/", incidents.incident_note, name="incident_note"),
    path("appareils/<str:reference>/decrire/", bench.device_describe, name="device_describe"),
    path(
        "appareils/<str:reference>/reconditionne/manque/",
        reconditioning.device_recondition_missing,
        name="device_recondition_missing",
    ),
    path("appareils/<str:reference>/papiers/<int:pk>/", devices.device_paper, name="device_paper"),
    *device_actions.urlpatterns,
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
    path("appareils/<str:reference>/effacements/<int:pk>/rapport/", evidence.erasure_report, name="erasure_report"),
    path(
        "appareils/<str:reference>/destructions/<int:pk>/certificat/",
        evidence.destruction_certificate,
        name="destruction_certificate",
    ),
    path("appareils/<str:reference>/tests/", bench.device_test, name="device_test"),
    path("appareils/<str:reference>/grade/", bench.device_grade, name="device_grade"),
    path("appareils/<str:reference>/reparation/", bench.device_repair, name="device_repair"),
    # --- from the workshop's stock to a household, and back
    *distribution_actions.urlpatterns,
    path("appareils/<str:reference>/fiche/", hand_overs.device_prepare_hand_over, name="device_prepare_hand_over"),
    path("appareils/<str:reference>/fiches/<int:pk>/", hand_overs.hand_over_note, name="hand_over_note"),
    path(
        "appareils/<str:reference>/fiches/<int:pk>/signature/",
        hand_overs.hand_over_signature,
        name="hand_over_signature",
    ),
    path("appareils/<str:reference>/remplacer/", returns.device_replace, name="device_replace"),
    path("appareils/<str:reference>/issue/", returns.device_settle, name="device_settle"),
    # --- the shelf, needs, deliveries, points
    path("rayon/", point_stock.shelf, name="shelf"),
    path("rayon/reservations/", point_stock.reservation_list, name="reservation_list"),
    path("rayon/retours/", point_stock.return_list, name="return_list"),
    path("rayon/a-renvoyer/", point_stock.send_back_list, name="send_back_list"),
    path("rayon/besoins/", needs.need_queue, name="need_queue"),
    path("rayon/besoins/<str:reference>/", needs.need_choose, name="need_choose"),
    path("derogations/", needs.derogation_list, name="derogation_list"),
    path("derogations/<str:reference>/demander/", derogations.derogation_ask, name="derogation_ask"),
    path("derogations/<str:reference>/refuser/", derogations.derogation_refuse, name="derogation_refuse"),
    path("derogations/<str:reference>/accorder/", needs.derogation_grant, name="derogation_grant"),
    path("livraisons/", deliveries.delivery_list, name="delivery_list"),
    path("livraisons/preparer/", shipping.delivery_prepare, name="delivery_prepare"),
    path("livraisons/<str:reference>/", deliveries.delivery_detail, name="delivery_detail"),
    path("livraisons/<str:reference>/bon/", deliveries.delivery_note, name="delivery_note"),
    path("livraisons/<str:reference>/annuler/", deliveries.delivery_cancel, name="delivery_cancel"),
    path("livraisons/<str:reference>/receptionner/", deliveries.delivery_reconcile, name="delivery_reconcile"),
    path("points/", points.point_list, name="point_list"),
    path("points/ouvrir/", points.point_create, name="point_create"),
    path("points/<str:reference>/", points.point_detail, name="point_detail"),
    path("points/<str:reference>/modifier/", points.point_edit, name="point_edit"),
]
