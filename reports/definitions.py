"""What each figure of a report means, in French: printed with it, on the page, the paper and the workbook."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from lifecycle.machine import Verb, verbs_of
from refurb.enums import DeviceState
from refurb.models import Device
from reports.enums import STAGE_OF, Stage
from typography.french import HARD

OF_STAGES: dict[Stage, str] = {
    Stage.ANNOUNCED: (
        "Unités acceptées d’un lot, pas encore enlevées ni vues par l’atelier. Ce n’est pas ce que les donateurs ont "
        "annoncé dans le mois\u00a0: voir «\u00a0Annoncé, accepté\u00a0»."
    ),
    Stage.COLLECTED: "Appareils partis de chez le donateur, pas encore réceptionnés à l’atelier.",
    Stage.RECEIVED: "Appareils comptés et étiquetés à l’atelier, sur lesquels le travail n’a pas commencé.",
    Stage.IN_PROCESS: "Appareils en audit, en effacement, en test ou en réparation, attente de pièce comprise.",
    Stage.RECONDITIONED: "Appareils effacés, testés, classés et tarifés, en stock à l’atelier.",
    Stage.ALLOTTED: "Appareils reconditionnés affectés à une convention.",
    Stage.SHIPPED: "Appareils en route vers un point de distribution.",
    Stage.AVAILABLE: "Appareils en rayon à un point de distribution.",
    Stage.RESERVED: "Appareils retenus pour un foyer.",
    Stage.HANDED_OVER: "Appareils remis à un foyer\u00a0: cumul depuis l’origine, retours déduits.",
    Stage.RETURNED: "Appareils repris à un foyer, en réparation, en échange ou en remboursement.",
    Stage.UNUSABLE: "Appareils déclarés non réemployables, encore à l’atelier.",
    Stage.DISMANTLED: "Appareils démontés pour pièces\u00a0: cumul depuis l’origine.",
    Stage.RECYCLED: "Appareils remis à un recycleur (DEEE) avec un numéro de bordereau\u00a0: cumul depuis l’origine.",
    Stage.CEDED: "Appareils reconditionnés cédés hors filière à un destinataire nommé\u00a0: cumul depuis l’origine.",
    Stage.MISSING: "Appareils attendus et introuvables\u00a0; un appareil retrouvé en sort.",
    Stage.WITHDRAWN: "Unités qui ne viendront pas ou rendues au donateur\u00a0: cumul depuis l’origine.",
}
GENERAL: dict[str, str] = {
    "Source": (
        "Le journal des appareils et celui des lots\u00a0; pour les effacements manquants, les preuves enregistrées "
        "avant la fin du mois. Une fiche corrigée plus tard ne change aucun mois "
        "passé\u00a0: la correction compte dans "
        "le mois où elle est faite."
    ),
    "Mois": "Du 1er à 0\u00a0h au 1er du mois suivant à 0\u00a0h exclu, heure de Paris.",
    "Début de mois": "Appareils présents à l’étape juste avant le 1er à 0\u00a0h.",
    "Entrées": (
        "Actes du mois qui mènent à l’étape, créations comprises. L’acte d’un appareil compte une seule fois dans le "
        "mois, et pas du tout s’il y est annulé. Les entrées de plusieurs étapes ne s’additionnent pas\u00a0: un même "
        "appareil en passe plusieurs."
    ),
    "Sorties": "Actes du mois qui font quitter l’étape, comptés de la même façon.",
    "Autres variations": (
        "Arrivées moins départs qui ne sont pas des actes du mois\u00a0: reclassements, affectations et réservations "
        "retirées, annulations avec ce qu’elles annulent, actes refaits, appareils retrouvés ou rendus après "
        "réparation, besoins qui suivent leur foyer, fusions d’EPCI. Une correction compte dans le mois où elle est "
        "faite\u00a0; un acte d’un mois précédent qu’elle annule reste compté dans le sien. Chacune a sa ligne."
    ),
    "Fin de mois": (
        "Appareils présents à l’étape au dernier instant du mois, relus au journal. Début de mois + entrées − "
        "sorties + autres variations = fin de mois, pour chaque étape, EPCI, type et nature de donateur."
    ),
    "Distribution": (
        "Appareils présents en fin de mois à l’une des six étapes de l’affectation au retour SAV\u00a0; chacun compte "
        "une fois."
    ),
    "Nouveaux appareils": (
        "Appareils dont le suivi commence pendant le mois\u00a0: unités acceptées ou arrivées inattendues."
    ),
    "EPCI": (
        "Celui du lieu d’enlèvement\u00a0; de l’affectation au retour, celui de la "
        "convention servie, ou celui qui lui a "
        "succédé."
    ),
    "Hors département": "Appareils d’un lot enlevé hors du territoire des 17\u00a0EPCI.",
    "Origine inconnue": "Appareils arrivés sans avoir été annoncés, dont le donateur n’est pas connu.",
    "Annoncé, accepté": (
        "Quantités inscrites au journal à l’annonce des lots et à leur qualification, pour les lots annoncés ou "
        "qualifiés pendant le mois. Un lot annoncé un mois peut être qualifié un autre mois. Un lot que son donateur "
        "retire dans le mois n’est ni annoncé ni accepté\u00a0; un lot écarté dans le mois n’est pas accepté."
    ),
    "Enlevé (quantité du mois)": (
        "Unités annoncées dont l’atelier a pris la garde pendant le mois\u00a0: enlevées, ou reçues directement."
    ),
    "Effacements manquants": (
        "Disques retirés d’un appareil, ou partis avec un appareil recyclé ou démonté, que rien ne prouve "
        "effacés ou détruits au dernier instant du mois. Un certificat du donateur "
        "ne compte pas. Objectif\u00a0:\u00a00."
    ),
    "Appareils introuvables sans preuve d’effacement": (
        "Appareils introuvables après la prise de garde, dont le stockage n’est pas inventorié et prouvé effacé "
        "au dernier instant du mois. Un écran ne contient pas de données. Objectif\u00a0:\u00a00."
    ),
    "Effacements saisis": (
        "Preuves acceptées pendant le mois sur la saisie d’une personne, sans journal que Maillon sache lire, et "
        "qu’aucune autre n’a remplacées au dernier instant du mois."
    ),
    "Incidents": (
        "Violations possibles de données personnelles ouvertes pendant le mois\u00a0: un appareil perdu, sous la "
        "garde de l’atelier, sans preuve d’effacement, ou renvoyé par un point où ses données se lisaient encore."
    ),
    "Remis dans le mois": (
        "Appareils remis à un foyer pendant le mois, en échange d’un autre compris. Une remise annulée ne compte pas, "
        "un appareil rendu à son foyer après réparation non plus. Le nombre des échanges ne se dit pas à part\u00a0: "
        "rapproché des besoins satisfaits, il ferait retrouver des nombres de foyers que le secret cache. Le pilote "
        "lit de chaque remise du mois si c’en est un."
    ),
    "Besoins des foyers": (
        "Lus au journal des besoins, par EPCI de résidence du foyer. Mis en attente\u00a0: "
        "besoins acceptés dans le mois. "
        "Sortis de l’attente\u00a0: pris en charge ou abandonnés. En attente au début + mis en attente − sortis de "
        "l’attente + autres variations = en attente à la fin. Satisfaits et non "
        "satisfaits\u00a0: actes du mois, ceux qui "
        "y sont annulés déduits. Une prescription en brouillon compte «\u00a0hors "
        "département\u00a0» tant que la commune n’est "
        "pas donnée."
    ),
    "Tension": (
        "Besoins d’équipement en attente pour un appareil affecté, en livraison ou "
        "disponible, en fin de mois\u00a0: les "
        "besoins par EPCI de résidence, les appareils par EPCI de la convention. Un "
        "écran ne répond à aucun besoin. «\u00a0sans offre\u00a0»\u00a0: personne ne pouvait être servi ce jour-là."
    ),
    "Secret": (
        "«\u00a0secret\u00a0» remplace, hors du pilotage, un nombre de foyers inférieur "
        "au seuil (5, sauf règle plus récente), "
        "et tout nombre qui permettrait de le retrouver\u00a0: par différence, en "
        "croisant deux tableaux ou deux mois. Ce "
        "qui est caché l’est pour toujours, et peut valoir zéro."
    ),
}
BEFORE_GIVEN_UP: dict[str, str] = {
    "Annoncé, accepté": (
        "Quantités inscrites au journal à l’annonce des lots et à leur qualification, pour les lots annoncés ou "
        "qualifiés pendant le mois, fussent-ils retirés ensuite. Un lot annoncé un mois peut être qualifié un autre "
        "mois."
    ),
}
"""What the figures meant until their version 3, which counted lots that were given up too."""
BEFORE_ACTS: dict[str, str] = {
    "Entrées": (
        "Passages vers l’étape pendant le mois, créations comprises. Un appareil qui y entre deux fois compte "
        "deux fois\u00a0; le total compte donc chaque changement d’étape, de territoire ou de type."
    ),
    "Sorties": "Passages hors de l’étape pendant le mois, vers une autre étape, un autre territoire ou un autre type.",
    "Fin de mois": (
        "Appareils présents à l’étape au dernier instant du mois, relus au journal. Début de mois + entrées − "
        "sorties = fin de mois, pour chaque étape, EPCI, type et nature de donateur."
    ),
    "Remis dans le mois": (
        "Passages vers un foyer pendant le mois\u00a0: remises, échanges, et retours chez le foyer après réparation."
    ),
    "Besoins des foyers": (
        "Lus au journal des besoins, par EPCI de résidence du foyer. Mis en attente\u00a0: "
        "besoins acceptés, ou de nouveau "
        "en attente. En attente au début + mis en attente − sortis de l’attente = en attente à la fin. Satisfaits et "
        "non satisfaits\u00a0: passages pendant le mois. Une prescription en brouillon compte "
        "«\u00a0hors département\u00a0» tant que "
        "la commune n’est pas donnée."
    ),
    "Autres variations": (
        "Reclassements et annulations d’erreurs de saisie inscrits pendant le mois, compris dans les entrées et les "
        "sorties."
    ),
}
"""What the figures meant until their version 2, which counted passages."""


def definitions(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Every term of these figures and its meaning: the general ones, then the stages in their order, then the acts."""
    stages = [(str(stage.label), OF_STAGES[stage]) for stage in Stage]
    if figures["version"] < 3:
        return [*(GENERAL | BEFORE_GIVEN_UP | BEFORE_ACTS).items(), *stages]
    general = GENERAL if figures["version"] >= 4 else GENERAL | BEFORE_GIVEN_UP
    return [*general.items(), *stages, ("Actes comptés comme entrées", _acts())]


@cache
def _acts() -> str:
    """The verbs that enter each stage, as they are declared."""
    entering: dict[Stage, list[str]] = {stage: [] for stage in Stage}
    for verb in verbs_of(Device).values():
        if verb.is_act and verb.target is not None and {STAGE_OF[DeviceState(verb.target)]} != _stages_before(verb):
            entering[STAGE_OF[DeviceState(verb.target)]].append(verb.done.lower())
    told = (f"{stage.label}{HARD}: {', '.join(verbs)}" for stage, verbs in entering.items() if verbs)
    return f"{f'{HARD}; '.join(told)}."


def _stages_before(verb: Verb) -> set[Stage]:
    return {STAGE_OF[DeviceState(source)] for source in verb.sources if source}
