"""Every family of reference data: what it is for, in the words of those who keep it."""

from typing import Any

from connectivity.models import CopperClosure, Offer, OfferCondition
from conventions.models import ClauseText, ConventionRule, PriceCeiling
from desk.reference.delays import DELAYS
from desk.reference.families import Family, Lines
from desk.reference.scales import faults_of_checklist, faults_of_scale
from network.enums import OrganisationKind
from network.models import Arrondissement, Commune, Epci, Organisation
from prescriptions.enums import CONNECTION_KINDS
from prescriptions.models import AgreementText, CodedReason, EligibilityRule, FactBand, Setting, TerritorialPriority
from prescriptions.services.reference import fingerprint as agreement_fingerprint
from refurb.models.deed import DeedText
from refurb.models.deed import fingerprint as deed_fingerprint
from refurb.models.reference import (
    Checklist,
    ChecklistFunction,
    GradingCap,
    GradingCriterion,
    GradingLevel,
    GradingScale,
)
from refurb.models.terms import DistributionTerm, WarrantyText
from refurb.models.threshold import LegalThreshold

CODE = "Un mot court, sans espace ni accent, qui reste le même d’une version à l’autre. Exemple\u00a0: coup-de-pouce."
VERSION = "Exemple\u00a0: 2027-1. Une version ne sert qu’une fois."
RANK = "La place dans la liste\u00a0: 1 vient en premier."
A_MONTH = "En euros par mois et par personne\u00a0; vide s’il n’y a pas de plafond."


def _arrondissements() -> list[tuple[str, str]]:
    return [("", "Aucun"), *Arrondissement.objects.alphabetical().values_list("code", "name")]


def _epcis() -> list[tuple[str, str]]:
    return [("", "Aucun"), *Epci.objects.living().alphabetical().values_list("siren", "name")]


def _communes() -> Any:
    return Commune.objects.in_departement().alphabetical()


def _operators() -> Any:
    return Organisation.objects.active().of_kind(OrganisationKind.OPERATOR)


def _connections() -> list[tuple[str, str]]:
    return [(str(kind), str(kind.label)) for kind in CONNECTION_KINDS]


def _sign_agreement(row: AgreementText) -> None:
    row.sha256 = agreement_fingerprint(row.body)


def _sign_deed(row: DeedText) -> None:
    row.sha256 = deed_fingerprint(row.body)


EQUIPMENT, CONVENTIONS, HOUSEHOLDS, INTERNET = "Équipement", "Conventions", "Foyers", "Internet"

FAMILIES: tuple[Family, ...] = (
    Family(
        slug="offres",
        group=INTERNET,
        title="Offres des opérateurs",
        purpose="Les offres à prix réduit proposées aux foyers\u00a0: prix, durée, conditions, façon de les obtenir.",
        model=Offer,
        series=("code",),
        named=("name", "operator_name"),
        fields=(
            *("name", "operator_name", "operator", "technology", "kinds", "channel", "price", "price_max", "period"),
            *("commitment_months", "setup_fee", "needs_bank_account", "entitlement_months", "how_to", "phone", "url"),
            "reliability",
        ),
        told=("technology", "price", "period", "channel", "reliability"),
        adds=True,
        lines=(
            Lines(
                model=OfferCondition,
                key="offer",
                title="Conditions",
                one="Condition",
                fields=("rule", "proof", "ceiling", "fresh_days", "detail"),
                unique="rule",
                numbered=False,
            ),
        ),
        units=dict.fromkeys(("price", "price_max", "setup_fee", "ceiling"), "€"),
        labels={"period": "Ce que le prix paie", "price_max": "Prix le plus haut", "url": "Adresse du site"},
        hints={
            "code": CODE,
            "operator": "L’organisation dont les agents répondent aux demandes. Obligatoire quand la demande lui est"
            " transmise.",
            "kinds": "Les besoins auxquels l’offre répond.",
            "price": "En euros TTC\u00a0; vide s’il est à confirmer.",
            "price_max": "En euros TTC, quand le prix va de … à …\u00a0; vide sinon.",
            "commitment_months": "0\u00a0: sans engagement.",
            "setup_fee": "En euros\u00a0; vide s’ils sont à confirmer.",
            "how_to": "Écrit pour la famille\u00a0: où aller, quoi demander, avec quels papiers.",
            "phone": "Le numéro que la famille appelle.",
            "reliability": "«\u00a0À confirmer\u00a0» s’affiche à côté de l’offre, pour que personne ne la promette.",
            "ceiling": "En euros\u00a0; par exemple le quotient familial le plus haut.",
            "fresh_days": "En jours\u00a0: au-delà, la pièce est trop ancienne.",
            "detail": "Vide\u00a0: la condition s’écrit toute seule.",
        },
        choices={"operator": _operators, "kinds": _connections},
    ),
    Family(
        slug="fermetures-du-cuivre",
        group=INTERNET,
        title="Fermeture du cuivre",
        purpose="Commune par commune, quand on ne vend plus l’ADSL et quand il s’arrête.",
        model=CopperClosure,
        series=("commune",),
        named=("commune",),
        fields=("lot", "commercial_on", "technical_on", "reliability"),
        told=("lot", "commercial_on", "technical_on", "reliability"),
        adds=True,
        sought=("commune__name", "commune__epci__name", "commune__epci__short_name"),
        seek="Commune ou EPCI",
        hints={
            "lot": "Le lot de fermeture d’Orange.",
            "commercial_on": "À partir de ce jour, plus aucune nouvelle ligne.",
            "technical_on": "À partir de ce jour, plus aucune ligne ne marche.",
        },
        choices={"commune": _communes},
    ),
    Family(
        slug="plafonds-de-prix",
        group=EQUIPMENT,
        title="Plafonds de prix",
        purpose="Le prix solidaire le plus haut d’un appareil, par type\u00a0: aucune vente ne le dépasse.",
        model=PriceCeiling,
        series=("type",),
        named=("type",),
        fields=("amount", "condition"),
        told=("amount", "condition"),
        adds=True,
        units={"amount": "€"},
        hints={
            "amount": "En euros, TTC.",
            "condition": "Ce que l’appareil comprend à ce prix, comme le dit le décret.",
        },
    ),
    Family(
        slug="grilles-de-classement",
        group=EQUIPMENT,
        title="Grilles de classement",
        purpose="Comment les mesures d’un appareil donnent son grade. Un grade déjà donné garde sa grille.",
        model=GradingScale,
        series=("code",),
        named=("name",),
        fields=("code", "name", "types", "note"),
        told=("types", "note"),
        adds=True,
        side_by_side=True,
        faults=faults_of_scale,
        lines=(
            Lines(
                model=GradingCriterion,
                key="scale",
                title="Critères",
                one="Critère",
                fields=(
                    *("label", "code", "kind", "measure", "unit", "when_measure", "when_values", "factor", "minimum"),
                    "maximum",
                ),
                unique="code",
                parts="steps",
            ),
            Lines(
                model=GradingCap,
                key="scale",
                title="Plafonds",
                one="Plafond",
                fields=("label", "code", "when_measure", "when_values", "below_measure", "below", "grade"),
                unique="code",
            ),
            Lines(
                model=GradingLevel,
                key="scale",
                title="Grades, du meilleur au plus bas",
                one="Grade",
                fields=("grade", "label", "at_least"),
                unique="grade",
            ),
        ),
        hints={
            "code": "Un mot court, sans espace ni accent, qui n’a jamais servi. Exemple\u00a0: ec-pc-2027.",
            "when_values": "Séparées par des virgules.",
            "measure": "Le nom de la mesure, tel que l’établi la relève\u00a0: ram_gb, storage_gb, cpu_mark…",
            "at_least": "Le total à partir duquel on a ce grade\u00a0; vide pour le plus bas.",
        },
    ),
    Family(
        slug="listes-de-tests",
        group=EQUIPMENT,
        title="Listes de tests",
        purpose="Les fonctions à essayer sur chaque type d’appareil avant de le dire reconditionné.",
        model=Checklist,
        series=("type",),
        named=("type",),
        fields=("version",),
        told=("version",),
        adds=True,
        numbered="version",
        faults=faults_of_checklist,
        lines=(
            Lines(
                model=ChecklistFunction,
                key="checklist",
                title="Fonctions à essayer",
                one="Fonction",
                fields=("label", "code", "essential", "not_applicable_when"),
                unique="code",
            ),
        ),
        hints={"essential": "Une fonction essentielle qui échoue retient l’appareil à l’atelier."},
    ),
    Family(
        slug="durees-de-la-distribution",
        group=EQUIPMENT,
        title="Durées de la distribution",
        purpose="Combien de temps tient une réservation, combien de mois dure la garantie.",
        model=DistributionTerm,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        hints={"value": "Dans l’unité que le nom indique."},
    ),
    Family(
        slug="textes-de-la-garantie",
        group=EQUIPMENT,
        title="Texte de la garantie",
        purpose="Ce que la fiche remise au foyer dit de la garantie.",
        model=WarrantyText,
        series=(),
        named=("version",),
        fields=("version", "body"),
        told=("version",),
        hints={"version": VERSION},
    ),
    Family(
        slug="seuils-legaux",
        group=EQUIPMENT,
        title="Seuils de la loi sur les dons",
        purpose="La valeur la plus haute d’un don public, l’âge au-delà duquel on recycle.",
        model=LegalThreshold,
        series=("code",),
        named=("label",),
        fields=("value",),
        told=("value",),
        unit="unit",
    ),
    Family(
        slug="textes-de-l-acte-de-don",
        group=EQUIPMENT,
        title="Texte de l’acte de don",
        purpose="Ce que le donateur accepte quand il donne un lot.",
        model=DeedText,
        series=(),
        named=("title",),
        fields=("version", "title", "body"),
        told=("version",),
        hints={"version": VERSION},
        frozen=True,
        prepare=_sign_deed,
    ),
    Family(
        slug="regles-des-conventions",
        group=CONVENTIONS,
        title="Règles des conventions",
        purpose="Durées, préavis, délai de relecture, rappels avant la fin.",
        model=ConventionRule,
        series=("code",),
        named=("code",),
        fields=("value",),
        told=("value",),
        unit="unit",
        falls=(("first_reminder_days", "second_reminder_days", "last_reminder_days"),),
    ),
    Family(
        slug="articles-des-conventions",
        group=CONVENTIONS,
        title="Articles du modèle de convention",
        purpose="Le texte dont part chaque nouvelle convention\u00a0; celles qui sont rédigées gardent le leur.",
        model=ClauseText,
        series=("code",),
        named=("title",),
        fields=("title", "body", "mandatory", "position"),
        told=("mandatory", "position"),
        adds=True,
        hints={
            "code": CODE,
            "position": RANK,
            "mandatory": "Une convention ne peut pas laisser de côté un article obligatoire.",
        },
    ),
    Family(
        slug="regles-d-eligibilite",
        group=HOUSEHOLDS,
        title="Règles d’éligibilité",
        purpose="Ce qui rend un foyer éligible. Une seule règle remplie suffit. Des personnes décident.",
        model=EligibilityRule,
        series=("code",),
        named=("label",),
        fields=("label", "kind", "at_most", "decisive", "position"),
        told=("kind", "at_most", "decisive"),
        adds=True,
        units={"at_most": "€"},
        hints={
            "code": CODE,
            "at_most": A_MONTH,
            "decisive": "Jamais pour le quotient familial, qui ne suffit pas à refuser.",
            "position": RANK,
        },
    ),
    Family(
        slug="tranches",
        group=HOUSEHOLDS,
        title="Tranches de ressources",
        purpose="Les tranches que le travailleur social coche après avoir vu la pièce. Le chiffre n’est pas gardé.",
        model=FactBand,
        series=("kind", "code"),
        named=("kind", "label"),
        fields=("label", "at_most"),
        told=("at_most",),
        adds=True,
        units={"at_most": "€"},
        hints={"code": CODE, "at_most": A_MONTH},
    ),
    Family(
        slug="priorites-territoriales",
        group=HOUSEHOLDS,
        title="Priorités territoriales",
        purpose="Les points qu’un arrondissement ou un EPCI donne aux besoins qui y attendent.",
        model=TerritorialPriority,
        series=("arrondissement_code", "epci_siren"),
        named=("label",),
        fields=("label", "points"),
        told=("points",),
        adds=True,
        hints={
            "arrondissement_code": "Un arrondissement ou un EPCI, pas les deux.",
            "points": "S’ajoutent au rang de chaque besoin du territoire.",
        },
        choices={"arrondissement_code": _arrondissements, "epci_siren": _epcis},
    ),
    Family(
        slug="reglages-des-prescriptions",
        group=HOUSEHOLDS,
        title="Délais et points des prescriptions",
        purpose="Délais de réponse et d’archivage, points du rang, points des doubles possibles.",
        model=Setting,
        series=("code",),
        named=("label",),
        fields=("value",),
        told=("value",),
        unit="unit",
        falls=(
            ("complete_days", "complete_first_days", "complete_last_days"),
            ("valid_days", "still_current_first_days", "still_current_last_days"),
        ),
    ),
    Family(
        slug="motifs",
        group=HOUSEHOLDS,
        title="Motifs à choisir",
        purpose="Les listes où l’on dit pourquoi on refuse, pourquoi on abandonne, ce qui manque.",
        model=CodedReason,
        series=("purpose", "code"),
        named=("label",),
        fields=("label", "next_step", "position"),
        told=("purpose", "next_step"),
        adds=True,
        hints={"code": CODE, "position": RANK, "next_step": "Ce que l’on propose au foyer à la place."},
    ),
    Family(
        slug="textes-d-accord",
        group=HOUSEHOLDS,
        title="Texte d’information et d’accord",
        purpose="Ce qui est lu au foyer avant que son dossier parte.",
        model=AgreementText,
        series=(),
        named=("title",),
        fields=("version", "title", "body"),
        told=("version",),
        hints={"version": VERSION},
        frozen=True,
        prepare=_sign_agreement,
    ),
    *DELAYS,
)
BY_SLUG = {family.slug: family for family in FAMILIES}
BY_MODEL = {family.model._meta.label_lower: family for family in FAMILIES}
