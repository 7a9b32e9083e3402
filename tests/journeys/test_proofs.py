"""Somebody in a hurry at the bench tries to make one proof serve twice, or a false one serve once: each is told why."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from lifecycle import gate
from refurb.models import Device, Erasure
from refurb.services import devices
from tests.journeys.cast import Cast
from tests.journeys.visitor import Visitor, anything
from tests.refurb.logs import log

pytestmark = pytest.mark.django_db(transaction=True)

FILE = "Journal de nwipe (fichier texte)"
SERIAL = "Numéro de série du disque"


def here_now() -> datetime:
    return timezone.localtime().replace(tzinfo=None, microsecond=0)


def computer(cast: Cast, tag: str) -> Device:
    """On the bench since this morning."""
    arrived = timezone.now() - timedelta(hours=3)
    device = devices.register_device(actor=cast.technician, type="laptop", tag=tag, at=arrived)
    return gate.apply(device, "start", actor=cast.technician)


def opens(tess: Visitor, device: Device) -> None:
    tess.page.goto(f"/appareils/{device.reference}/reconditionne/")
    tess.reads("Déclarer reconditionné")


def gives(tess: Visitor, content: bytes, name: str = "nwipe.log", label: str = FILE) -> None:
    tess.deposits(label, {"name": name, "mimeType": "text/plain", "buffer": content})


def saves(tess: Visitor) -> None:
    tess.presses("Enregistrer le stockage")
    tess.reads("Déclarer reconditionné")


def test_five_frauds_are_each_told_in_a_sentence(cast: Cast, visit: Callable[..., Visitor]) -> None:
    first, second, third, fourth, fifth = (computer(cast, f"A00{rank}") for rank in range(1, 6))
    content = log("S3Z8NB0K1234", end=here_now())
    tess = visit(cast.technician)

    opens(tess, first)
    gives(tess, content)
    saves(tess)
    tess.is_told("Effacement enregistré : la preuve est acceptée.")
    tess.page.locator("#stockage > div > details > summary").click()
    tess.sees("Preuve acceptée")

    # the same log for a second computer
    opens(tess, second)
    gives(tess, content)
    saves(tess)
    tess.sees(f"est déjà celui d’un disque de l’appareil A001 ({first.reference}).", "enregistrez son retrait")

    # the same log under another name, its bytes changed, the number of the drive with spaces
    opens(tess, second)
    tess.fills({SERIAL: "s3z8 nb0k 1234"})
    gives(tess, content.replace(b"\n", b"\r\n") + b"\n \n", "autre.txt")
    saves(tess)
    tess.sees("est déjà celui d’un disque de l’appareil A001")

    # a proof typed over a log that failed
    tess.page.goto(f"/appareils/{third.reference}/preuves/")
    add_drive(tess, "AUTRE-3")
    tess.within_main().get_by_role("link", name=anything("Enregistrer un effacement")).click()
    tess.reads("Enregistrer un effacement")
    type_a_good_proof(tess, "AUTRE-3")
    gives(tess, log("AUTRE-3", end=here_now(), errors=(5, 0, 0)), label="Rapport de l’outil (fichier)")
    tess.presses("Enregistrer")
    tess.reads("Enregistrer un effacement")
    tess.sees("Le journal joint dit : 5 erreurs d’écriture. Vous avez tapé : 0 erreur d’écriture.")

    # 256 Go in no time
    opens(tess, fourth)
    gives(tess, log("AUTRE-4", end=here_now(), lasting=0))
    saves(tess)
    tess.is_told("il ne prouve rien")
    tess.sees("512,1 Go écrits et relus en 0 s : ce type de disque ne dépasse pas 600 Mo/s.")

    # an old log, its clock said to be wrong
    opens(tess, fifth)
    gives(tess, log("AUTRE-5", end=datetime(2026, 1, 5, 10)))  # noqa: DTZ001
    tess.page.get_by_text("L’horloge du poste n’était pas à l’heure").click()
    tess.chooses({"L’horloge du poste qui effaçait": "Fausse"})
    long_ago = timezone.localtime() - timedelta(days=30)
    tess.fills({"Fausse : l’effacement s’est terminé en réalité": f"{long_ago:%Y-%m-%dT%H:%M:%S}"})
    saves(tess)
    tess.sees("Dites pourquoi l’horloge n’était pas à l’heure d’ici.", "Une horloge fausse se déclare dans les 7 jours")

    assert [erasure.device_id for erasure in Erasure.objects.accepted()] == [first.pk]


def add_drive(tess: Visitor, serial: str) -> None:
    tess.follows("Ajouter un stockage")
    tess.reads("Ajouter un stockage")
    tess.chooses({"Type de stockage": "SSD (SATA)"})
    tess.fills({SERIAL: serial, "Capacité (Go)": "256"})
    tess.presses("Enregistrer")
    tess.reads(anything("Fiche d’établi"))


def type_a_good_proof(tess: Visitor, serial: str) -> None:
    now = timezone.localtime()
    tess.chooses(
        {
            "Méthode": "Écrasement par logiciel",
            "Vérification": "Dernière passe relue",
            "Secteurs cachés (HPA, DCO)": "Aucun",
        }
    )
    tess.fills(
        {
            "Outil": "nwipe",
            "Début": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M:%S}",
            "Fin": f"{now:%Y-%m-%dT%H:%M:%S}",
            "Numéro de série au rapport": serial,
            "Octets à effacer": "256060514304",
            "Octets effacés": "256060514304",
        }
    )
