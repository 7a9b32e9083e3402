"""What a workshop and a distribution point do with a device, one page after another."""

import re
from dataclasses import dataclass

from playwright.sync_api import expect

from prescriptions.models import Need
from refurb.models import Device
from tests.journeys.convention_steps import opens
from tests.journeys.visitor import Visitor, anything

ATTESTED = "Fiche imprimée et signée, que je garde en papier"


@dataclass(frozen=True)
class Paid:
    """What the household pays, in the words of the form; ``co_funding`` is paid by ``funder``."""

    price: str = "25"
    co_funding: str = "10"
    funder: str = ""
    left: str = "15 €"


def allot(manager: Visitor, device: Device, convention: str) -> None:
    """Choose the device and the convention, see what would change, confirm."""
    manager.goes_to("À affecter")
    manager.reads("À affecter")
    manager.ticks(f"Choisir {device.tag}")
    choice = manager.field("Convention").locator("option").filter(has_text=convention)
    manager.chooses({"Convention": choice.inner_text()})
    manager.presses("Voir ce qui changerait")
    manager.reads(anything("ce qui changerait"))
    manager.sees("Rien n’est encore fait.", device.tag)
    manager.presses(f"Affecter à {convention} (1)")
    manager.reads(anything("résultat"))
    manager.sees(device.tag)


def left_on_quota(manager: Visitor) -> list[str]:
    """Allotted, total and left of the laptops, as the page to allot shows them."""
    manager.goes_to("À affecter")
    manager.reads("À affecter")
    places = manager.within_main().get_by_role("table", name=anything("Places par type"))
    row = places.get_by_role("row", name=anything("Ordinateur portable"))
    return row.get_by_role("cell").all_inner_texts()[1:4]


def scan(visitor: Visitor, tag: str) -> None:
    """As a scanner does: the tag, then Enter, in the box that waits."""
    box = visitor.field("Étiquette")
    expect(box).to_be_focused()
    expect(box).to_be_empty()
    box.press_sequentially(tag)
    box.press("Enter")


def ship(technician: Visitor, device: Device, point: str) -> str:
    """Scan the device into a delivery to the point; the reference of its note, whose PDF opens."""
    technician.goes_to("Livraisons")
    technician.reads("Livraisons")
    technician.within_main().get_by_role("link", name="Préparer une livraison").last.click()
    technician.reads("Préparer une livraison")
    technician.field("Convention").select_option(index=1)
    choice = technician.field("Point de distribution").locator("option").filter(has_text=point)
    technician.chooses({"Point de distribution": choice.inner_text()})
    technician.presses("Continuer")
    technician.reads(f"Livraison vers {point}")
    scan(technician, device.tag)
    technician.sees(f"{device.tag} : dans la livraison.")
    technician.presses("Expédier 1 appareil")
    technician.reads(anything("Livraison B-"))
    technician.sees(f"1 appareil en livraison vers {point}.", "En attente de réception au point de distribution")
    opens(technician, "Bon de livraison (PDF)")
    return technician.heading().removeprefix("Livraison ")


def receive_delivery(adviser: Visitor, reference: str, device: Device) -> None:
    """Line by line: a tag that is not expected is refused; then the device is ticked off."""
    adviser.goes_to("Rayon")
    adviser.reads("Rayon")
    adviser.within_main().get_by_role("link", name=anything("1 livraison à pointer")).click()
    adviser.reads("Livraisons")
    adviser.follows(reference)
    adviser.reads(f"Livraison {reference}")
    adviser.sees("À vous d’agir : pointez ce qui est arrivé, 1 ligne à voir.")
    adviser.follows("Réceptionner la livraison")
    adviser.reads("Réceptionner la livraison")
    scan(adviser, "INCONNU")
    expect(adviser.within_main().get_by_role("alert")).to_contain_text("n’est pas attendu dans cette livraison.")
    scan(adviser, device.tag)
    adviser.sees(f"{device.tag} : présent.")
    adviser.presses("Enregistrer la réception")
    adviser.reads(f"Livraison {reference}")
    adviser.is_told("1 appareil en rayon.")
    adviser.sees("Livraison pointée", "Mis en rayon")


def open_first_need(adviser: Visitor, need: Need) -> None:
    """The first of those that wait, in order, is this one."""
    adviser.goes_to("Rayon")
    adviser.reads("Rayon")
    adviser.follows("Besoins à servir")
    adviser.reads("Besoins en attente")
    expect(adviser.within_main().get_by_role("heading", level=2).first).to_contain_text(need.reference)
    adviser.follows(need.reference)
    adviser.reads(f"Choisir un appareil pour {need.reference}")


def reserve(adviser: Visitor, device: Device, paid: Paid) -> None:
    """From the need: this device, at this price, a part paid by others."""
    choice = re.compile(f"prise en charge.*{device.tag}", re.DOTALL)
    adviser.within_main().get_by_role("link", name=choice).click()
    adviser.reads("Réserver")
    adviser.fills({"Prix de vente, en euros TTC": paid.price, "Part prise en charge, en euros": paid.co_funding})
    if paid.funder:
        adviser.chooses({"Prise en charge par": paid.funder})
    adviser.presses("Réserver")
    adviser.reads(anything(device.tag))
    adviser.is_told("réservé. La fiche d’achat est prête.")
    adviser.sees("À vous d’agir : remettez-le au foyer, fiche signée.")
    assert adviser.waits("Remises à faire") == 1
    adviser.todo("Remises à faire").locator(".line__title").click()
    adviser.reads(anything(device.tag))


def hand_over(adviser: Visitor, device: Device, paid: Paid) -> None:
    """What is left to pay, the note to print, the signature attested."""
    adviser.follows("Remettre")
    adviser.reads("Remettre")
    adviser.sees(paid.left)
    opens(adviser, "Imprimer la fiche (PDF)")
    adviser.presses("Remettre")
    expect(adviser.within_main().get_by_role("alert")).to_be_visible()
    attest(adviser)
    adviser.presses("Remettre")
    adviser.reads(anything(device.tag))
    adviser.is_told("remis au foyer. La garantie court à partir d’aujourd’hui.")
    adviser.sees("Remis au bénéficiaire")
    assert not adviser.waits("Remises à faire")


def attest(adviser: Visitor) -> None:
    """On paper, in front of the adviser."""
    adviser.ticks(ATTESTED)
    adviser.ticks("J’atteste que la personne a signé la fiche devant moi")


def open_device(visitor: Visitor, entry: str, device: Device) -> None:
    """By the scan box of the page where this person works."""
    visitor.goes_to(entry)
    box = visitor.page.get_by_label("Scannez une étiquette, ou tapez une référence ou un n° de série")
    box.fill(device.tag)
    box.press("Enter")
    visitor.reads(anything(device.tag))


def take_back(adviser: Visitor, device: Device, reason: str) -> None:
    """The household brings it back: what proved its erasure counts no more."""
    open_device(adviser, "Rayon", device)
    adviser.follows("Reprendre")
    adviser.reads("Reprendre")
    adviser.sees("tout ce qui prouvait son effacement ne compte plus")
    adviser.chooses({"Motif": reason})
    adviser.fills({"Ce qui ne va pas": "S’éteint au bout de dix minutes."})
    adviser.presses("Reprendre")
    adviser.reads(anything(device.tag))
    adviser.is_told("repris en retour SAV.")


def exchange(adviser: Visitor, device: Device, by: Device) -> None:
    """From the list of returns, for another of the shelf; nothing to pay."""
    adviser.goes_to("Rayon")
    adviser.reads("Rayon")
    adviser.follows("Retours")
    adviser.reads("Retours")
    adviser.sees("sous garantie")
    adviser.follows(device.tag)
    adviser.reads(anything(device.tag))
    adviser.carries_on()
    adviser.reads(anything("Échanger"))
    adviser.within_main().get_by_role("button", name=anything(f"Choisir {by.tag}")).click()
    adviser.reads("Échanger")
    adviser.is_told("La fiche d’échange est prête : faites-la signer.")
    adviser.sees("sans rien payer")
    opens(adviser, "Imprimer la fiche (PDF)")
    attest(adviser)
    adviser.presses("Échanger")
    adviser.reads(anything(by.tag))
    adviser.is_told("remis au foyer en échange.")
