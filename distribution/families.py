"""The text of the warranty, which has a day from which it holds."""

from distribution.models.terms import WarrantyText
from reference.families import Family, declare

declare(
    Family(
        slug="textes-de-la-garantie",
        group="Équipement",
        title="Texte de la garantie",
        purpose="Ce que la fiche remise au foyer dit de la garantie.",
        model=WarrantyText,
        series=(),
        named=("version",),
        fields=("version", "body"),
        told=("version",),
        hints={"version": "Exemple\u00a0: 2027-1. Une version ne sert qu’une fois."},
        file="warranty_texts.csv",
        key=("version",),
        once=True,
        texts={"body": str.strip},
    ),
)
