"""The rules of whoever is followed: an exchange has had its day; what is to be done next has its day and its owner."""

from django.db.models import Q

from lifecycle.machine import Context, Given, Requirement

NEXT = {
    "next_step": Given("next_step", default=""),
    "next_on": Given("next_on", default=None),
    "next_owner": Given("next_owner", default=None),
}
"""What is to be done next replaces what was; nothing given, nothing is to be done."""
NO_NEXT = {"next_step": "", "next_on": None, "next_owner": None}
SAID = {"last_contact_on": Given("contacted_on"), **NEXT}


def _whole(ctx: Context) -> bool:
    given = [ctx.values.get(name) for name in ("next_step", "next_on", "next_owner")]
    return all(given) or not any(given)


def _not_behind(ctx: Context) -> bool:
    return not ctx.has("next_on") or ctx.values["next_on"] >= ctx.day


def next_whole(constraint: str) -> Requirement:
    """The three or none, as the constraint of this name holds them."""
    return Requirement(
        "next_whole",
        "Une prochaine étape a son jour et quelqu’un pour la faire\u00a0: remplissez les trois, ou aucun.",
        _whole,
        constraint=constraint,
        field="next_step",
    )


NEXT_AHEAD = Requirement(
    "next_ahead", "La prochaine étape est pour aujourd’hui ou plus tard.", _not_behind, field="next_on"
)
NEXT_GIVEN = Requirement(
    "next_given",
    "Dites ce qui est à faire, pour quel jour, et par qui.",
    lambda ctx: "next_step" not in ctx.values or bool(ctx.values["next_step"]),
    needs=("next_step",),
    field="next_step",
)
CONTACT_PAST = Requirement(
    "contact_past",
    "Un échange a déjà eu lieu\u00a0: donnez son jour, aujourd’hui au plus tard.",
    lambda ctx: not ctx.has("contacted_on") or ctx.values["contacted_on"] <= ctx.day,
    needs=("contacted_on",),
    field="contacted_on",
)
CONTACT_IN_ORDER = Requirement(
    "contact_in_order",
    "Un échange plus récent est déjà noté.",
    lambda ctx: (
        Q(last_contact_on=None) | Q(last_contact_on__lte=ctx.values["contacted_on"])
        if ctx.has("contacted_on")
        else True
    ),
    field="contacted_on",
)
