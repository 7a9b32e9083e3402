"""What distribution holds of a household: see ``prescriptions.personal_data``."""

from distribution.models import Appointment, AppointmentEntry, Derogation, DerogationRequest, HandOver
from prescriptions.personal_data import INTERNAL, Beyond, PersonalData, declare_personal_data
from prescriptions.personal_data_here import ENTRY, SAID, TARGET
from refurb.models import Device

OF_IT = "need__prescription__household"
OF_DISTRIBUTION: tuple[PersonalData | Beyond, ...] = (
    PersonalData(
        HandOver,
        OF_IT,
        "Les appareils mis de côté ou remis, et ce que vous avez payé",
        (
            *("device", "need", "kind", "point", "price", "ceiling", "co_funding", "funder", "to_pay"),
            *("prepared_at", "prepared_by", "document", "proof", "signature", "signed_by", "handed_over_at"),
            *("by_mandate", "collected_by"),
            *("closed_at", "closed_because", "derogation"),
        ),
        {"stay": INTERNAL, "replaces": INTERNAL},
    ),
    PersonalData(
        Derogation,
        OF_IT,
        "Les exceptions accordées pour vous",
        ("need", "kind", "reason", "granted_at", "granted_by"),
    ),
    PersonalData(
        DerogationRequest,
        OF_IT,
        "Les exceptions demandées pour vous",
        ("need", "kind", "reason", "asked_at", "asked_by", "granted", "answer", "answered_at", "answered_by"),
    ),
    PersonalData(
        Appointment,
        OF_IT,
        "Vos rendez-vous",
        (
            *("reference", "state", "need", "point", "starts_at", "ends_at"),
            *("booked_at", "told_at", "reminded_at", "kept_at", "ended_at"),
        ),
        dict.fromkeys(("seat", "places", "seq", "head", "moved_at"), INTERNAL),
    ),
    PersonalData(AppointmentEntry, f"object__{OF_IT}", "L’histoire de vos rendez-vous", ENTRY, TARGET, SAID),
    Beyond(
        Device,
        "L’appareil vient d’un don et ne porte rien du foyer\u00a0: ce qui lui en a été remis est dans sa fiche.",
    ),
)
"""Every declaration of this app."""


def register() -> None:
    """Declare them."""
    declare_personal_data(*OF_DISTRIBUTION)
