"""The codes of the network and their French labels."""

from django.db.models import TextChoices


class OrganisationKind(TextChoices):
    """What an organisation does in the chain; one organisation may have several kinds."""

    DEPARTEMENT = "departement", "Département (pilotage)"
    PREFECTURE = "prefecture", "Préfecture"
    REGION = "region", "Région"
    HUB = "hub", "Hub territorial"
    DONOR = "donor", "Donateur"
    RECONDITIONER = "reconditioner", "Reconditionneur"
    EPCI = "epci", "EPCI"
    DISTRIBUTOR = "distributor", "Distributeur"
    RELAY = "relay", "Relais de distribution"
    PRESCRIBER = "prescriber", "Prescripteur"
    OPERATOR = "operator", "Opérateur télécom"
    RECYCLER = "recycler", "Recycleur"
    MEDIATION = "mediation", "Médiation numérique"
    FUNDER = "funder", "Financeur"


class Role(TextChoices):
    """What a person does in an organisation."""

    PILOT = "pilot", "Pilote"
    DPO = "dpo", "Délégué à la protection des données"
    CONTACT = "contact", "Contact"
    TECHNICIAN = "technician", "Technicien"
    ADVISER = "adviser", "Conseiller"
    WORKER = "worker", "Travailleur social"
    REVIEWER = "reviewer", "Relecteur"
    SIGNATORY = "signatory", "Signataire"
    AGENT = "agent", "Agent"
    MANAGER = "manager", "Responsable"
    OBSERVER = "observer", "Observateur"


ROLES_BY_KIND: dict[OrganisationKind, tuple[Role, ...]] = {
    OrganisationKind.DEPARTEMENT: (Role.PILOT, Role.DPO, Role.MANAGER, Role.OBSERVER),
    OrganisationKind.PREFECTURE: (Role.MANAGER, Role.OBSERVER),
    OrganisationKind.REGION: (Role.MANAGER, Role.OBSERVER),
    OrganisationKind.HUB: (Role.MANAGER, Role.OBSERVER),
    OrganisationKind.DONOR: (Role.CONTACT, Role.MANAGER),
    OrganisationKind.RECONDITIONER: (Role.TECHNICIAN, Role.REVIEWER, Role.SIGNATORY, Role.MANAGER),
    OrganisationKind.EPCI: (Role.REVIEWER, Role.SIGNATORY, Role.MANAGER, Role.OBSERVER),
    OrganisationKind.DISTRIBUTOR: (Role.ADVISER, Role.REVIEWER, Role.SIGNATORY, Role.MANAGER),
    OrganisationKind.RELAY: (Role.ADVISER, Role.MANAGER),
    OrganisationKind.PRESCRIBER: (Role.WORKER, Role.MANAGER),
    OrganisationKind.OPERATOR: (Role.AGENT, Role.MANAGER),
    OrganisationKind.RECYCLER: (Role.MANAGER,),
    OrganisationKind.MEDIATION: (Role.MANAGER, Role.OBSERVER),
    OrganisationKind.FUNDER: (Role.MANAGER, Role.OBSERVER),
}
"""The roles that mean something in each kind (machines §0.6); the database refuses any other pair."""


SECOND_FACTOR_ROLES: frozenset[tuple[OrganisationKind, Role]] = frozenset(
    {
        (OrganisationKind.DEPARTEMENT, Role.PILOT),
        (OrganisationKind.DEPARTEMENT, Role.DPO),
        (OrganisationKind.DEPARTEMENT, Role.MANAGER),
        (OrganisationKind.PRESCRIBER, Role.MANAGER),
        (OrganisationKind.DISTRIBUTOR, Role.MANAGER),
        (OrganisationKind.OPERATOR, Role.MANAGER),
    }
)
"""The roles of which a second factor is demanded: those that keep the house, and those that read the households of a
whole organisation and open its doors to others (domaine §6.7)."""


class LegalNature(TextChoices):
    """Public or not: the rules of gifts and prices depend on it."""

    PUBLIC = "public", "Organisme public"
    PRIVATE = "private", "Entreprise"
    ASSOCIATION = "association", "Association"


class Competence(TextChoices):
    """What an organisation knows how to do (the roadmap's state of play of actors)."""

    COLLECTION = "collection", "Collecte"
    STORAGE = "storage", "Stockage"
    ERASURE = "erasure", "Effacement des données"
    REPAIR = "repair", "Réparation"
    GIFT = "gift", "Don d’équipements"
    DISTRIBUTION = "distribution", "Distribution solidaire"
    CONNECTION = "connection", "Accès à internet"
    MEDIATION = "mediation", "Accompagnement au numérique"
    PRESCRIPTION = "prescription", "Orientation des foyers"
    RECYCLING = "recycling", "Recyclage des déchets"
    TRAINING = "training", "Formation des acteurs"


class SkillKind(TextChoices):
    """What a workshop or a person is known to know how to do, until when: beyond what an organisation says it does."""

    REPAIR = "repair", "Réparation"
    ERASURE_CLEAR = "erasure_clear", "Effacement, niveau Clear (NIST SP 800-88)"
    ERASURE_PURGE = "erasure_purge", "Effacement, niveau Purge (NIST SP 800-88)"
    PHONES = "phones", "Smartphones"
    TABLETS = "tablets", "Tablettes"


ERASES = (SkillKind.ERASURE_CLEAR, SkillKind.ERASURE_PURGE)
"""Either of them is enough to erase."""


class MergerState(TextChoices):
    """The life of a merger of EPCI: it is established, once."""

    DECLARED = "declared", "Constatée"


class RolloutState(TextChoices):
    """How far an EPCI is in the roadmap's plan (feuille de route, IV.D)."""

    SURVEY = "survey", "État des lieux"
    GATHERED = "gathered", "Acteurs réunis"
    TRIED = "tried", "Test opérationnel"
    AGREED = "agreed", "Convention"
    CRUISING = "cruising", "Rythme de croisière"
    MERGED = "merged", "Repris par un autre EPCI"


class RolloutStep(TextChoices):
    """What is to be done next with an EPCI."""

    CALL = "call", "Appeler"
    VISIT = "visit", "Se rendre sur place"
    GATHER = "gather", "Réunir les acteurs"
    ELECTED = "elected", "Présenter la démarche aux élus"
    CONVENTION = "convention", "Préparer la convention"
    DECISION = "decision", "Relancer une décision"


class ExchangeChannel(TextChoices):
    """How somebody who is followed was reached."""

    PHONE = "phone", "Téléphone"
    EMAIL = "email", "Courriel"
    LETTER = "letter", "Courrier"
    VISIT = "visit", "Visite"
    EVENT = "event", "Réunion ou événement"


class CommuneStatus(TextChoices):
    """What a row of communes is in the official geographic code (COG) of Insee."""

    CURRENT = "commune", "Commune"
    ASSOCIATED = "commune-associee", "Commune associée"
    DELEGATED = "commune-deleguee", "Commune déléguée"
    FORMER = "ancienne-commune", "Ancienne commune"


class StructureKind(TextChoices):
    """What a structure that prescribes is, as the directory tells it."""

    MNS = "mns", "Maison Nord Solidarités"
    CCAS = "ccas", "CCAS ou CIAS"
    FRANCE_SERVICES = "france_services", "France services"
    ASSOCIATION = "association", "Association"
    OTHER = "other", "Autre structure"


class ServiceState(TextChoices):
    """The life of an entry of the directory."""

    PUBLISHED = "published", "Dans l’annuaire"
    WITHDRAWN = "withdrawn", "Retirée de l’annuaire"


class AwarenessState(TextChoices):
    """The life of an awareness session."""

    PLANNED = "planned", "Prévue"
    HELD = "held", "Tenue"
    CANCELLED = "cancelled", "Annulée"


class AwarenessCancelReason(TextChoices):
    """Why a session is called off."""

    FEW = "few", "Trop peu de participants"
    PLACE = "place", "Le lieu n’est plus libre"
    SPEAKER = "speaker", "L’intervenant n’est plus libre"
    POSTPONED = "postponed", "Reportée à une autre date"
    OTHER = "other", "Autre motif"
