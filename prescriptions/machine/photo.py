"""The life of the photo of a paper (machines §4.37): sent by the household, looked at or not, deleted in any case."""

from lifecycle.machine import ACTOR, AT, CREATION, Given, Machine, Verb
from prescriptions.enums import PhotoState
from prescriptions.machine import photo_rules as rules
from prescriptions.models import ProofPhoto
from prescriptions.permissions import can_answer_photo, can_send_photo

S = PhotoState
ENDS = ("submit", "unask_completion", "refuse", "withdraw", "revoke", "expire")
"""The verbs of its request after which nothing is asked any more."""


class ProofPhotoMachine(Machine, of=ProofPhoto):
    """It waits for the worker; whatever he answers deletes it, and so does time."""

    name = "proof_photo"
    reference_prefix = "PH"
    through_a_link = "Le foyer, par sa feuille et son année de naissance"
    tones = {S.WAITING: "todo", S.SEEN: "done"}

    send = Verb(
        "Envoyer la photo d’un papier",
        source=CREATION,
        target=S.WAITING,
        who=can_send_photo,
        requires=[rules.SOMETHING_ASKED, rules.FEW_WAITING],
        update_locks=["prescription"],
        stamps={"sent_at": AT},
        done="Photo envoyée par le foyer",
        why="The worker has it on his first page, and the household need not come for one paper.",
    )

    accept = Verb(
        "Vu\u00a0: conforme",
        source=S.WAITING,
        target=S.SEEN,
        who=can_answer_photo,
        requires=[rules.STILL_ASKED],
        update_locks=["prescription"],
        stamps={"settled_at": AT, "settled_by": ACTOR},
        done="Photo vue, fait noté, image effacée",
        irreversible=True,
        why="What was seen is noted as at the desk; the picture is deleted in the same transaction.",
    )

    refuse = Verb(
        "À refaire",
        source=S.WAITING,
        target=S.REDO,
        who=can_answer_photo,
        requires=[rules.FAULT_GIVEN],
        stamps={"settled_at": AT, "settled_by": ACTOR, "fault": Given("fault")},
        journal=["fault"],
        done="Photo à refaire, image effacée",
        irreversible=True,
        why="The household reads why on its page; the picture is deleted in the same transaction.",
    )

    lapse = Verb(
        "Effacer sans avoir servi",
        source=S.WAITING,
        target=S.LAPSED,
        follows=[*(f"prescription.{verb}" for verb in ENDS), "household.anonymise"],
        due=rules.too_old,
        stamps={"settled_at": AT},
        done="Image effacée sans avoir servi",
        irreversible=True,
        why="Nobody looked at it in so many days, or nothing is asked any more: no proof is kept.",
    )
