"""What the words of a repair say was put in: a drive is named and proven, what goes with it is noted."""

import pytest

from refurb.part_words import say_a_drive_put_in

PUT_IN = (
    "SSD posé",
    "SSD Samsung 250 Go",
    "Remplacement du disque dur",
    "carte microSD ajoutée, puis testée",
    "Disque remplacé par un SSD du bac",
    "Disque remplacé",
    "Montage d’un SSD",
    "SSD du bac",
    "Disque dur bruyant, remplacé",
    "SSD HS, changé",
    "SSD et batterie changés",
    "SSD, batterie et clavier remplacés",
    "Adaptateur et SSD posés",
    "Passage au SSD",
    "Clonage sur un SSD neuf",
    "Installation d’un SSD",
    "SSD installé",
    "Ancien disque retiré, SSD posé",
    "SSD retiré et remplacé",
    "SSD à la place du disque",
    "Disque dur changé pour un SSD",
    "Ventilateur nettoyé, SSD posé",
    "Nappe changée et disque dur remplacé",
    "Retrait du disque dur pour le remplacer par un SSD",
    "Mise en place d’un NVMe",
    "SSD 250 Go, posé à la place de l’ancien",
    "Carte SD ajoutée",
    "Barrette M.2 posée",
)
NOT_PUT_IN = (
    "SSD testé",
    "Vis du disque dur resserrées",
    "Câble SATA pour SSD changé",
    "Windows réinstallé sur le SSD",
    "Windows installé sur le SSD",
    "Retrait du SSD",
    "Disque dur retiré pour destruction",
    "Réparation du connecteur SSD",
    "Remplacement de la nappe du disque dur",
    "Ventilateur remplacé, SSD testé",
    "Disque dur bruyant, à surveiller",
    "SSD testé, ventilateur remplacé",
    "SSD démonté pour changer la pâte thermique, remonté",
    "Disque dur bruyant, ventilateur changé",
    "Changement du support de l’SSD",
    "Batterie changée",
    "Mise à jour du SSD",
    "Micrologiciel du disque dur mis à jour",
    "Disque dur vérifié, remplacement du clavier",
    "SSD testé, changé le ventilateur",
    "Emplacement du SSD nettoyé, vis changée",
    "Disque dur qui claque",
    "Retrait du SSD et du clavier",
    "Lecteur de carte mémoire remplacé",
    "Remplacement du lecteur de cartes SD",
    "Disque dur 500 Go bruyant",
    "Clavier remplacé et disque dur dépoussiéré",
    "Lecteur de disque optique remplacé",
    "Remplacement du câble du disque",
    "Carte wifi M.2 changée",
    "Nappe M.2 remplacée",
)


@pytest.mark.parametrize("words", PUT_IN)
def test_words_that_put_a_drive_in_say_so(words: str) -> None:
    assert say_a_drive_put_in(words)


@pytest.mark.parametrize("words", NOT_PUT_IN)
def test_words_about_a_drive_that_stays_or_goes_or_about_what_is_around_it_put_none_in(words: str) -> None:
    assert not say_a_drive_put_in(words)
