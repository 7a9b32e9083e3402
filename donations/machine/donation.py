"""The life of a donation, a lot offered by one donor (machines §2): what may happen next, and who may."""

from django.db.models import Case, F, Value, When

from donations.enums import DonationState, DonorKind, RedirectReason
from donations.machine import donation_rules as rules
from donations.machine import pick_up_rules, redirect_rules
from donations.models import Donation
from donations.permissions import (
    can_announce_donation,
    can_collect_donation,
    can_correct_lines_donation,
    can_create_donation,
    can_decline_donation,
    can_edit_donation,
    can_forget_contact_donation,
    can_qualify_donation,
    can_reassign_donation,
    can_reconcile_donation,
    can_redirect_donation,
    can_schedule_donation,
)
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Given, Machine, Verb, given_reason
from network.enums import LegalNature

S = DonationState
UNDER_WAY = (S.DRAFT, S.ANNOUNCED, S.QUALIFIED, S.SCHEDULED, S.COLLECTED)
"""Until its balance is struck, or it does not come."""


class DonationMachine(Machine, of=Donation):
    """From the offer to the balance of what was announced, collected and received."""

    name = "donation"
    reference_prefix = "D"
    dimensions = ("donor_kind", "origin_epci")
    tones = {S.ANNOUNCED: "todo", S.RECONCILED: "done"}

    create = Verb(
        "Créer un brouillon",
        source=CREATION,
        target=S.DRAFT,
        who=can_create_donation,
        stamps={"created_at": AT, "created_by": ACTOR},
        done="Brouillon créé",
        why="A lot is being described.",
    )

    announce = Verb(
        "Annoncer le lot",
        source=S.DRAFT,
        target=S.ANNOUNCED,
        who=can_announce_donation,
        requires=[
            rules.DONOR_GIVES,
            rules.DONOR_SIRET,
            rules.ADDRESS_GIVEN,
            rules.COMMUNE_KNOWN,
            rules.HAS_LINES,
            rules.YEARS_POSSIBLE,
            rules.UNDER_THE_LAW,
            rules.ANNOUNCED_QUANTITIES,
        ],
        stamps={
            "announced_at": AT,
            "announced_by": ACTOR,
            "origin_epci": F("commune__epci"),
            "donor_kind": Case(
                When(donor__legal_nature=LegalNature.PUBLIC, then=Value(DonorKind.PUBLIC.value)),
                default=Value(DonorKind.PRIVATE.value),
            ),
        },
        journal=rules.TYPES,
        done="Lot annoncé",
        why="The lines are frozen from here on, but for what their donor corrects; the pilot is told.",
    )

    correct_lines = Verb(
        "Corriger une ligne",
        source=S.ANNOUNCED,
        target=SAME,
        who=can_correct_lines_donation,
        requires=[rules.LINES_CORRECTED, rules.YEARS_CORRECTED, rules.CORRECTED_UNDER_THE_LAW],
        journal=["corrections"],
        done="Lignes corrigées",
        varies=True,
        why="The year, the condition, the model or the value of a line; never its type nor its quantity.",
    )

    qualify = Verb(
        "Qualifier le lot",
        source=S.ANNOUNCED,
        target=S.QUALIFIED,
        who=can_qualify_donation,
        requires=[
            rules.EVERY_LINE_DECIDED,
            rules.WITHIN_ANNOUNCED,
            rules.REFUSAL_CODED,
            rules.SOMETHING_ACCEPTED,
            rules.OLD_TO_RECYCLING,
            rules.VALUE_UNDER_CEILING,
            rules.TRANSFER_DECIDED,
            rules.WHOLLY_SHARED,
            rules.SHARED_BETWEEN_WORKSHOPS,
            rules.ACCEPTED_QUANTITIES,
        ],
        stamps={
            "qualified_at": AT,
            "qualified_by": ACTOR,
            "to_ratify": Given("to_ratify", default=True),
            "allocation_round": F("allocation_round") + 1,
        },
        journal=rules.TYPES,
        done="Lot qualifié, ligne par ligne",
        why="One declared device per accepted unit; the donor and the workshops are told.",
    )

    follow_merger = Verb(
        "Suivre la fusion de son EPCI",
        source=UNDER_WAY,
        target=SAME,
        follows=["merger.declare"],
        stamps={"origin_epci": Given("successor")},
        varies=True,
        done="Suit son EPCI, réuni à un autre",
        why="Its devices to come are counted with the successor.",
    )

    reassign = Verb(
        "Réaffecter à un autre atelier",
        source=[S.QUALIFIED, S.SCHEDULED],
        target=S.QUALIFIED,
        who=can_reassign_donation,
        requires=[
            rules.NOTHING_PICKED_UP,
            rules.NOTHING_ARRIVED,
            rules.REASSIGN_REASON,
            rules.OTHER_EXPLAINED,
            rules.SHARED_AGAIN,
            rules.OWN_SHARE_ONLY,
        ],
        stamps={"allocation_round": F("allocation_round") + 1, "scheduled_at": None, "scheduled_by": None},
        journal=["reason"],
        done="Lot réaffecté",
        why="The declared devices follow; what was planned is cancelled; the deed is to be accepted again.",
    )

    redirect = Verb(
        "Rendre une ligne au réemploi",
        source=[S.QUALIFIED, S.SCHEDULED, S.COLLECTED, S.RECONCILED],
        target=SAME,
        who=can_redirect_donation,
        requires=[
            redirect_rules.RECYCLES,
            redirect_rules.LINES_RECYCLED,
            redirect_rules.STILL_YOUNG,
            redirect_rules.REDIRECT_REASON,
            rules.OTHER_EXPLAINED,
        ],
        stamps={"to_ratify": True},
        journal=["lines", "reason"],
        recalls=given_reason(RedirectReason),
        done="Lignes rendues au réemploi",
        varies=True,
        why="They were accepted for recycling by mistake; the next committee ratifies it as any decision taken alone.",
    )

    decline = Verb(
        "Écarter le lot",
        source=[S.ANNOUNCED, S.QUALIFIED],
        target=S.DECLINED,
        who=can_decline_donation,
        requires=[rules.NOTHING_PICKED_UP, rules.NOTHING_ARRIVED, rules.DECLINE_REASON, rules.OTHER_EXPLAINED],
        stamps={"declined_at": AT, "declined_by": ACTOR, "decline_reason": Given("reason")},
        journal=["reason"],
        done="Lot écarté",
        irreversible=True,
        why="The devices are withdrawn; the donor is told, with where to recycle.",
    )

    schedule = Verb(
        "Planifier l’enlèvement",
        source=[S.QUALIFIED, S.SCHEDULED],
        target=S.SCHEDULED,
        who=can_schedule_donation,
        requires=[
            pick_up_rules.DAY_GIVEN,
            pick_up_rules.END_AFTER_START,
            pick_up_rules.CARRIER_GIVEN,
            pick_up_rules.CONTACT_GIVEN,
            pick_up_rules.DEED_ACCEPTED,
            pick_up_rules.NOT_PICKED_UP_BY_US,
        ],
        stamps={"scheduled_at": AT, "scheduled_by": ACTOR},
        done="Enlèvement planifié",
        again="Fixer ou changer la date d’enlèvement",
        why=(
            "The pick-up of the actor's workshop is written; the donor receives it for its calendar; the slip is ready."
        ),
    )

    collect = Verb(
        "Déclarer l’enlèvement terminé",
        source=S.SCHEDULED,
        target=S.COLLECTED,
        who=can_collect_donation,
        requires=[
            pick_up_rules.EVERY_WORKSHOP_DONE,
            pick_up_rules.EVERY_LINE_COUNTED,
            pick_up_rules.EVERY_SLIP_SIGNED,
        ],
        stamps={"collected_at": AT, "collected_by": ACTOR},
        done="Lot enlevé",
        why="The counted devices are collected, the others withdrawn.",
    )

    reconcile = Verb(
        "Solder le lot",
        source=S.COLLECTED,
        target=S.RECONCILED,
        who=can_reconcile_donation,
        requires=[pick_up_rules.NOTHING_EXPECTED, pick_up_rules.DIFFERENCES_EXPLAINED],
        stamps={"reconciled_at": AT, "reconciled_by": ACTOR},
        done="Lot soldé",
        why="The outcome statement is frozen, and for a company the data of its tax receipt.",
    )

    withdraw = Verb(
        "Retirer le lot",
        source=[S.DRAFT, S.ANNOUNCED, S.QUALIFIED, S.SCHEDULED],
        target=S.WITHDRAWN,
        who=can_edit_donation,
        requires=[rules.NOTHING_PICKED_UP, rules.NOTHING_ARRIVED, rules.WITHDRAW_REASON, rules.OTHER_EXPLAINED],
        stamps={"withdrawn_at": AT, "withdrawn_by": ACTOR, "withdraw_reason": Given("reason")},
        journal=["reason"],
        done="Lot retiré",
        irreversible=True,
        why="The devices are withdrawn; what was planned is cancelled.",
    )

    forget_contact = Verb(
        "Effacer la personne à demander",
        source=[S.COLLECTED, S.RECONCILED, S.DECLINED, S.WITHDRAWN],
        target=SAME,
        who=can_forget_contact_donation,
        requires=[pick_up_rules.SOMEBODY_NAMED],
        done="Personne à demander effacée",
        irreversible=True,
        why="Whoever was to be asked on site, and signed there, has no account to be forgotten with.",
    )
