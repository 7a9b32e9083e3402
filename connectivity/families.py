"""The tables of dated rows of connections, and what each is for."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Model, Q

from connectivity.enums import UNDER_WAY, Channel, ConnectionState, Reliability
from connectivity.models import ConnectionFile, CopperClosure, MobileCoverage, Offer, OfferCondition, TechnologyShare
from connectivity.prices import checked_since
from network.enums import LegalNature, OrganisationKind
from network.models import Commune, Organisation
from prescriptions.enums import CONNECTION_KINDS
from reference.families import Family, Lines, declare

CODE = "Un mot court, sans espace ni accent, qui reste le même d’une version à l’autre. Exemple\u00a0: coup-de-pouce."


SOUGHT = ("commune__name", "commune__epci__name", "commune__epci__short_name")
"""By what a row of a commune is found."""


def _communes() -> Any:
    return Commune.objects.in_departement().alphabetical()


def _communes_by_code() -> Mapping[str, Model]:
    """The communes of the database: a closure of one that is not loaded is left out."""
    return {row.code: row for row in Commune.objects.current()}


def _operators() -> Any:
    return Organisation.objects.active().of_kind(OrganisationKind.OPERATOR)


def _with_operator(told: dict[str, Any]) -> dict[str, Any]:
    """Who answers: the operator of that name; made when the offer has a desk and nobody behind."""
    name = told["operator_name"]
    known = Organisation.objects.of_kind(OrganisationKind.OPERATOR).filter(name__iexact=name).first()
    if known is None and told["channel"] == Channel.DESK:
        known = Organisation.objects.create(
            name=name, kinds=[OrganisationKind.OPERATOR], legal_nature=LegalNature.PRIVATE
        )
    return {**told, "operator": known}


CHOSEN_AGAIN = Q(channel=Channel.DESK, state__in=(ConnectionState.CHOSEN, ConnectionState.PROBLEM))


def _concerned(offer: Offer) -> str:
    """How many requests took this version, and what comes of them; empty without one. One query."""
    files = ConnectionFile.objects.filter(offer=offer, state__in=UNDER_WAY)
    count = files.aggregate(all=Count("pk"), again=Count("pk", filter=CHOSEN_AGAIN))
    if not count["all"]:
        return ""
    s = "s" if count["all"] > 1 else ""
    said = f"{count['all']} demande{s} en cours avec cette version. Ce qu’un opérateur a déjà reçu continue."
    if not count["again"]:
        return said
    return (
        f"{said} À choisir de nouveau avec le foyer\u00a0: {count['again']}\u00a0; qui suit le foyer le lit dans"
        " «\u00a0À faire\u00a0», avec ce qui change."
    )


def _connections() -> list[tuple[str, str]]:
    return [(str(kind), str(kind.label)) for kind in CONNECTION_KINDS]


declare(
    Family(
        slug="offres",
        group="Internet",
        title="Offres des opérateurs",
        purpose="Les offres à prix réduit proposées aux foyers\u00a0: prix, durée, conditions, façon de les obtenir.",
        model=Offer,
        series=("code",),
        named=("name", "operator_name"),
        fields=(
            *("name", "operator_name", "operator", "technology", "kinds", "gives", "channel", "price", "price_max"),
            *("period", "commitment_months", "setup_fee", "needs_bank_account", "entitlement_months", "how_to"),
            *("how_to_unphoned", "phone", "url", "reliability"),
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
                file="offer_conditions.csv",
                of_row={"offer": "code"},
            ),
        ),
        units=dict.fromkeys(("price", "price_max", "setup_fee", "ceiling"), "€"),
        labels={"period": "Ce que le prix paie", "price_max": "Prix le plus haut", "url": "Adresse du site"},
        hints={
            "code": CODE,
            "operator": "L’organisation dont les agents répondent aux demandes. Obligatoire quand la demande lui est"
            " transmise.",
            "kinds": "Les besoins auxquels l’offre répond.",
            "gives": "Une ligne sans Internet est dite comme telle, et vient après celles qui en donnent.",
            "price": "En euros TTC\u00a0; vide s’il est à confirmer.",
            "price_max": "En euros TTC, quand le prix va de … à …\u00a0; vide sinon.",
            "commitment_months": "0\u00a0: sans engagement.",
            "setup_fee": "En euros\u00a0; vide s’ils sont à confirmer.",
            "how_to": "Écrit pour la famille\u00a0: où aller, quoi demander, avec quels papiers.",
            "how_to_unphoned": "Pour une famille sans numéro, si l’offre dit qu’on l’appelle\u00a0; vide sinon.",
            "phone": "Le numéro que la famille appelle.",
            "reliability": "«\u00a0À confirmer\u00a0» s’affiche à côté de l’offre, pour que personne ne la promette.",
            "ceiling": "En euros\u00a0; par exemple le quotient familial le plus haut.",
            "fresh_days": "En jours\u00a0: au-delà, la pièce est trop ancienne.",
            "detail": "Vide\u00a0: la condition s’écrit toute seule.",
        },
        choices={"operator": _operators, "kinds": _connections},
        to_confirm=Q(reliability=Reliability.CHECK),
        file="offers.csv",
        key=("code",),
        typed=("operator",),
        completed=_with_operator,
        checked_since=checked_since,
        checked_at="checked_at",
        concerned=_concerned,
    ),
    Family(
        slug="fermetures-du-cuivre",
        group="Internet",
        title="Fermeture du cuivre",
        purpose="Commune par commune, quand on ne vend plus l’ADSL et quand il s’arrête.",
        model=CopperClosure,
        series=("commune",),
        named=("commune",),
        fields=("lot", "commercial_on", "technical_on", "reliability"),
        told=("lot", "commercial_on", "technical_on", "reliability"),
        adds=True,
        sought=SOUGHT,
        seek="Commune ou EPCI",
        hints={
            "lot": "Le lot de fermeture d’Orange.",
            "commercial_on": "À partir de ce jour, plus aucune nouvelle ligne.",
            "technical_on": "À partir de ce jour, plus aucune ligne ne marche.",
        },
        choices={"commune": _communes},
        to_confirm=Q(reliability=Reliability.CHECK),
        file="copper_closures.csv",
        key=("commune",),
        relations={"commune": _communes_by_code},
    ),
    Family(
        slug="technologies-par-commune",
        group="Internet",
        title="Technologies par commune",
        purpose="Commune par commune, la part des logements que la fibre, le câble, la 4G ou la 5G fixe, le satellite"
        " ou le cuivre atteignent. À 0\u00a0%, l’offre est impossible\u00a0; entre les deux, à confirmer sur place.",
        model=TechnologyShare,
        series=("commune", "access"),
        named=("commune", "access"),
        fields=("share", "observed_on"),
        told=("share", "observed_on"),
        adds=True,
        sought=SOUGHT,
        seek="Commune ou EPCI",
        units={"share": "%"},
        hints={
            "share": "De 0 à 100.",
            "observed_on": "Le jour de la mesure, tel que l’Arcep le publie.",
        },
        choices={"commune": _communes},
        file="technology_shares.csv",
        key=("commune", "access"),
        relations={"commune": _communes_by_code},
    ),
    Family(
        slug="couverture-mobile",
        group="Internet",
        title="Couverture mobile par commune",
        purpose="Commune par commune et opérateur par opérateur, le mot de l’Arcep\u00a0: très bonne, bonne, limitée,"
        " absente. Il se lit à côté des offres mobiles.",
        model=MobileCoverage,
        series=("commune", "operator_name"),
        named=("commune", "operator_name"),
        fields=("level", "observed_on"),
        told=("level", "observed_on"),
        adds=True,
        sought=SOUGHT,
        seek="Commune ou EPCI",
        hints={
            "operator_name": "Comme dans les offres.",
            "observed_on": "Le jour de la mesure, tel que l’Arcep le publie.",
        },
        choices={"commune": _communes},
        file="mobile_coverages.csv",
        key=("commune", "operator_name"),
        relations={"commune": _communes_by_code},
    ),
)
