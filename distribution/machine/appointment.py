"""The life of an appointment (machines §11.2): booked, told, recalled; honoured, missed or cancelled."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import F

from distribution.enums import AppointmentState
from distribution.machine import appointment_rules as rules
from distribution.models import Appointment
from distribution.permissions import (
    can_answer_appointment,
    can_keep_appointment,
    can_tell_appointment,
    can_untell_appointment,
)
from lifecycle.machine import AT, CREATION, SAME, Computed, Given, Machine, Verb
from typography.french import moment

S = AppointmentState
RESERVATION = ["need", "need__prescription"]
"""What an appointment leans on: what is put aside for the need, and whose it is."""
HOUR = {
    "starts_at": Given("starts_at"),
    "ends_at": Given("ends_at"),
    "seat": Given("seat"),
    "places": Given("places"),
    "told_at": Given("told_at", default=None),
}


def _hour(values: Mapping[str, Any]) -> str:
    """The hour that was taken, as the timeline tells it."""
    return moment(datetime.fromisoformat(values["starts_at"]))


BY_BOTH = [can_keep_appointment, can_answer_appointment]


class AppointmentMachine(Machine, of=Appointment):
    """A household is expected at a point, at an hour."""

    name = "appointment"
    reference_prefix = "RV"
    tones = {S.BOOKED: "todo", S.HONOURED: "done", S.MISSED: "danger"}
    through_a_link = "Le foyer, par sa page ou par SMS"

    book = Verb(
        "Fixer un rendez-vous",
        source=CREATION,
        target=S.BOOKED,
        who=BY_BOTH,
        requires=[
            rules.HOUR_GIVEN,
            rules.NOT_RESTRICTED,
            rules.HELD,
            rules.SERVED_THERE,
            rules.ONE_BOOKED,
            rules.FEW_MISSED,
            rules.AHEAD,
            rules.BEFORE_IT_FALLS,
            rules.LETTER_ARRIVES,
            rules.WORKER_TELLS,
            rules.SEAT_LEFT,
        ],
        share_locks=RESERVATION,
        stamps={**HOUR, "booked_at": AT, "kept_at": rules.given_by_point},
        journal=["starts_at", "instead_of", "instead_at"],
        done="Rendez-vous fixé",
        recalls=_hour,
        why="It takes one place of an hour of the point; what is put aside stays so until its own day.",
    )

    move = Verb(
        "Déplacer",
        source=S.BOOKED,
        target=SAME,
        who=BY_BOTH,
        requires=[
            rules.HOUR_GIVEN,
            rules.NOT_RESTRICTED,
            rules.SERVED_THERE,
            rules.SAME_HOUR,
            rules.IN_TIME,
            rules.AHEAD,
            rules.BEFORE_IT_FALLS,
            rules.LETTER_ARRIVES,
            rules.WORKER_TELLS,
            rules.SEAT_LEFT,
        ],
        share_locks=RESERVATION,
        stamps={**HOUR, "reminded_at": None, "kept_at": Computed(rules.kept_by_point)},
        journal=["starts_at", "instead_of", "instead_at"],
        done="Rendez-vous déplacé",
        recalls=_hour,
        why="Its former place is free again; the household is told of the new hour, and reminded of it.",
    )

    keep = Verb(
        "Confirmer le point",
        source=S.BOOKED,
        target=SAME,
        who=can_keep_appointment,
        requires=[rules.NOT_RESTRICTED, rules.SAME_HOUR, rules.TO_KEEP, rules.STILL_TO_COME, rules.SERVED_THERE],
        stamps={"kept_at": AT},
        done="Point confirmé, le foyer garde cette heure",
        why="The household moved since: whoever receives it says that it still comes there, at this hour.",
    )

    tell = Verb(
        "Noter que le foyer le sait",
        source=[S.BOOKED, S.CANCELLED],
        target=SAME,
        who=can_tell_appointment,
        requires=[rules.SAME_HOUR, rules.STILL_AWAITED, rules.NOT_TOLD],
        stamps={"told_at": AT},
        done="Foyer prévenu",
        why="Somebody called, for a household that no mail reaches; its worker, when it is reached through him alone.",
    )

    remind = Verb(
        "Noter que le foyer est rappelé",
        source=S.BOOKED,
        target=SAME,
        who=can_keep_appointment,
        requires=[rules.SAME_HOUR, rules.KNOWN, rules.NOT_REMINDED],
        stamps={"reminded_at": AT},
        due=rules.reminder_due,
        done="Rendez-vous rappelé au foyer",
        why="The working day before: by mail where there is one, else somebody calls.",
    )

    untell = Verb(
        "Noter que le foyer n’a pas été appelé",
        source=[S.BOOKED, S.CANCELLED],
        target=SAME,
        who=can_untell_appointment,
        requires=[rules.NOTED, rules.STILL_TO_COME],
        stamps={
            "told_at": rules.unless_noted("tell", "told_at"),
            "reminded_at": rules.unless_noted("remind", "reminded_at"),
        },
        varies=True,
        done="Foyer à appeler de nouveau",
        why="Another one had been called: it is on the first page of the point until somebody calls.",
    )

    confirm = Verb(
        "Confirmer sa venue",
        source=S.BOOKED,
        target=SAME,
        who=can_answer_appointment,
        requires=[rules.SAME_HOUR, rules.TO_COME, rules.SERVED_THERE],
        stamps={"told_at": AT},
        done="Le foyer a répondu qu’il vient",
        why="It answered OUI to an SMS, or said so on its page: whoever answers knows the hour, and is not called.",
    )

    honour = Verb(
        "Honorer",
        source=[S.BOOKED, S.MISSED],
        target=S.HONOURED,
        follows=["need.meet"],
        stamps={"ended_at": AT},
        done="Le foyer est venu",
        why="What was put aside is handed over, by whatever hour the household came that day.",
    )

    restore = Verb(
        "Attendre de nouveau",
        source=S.HONOURED,
        target=S.BOOKED,
        follows=["need.unmeet"],
        requires=[rules.SEAT_LEFT],
        stamps={"ended_at": None},
        done="Attendu de nouveau",
        undoes=["honour"],
        why="The hand-over is undone the same day: the household is still expected.",
    )

    miss = Verb(
        "Noter que le foyer n’est pas venu",
        source=S.BOOKED,
        target=S.MISSED,
        who=can_keep_appointment,
        requires=[rules.BEGUN],
        stamps={"ended_at": AT},
        due=rules.not_come,
        due_at=F("ends_at"),
        done="Le foyer n’est pas venu",
        why="By the counter, or by the clock the next morning: it is followed until another is booked.",
    )

    cancel = Verb(
        "Annuler le rendez-vous",
        source=S.BOOKED,
        target=S.CANCELLED,
        who=BY_BOTH,
        follows=["need.wait_again", "need.drop"],
        requires=[rules.SAME_HOUR, rules.IN_TIME, rules.CANCEL_REASON],
        stamps={"ended_at": AT, "told_at": Given("told_at", default=None)},
        journal=["reason", "known_hour", "known_at"],
        done="Rendez-vous annulé",
        why="Its place is free again; what is put aside stays so, unless it was released.",
    )
