"""The pages of distribution: from the workshop's stock to a household, and back.

They come before those of the bench: « affecter » is no reference of a device.
"""

from django.urls import path

from distribution.actions import appointments as appointment_actions
from distribution.actions import devices as device_actions
from distribution.actions import stocktakes as stocktake_actions
from distribution.views import (
    allotment,
    appointment_days,
    appointment_letters,
    appointments,
    deliveries,
    derogations,
    hand_overs,
    needs,
    openings,
    own_appointment,
    passports,
    point_stock,
    points,
    proposing,
    returns,
    scanning,
    shipping,
    sms_answers,
    stocktakes,
)

app_name = "distribution"

urlpatterns = [
    # --- a device
    path("appareils/affecter/", allotment.allotment, name="allotment"),
    path("appareils/affecter/proposer/", proposing.allotment_propose, name="allotment_propose"),
    path("appareils/inventaires/", stocktakes.stocktake_list, name="stocktake_list"),
    path("appareils/inventaires/commencer/", stocktakes.stocktake_begin, name="stocktake_begin"),
    path("appareils/inventaires/<str:reference>/", stocktakes.stocktake_detail, name="stocktake_detail"),
    path("appareils/inventaires/<str:reference>/coller/", stocktakes.stocktake_paste, name="stocktake_paste"),
    path("appareils/inventaires/<str:reference>/annuler/", stocktakes.stocktake_undo, name="stocktake_undo"),
    path("appareils/inventaires/<str:reference>/ranger/", stocktakes.stocktake_put_away, name="stocktake_put_away"),
    path(
        "appareils/inventaires/<str:reference>/introuvables/",
        stocktakes.stocktake_report_missing,
        name="stocktake_report_missing",
    ),
    path("appareils/scanner/", scanning.scan_start, name="scan_start"),
    path("appareils/scanner/<slug:code>/", scanning.scan_station, name="scan_station"),
    path("appareils/scanner/<slug:code>/liste/", scanning.scan_list, name="scan_list"),
    *stocktake_actions.urlpatterns,
    *device_actions.urlpatterns,
    path("appareils/<str:reference>/fiche/", hand_overs.device_prepare_hand_over, name="device_prepare_hand_over"),
    path("appareils/<str:reference>/fiches/<int:pk>/", hand_overs.hand_over_note, name="hand_over_note"),
    path(
        "appareils/<str:reference>/fiches/<int:pk>/signature/",
        hand_overs.hand_over_signature,
        name="hand_over_signature",
    ),
    path("appareils/<str:reference>/remplacer/", returns.device_replace, name="device_replace"),
    path("appareils/<str:reference>/lettre-retour/", returns.device_return_letter, name="device_return_letter"),
    path("appareils/<str:reference>/lettre-repare/", returns.device_repaired_letter, name="device_repaired_letter"),
    path("appareils/<str:reference>/issue/", returns.device_settle, name="device_settle"),
    path("passeport/<str:reference>/", passports.passport, name="passport"),
    # --- the shelf, needs, deliveries, points
    path("rayon/", point_stock.shelf_list, name="shelf"),
    path("rayon/reservations/", point_stock.reservation_list, name="reservation_list"),
    path("rayon/retours/", point_stock.return_list, name="return_list"),
    path("rayon/a-renvoyer/", point_stock.send_back_list, name="send_back_list"),
    path("rayon/besoins/", needs.need_queue, name="need_queue"),
    path("rayon/besoins/<str:reference>/", needs.need_choose, name="need_choose"),
    path("rayon/besoins/<str:reference>/rendez-vous/", appointments.appointment_book, name="appointment_book"),
    # --- appointments
    path("remises/", appointment_days.appointment_day, name="appointment_day"),
    path("remises/imprimer.pdf", appointment_days.appointment_day_paper, name="appointment_day_paper"),
    path("rendez-vous/<str:reference>/", appointments.appointment_detail, name="appointment_detail"),
    path("rendez-vous/<str:reference>/agenda.ics", appointments.appointment_calendar, name="appointment_calendar"),
    path("rendez-vous/<str:reference>/lettre/", appointment_letters.appointment_letter, name="appointment_letter"),
    path(
        "rendez-vous/<str:reference>/lettre/<int:pk>.pdf",
        appointment_letters.appointment_letter_paper,
        name="appointment_letter_paper",
    ),
    *appointment_actions.urlpatterns,
    path("reponses-sms/", sms_answers.sms_answers, name="sms_answers"),
    path("rendez-vous/<str:reference>/reponse-lue/", sms_answers.sms_answer_read, name="sms_answer_read"),
    path("ma-demande/<str:code>/rendez-vous/", own_appointment.own_appointment, name="own_appointment"),
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
    path("points/<str:reference>/rendez-vous/", openings.point_hours, name="point_hours"),
    path("points/<str:reference>/rendez-vous/<int:pk>/arreter/", openings.point_hours_stop, name="point_hours_stop"),
    path("points/<str:reference>/fermetures/<int:pk>/lever/", openings.point_closure_lift, name="point_closure_lift"),
    path("points/<str:reference>/agenda.ics", openings.point_calendar, name="point_calendar"),
]
