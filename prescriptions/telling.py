"""What a household is told of its request, in plain French: where it stands, and the one thing to do next.

The papers of a prescription and the household's own page say the same sentences. At any moment there is one telling,
chosen by the state of the prescription: so nothing asks to call and to wait for a call at once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import reduce

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from lifecycle.in_order import by_key
from prescriptions.enums import (
    CONNECTION_KINDS,
    EQUIPMENT_KINDS,
    GIVEN_BY_PEOPLE,
    OPEN_NEED_STATES,
    CodePurpose,
    ContactChannel,
    Loss,
    NeedState,
    PrescriptionPaperKind,
    PrescriptionState,
)
from prescriptions.expecting import expected
from prescriptions.models import CodedReason, Household, Need, Prescription
from prescriptions.owing import is_owed
from prescriptions.reaching import channel_of
from prescriptions.saying import TranslatableDay, translatable
from typography.french import by_pairs, in_a_sentence, written_day

S = PrescriptionState
REACHED = {
    ContactChannel.PHONE: "on vous appelle",
    ContactChannel.SMS: "on vous envoie un SMS",
    ContactChannel.EMAIL: "on vous envoie un courriel",
    ContactChannel.LETTER: "on vous envoie une lettre",
    ContactChannel.WORKER: "votre travailleur social vous le dit",
}
"""How the household hears of what comes next."""
HEARD_OF = "Pour le jour et l’heure, {reached}."
"""Until an hour is fixed, by whoever keeps the device."""
A_DEVICE = "un appareil"
ANOTHER_DEVICE = "un autre appareil"
"""Once one is put aside for the household."""
AT_THE_POINT = {
    A_DEVICE: "N’allez pas au point de distribution avant. L’attente dépend des dons d’appareils.",
    ANOTHER_DEVICE: (
        "Pour l’autre appareil, n’allez pas au point de distribution avant. L’attente dépend des dons d’appareils."
    ),
}
"""What is asked of who waits for a device; who has an hour for another goes there for that one."""
A_LINE = "une offre d’internet ou de téléphone"
NOT_FOR_THE_HOUSEHOLD = ("double",)
"""What a completion asks of the worker alone."""
OWED = "Votre appareil est rapporté\u00a0: le point vous dit s’il est réparé, échangé ou remboursé."
LOST = {
    Loss.DEVICE_BACK: "Votre appareil est rapporté. Il n’est ni réparé ni échangé.",
    Loss.LINE_ENDED: "Votre ligne est terminée.",
}
"""What is told of a need that is met no more: while its device is owed, then."""
PREPARED = "Votre ligne se prépare\u00a0: suivez votre fiche de connexion."
"""Once an offer is chosen; until then, what the app of lines says."""
KEPT_UNTIL = (
    "Votre place dans l’ordre est gardée jusqu’au {day}. Vous en avez toujours besoin\u00a0? Dites-le avant à votre "
    "travailleur social, sinon la demande s’arrête."
)
"""While nothing is put aside, nor under way: what is keeps it."""
ANOTHER = "Une autre demande est possible\u00a0: parlez-en à votre travailleur social."


@dataclass(frozen=True)
class Telling:
    """One state of a request. ``todo`` is the one thing to do; ``listed``, what is to be brought.

    ``reason`` and ``proposed`` are said on paper alone: the public page leaves them to the worker.
    """

    kind: PrescriptionPaperKind
    title: str
    todo: str
    sentences: tuple[str, ...] = ()
    listed: tuple[str, ...] = ()
    reason: str = ""
    proposed: str = ""


def telling_of(prescription: Prescription, needs: Sequence[Need] | None = None) -> Telling:
    """What is told of a prescription that was submitted, as it is now; ``needs``: its own, when they are read."""
    state = S(prescription.state)
    if state == S.ACCEPTED and prescription.declined_at is not None:
        return DECLINED
    if state == S.EXPIRED and prescription.declined_at is not None:
        return DECLINED_AND_OVER
    if state in MADE:
        return MADE[state](prescription)
    if state in MADE_OF_NEEDS:
        every = by_key(prescription.needs.select_related("mediation")) if needs is None else needs
        return MADE_OF_NEEDS[state](prescription, every)
    return FIXED[state]


def limited(told: Telling) -> Telling:
    """The same while its household asked that what is written of it serve for nothing: no promise holds."""
    return replace(told, todo=LIMITED_TODO, sentences=LIMITED, listed=())


def without_an_answer(prescription: Prescription) -> str:
    """What comes of its silence, and when; nothing while what is served keeps it."""
    if not prescription.valid_until or prescription.needs.filter(state=NeedState.IN_PROGRESS).exists():
        return ""
    return f"Sans réponse le {written_day(prescription.valid_until)}, elle s’arrête."


def reached(household: Household) -> str:
    """How the household is told, in the words of its sheet."""
    return REACHED[channel_of(household)]


def with_needs(prescriptions: list[Prescription]) -> list[Prescription]:
    """The same, with the needs that ``needs_of`` gives; one query for the set."""
    prefetch_related_objects(prescriptions, Prefetch("needs", Need.objects.select_related("mediation")))
    return prescriptions


def needs_of(prescription: Prescription) -> list[Need]:
    """All its needs, by key; no query where ``with_needs`` read them."""
    return sorted(prescription.needs.all(), key=lambda need: need.pk)


def needs_told(needs: Iterable[Need]) -> list[Need]:
    """The needs that are open, or that were when the request ended; those given up one by one apart."""
    return [need for need in needs if need.state != NeedState.UNMET or need.drop_reason not in GIVEN_BY_PEOPLE]


def _filed(prescription: Prescription) -> Telling:
    return Telling(
        PrescriptionPaperKind.FILED,
        "Votre demande est partie",
        translatable(
            "À faire\u00a0: gardez cette feuille. {distributor} lit votre demande.",
            distributor=str(prescription.distributor),
        ),
        (
            translatable(
                "Quand la réponse est prête, ou s’il manque quelque chose, {reached}.",
                reached=reached(prescription.household),
            ),
            "Une nouvelle feuille remplacera celle-ci.",
        ),
    )


def _missing(prescription: Prescription) -> Telling:
    asked = prescription.completion_requests.order_by("-pk").first()
    pairs = zip(asked.codes, asked.labels, strict=False) if asked is not None else ()
    return Telling(
        PrescriptionPaperKind.MISSING,
        "Il manque quelque chose à votre demande",
        translatable(
            "À faire avant le {day}\u00a0: voyez votre travailleur social.",
            day=TranslatableDay.of(prescription.complete_by),
        )
        if prescription.complete_by
        else "À faire\u00a0: voyez votre travailleur social.",
        (
            "Votre travailleur social regarde ce que vous apportez, puis renvoie la demande.",
            "Sans cela, la demande s’arrête. Vous n’avez pas ce qui manque\u00a0? Dites-le-lui quand même.",
        ),
        listed=tuple(label for code, label in pairs if code not in NOT_FOR_THE_HOUSEHOLD),
    )


def _accepted(prescription: Prescription, needs: Sequence[Need]) -> Telling:
    left = [need for need in needs if need.state in OPEN_NEED_STATES]
    told = reached(prescription.household)
    started = [need for need in left if need.state == NeedState.IN_PROGRESS]
    kept = any(need.kind in EQUIPMENT_KINDS for need in started)
    waited = dict.fromkeys(_awaited(need, kept=kept) for need in left if need not in started)
    sentences = [_under_way(need, told) for need in started]
    if waited:
        what = reduce(lambda one, other: translatable("{one} ou {other}", one=one, other=other), waited)
        sentences.append(translatable("Dès qu’il y a pour vous {what}, {reached}.", what=what, reached=told))
    sentences += [AT_THE_POINT[what] for what in waited if what in AT_THE_POINT]
    if waited:
        ends = not started and prescription.valid_until and prescription.valid_until > timezone.now()
        day = TranslatableDay.of(prescription.valid_until) if ends else None
        kept_until = translatable(KEPT_UNTIL, day=day) if day else "Votre place dans l’ordre est gardée."
        sentences.append(kept_until)
    sentences += [_lost(need) for need in needs if need.is_lost]
    return Telling(
        PrescriptionPaperKind.ACCEPTED,
        "Votre demande est acceptée",
        "À faire\u00a0: gardez cette feuille.",
        tuple(dict.fromkeys(sentences)),
    )


def _awaited(need: Need, *, kept: bool) -> str:
    if need.kind in EQUIPMENT_KINDS:
        return ANOTHER_DEVICE if kept else A_DEVICE
    return A_LINE if need.kind in CONNECTION_KINDS else "un accompagnement"


def _under_way(need: Need, told: str) -> str:
    """What a need that is served asks of the household."""
    if need.kind in EQUIPMENT_KINDS:
        then = expected(need) or translatable(HEARD_OF, reached=told)
        return translatable("Un appareil est mis de côté pour vous. {then}", then=then)
    if need.kind in CONNECTION_KINDS:
        return expected(need) or PREPARED
    return translatable(
        "Pour apprendre à vous servir d’internet, vous êtes attendu ici\u00a0: {place}.", place=str(need.mediation)
    )


def _refused(prescription: Prescription) -> Telling:
    decision = prescription.decisions.filter(verb="refuse").order_by("-pk").first()
    reasons = CodedReason.objects.told_on(CodePurpose.REFUSAL, timezone.localdate(prescription.ended_at))
    return Telling(
        PrescriptionPaperKind.REFUSED,
        "Votre demande est refusée",
        "À faire\u00a0: voyez avec votre travailleur social ce qui reste possible.",
        (
            "Vous n’êtes pas d’accord\u00a0? Dites-le à votre travailleur social.",
            "Si votre situation change, il peut faire une autre demande pour vous.",
            _who_hears(prescription),
        ),
        reason=reasons.get(prescription.end_reason, ""),
        proposed=decision.next_step if decision is not None else "",
    )


def _who_hears(prescription: Prescription) -> str:
    """To whom the household writes when it does not agree: who decided, then the Département. One line of a page."""
    legal, decider = settings.LEGAL, prescription.distributor
    then = ", ".join(filter(None, (legal["publisher"], legal["publisher_address"], legal["contact"])))
    if decider is None:
        return translatable("Vous pouvez aussi écrire ici\u00a0: {place}.", place=then)
    town = f"{decider.postcode} {decider.commune.name if decider.commune else ''}".strip()
    where = ", ".join(filter(None, (decider.address, town if decider.address else "", decider.email)))
    who = f"{decider} ({where})" if where else str(decider)
    said = "Vous pouvez aussi écrire à {distributor}, qui a décidé, puis ici\u00a0: {place}."
    return translatable(said, distributor=who, place=then)


def _ended(prescription: Prescription, needs: Sequence[Need]) -> Telling:
    lost = next((need for need in needs if need.is_lost), None)
    if lost is not None and is_owed(lost):
        return _brought_back(prescription)
    if lost is not None:
        return Telling(
            PrescriptionPaperKind.CLOSING,
            "Vous n’avez plus ce qui vous avait été remis",
            "Vous en avez encore besoin\u00a0? Voyez votre travailleur social.",
            (_lost(lost), "Votre travailleur social peut rouvrir la demande\u00a0: votre place est gardée."),
        )
    if prescription.state == S.FULFILLED:
        some = "Au moins un de vos besoins est satisfait, et tous ont eu leur réponse."
        if any(need.lost_at is not None for need in needs):
            some = "Tous vos besoins ont eu leur réponse."
        all_met = all(need.state == NeedState.MET and need.lost_at is None for need in needs)
        return Telling(
            PrescriptionPaperKind.CLOSING,
            "Votre demande est terminée",
            "Rien à faire\u00a0: gardez cette feuille.",
            ("Vous avez ce que vous aviez demandé." if all_met else some, ANOTHER),
        )
    return Telling(
        PrescriptionPaperKind.CLOSING,
        "Votre demande est close",
        "À faire\u00a0: voyez avec votre travailleur social ce qui reste possible.",
        ("Aucun besoin n’a pu être satisfait.", ANOTHER),
    )


def _brought_back(prescription: Prescription) -> Telling:
    """Its device is at the point or at the workshop, and something is owed for it: nobody else can do anything yet."""
    distributor = prescription.distributor
    whom = ", ".join(filter(None, (str(distributor), by_pairs(distributor.phone))))
    return Telling(
        PrescriptionPaperKind.CLOSING,
        "Votre appareil est rapporté",
        translatable(
            "Rien à faire pour l’instant\u00a0: {distributor} vous dit s’il est réparé, échangé ou remboursé.",
            distributor=str(distributor),
        ),
        (translatable("Pas de nouvelles\u00a0? Appelez {distributor}.", distributor=whom),),
    )


def _lost(need: Need) -> str:
    return OWED if is_owed(need) else LOST[Loss(need.loss)]


LIMITED_TODO = "Vous avez demandé que rien n’avance\u00a0: tout est gardé comme c’est."
LIMITED = (
    (
        "Tant que cela dure, ce qui est écrit sur vous est gardé, et personne ne s’en sert. Personne ne vous appelle "
        "ni ne vous écrit, et votre place est gardée."
    ),
    "Vous voulez que cela reprenne\u00a0? Dites-le à votre travailleur social.",
)
DECLINED = Telling(
    PrescriptionPaperKind.DECLINED,
    "Vous avez répondu que vous n’en avez plus besoin",
    "Vous avez changé d’avis\u00a0? Dites-le à votre travailleur social. Sinon, rien à faire.",
    ("Rien n’est mis de côté pour vous. Votre travailleur social arrête la demande, ou la reprend si vous le dites.",),
)
DECLINED_AND_OVER = Telling(
    PrescriptionPaperKind.EXPIRED,
    "Votre demande est close",
    "Vous en avez encore besoin\u00a0? Voyez votre travailleur social.",
    ("Vous avez répondu que vous n’en aviez plus besoin. Plus rien n’est mis de côté pour vous.", ANOTHER),
)
"""It said no, and nobody did anything of it until the acceptance ended."""
FIXED = {
    S.WITHDRAWN: Telling(
        PrescriptionPaperKind.STOPPED,
        "Votre demande est arrêtée",
        "Rien à faire\u00a0: cette demande est arrêtée.",
        ("Plus rien n’est mis de côté pour vous.", ANOTHER),
    ),
    S.EXPIRED: Telling(
        PrescriptionPaperKind.EXPIRED,
        "Votre demande a expiré",
        "Vous en avez encore besoin\u00a0? Voyez votre travailleur social.",
        ("Nous attendions une réponse, elle n’est pas venue. Plus rien n’est mis de côté pour vous.", ANOTHER),
    ),
}
"""What is told of the states that need nothing of the file."""
MADE = {
    S.SUBMITTED: _filed,
    S.INCOMPLETE: _missing,
    S.REFUSED: _refused,
}
"""What is told of those that say something of the file."""
MADE_OF_NEEDS = {
    S.ACCEPTED: _accepted,
    S.FULFILLED: _ended,
    S.CLOSED_UNMET: _ended,
}
"""What is told of the others."""


def settled_rows(needs: Iterable[Need]) -> list[dict[str, str]]:
    """What became of each need, for the note that closes the file."""
    return [
        {
            "kind": need.get_kind_display(),
            "said": _became(need),
            "on": TranslatableDay.of(need.met_at or need.dropped_at),
        }
        for need in needs
    ]


def _became(need: Need) -> str:
    if need.state != NeedState.MET:
        return translatable("Abandonné\u00a0: {reason}", reason=in_a_sentence(need.get_drop_reason_display()))
    if need.lost_at is None:
        return "Satisfait"
    loss, day = in_a_sentence(need.get_loss_display()), TranslatableDay.of(need.lost_at)
    return translatable("Satisfait, puis {loss} le {day}", loss=loss, day=day)
