"""What the words of a report say: each denial refuses, each true sentence passes, and of the drive they speak of."""

import pytest

from refurb.failure_words import denials, is_of, plain, raises_a_doubt
from refurb.report_words import places_of

NOT_ERASED = (
    "Le disque SN000001 n’a pas pu être effacé.",
    "SN000001: drive could not be erased",
    "SN000001 was NOT successfully erased",
    "SN000001 : Effacement impossible",
    "SN000001\nEffacement non terminé",
    "Unable to erase SN000001",
    "SN000001 erasure not completed",
    "SN000001 : l’effacement n’a pas été mené à bien",
    "SN000001: effacement incomplet",
    "Incomplete erasure of SN000001",
    "SN000001 n’a pu être effacé",
    "SN000001 ne peut pas être effacé",
    "Impossible d’effacer SN000001",
    "SN000001 : impossible à effacer",
    "SN000001 cannot be wiped",
    "SN000001 wasn't wiped",
    "SN000001: erasure did not complete",
    "SN000001 partially erased",
    "SN000001 effacé partiellement",
    "SN000001: unsuccessful erasure",
    "SN000001 erased: no",
    "SN000001 effacé : non",
    "Effacement : non (SN000001)",
    "Aucun effacement n’a été effectué sur SN000001",
    "No erasure was performed on SN000001",
    "SN000001 reste à effacer",
    "SN000001 n’a pas\nété effacé",
    "SN000001 n’a pas encore pu être complètement effacé",
    "SN000001 rendu sans avoir été effacé",
    "SN000001 returned without being erased",
    "Aucun disque n’a été effacé. SN000001",
    "SN000001 not at all erased",
    "SN000001 pas du tout effacé",
    "L’effacement de ce disque n’est pas terminé : SN000001",
    "SN000001 L’effacement par nwipe n’a pas abouti",
    "SN000001 erasure was unsuccessful",
    "SN000001 erasure not possible",
)
ERASED = (
    "SN000001 erased, 0 error",
    "SN000001 erased with no errors",
    "SN000001 erased successfully",
    "SN000001 was successfully erased",
    "SN000001 effacé, aucune erreur",
    "SN000001 effacé. Échecs : 0",
    "SN000001 effacé. Échec(s) : 0, erreur(s) : 0",
    "SN000001 effacement terminé sans erreur",
    "SN000001 : effacement effectué avec succès",
    "SN000001 effacé : les données ne sont plus lisibles, leur récupération est impossible",
    "SN000001 wiped. Unable to recover any data",
    "SN000001 effacé. Secteurs non effacés : aucun",
    "SN000001 Erased. Sectors not erased | 0 |",
    "SN000001 effacé. Effacements incomplets : 0",
    "SN000001 effacé. Effacements non terminés : 0",
    "Si le disque n’a pas pu être effacé, détruisez-le. SN000001 effacé.",
    "If the drive could not be erased, destroy it. SN000001 erased.",
    "SN000001 Erreurs : non\nEffacé : oui",
    "SN000001 erased, 0/3 failed",
    "SN000001 effacé. Erreurs d’effacement : aucune",
    "SN000001 effacé. Échec d’effacement : non",
    "SN000001 effacement vérifié, non réversible",
    "SN000001 effacé. Ne pas effacer cette étiquette",
    "SN000001 erased; it is not clear who used it before",
    "SN000001 purgé, mémoire non volatile écrasée",
    "SN000001 Erased: yes\nNot erased: no",
    "Aucun effacement incomplet. SN000001 effacé",
    "SN000001 effacé, pas d’effacement interrompu",
    "SN000001 crypto erase not needed, erased by overwrite",
    "SN000001 erased. Failures: none. Errors: none",
    "SN000001 effacé en 3 passes, aucun échec, 0 secteur défectueux",
    "En cas d’effacement incomplet, recommencer. SN000001 effacé.",
)
NOT_DESTROYED = (
    "SN000001 : Destruction non effectuée",
    "SN000001 n’a pas pu être détruit",
    "SN000001 could not be destroyed",
    "SN000001 Destruction impossible",
    "SN000001 was not shredded",
    "SN000001 : broyage non réalisé",
    "SN000001 destruction did not take place",
    "Aucune destruction n’a eu lieu pour SN000001",
    "SN000001 ne peut être broyé",
    "SN000001 reste à détruire",
    "SN000001 rendu sans être détruit",
    "SN000001 détruit : non",
)
DESTROYED = (
    "SN000001 détruit. Destruction effectuée le 3/12",
    "SN000001 broyé, aucun refus",
    "SN000001 destroyed, none missing",
    "SN000001 détruit ; reconstitution impossible",
    "SN000001 détruit. Disques non détruits : 0",
    "SN000001 shredded. Not destroyed: none",
    "Tout disque qui ne peut pas être effacé est détruit : SN000001",
)


def denied(said: str, done: str) -> bool:
    return bool(denials(plain(said), done))


@pytest.mark.parametrize("said", NOT_ERASED)
def test_what_says_that_a_drive_is_not_erased_is_read_as_such(said: str) -> None:
    assert denied(said, "erased")


@pytest.mark.parametrize("said", ERASED)
def test_what_says_that_a_drive_is_erased_raises_nothing(said: str) -> None:
    assert not denied(said, "erased")
    assert not raises_a_doubt(plain(said), "erased")


@pytest.mark.parametrize("said", NOT_DESTROYED)
def test_what_says_that_a_drive_is_not_destroyed_is_read_as_such(said: str) -> None:
    assert denied(said, "destroyed")


@pytest.mark.parametrize("said", DESTROYED)
def test_what_says_that_a_drive_is_destroyed_raises_nothing(said: str) -> None:
    assert not raises_a_doubt(plain(said), "destroyed")


@pytest.mark.parametrize(
    ("said", "of"),
    [
        ("SN1 effacé\nSN2 non effacé\nSN3 effacé", {2}),
        ("SN1 non effacé", {1}),
        ("Non effacé : SN2\nEffacé : SN1, SN3", {2}),
        ("SN1 effacé, SN2 non effacé, SN3 effacé", {2}),
        ("SN1 non effacé, SN2 effacé, SN3 effacé", {1}),
        ("SN1\nStatut : échec\nSN2\nStatut : effacé\nSN3\nStatut : effacé", {1}),
        ("Non effacé\nNuméro : SN3", {3}),
        ("SN1, SN2, SN3 : non effacés", {3}),
        ("SN1 effacé\n" + "-" * 500 + "\nNon effacé", set()),
    ],
)
def test_a_denial_is_of_the_drive_of_its_line_or_of_the_last_one_named(said: str, of: set[int]) -> None:
    words = plain(said)
    places = {rank: places_of(words, f"SN{rank}") for rank in (1, 2, 3)}
    told = set()
    for rank, ours in places.items():
        others = [place for other, found in places.items() if other != rank for place in found]
        if any(is_of(words, at, ours, others) for at in denials(words, "erased")):
            told.add(rank)
    assert told == of
