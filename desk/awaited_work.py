"""What is asked of the people of an organisation, kind by kind: whom, what the pilot does where nobody is left."""

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from connectivity.enums import TO_ANSWER, ConnectionState
from connectivity.machine.due import RIGHT_TO_KEEP
from connectivity.models import ConnectionFile, LineNotice
from conventions.enums import ALIVE, ConventionState, Party
from conventions.models import Convention, EndConsent, Review, Signature
from conventions.permissions import PARTIES
from desk.awaited import AwaitedWork
from distribution.asked_back import to_send_back
from distribution.brought_back import to_follow
from distribution.enums import SERVES
from distribution.models import Appointment
from donations.enums import DonationState
from donations.models import Allocation, DeedAcceptance, Donation
from network.enums import OrganisationKind as Kind
from network.enums import Role
from network.models import Membership, Organisation
from prescriptions.enums import LIVE_STATES, HouseholdState, PrescriptionState
from prescriptions.filters.lists import UNDER_WAY
from prescriptions.machine.instruction_rules import INSTRUCTING
from prescriptions.machine.rights_rules import to_correct, waits_for_its_worker
from prescriptions.models import HouseholdMessage, Need, Prescription, PromisedContact, RightsRequest, Transfer
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


def every_work() -> tuple[AwaitedWork, ...]:
    """What waits for the people of an organisation, in the order of the chain."""
    return (*_given(), *_agreed(), *_prescribed(), *_protected(), *_served(), *_connected())


def _given() -> tuple[AwaitedWork, ...]:
    technicians = {"kinds": [Kind.RECONDITIONER], "roles": [Role.TECHNICIAN, Role.MANAGER], "of": "workshop"}
    accepted = DeedAcceptance.objects.filter(donation=OuterRef("pk"), round=OuterRef("allocation_round"))
    shares = Allocation.objects.current().filter(donation__state__in=(D.QUALIFIED, D.SCHEDULED, D.COLLECTED))
    return (
        AwaitedWork(
            Noun("acte de don à accepter", "actes de don à accepter"),
            [Kind.DONOR],
            [Role.CONTACT, Role.MANAGER],
            Donation.objects.filter(~Exists(accepted), state=D.QUALIFIED),
            "donor",
            "invitez un contact du donateur, ou retirez le lot",
            asked_in=["actes-de-don"],
        ),
        AwaitedWork(
            Noun("lot à enlever ou à solder", "lots à enlever ou à solder"),
            [Kind.RECONDITIONER],
            [Role.MANAGER],
            shares,
            "workshop",
            "réaffectez ce qui n’est pas enlevé à un autre atelier, ou invitez un responsable",
            counted="donation",
            asked_in=["a-planifier", "enlevements", "a-recevoir", "a-solder"],
        ),
        AwaitedWork(
            Noun("appareil sur l’établi", "appareils sur l’établi"),
            rows=Device.objects.filter(state__in=ON_THE_BENCH),
            way_out="invitez un technicien",
            asked_in=["en-traitement", "pieces", "recus"],
            **technicians,
        ),
        AwaitedWork(
            Noun("appareil affecté à expédier", "appareils affectés à expédier"),
            rows=Device.objects.filter(state=DeviceState.ALLOTTED),
            way_out="invitez un technicien",
            asked_in=["a-expedier"],
            **technicians,
        ),
        AwaitedWork(
            Noun("fichier de machine à trier", "fichiers de machines à trier"),
            rows=DepositedFile.objects.waiting(),
            way_out="invitez un technicien",
            asked_in=["fichiers"],
            **technicians,
        ),
    )


def _agreed() -> tuple[AwaitedWork, ...]:
    awaited = Review.objects.awaited().filter(convention__state=C.IN_REVIEW)
    of_who_left = ~Q(asked_of=None) & ~Q(asked_of__in=Membership.objects.open().values("pk"))
    agreed = EndConsent.objects.filter(convention=OuterRef("pk"), round=OuterRef("end_round"))
    acting = Convention.objects.annotate(acting=Coalesce("succeeded_by", "epci_party"))
    return (
        AwaitedWork(
            Noun("convention à faire avancer", "conventions à faire avancer", feminine=True),
            [Kind.EPCI],
            [Role.MANAGER],
            acting.filter(state__in=EPCI_DECIDES),
            "acting",
            "invitez un responsable de l’EPCI",
            asked_in=["projets", "a-mettre-en-vigueur", "a-relire-a-signer"],
        ),
        AwaitedWork(
            Noun("avis attendu", "avis attendus"),
            list(PARTIES),
            [Role.REVIEWER, Role.MANAGER],
            awaited.exclude(of_who_left),
            "organisation",
            "invitez un relecteur",
            asked_in=["a-relire-a-signer"],
        ),
        AwaitedWork(
            Noun("avis attendu d’une personne partie", "avis attendus de personnes parties"),
            list(PARTIES),
            [Role.MANAGER],
            awaited.filter(of_who_left),
            "organisation",
            "demandez un autre relecteur, depuis la page de la convention",
            asked_in=["a-relire-a-signer"],
        ),
        AwaitedWork(
            Noun("signature attendue", "signatures attendues", feminine=True),
            list(PARTIES),
            [Role.SIGNATORY, Role.MANAGER],
            Signature.objects.awaited().filter(convention__state=C.SIGNING),
            "organisation",
            "invitez un signataire, puis demandez-lui la signature",
            asked_in=["a-relire-a-signer"],
        ),
        *(
            AwaitedWork(
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


def _prescribed() -> tuple[AwaitedWork, ...]:
    return (
        AwaitedWork(
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
                "rendez-vous-a-dire",
                "toujours-d-actualite",
                "repondu-non",
                "besoins-en-double",
                "problemes",
                "connexions-a-trouver",
                "offres-a-choisir",
                "offres-a-mener",
                "raccordements",
            ],
        ),
        AwaitedWork(
            Noun("dossier proposé, sans réponse", "dossiers proposés, sans réponse"),
            [Kind.PRESCRIBER],
            FOLLOWING,
            Transfer.objects.waiting(),
            "receiver",
            "qui les propose peut reprendre sa proposition",
            asked_in=["dossiers-proposes"],
        ),
        *_followed(),
        *_posted(),
        AwaitedWork(
            Noun("demande à examiner", "demandes à examiner", feminine=True),
            [Kind.DISTRIBUTOR],
            INSTRUCTING,
            Prescription.objects.filter(state=PrescriptionState.SUBMITTED),
            "distributor",
            "décidez-les depuis leur page, ou invitez un conseiller",
            listed=("prescriptions:prescription_list", {"state": PrescriptionState.SUBMITTED}, "distributor"),
            asked_in=["demandes"],
        ),
    )


def _posted() -> tuple[AwaitedWork, ...]:
    """The letters that somebody printed, and that nobody posted."""
    noun = Noun("lettre imprimée, à poster", "lettres imprimées, à poster", feminine=True)
    letters = HouseholdMessage.objects.to_post()
    way_out = "le foyer se prévient autrement, ou invitez quelqu’un qui les poste"
    return tuple(
        AwaitedWork(
            noun,
            [kind],
            roles,
            letters.filter(sender__kinds__contains=[kind]),
            "sender",
            way_out,
            asked_in=["lettres-a-poster"],
        )
        for kind, roles in ((Kind.PRESCRIBER, FOLLOWING), (Kind.DISTRIBUTOR, (Role.ADVISER, Role.MANAGER)))
    )


def _protected() -> tuple[AwaitedWork, ...]:
    """What is asked of the data protection officer of the Département."""
    officers = Membership.objects.open().officers().filter(organisation=OuterRef("pk"))
    houses = Organisation.objects.of_kind(Kind.DEPARTEMENT).active().annotate(protects=Exists(officers))
    house = Subquery(houses.order_by("-protects", "pk").values("pk")[:1])
    officer = {"kinds": [Kind.DEPARTEMENT], "roles": [Role.DPO], "of": "house"}
    return (
        AwaitedWork(
            Noun("demande de droits à répondre", "demandes de droits à répondre", feminine=True),
            rows=RightsRequest.objects.open().annotate(house=house).exclude(house=None),
            way_out="invitez un délégué à la protection des données",
            asked_in=["droits", "droits-identite"],
            **officer,
        ),
        AwaitedWork(
            Noun("limitation en cours", "limitations en cours", feminine=True),
            rows=RightsRequest.objects.restricting().annotate(house=house).exclude(house=None),
            way_out="invitez un délégué à la protection des données",
            asked_in=["droits-limites"],
            **officer,
        ),
    )


def _followed() -> tuple[AwaitedWork, ...]:
    """What is asked of whoever follows a household besides its request, or once that is over."""
    prescriber = {"kinds": [Kind.PRESCRIBER], "roles": FOLLOWING, "way_out": "invitez un travailleur social"}
    lost = Need.objects.lost().filter(nothing_owed(), prescription__household__state=HouseholdState.OPEN)
    ending = ConnectionFile.objects.filter(RIGHT_TO_KEEP, state=ConnectionState.ACTIVE, renewal_told_at__isnull=False)
    corrections = RightsRequest.objects.filter(to_correct())
    return (
        AwaitedWork(
            Noun("foyer à prévenir", "foyers à prévenir"),
            rows=PromisedContact.objects.to_keep().exclude(prescription__state__in=LIVE_STATES),
            of="prescription__prescriber",
            asked_in=["a-prevenir"],
            **prescriber,
        ),
        AwaitedWork(
            Noun("réponse de foyer à lire", "réponses de foyers à lire", feminine=True),
            rows=to_hear(),
            of="prescriber",
            asked_in=["reponses-aux-sms"],
            **prescriber,
        ),
        AwaitedWork(
            Noun("dossier à corriger à la demande du foyer", "dossiers à corriger à la demande des foyers"),
            rows=corrections,
            of="household__prescriber",
            asked_in=["a-corriger"],
            **prescriber,
        ),
        AwaitedWork(
            Noun(
                "foyer à effacer, une fois clos ce qui est en cours",
                "foyers à effacer, une fois clos ce qui est en cours",
            ),
            rows=RightsRequest.objects.filter(waits_for_its_worker(timezone.now())),
            of="household__prescriber",
            asked_in=["a-clore"],
            **prescriber,
        ),
        AwaitedWork(
            Noun("besoin perdu, à rouvrir ou non", "besoins perdus, à rouvrir ou non"),
            rows=lost,
            of="prescription__prescriber",
            asked_in=["plus-servis"],
            **prescriber,
        ),
        AwaitedWork(
            Noun("droit à un tarif social qui se termine", "droits à un tarif social qui se terminent"),
            rows=ending,
            of="need__prescription__prescriber",
            asked_in=["droits"],
            **prescriber,
        ),
        AwaitedWork(
            Noun("foyer à prévenir de sa ligne", "foyers à prévenir de leur ligne"),
            rows=LineNotice.objects.to_keep(),
            of="file__need__prescription__prescriber",
            asked_in=["lignes-a-dire"],
            **prescriber,
        ),
    )


def _served() -> tuple[AwaitedWork, ...]:
    advisers = {"kinds": [Kind.DISTRIBUTOR], "roles": [Role.ADVISER, Role.MANAGER]}
    relays = Membership.objects.open().filter(kind=Kind.RELAY, role__in=advisers["roles"]).values("organisation")
    relayed = DistributionPoint.objects.filter(organisation__in=relays).exclude(distributor=F("organisation"))
    now, booked = timezone.now(), Appointment.objects.all()
    meetings = booked.booked() | booked.to_tell(now) | booked.to_follow()
    here = Device.objects.main().exclude(point__in=relayed.values("pk"))
    return (
        AwaitedWork(
            Noun("besoin à servir", "besoins à servir"),
            rows=Need.objects.waiting()
            .filter(kind__in=SERVES)
            .exclude(prescription__distributor__in=relayed.filter(is_active=True).values("distributor")),
            of="prescription__distributor",
            way_out="invitez un conseiller",
            **advisers,
            asked_in=["besoins", "reponses"],
        ),
        AwaitedWork(
            Noun("livraison à pointer", "livraisons à pointer", feminine=True),
            rows=Delivery.objects.open().exclude(point__in=relayed.values("pk")),
            of="point__distributor",
            way_out="l’atelier peut les annuler, ou invitez un conseiller",
            **advisers,
            asked_in=["livraisons"],
        ),
        AwaitedWork(
            Noun("rendez-vous à tenir ou à dire", "rendez-vous à tenir ou à dire"),
            rows=meetings.exclude(point__in=relayed.values("pk")),
            of="point__distributor",
            way_out="le prescripteur prévient le foyer, ou invitez un conseiller",
            asked_in=["rendez-vous", "rendez-vous-a-suivre"],
            **advisers,
        ),
        AwaitedWork(
            Noun("retour d’un foyer", "retours de foyers"),
            rows=to_follow(here),
            of="point__distributor",
            way_out="l’atelier peut les prendre en traitement, ou invitez un conseiller",
            asked_in=["retours"],
            **advisers,
        ),
        AwaitedWork(
            Noun("appareil à rappeler, disque non prouvé effacé", "appareils à rappeler, disque non prouvé effacé"),
            rows=here.to_recall(),
            of="point__distributor",
            way_out="appelez le distributeur, ou invitez un conseiller",
            asked_in=["donnees"],
            **advisers,
        ),
        AwaitedWork(
            Noun("appareil à renvoyer à l’atelier", "appareils à renvoyer à l’atelier"),
            rows=to_send_back(here, now),
            of="point__distributor",
            way_out="invitez un conseiller",
            asked_in=["a-renvoyer"],
            **advisers,
        ),
    )


def _connected() -> tuple[AwaitedWork, ...]:
    """What operators are asked, where they have neither a page nor a link."""
    unreached = Q(operator__email="") | Q(operator__is_active=False)
    return (
        AwaitedWork(
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
