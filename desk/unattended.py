"""Work that waits for an organisation in which nobody may do it any more: what, how much, and how it goes on."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone

from connectivity.enums import TO_ANSWER, ConnectionState
from connectivity.machine.due import RIGHT_TO_KEEP
from connectivity.models import ConnectionFile, LineNotice
from conventions.enums import ALIVE, ConventionState, Party
from conventions.models import Convention, EndConsent, Review, Signature
from conventions.permissions import PARTIES
from distribution.enums import SERVES
from distribution.models import Appointment
from donations.enums import DonationState
from donations.models import Allocation, DeedAcceptance, Donation
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership, Organisation
from network.models.membership import left_by_all
from prescriptions.emails_rights import OFFICERS
from prescriptions.enums import LIVE_STATES, HouseholdState, PrescriptionState, RightKind, RightsState
from prescriptions.filters.lists import UNDER_WAY
from prescriptions.machine.instruction_rules import INSTRUCTING
from prescriptions.models import Need, Prescription, PromisedContact, RightsRequest, Transfer
from prescriptions.owing import nothing_owed
from prescriptions.permissions import FOLLOWING
from prescriptions.services.hearing_back import to_hear
from refurb.enums import ON_THE_BENCH, DeviceState
from refurb.models import Delivery, DepositedFile, Device, DistributionPoint
from typography.french import Noun

D, C = DonationState, ConventionState
EPCI_DECIDES = (C.DRAFT, C.CHANGES_REQUESTED, C.APPROVED, C.SIGNED)
"""Where a convention waits for the EPCI that writes it."""
ENDING = (C.SIGNED, *ALIVE)
"""Where its end may be proposed to the parties."""
ENDED_BY = (
    (Party.EPCI, Kind.EPCI, "acting"),
    (Party.RECONDITIONER, Kind.RECONDITIONER, "workshop"),
    (Party.DISTRIBUTOR, Kind.DISTRIBUTOR, "distributor"),
)
"""Who agrees to it, and through what a convention leads to each."""


@dataclass(frozen=True)
class Unattended:
    """One kind of work: ``of`` leads from a row to the organisation it waits for, ``roles`` of ``kinds`` do it there.

    ``way_out``: what the pilot does. ``listed``: the list that shows them, and the filter that takes the organisation.
    ``asked_in``: the blocks of « À faire » in which its people read it, while there are some.
    """

    noun: Noun
    kinds: Collection[Kind]
    roles: Collection[Role]
    rows: QuerySet[Any]
    of: str
    way_out: str
    counted: str = "pk"
    listed: tuple[str, dict[str, str], str] | None = None
    asked_in: Collection[str] = ()

    def url(self, organisation: int) -> str:
        """Where they are listed, for one organisation; empty when no list has them."""
        if self.listed is None:
            return ""
        name, asked, by = self.listed
        return f"{reverse(name)}?{urlencode({**asked, by: organisation})}"


@dataclass(frozen=True)
class Left:
    """So much of one kind of work that waits for one organisation."""

    work: Unattended
    organisation: int
    count: int

    @property
    def in_words(self) -> str:
        return self.work.noun.counted(self.count)

    @property
    def url(self) -> str:
        return self.work.url(self.organisation)


def every_work() -> tuple[Unattended, ...]:
    """What waits for the people of an organisation, in the order of the chain."""
    return (*_given(), *_agreed(), *_prescribed(), *_served())


def _given() -> tuple[Unattended, ...]:
    accepted = DeedAcceptance.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))
    shares = Allocation.objects.current().filter(donation__state__in=(D.QUALIFIED, D.SCHEDULED, D.COLLECTED))
    return (
        Unattended(
            Noun("acte de don à accepter", "actes de don à accepter"),
            [Kind.DONOR],
            [Role.CONTACT, Role.MANAGER],
            Donation.objects.filter(~Exists(accepted), state=D.QUALIFIED),
            "donor",
            "invitez un contact du donateur, ou retirez le lot",
            asked_in=["actes-de-don"],
        ),
        Unattended(
            Noun("lot à enlever ou à solder", "lots à enlever ou à solder"),
            [Kind.RECONDITIONER],
            [Role.MANAGER],
            shares,
            "workshop",
            "réaffectez ce qui n’est pas enlevé à un autre atelier, ou invitez un responsable",
            counted="donation",
            asked_in=["a-planifier", "enlevements", "a-recevoir", "a-solder"],
        ),
        Unattended(
            Noun("appareil sur l’établi", "appareils sur l’établi"),
            [Kind.RECONDITIONER],
            [Role.TECHNICIAN, Role.MANAGER],
            Device.objects.filter(state__in=ON_THE_BENCH),
            "workshop",
            "invitez un technicien",
            asked_in=["en-traitement", "pieces", "recus"],
        ),
        Unattended(
            Noun("appareil affecté à expédier", "appareils affectés à expédier"),
            [Kind.RECONDITIONER],
            [Role.TECHNICIAN, Role.MANAGER],
            Device.objects.filter(state=DeviceState.ALLOTTED),
            "workshop",
            "invitez un technicien",
            asked_in=["a-expedier"],
        ),
        Unattended(
            Noun("fichier de machine à trier", "fichiers de machines à trier"),
            [Kind.RECONDITIONER],
            [Role.TECHNICIAN, Role.MANAGER],
            DepositedFile.objects.waiting(),
            "workshop",
            "invitez un technicien",
            asked_in=["fichiers"],
        ),
    )


def _agreed() -> tuple[Unattended, ...]:
    awaited = Review.objects.awaited().filter(convention__state=C.IN_REVIEW)
    of_who_left = ~Q(asked_of=None) & ~Q(asked_of__in=Membership.objects.open().values("pk"))
    agreed = EndConsent.objects.filter(convention=OuterRef("pk"), round=OuterRef("end_round"))
    acting = Convention.objects.annotate(acting=Coalesce("succeeded_by", "epci_party"))
    return (
        Unattended(
            Noun("convention à faire avancer", "conventions à faire avancer", feminine=True),
            [Kind.EPCI],
            [Role.MANAGER],
            acting.filter(state__in=EPCI_DECIDES),
            "acting",
            "invitez un responsable de l’EPCI",
            asked_in=["projets", "a-mettre-en-vigueur", "a-relire-a-signer"],
        ),
        Unattended(
            Noun("avis attendu", "avis attendus"),
            list(PARTIES),
            [Role.REVIEWER, Role.MANAGER],
            awaited.exclude(of_who_left),
            "organisation",
            "invitez un relecteur",
            asked_in=["a-relire-a-signer"],
        ),
        Unattended(
            Noun("avis attendu d’une personne partie", "avis attendus de personnes parties"),
            list(PARTIES),
            [Role.MANAGER],
            awaited.filter(of_who_left),
            "organisation",
            "demandez un autre relecteur, depuis la page de la convention",
            asked_in=["a-relire-a-signer"],
        ),
        Unattended(
            Noun("signature attendue", "signatures attendues", feminine=True),
            list(PARTIES),
            [Role.SIGNATORY, Role.MANAGER],
            Signature.objects.awaited().filter(convention__state=C.SIGNING),
            "organisation",
            "invitez un signataire, puis demandez-lui la signature",
            asked_in=["a-relire-a-signer"],
        ),
        *(
            Unattended(
                Noun("fin de convention à accepter ou non", "fins de convention à accepter ou non", feminine=True),
                [kind],
                [Role.SIGNATORY, Role.MANAGER],
                acting.filter(~Exists(agreed.filter(party=party)), end_proposed_at__isnull=False, state__in=ENDING),
                of,
                "inscrivez l’accord signé de cette partie, depuis la page de la convention, ou invitez un signataire",
                asked_in=["a-relire-a-signer"],
            )
            for party, kind, of in ENDED_BY
        ),
    )


def _prescribed() -> tuple[Unattended, ...]:
    officers = Membership.objects.open().filter(OFFICERS, organisation=OuterRef("pk"))
    houses = Organisation.objects.of_kind(Kind.DEPARTEMENT).active().annotate(protects=Exists(officers))
    house = houses.order_by("-protects", "pk").values("pk")[:1]
    return (
        Unattended(
            Noun("demande suivie", "demandes suivies", feminine=True),
            [Kind.PRESCRIBER],
            FOLLOWING,
            Prescription.objects.live(),
            "prescriber",
            "proposez-les à un autre prescripteur depuis leur page, ou invitez un travailleur social",
            listed=("prescriptions:prescription_list", {"state": UNDER_WAY}, "prescriber"),
            asked_in=[
                "a-completer",
                "papiers-en-photo",
                "a-prevenir",
                "toujours-d-actualite",
                "repondu-non",
                "problemes",
                "connexions-a-trouver",
                "offres-a-choisir",
                "raccordements",
            ],
        ),
        Unattended(
            Noun("dossier proposé, sans réponse", "dossiers proposés, sans réponse"),
            [Kind.PRESCRIBER],
            FOLLOWING,
            Transfer.objects.waiting(),
            "receiver",
            "qui les propose peut reprendre sa proposition",
            asked_in=["dossiers-proposes"],
        ),
        *_followed(),
        Unattended(
            Noun("demande à examiner", "demandes à examiner", feminine=True),
            [Kind.DISTRIBUTOR],
            INSTRUCTING,
            Prescription.objects.filter(state=PrescriptionState.SUBMITTED),
            "distributor",
            "décidez-les depuis leur page, ou invitez un conseiller",
            listed=("prescriptions:prescription_list", {"state": PrescriptionState.SUBMITTED}, "distributor"),
            asked_in=["demandes"],
        ),
        Unattended(
            Noun("demande de droits à répondre", "demandes de droits à répondre", feminine=True),
            [Kind.DEPARTEMENT],
            [Role.DPO],
            RightsRequest.objects.open().annotate(house=Subquery(house)).exclude(house=None),
            "house",
            "invitez un délégué à la protection des données",
            asked_in=["droits", "droits-identite"],
        ),
        Unattended(
            Noun("limitation en cours", "limitations en cours", feminine=True),
            [Kind.DEPARTEMENT],
            [Role.DPO],
            RightsRequest.objects.restricting().annotate(house=Subquery(house)).exclude(house=None),
            "house",
            "invitez un délégué à la protection des données",
            asked_in=["droits-limites"],
        ),
    )


def _followed() -> tuple[Unattended, ...]:
    """What is asked of whoever follows a household besides its request, or once that is over."""
    prescriber = {"kinds": [Kind.PRESCRIBER], "roles": FOLLOWING, "way_out": "invitez un travailleur social"}
    lost = Need.objects.lost().filter(nothing_owed(), prescription__household__state=HouseholdState.OPEN)
    ending = ConnectionFile.objects.filter(RIGHT_TO_KEEP, state=ConnectionState.ACTIVE, renewal_told_at__isnull=False)
    corrections = RightsRequest.objects.filter(kind=RightKind.RECTIFICATION, state=RightsState.RECEIVED)
    return (
        Unattended(
            Noun("foyer à prévenir", "foyers à prévenir"),
            rows=PromisedContact.objects.to_keep().exclude(prescription__state__in=LIVE_STATES),
            of="prescription__prescriber",
            asked_in=["a-prevenir"],
            **prescriber,
        ),
        Unattended(
            Noun("réponse de foyer à lire", "réponses de foyers à lire", feminine=True),
            rows=to_hear(),
            of="prescriber",
            asked_in=["reponses-aux-sms"],
            **prescriber,
        ),
        Unattended(
            Noun("dossier à corriger à la demande du foyer", "dossiers à corriger à la demande des foyers"),
            rows=corrections,
            of="household__prescriber",
            asked_in=["a-corriger"],
            **prescriber,
        ),
        Unattended(
            Noun("besoin perdu, à rouvrir ou non", "besoins perdus, à rouvrir ou non"),
            rows=lost,
            of="prescription__prescriber",
            asked_in=["plus-servis"],
            **prescriber,
        ),
        Unattended(
            Noun("droit à un tarif social qui se termine", "droits à un tarif social qui se terminent"),
            rows=ending,
            of="need__prescription__prescriber",
            asked_in=["droits"],
            **prescriber,
        ),
        Unattended(
            Noun("foyer à prévenir de sa ligne", "foyers à prévenir de leur ligne"),
            rows=LineNotice.objects.to_keep(),
            of="file__need__prescription__prescriber",
            asked_in=["lignes-a-dire"],
            **prescriber,
        ),
    )


def _served() -> tuple[Unattended, ...]:
    unreached = Q(operator__email="") | Q(operator__is_active=False)  # neither a page nor a link
    advisers = {"kinds": [Kind.DISTRIBUTOR], "roles": [Role.ADVISER, Role.MANAGER]}
    relays = Membership.objects.open().filter(kind=Kind.RELAY, role__in=advisers["roles"]).values("organisation")
    relayed = DistributionPoint.objects.filter(organisation__in=relays).exclude(distributor=F("organisation"))
    now, booked = timezone.now(), Appointment.objects.all()
    meetings = booked.booked() | booked.to_tell(now) | booked.to_follow()
    here = Device.objects.main().exclude(point__in=relayed.values("pk"))
    return (
        Unattended(
            Noun("besoin à servir", "besoins à servir"),
            rows=Need.objects.waiting()
            .filter(kind__in=SERVES)
            .exclude(prescription__distributor__in=relayed.filter(is_active=True).values("distributor")),
            of="prescription__distributor",
            way_out="invitez un conseiller",
            **advisers,
            asked_in=["besoins", "reponses"],
        ),
        Unattended(
            Noun("livraison à pointer", "livraisons à pointer", feminine=True),
            rows=Delivery.objects.open().exclude(point__in=relayed.values("pk")),
            of="point__distributor",
            way_out="l’atelier peut les annuler, ou invitez un conseiller",
            **advisers,
            asked_in=["livraisons"],
        ),
        Unattended(
            Noun("rendez-vous à tenir ou à dire", "rendez-vous à tenir ou à dire"),
            rows=meetings.exclude(point__in=relayed.values("pk")),
            of="point__distributor",
            way_out="le prescripteur prévient le foyer, ou invitez un conseiller",
            asked_in=["rendez-vous", "rendez-vous-a-suivre"],
            **advisers,
        ),
        Unattended(
            Noun("retour d’un foyer", "retours de foyers"),
            rows=here.filter(state=DeviceState.RETURNED),
            of="point__distributor",
            way_out="l’atelier peut les prendre en traitement, ou invitez un conseiller",
            asked_in=["retours"],
            **advisers,
        ),
        Unattended(
            Noun("appareil à renvoyer, convention terminée", "appareils à renvoyer, convention terminée"),
            rows=here.to_send_back(now),
            of="point__distributor",
            way_out="invitez un conseiller",
            asked_in=["a-renvoyer"],
            **advisers,
        ),
        Unattended(
            Noun("ligne demandée", "lignes demandées", feminine=True),
            [Kind.OPERATOR],
            [Role.AGENT, Role.MANAGER],
            ConnectionFile.objects.filter(state__in=TO_ANSWER).filter(unreached),
            "operator",
            "invitez un agent, ou donnez une adresse électronique à l’opérateur\u00a0; sans lui, le prescripteur "
            "abandonne le dossier et propose une autre offre",
            asked_in=["demandes"],
        ),
    )


def left_work(organisation: Organisation | None = None, leaving: Collection[int] = ()) -> list[Left]:
    """What waits where nobody may do it, of one organisation or of all; one query.

    ``leaving``: the keys of memberships that count as closed already.
    """
    works = every_work()
    asked = [_counted(rank, work, organisation, leaving) for rank, work in enumerate(works)]
    first, *others = asked
    rows = first.union(*others, all=True).order_by()
    return [Left(works[rank], pk, count) for rank, pk, count in sorted(rows)]


def _counted(rank: int, work: Unattended, organisation: Organisation | None, leaving: Collection[int]) -> QuerySet[Any]:
    nobody = left_by_all(work.kinds, work.roles, leaving)
    where = Q(**{f"{work.of}__in": nobody.values("pk")})
    if organisation is not None:
        where &= Q(**{work.of: organisation.pk})
    return (
        work.rows.order_by()
        .filter(where)
        .annotate(rank=Value(rank, IntegerField()), awaited=Cast(work.of, IntegerField()))
        .values("rank", "awaited")
        .annotate(number=Count(work.counted, distinct=True))
        .values_list("rank", "awaited", "number")
    )


def by_organisation(left: Iterable[Left]) -> dict[int, list[Left]]:
    """The same, by organisation."""
    found: dict[int, list[Left]] = {}
    for one in left:
        found.setdefault(one.organisation, []).append(one)
    return found
