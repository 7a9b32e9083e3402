"""The tables of dated rows of conventions, and what each is for."""

from conventions.models import ClauseText, PriceCeiling
from reference.families import Family, declare

CODE = "Un mot court, sans espace ni accent, qui reste le même d’une version à l’autre. Exemple\u00a0: coup-de-pouce."
RANK = "La place dans la liste\u00a0: 1 vient en premier."


declare(
    Family(
        slug="plafonds-de-prix",
        group="Équipement",
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
        file="price_ceilings.csv",
        key=("type",),
    ),
    Family(
        slug="articles-des-conventions",
        group="Conventions",
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
        file="clauses.csv",
        key=("code",),
        texts={"body": str.strip},
    ),
)
