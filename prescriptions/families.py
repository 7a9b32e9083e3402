"""The tables of dated rows of prescriptions, and what each is for."""

from network.models import Arrondissement, Epci
from prescriptions.models import (
    AgreementText,
    CodedReason,
    EligibilityRule,
    FactBand,
    SheetTranslation,
    TerritorialPriority,
)
from reference.dated import fingerprint
from reference.families import Family, declare

CODE = "Un mot court, sans espace ni accent, qui reste le même d’une version à l’autre. Exemple\u00a0: coup-de-pouce."
VERSION = "Exemple\u00a0: 2027-1. Une version ne sert qu’une fois."
RANK = "La place dans la liste\u00a0: 1 vient en premier."
A_MONTH = "En euros par mois et par personne\u00a0; vide s’il n’y a pas de plafond."


def _arrondissements() -> list[tuple[str, str]]:
    return [("", "Aucun"), *Arrondissement.objects.alphabetical().values_list("code", "name")]


def _epcis() -> list[tuple[str, str]]:
    return [("", "Aucun"), *Epci.objects.living().alphabetical().values_list("siren", "name")]


declare(
    Family(
        slug="priorites-territoriales",
        group="Foyers",
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
        file="territorial_priorities.csv",
        key=("arrondissement_code", "epci_siren"),
    ),
    Family(
        slug="motifs",
        group="Foyers",
        title="Motifs à choisir",
        purpose="Les listes où l’on dit pourquoi on refuse, pourquoi on abandonne, ce qui manque.",
        model=CodedReason,
        series=("purpose", "code"),
        named=("label",),
        fields=("label", "told", "next_step", "next_step_without_device", "part", "position"),
        told=("purpose", "told", "next_step", "next_step_without_device", "part"),
        adds=True,
        hints={
            "code": CODE,
            "position": RANK,
            "told": "Pour un refus\u00a0: la raison que sa feuille dit au foyer, en le vouvoyant et sans point final.",
            "next_step": (
                "Pour un refus\u00a0: ce que le foyer peut faire à la place, dit au foyer. Laissée vide, qui refuse "
                "l’écrit."
            ),
            "next_step_without_device": (
                "Pour un refus\u00a0: ce qui est proposé à la place quand la demande ne porte sur aucun appareil. "
                "Laissée vide, c’est la suite proposée."
            ),
            "part": "Pour ce qui manque\u00a0: l’endroit du dossier où le travailleur social l’apporte.",
        },
        file="coded_reasons.csv",
        key=("purpose", "code"),
    ),
    Family(
        slug="tranches",
        group="Foyers",
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
        file="fact_bands.csv",
        key=("kind", "code"),
    ),
    Family(
        slug="regles-d-eligibilite",
        group="Foyers",
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
        file="eligibility_rules.csv",
        key=("code",),
    ),
    Family(
        slug="textes-d-accord",
        group="Foyers",
        title="Texte d’information et d’accord",
        purpose="Ce qui est lu au foyer avant que son dossier parte.",
        model=AgreementText,
        series=(),
        named=("title",),
        fields=("version", "title", "body"),
        told=("version",),
        hints={"version": VERSION},
        frozen=True,
        file="agreement_texts.csv",
        key=("version",),
        once=True,
        texts={"body": str},
        computed={"sha256": lambda told: fingerprint(told["body"])},
    ),
    Family(
        slug="traductions-des-fiches",
        group="Foyers",
        title="Traductions des fiches du foyer",
        purpose="Ce que les fiches et la page du foyer disent, dans les autres langues.",
        model=SheetTranslation,
        series=("language", "french"),
        named=("french",),
        fields=("text",),
        told=("language", "text"),
        sought=("french", "text"),
        seek="Un mot de la phrase, en français ou traduite",
        hints={
            "text": "Ce qui est entre accolades, comme {day}, reste tel quel\u00a0: Maillon y met le jour, le lieu."
        },
        file="sheet_translations.csv",
        key=("language", "french"),
    ),
)
