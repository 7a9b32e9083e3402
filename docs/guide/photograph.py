"""`make guide`: photograph the running demonstration for the guide and README, as each role sees it.

Pages are found by following links, never by a reference: the demonstration may be filled again, the script still
finds its way. Pictures are pages as people see them, in few colours: they stay small.
"""

import argparse
import io
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Error, Page, sync_playwright

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT = 1280, 800
COLOURS = 64
HEAVIEST, HEAVIEST_OF_ALL = 60_000, 1_200_000
"""Bytes of one picture, of all of them."""


@dataclass(frozen=True)
class Picture:
    """``role``: the first words of a button of the sign-in page; empty for a visitor.

    ``clicks``: what is clicked one after another, from the first page, as Playwright names it; a box to choose in
    comes with its choice. ``top``: what the picture starts at, when it is not the top of the page.
    """

    name: str
    role: str = ""
    clicks: tuple[str | tuple[str, str], ...] = ()
    top: str = ""
    height: int = HEIGHT


def menu(entry: str) -> str:
    """An entry of the main navigation."""
    return f'.site-nav a:text-is("{entry}")'


def row(said: str) -> str:
    """The first row that says this."""
    return f'main tbody tr:has-text("{said}") a'


ASKED = 'main a:text-is("À relire, à signer")'
PICTURES = (
    Picture("visiteur-accueil"),
    Picture("visiteur-verifier", clicks=('.welcome a:has-text("Vérifier un document")',), height=560),
    Picture("donateur-a-faire", "Contact – Donateur"),
    Picture("donateur-devenir", "Contact – Donateur", (menu("Lots"), 'main a:text-is("Ce que sont devenus les dons")')),
    Picture("technicien-a-faire", "Technicien – Reconditionneur"),
    Picture("technicien-etabli", "Technicien – Reconditionneur", (menu("Établi"),)),
    Picture(
        "technicien-reconditionner",
        "Technicien – Reconditionneur",
        (menu("Établi"), 'main a:has-text("Testez les fonctions"), main a:has-text("Effacez ou détruisez")'),
    ),
    Picture(
        "technicien-scanner",
        "Technicien – Reconditionneur",
        (menu("Établi"), 'main a:text-is("Scanner")', 'main a:has-text("Prendre en traitement")'),
    ),
    Picture("atelier-a-faire", "Responsable – Reconditionneur"),
    Picture("atelier-affecter", "Responsable – Reconditionneur", (menu("À affecter"),)),
    Picture(
        "atelier-repartition", "Responsable – Reconditionneur", (menu("À affecter"), 'main a:has-text("Proposer")')
    ),
    Picture("atelier-dechets", "Responsable – Reconditionneur", (menu("Appareils"), 'main a:text-is("Déchets")')),
    Picture("epci-a-faire", "Responsable – EPCI"),
    Picture(
        "epci-convention",
        "Responsable – EPCI",
        (menu("Conventions"), 'main tr:has-text("En vigueur"):not(:has-text("Avenant")) a'),
    ),
    Picture("relire-inbox", "Relecteur – Distributeur", (menu("Conventions"), ASKED), height=560),
    Picture(
        "relire-avis", "Relecteur – Distributeur", (menu("Conventions"), ASKED, 'main a:has-text("Donner un avis")')
    ),
    Picture("prescripteur-a-faire", "Travailleur social – Prescripteur"),
    Picture("prescripteur-prescription", "Travailleur social – Prescripteur", (menu("Prescriptions"), row("Acceptée"))),
    Picture("conseiller-a-faire", "Conseiller – Distributeur"),
    Picture("conseiller-besoins", "Conseiller – Distributeur", ('main a:text-is("Servir un besoin")',)),
    Picture(
        "conseiller-remettre",
        "Conseiller – Distributeur",
        (menu("Rayon"), 'main a:text-is("Réservations")', "main table tbody a", 'main a:has-text("Remettre")'),
    ),
    Picture("operateur-a-faire", "Agent – Opérateur télécom", height=640),
    Picture("pilote-a-faire", "Pilote – Département"),
    Picture("pilote-convention", "Pilote – Département", (menu("Conventions"), row("En relecture")), "main .waiting"),
    Picture(
        "pilote-appareil",
        "Pilote – Département",
        (
            menu("Appareils"),
            ("#id_state", "Remis au bénéficiaire"),
            'main form button:text-is("Filtrer")',
            row("Remis"),
        ),
    ),
    Picture("pilote-rapport", "Pilote – Département", (menu("Rapports"), row("Figé"))),
    Picture(
        "pilote-bilan",
        "Pilote – Département",
        (menu("Rapports"), 'main a[href*="/rapports/annees/"]'),
        'main h2:has-text("Mois par mois")',
        640,
    ),
    Picture(
        "pilote-deploiement",
        "Pilote – Département",
        (".site-nav summary", menu("Déploiement")),
        "main form",
        600,
    ),
    Picture(
        "logiciels-cles",
        "Pilote – Département",
        ("details.acting summary", 'a[href="/mon-compte/"]', 'main a[href="/mon-compte/cles/"]'),
        height=560,
    ),
    Picture("pilote-seance", "Pilote – Département", ('main a:has-text("Comité technique du")',), height=900),
    Picture("pilote-administration", "Pilote – Département", (".site-nav summary", menu("Administration"))),
    Picture("lecteur-a-faire", "Observateur – Département", height=640),
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make guide", description="La démonstration doit être servie (make demo).")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("names", nargs="*", help="les seules images à refaire ; toutes par défaut")
    options = parser.parse_args()
    wanted = [one for one in PICTURES if not options.names or one.name in options.names]
    IMAGES.mkdir(exist_ok=True)
    failed = []
    with browser() as opened:
        for role, pictures in groupby(wanted, lambda one: one.role):
            page = enter(opened, f"http://localhost:{options.port}", role)
            for picture in pictures:
                try:
                    size = (IMAGES / f"{picture.name}.png").write_bytes(taken(page, picture))
                    sys.stdout.write(f"{picture.name}.png : {size} octets\n")
                except Error as error:  # a page that moved is told by its name, the others are taken
                    failed.append(f"{picture.name} : {str(error).splitlines()[0]}")
            page.context.close()
    sys.exit("\n".join([*failed, *too_heavy()]) or None)


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium as the machine has it."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=shutil.which("chromium-headless-shell") or shutil.which("chromium"), args=["--no-sandbox"]
        )
        yield opened
        opened.close()


def enter(opened: Browser, site: str, role: str) -> Page:
    """A new visit, signed in by the button of this role."""
    page = opened.new_context(
        viewport={"width": WIDTH, "height": HEIGHT}, locale="fr-FR", timezone_id="Europe/Paris", base_url=site
    ).new_page()
    page.set_default_timeout(10_000)
    if role:
        page.goto("/connexion/")
        page.locator(f'.choices button:has-text("{role}")').first.click()
    return page


def taken(page: Page, picture: Picture) -> bytes:
    """The picture, from the first page of the role."""
    page.goto("/")
    for target in picture.clicks:
        if isinstance(target, tuple):
            page.locator(target[0]).select_option(label=target[1])
        else:
            page.locator(target).first.click()
            page.wait_for_load_state()
    offset = page.locator(picture.top).first.bounding_box() if picture.top else None
    page.evaluate("y => window.scrollTo(0, y)", offset["y"] - 16 if offset else 0)
    clip = {"x": 0, "y": 0, "width": WIDTH, "height": picture.height}
    return few_colours(page.screenshot(clip=clip))  # type: ignore[arg-type]


def few_colours(png: bytes) -> bytes:
    """The same picture with a palette."""
    kept = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(
        kept, "PNG", optimize=True
    )
    return kept.getvalue()


def too_heavy() -> list[str]:
    """What weighs more than a page should carry."""
    sizes = {path.name: path.stat().st_size for path in IMAGES.glob("*.png")}
    told = [f"{name} : {size} octets, au plus {HEAVIEST}" for name, size in sizes.items() if size > HEAVIEST]
    total = sum(sizes.values())
    return told + ([f"en tout : {total} octets, au plus {HEAVIEST_OF_ALL}"] if total > HEAVIEST_OF_ALL else [])


if __name__ == "__main__":
    main()
