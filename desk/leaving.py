"""What rests on a person before her role or her account is closed: her own files, and what nobody else could do."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Count, IntegerField, QuerySet, Value
from django.utils import timezone

from connectivity.models import CampaignHousehold
from conventions.enums import ConventionState
from conventions.models import Review, Signature
from desk.models import ApiKey
from desk.unattended import Left, by_organisation, left_work
from donations.models import Prospect
from donations.models.prospect import FOLLOWED
from network.enums import OrganisationKind, Role
from network.leaving import tells
from network.models import Membership, Organisation, Rollout
from network.models.rollout import ADVANCING
from prescriptions.enums import PrescriptionState
from prescriptions.models import Prescription
from typography.french import HARD, Noun, of, plural

TEAM = "ses collègues {them_have} dans «\u00a0À faire\u00a0», jusqu’à ce que quelqu’un {them} prenne"


def register() -> None:
    """The pages that close a role or an account ask from here."""
    tells(resting)


def resting(memberships: Collection[Membership]) -> Iterable[str]:
    """Her own work, with who has it afterwards; then what nobody could do any more, organisation by organisation."""
    pks = [one.pk for one in memberships]
    nobody = _of_nobody(memberships)
    teams = [one.pk for one in memberships if one.organisation not in nobody]
    own = _own(pks, teams)
    counts = _counted([rows for _, rows, _ in own])
    for rank, (noun, _, after) in enumerate(own):
        if count := counts.get(rank):
            words = {
                "has": plural(count, "l’a,les a"),
                "them": plural(count, "la,les"),
                "them_have": plural(count, "l’ont,les ont"),
            }
            yield f"{noun.counted(count)}{HARD}: {after.format(**words)}."
    for organisation, left in nobody.items():
        what = ", ".join(one.in_words for one in left)
        yield f"Plus personne {of(organisation)} ne pourra s’en charger{HARD}: {what}. Invitez d’abord quelqu’un."

    for organisation in _without_manager(memberships):
        only = "seul le pilote pourra y inviter quelqu’un ou y fermer un rôle"
        yield f"{organisation} n’a pas d’autre responsable{HARD}: {only}. Nommez-en d’abord un autre."


def _without_manager(memberships: Collection[Membership]) -> list[Organisation]:
    """The organisations of which a kind would have nobody to invite or close; the Département always has its pilots."""
    managed = {
        (one.organisation, one.kind)
        for one in memberships
        if one.role == Role.MANAGER and one.kind != OrganisationKind.DEPARTEMENT
    }
    if not managed:
        return []
    others = Membership.objects.open().filter(role=Role.MANAGER).exclude(pk__in=[one.pk for one in memberships])
    kept = set(others.filter(organisation__in={one for one, _ in managed}).values_list("organisation", "kind"))
    left = {organisation for organisation, kind in managed if (organisation.pk, kind) not in kept}
    return sorted(left, key=lambda one: (one.name, one.pk))


def _of_nobody(memberships: Collection[Membership]) -> dict[Organisation, list[Left]]:
    """What nobody of each organisation could do any more, were these closed; not what waits for nobody already."""
    leaving = [one.pk for one in memberships]
    known = {(one.organisation, one.work.noun) for one in left_work()}
    left = by_organisation(one for one in left_work(leaving=leaving) if (one.organisation, one.work.noun) not in known)
    organisations = {one.organisation for one in memberships}
    return {one: left[one.pk] for one in sorted(organisations, key=lambda one: (one.name, one.pk)) if one.pk in left}


def _own(pks: Collection[int], teams: Collection[int]) -> tuple[tuple[Noun, QuerySet[Any], str], ...]:
    asked = {"convention__state": ConventionState.IN_REVIEW, "asked_of__in": pks}
    named = {"convention__state": ConventionState.SIGNING, "signatory__in": pks}
    instructed = Prescription.objects.filter(state=PrescriptionState.SUBMITTED, adviser__in=teams)
    return (
        (_noun("demande suivie", "demandes suivies"), Prescription.objects.live().filter(worker__in=teams), TEAM),
        (_noun("demande instruite", "demandes instruites"), instructed, TEAM),
        (
            _noun("signature attendue de cette personne", "signatures attendues de cette personne"),
            Signature.objects.awaited().filter(**named),
            "demandez-{them} à un autre signataire, depuis la page de la convention",
        ),
        (
            Noun("avis attendu de cette personne", "avis attendus de cette personne"),
            Review.objects.awaited().filter(**asked),
            "demandez un autre relecteur, depuis la page de la convention",
        ),
        (
            _noun("prochaine étape de prospection", "prochaines étapes de prospection"),
            Prospect.objects.filter(next_owner__in=pks, state__in=FOLLOWED),
            "le pilote {has} dans «\u00a0À faire\u00a0» le jour venu",
        ),
        (
            _noun("prochaine étape du déploiement d’un EPCI", "prochaines étapes du déploiement d’EPCI"),
            Rollout.objects.filter(next_owner__in=pks, state__in=ADVANCING),
            "le pilote {has} dans «\u00a0À faire\u00a0» le jour venu",
        ),
        (
            Noun("foyer à rappeler avant la fin du cuivre", "foyers à rappeler avant la fin du cuivre"),
            CampaignHousehold.objects.to_call().filter(caller__in=pks),
            "ses collègues le voient aussi dans «\u00a0À faire\u00a0»",
        ),
        (
            _noun("clé d’API ouverte", "clés d’API ouvertes"),
            ApiKey.objects.usable(timezone.now()).filter(membership__in=pks),
            "les logiciels qui {them} portent n’auront plus de réponse, même si le rôle ou le compte est rouvert",
        ),
    )


def _noun(one: str, many: str) -> Noun:
    return Noun(one, many, feminine=True)


def _counted(asked: list[QuerySet[Any]]) -> dict[int, int]:
    """How many rows each has, by rank; one query."""
    first, *others = [
        rows.order_by()
        .annotate(rank=Value(rank, IntegerField()))
        .values("rank")
        .annotate(number=Count("pk"))
        .values_list("rank", "number")
        for rank, rows in enumerate(asked)
    ]
    return dict(first.union(*others, all=True).order_by())
