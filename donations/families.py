"""The text of the deed of gift, which has a day from which it holds."""

from donations.models.deed import DeedText
from reference.dated import fingerprint
from reference.families import Family, declare

declare(
    Family(
        slug="textes-de-l-acte-de-don",
        group="Équipement",
        title="Texte de l’acte de don",
        purpose="Ce que le donateur accepte quand il donne un lot.",
        model=DeedText,
        series=(),
        named=("title",),
        fields=("version", "title", "body"),
        told=("version",),
        hints={"version": "Exemple\u00a0: 2027-1. Une version ne sert qu’une fois."},
        frozen=True,
        file="deed_texts.csv",
        key=("version",),
        once=True,
        texts={"body": str},
        computed={"sha256": lambda told: fingerprint(told["body"])},
    ),
)
