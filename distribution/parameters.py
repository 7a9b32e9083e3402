"""The numbers of distribution: how long a reservation and a warranty hold."""

from reference.parameters import parameter, parameter_family

parameter_family(
    "distribution",
    slug="durees-de-la-distribution",
    group="Équipement",
    title="Durées de la distribution",
    purpose="Combien de temps tient une réservation, combien de mois dure la garantie, ce que tient un rendez-vous.",
)
RESERVATION_DAYS = parameter("distribution.reservation_days", usual=21, unit="jours", label="Durée d’une réservation")
WARRANTY_MONTHS = parameter("distribution.warranty_months", usual=24, unit="mois", label="Garantie à la remise")
REPAIR_MONTHS = parameter("distribution.repair_months", usual=6, unit="mois", label="Garantie ajoutée après réparation")
REPAIRED_WAIT_DAYS = parameter(
    "distribution.repaired_wait_days", usual=60, unit="jours", label="Garder au point un appareil réparé"
)
ASKED_BACK_DAYS = parameter(
    "distribution.asked_back_days",
    usual=3,
    unit="jours ouvrés",
    label="Renvoyer ce que l’atelier demande",
    most=20,
)
APPOINTMENT_NOTICE_HOURS = parameter(
    "distribution.appointment_notice_hours",
    usual=24,
    unit="heures",
    label="Délai du foyer pour prendre, déplacer ou annuler un rendez-vous",
    least=0,
    most=168,
)
LETTER_DAYS = parameter(
    "distribution.letter_days",
    usual=4,
    unit="jours ouvrés",
    label="Temps d’une lettre qui dit un rendez-vous",
    most=20,
)
WORKER_DAYS = parameter(
    "distribution.worker_days",
    usual=2,
    unit="jours ouvrés",
    label="Temps du travailleur social pour dire un rendez-vous",
    most=20,
)
MISSED_APPOINTMENTS = parameter(
    "distribution.missed_appointments",
    usual=2,
    unit="rendez-vous",
    label="Rendez-vous manqués pour un appareil",
    most=10,
)
