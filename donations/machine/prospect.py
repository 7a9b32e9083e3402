"""The life of somebody who may give (machines §2): called, met, promised; what it really did moves it by itself."""

from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from calendars.working_days import add_months
from donations.enums import GiveUpReason, ProspectState
from donations.models import Prospect, ProspectContact
from donations.parameters import LAPSE_MONTHS, SILENT_DAYS
from donations.permissions import can_prospect, can_unlink_early_prospect
from lifecycle.machine import ACTOR, AT, CREATION, SAME, Context, Given, Machine, Requirement, Verb
from lifecycle.requirements import explained_in_comment
from network.enums import OrganisationKind
from network.machine.next_step import (
    CONTACT_IN_ORDER,
    CONTACT_PAST,
    NEXT,
    NEXT_AHEAD,
    NEXT_GIVEN,
    NO_NEXT,
    SAID,
    next_whole,
)

S = ProspectState
MOST_PROMISED = 50_000


def _devices(ctx: Context) -> bool:
    if "devices" not in ctx.values:
        return True
    promised: Any = ctx.values["devices"]
    return promised is not None and 0 < promised <= MOST_PROMISED


NEXT_WHOLE = next_whole("donations_prospect_next_whole")
DEVICES_PROMISED = Requirement(
    "devices_promised",
    "Combien d’appareils sont promis, à peu près\u00a0? Entre 1 et 50 000.",
    _devices,
    needs=("devices",),
    field="devices",
)
IS_DONOR = Requirement(
    "prospect_donor",
    "Choisissez une organisation enregistrée comme donateur en activité.",
    lambda ctx: (
        "organisation" not in ctx.values
        or (
            ctx.values["organisation"] is not None
            and ctx.values["organisation"].is_active
            and OrganisationKind.DONOR in ctx.values["organisation"].kinds
        )
    ),
    needs=("organisation",),
    lifted_by="le pilote, dans la fiche de l’organisation",
    field="organisation",
)
GIVE_UP_REASON = Requirement(
    "reason",
    "Dites pourquoi on n’en attend plus rien.",
    lambda ctx: not ctx.has("reason") or ctx.values["reason"] in GiveUpReason.values,
    needs=("reason",),
    field="reason",
)
EXCHANGE = [CONTACT_PAST, CONTACT_IN_ORDER, NEXT_WHOLE, NEXT_AHEAD]


def _months_before(ctx: Context) -> date:
    """The day after which nothing was heard for so long that the person to call is forgotten."""
    return add_months(ctx.day, -LAPSE_MONTHS.on(ctx.day))


def _unheard(ctx: Context) -> Q:
    """Silent for so long; or never met, and nothing was written of it for as long."""
    since = _months_before(ctx)
    unheard = Q(last_contact_on__lte=since)
    left = Q(state=S.TO_CONTACT, moved_at__date__lte=since)
    return Q(state=S.SILENT) & unheard | left & (unheard | Q(last_contact_on=None))


def _somebody_is_known() -> Q:
    """Somebody to call there is still written, or something that was said."""
    said = Q(Exists(ProspectContact.objects.filter(prospect=OuterRef("pk")).exclude(said="")))
    return ~Q(contact_name="") | ~Q(contact_phone="") | ~Q(contact_email="") | said


class ProspectMachine(Machine, of=Prospect):
    """From the first call to the first lot, or to the day when nothing is expected any more."""

    name = "prospect"
    reference_prefix = "DP"
    tones = {S.TO_CONTACT: "todo", S.SILENT: "danger", S.ANNOUNCED: "done"}

    create = Verb(
        "Repérer un donateur possible",
        source=CREATION,
        target=S.TO_CONTACT,
        who=can_prospect,
        requires=[NEXT_WHOLE, NEXT_AHEAD],
        stamps={"created_at": AT, "created_by": ACTOR, **NEXT},
        done="Donateur possible repéré",
        why="An organisation of the département that nobody called yet.",
    )

    note = Verb(
        "Noter un autre contact",
        source=[S.TO_CONTACT, S.MET, S.PROMISED],
        target=SAME,
        who=can_prospect,
        requires=EXCHANGE,
        stamps=SAID,
        done="Contact noté",
        why="A call without an answer, a letter, a visit: what does not change how far one is.",
    )

    meet = Verb(
        "Noter un échange",
        source=[S.TO_CONTACT, S.SILENT],
        target=S.MET,
        who=can_prospect,
        requires=EXCHANGE,
        stamps=SAID,
        done="Rencontré",
        why="Somebody there was spoken to; one that was silent is heard of again.",
    )

    promise = Verb(
        "Noter une promesse",
        source=[S.TO_CONTACT, S.MET, S.SILENT, S.PROMISED],
        target=S.PROMISED,
        who=can_prospect,
        requires=[DEVICES_PROMISED, *EXCHANGE],
        stamps={"promised_devices": Given("devices"), **SAID},
        journal=["devices"],
        done="Promesse notée",
        again="Noter une autre promesse",
        recalls="{devices} appareils",
        why="So many devices, about; a later promise replaces it.",
    )

    plan = Verb(
        "Fixer la prochaine étape",
        source=[S.TO_CONTACT, S.MET, S.PROMISED, S.SILENT],
        target=SAME,
        who=can_prospect,
        requires=[NEXT_GIVEN, NEXT_WHOLE, NEXT_AHEAD],
        stamps=NEXT,
        done="Prochaine étape fixée",
        why="What is to be done, for when, by whom: it is on the first page of that person.",
    )

    link = Verb(
        "Rattacher à une organisation donatrice",
        source=[S.TO_CONTACT, S.MET, S.PROMISED, S.SILENT],
        target=SAME,
        who=can_prospect,
        requires=[IS_DONOR],
        stamps={"organisation": Given("organisation")},
        done="Rattaché à une organisation donatrice",
        why="Its lots are followed from here on; one that it announced already moves it at once.",
    )

    announce = Verb(
        "Suivre l’annonce d’un lot",
        source=[S.TO_CONTACT, S.MET, S.PROMISED, S.SILENT, S.CLOSED],
        target=S.ANNOUNCED,
        follows=["donation.announce", "prospect.link"],
        stamps={"announced_at": AT, "closed_reason": "", **NO_NEXT},
        done="A annoncé un lot",
        why="What the organisation really did: nobody writes it here.",
    )

    unlink = Verb(
        "Détacher de cette organisation",
        source=S.ANNOUNCED,
        target=S.TO_CONTACT,
        who=can_prospect,
        stamps={"organisation": None, "announced_at": None},
        undoes=["announce"],
        done="Détaché de l’organisation donatrice",
        why="It was linked to another by mistake: its lots say nothing of this one, which is to be called again.",
    )

    unlink_early = Verb(
        "Détacher de cette organisation",
        source=[S.TO_CONTACT, S.MET, S.PROMISED, S.SILENT],
        target=SAME,
        who=can_unlink_early_prospect,
        stamps={"organisation": None},
        varies=True,
        done="Détaché de l’organisation donatrice",
        why="The same before it announced anything: what was said and promised stays.",
    )

    fall_silent = Verb(
        "Constater le silence",
        source=[S.MET, S.PROMISED],
        target=S.SILENT,
        due=lambda ctx: Q(last_contact_on__lte=_days_before(ctx)),
        done="Sans nouvelles",
        why="So many days without an exchange, a dated parameter; what was to be done next stays to be done.",
    )

    give_up = Verb(
        "N’en attendre plus rien",
        source=[S.TO_CONTACT, S.MET, S.PROMISED, S.SILENT],
        target=S.CLOSED,
        who=can_prospect,
        requires=[GIVE_UP_REASON, explained_in_comment(GiveUpReason.OTHER)],
        stamps={"closed_reason": Given("reason"), **NO_NEXT},
        journal=["reason"],
        done="Sans suite",
        why="The person to call is forgotten at once.",
    )

    lapse = Verb(
        "Cesser de suivre, faute de nouvelles",
        source=[S.TO_CONTACT, S.SILENT],
        target=S.CLOSED,
        due=_unheard,
        stamps={"closed_reason": GiveUpReason.NO_ANSWER.value, **NO_NEXT},
        done="Sans suite, faute de nouvelles",
        why="So many months without an exchange, a dated parameter: the person to call is forgotten.",
    )

    outlive = Verb(
        "Oublier qui appeler, longtemps après le premier lot",
        source=S.ANNOUNCED,
        target=SAME,
        due=lambda ctx: Q(announced_at__date__lte=_months_before(ctx)) & _somebody_is_known(),
        varies=True,
        done="Personne à joindre oubliée",
        why="It gives, and its own contacts are known from its lots: nobody is to be called here any more.",
    )

    reopen = Verb(
        "Reprendre la prospection",
        source=S.CLOSED,
        target=S.TO_CONTACT,
        who=can_prospect,
        stamps={"closed_reason": "", "promised_devices": None},
        undoes=["give_up", "lapse"],
        done="Prospection reprise",
        why="The person to call is to be found again; what was promised before is promised no more.",
    )


def _days_before(ctx: Context) -> date:
    """The day of an exchange after which one is silent."""
    return ctx.day - timedelta(days=SILENT_DAYS.on(ctx.day))
