"""What becomes of waste once it is handed over: the operations that the law names, and what they are worth."""

from django.db.models import TextChoices


class Treatment(TextChoices):
    """Recovery (R) and disposal (D) operations: annexes II and I of directive 2008/98/EC."""

    R1 = "R1", "R1 – Utilisation comme combustible"
    R2 = "R2", "R2 – Récupération ou régénération des solvants"
    R3 = "R3", "R3 – Recyclage des substances organiques (plastiques, papier, bois)"
    R4 = "R4", "R4 – Recyclage des métaux"
    R5 = "R5", "R5 – Recyclage d’autres matières inorganiques (verre)"
    R6 = "R6", "R6 – Régénération des acides ou des bases"
    R7 = "R7", "R7 – Récupération des produits servant à capter les polluants"
    R8 = "R8", "R8 – Récupération des produits provenant des catalyseurs"
    R9 = "R9", "R9 – Régénération des huiles"
    R10 = "R10", "R10 – Épandage sur le sol"
    R11 = "R11", "R11 – Utilisation de déchets résiduels obtenus par R1 à R10"
    R12 = "R12", "R12 – Échange de déchets avant R1 à R11 (tri, démontage, broyage)"
    R13 = "R13", "R13 – Stockage avant R1 à R12"
    D1 = "D1", "D1 – Dépôt sur ou dans le sol"
    D2 = "D2", "D2 – Traitement en milieu terrestre"
    D3 = "D3", "D3 – Injection en profondeur"
    D4 = "D4", "D4 – Lagunage"
    D5 = "D5", "D5 – Mise en décharge aménagée"
    D6 = "D6", "D6 – Rejet dans le milieu aquatique sauf l’immersion"
    D7 = "D7", "D7 – Immersion"
    D8 = "D8", "D8 – Traitement biologique avant élimination"
    D9 = "D9", "D9 – Traitement physico-chimique avant élimination"
    D10 = "D10", "D10 – Incinération à terre"
    D11 = "D11", "D11 – Incinération en mer"
    D12 = "D12", "D12 – Stockage permanent"
    D13 = "D13", "D13 – Regroupement avant D1 à D12"
    D14 = "D14", "D14 – Reconditionnement avant D1 à D13"
    D15 = "D15", "D15 – Stockage avant D1 à D14"


class Hierarchy(TextChoices):
    """What the last treatment is worth in the hierarchy of the code de l’environnement, art. L. 541-1, II, 2°."""

    REUSE = "reuse", "Préparation en vue de la réutilisation"
    RECYCLING = "recycling", "Recyclage"
    RECOVERY = "recovery", "Autre valorisation, notamment énergétique"
    DISPOSAL = "disposal", "Élimination"
